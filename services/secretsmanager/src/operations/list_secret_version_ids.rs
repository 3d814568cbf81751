use crate::{Secretsmanager, examples::with_secret, pages::page, secrets};
use base::{Arn, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The versions of a secret.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html>
pub struct ListSecretVersionIds;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    secret_id: String,
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    include_deprecated: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    versions: Vec<Version>,
    next_token: Option<String>,
    #[serde(rename = "ARN")]
    arn: Arn,
    name: String,
}

/// A version.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Version {
    version_id: String,
    version_stages: Vec<String>,
    created_date: EpochTime,
    kms_key_ids: Vec<String>,
}

impl Operation for ListSecretVersionIds {
    type Service = Secretsmanager;
    const NAME: &'static str = "ListSecretVersionIds";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(secrets::demand(facts, "secretsmanager:ListSecretVersionIds", &input.secret_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = secrets::load(call, &input.secret_id)?;
        let told = row.versions.into_iter().filter(|version| input.include_deprecated || !version.stages.is_empty());
        let (versions, next_token) = page(told, |version| version.id.clone(), input.next_token.as_deref(), input.max_results)?;
        let versions = versions.into_iter().map(|version| Version {
            version_id: version.id,
            version_stages: version.stages,
            created_date: EpochTime(version.created),
            kms_key_ids: vec![version.key_arn],
        });
        Ok(Output { versions: versions.collect(), next_token, arn: row.arn, name: row.name })
    }

    fn example() -> Example {
        with_secret(json!({"SecretId": "example"}))
    }
}
