use crate::{
    Secretsmanager,
    error::{clipped, invalid, invalid_request},
    examples::with_secret,
    secrets,
    values::{self, CURRENT},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Moves a staging label from one version to another.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html>
pub struct UpdateSecretVersionStage;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    secret_id: String,
    version_stage: String,
    remove_from_version_id: Option<String>,
    move_to_version_id: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "ARN")]
    arn: Arn,
    name: String,
}

impl Operation for UpdateSecretVersionStage {
    type Service = Secretsmanager;
    const NAME: &'static str = "UpdateSecretVersionStage";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(secrets::demand(facts, "secretsmanager:UpdateSecretVersionStage", &input.secret_id)?
            .with("secretsmanager:VersionStage", &input.version_stage)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut row = secrets::load_living(call, &input.secret_id)?;
        let stage = input.version_stage.as_str();
        let holder = row.staged(stage).map(|version| version.id.clone());
        if holder != input.remove_from_version_id && (holder.is_some() || input.remove_from_version_id.is_some()) {
            return Err(invalid(format!(
                "The parameter RemoveFromVersionId can't be {}. Staging label {} is {}.",
                input.remove_from_version_id.as_deref().map_or_else(|| "empty".into(), clipped),
                clipped(stage),
                holder.map_or_else(
                    || "at no version".into(),
                    |id| format!(
                        "currently attached to version {id}, so you must explicitly reference that version in RemoveFromVersionId"
                    )
                ),
            )));
        }
        match &input.move_to_version_id {
            Some(version) => values::stage_at(&mut row, stage, version)?,
            None if stage == CURRENT => {
                return Err(invalid_request(format!("The staging label {CURRENT} must be at a version: say MoveToVersionId.")));
            }
            None => values::unstage(&mut row, stage),
        }
        row.changed = call.now();
        secrets::save(call, &row)?;
        Ok(Output { arn: row.arn, name: row.name })
    }

    fn example() -> Example {
        let input = json!({"SecretId": "example", "VersionStage": "BLUE", "MoveToVersionId": "$1/VersionId"});
        with_secret(input)
    }
}
