use crate::{
    Secretsmanager,
    error::{clipped, deleted, invalid_request, no_value},
    examples::with_secret,
    secrets,
    values::{self, CURRENT, Value},
};
use base::{Arn, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The value of a secret: the current one, or that of a version or stage.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>
pub struct GetSecretValue;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    /// Name or ARN.
    pub secret_id: String,
    /// Which version.
    pub version_id: Option<String>,
    /// The version with this staging label.
    pub version_stage: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// Its ARN.
    #[serde(rename = "ARN")]
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// The version.
    pub version_id: String,
    /// Its value.
    #[serde(flatten)]
    pub value: Value,
    /// Its staging labels.
    pub version_stages: Vec<String>,
    created_date: EpochTime,
}

impl Operation for GetSecretValue {
    type Service = Secretsmanager;
    const NAME: &'static str = "GetSecretValue";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        let demand = secrets::demand(facts, "secretsmanager:GetSecretValue", &input.secret_id)?;
        Ok(demand
            .with_some("secretsmanager:VersionId", input.version_id.as_ref())
            .with_some("secretsmanager:VersionStage", input.version_stage.as_ref())
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = secrets::load(call, &input.secret_id)?;
        if row.deletion.is_some() {
            return Err(deleted());
        }
        let stage = input.version_stage.as_deref();
        let version = match &input.version_id {
            Some(id) => row.version(id).ok_or_else(|| no_value(&format!("VersionId: {}", clipped(id))))?,
            None => {
                let stage = stage.unwrap_or(CURRENT);
                row.staged(stage).ok_or_else(|| no_value(&format!("staging label: {}", clipped(stage))))?
            }
        };
        if stage.is_some_and(|stage| !version.stages.iter().any(|own| own == stage)) {
            return Err(invalid_request("You provided a VersionStage that is not associated to the provided VersionId."));
        }
        let value = values::open(call, &row.arn, version)?;
        Ok(Output {
            value,
            version_id: version.id.clone(),
            version_stages: version.stages.clone(),
            created_date: EpochTime(version.created),
            arn: row.arn,
            name: row.name,
        })
    }

    fn example() -> Example {
        with_secret(json!({"SecretId": "example"})).inside(["kms:Decrypt"])
    }
}
