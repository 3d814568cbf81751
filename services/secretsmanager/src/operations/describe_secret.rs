use crate::{Secretsmanager, examples::with_secret, secrets, shapes::stages, tags::Tag};
use base::{Arn, EpochTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// What is known of a secret but its value.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html>
pub struct DescribeSecret;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    /// Name or ARN.
    pub secret_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// Its ARN.
    #[serde(rename = "ARN")]
    pub arn: Arn,
    name: String,
    description: Option<String>,
    kms_key_id: Option<String>,
    last_changed_date: EpochTime,
    deleted_date: Option<EpochTime>,
    tags: Vec<Tag>,
    version_ids_to_stages: BTreeMap<String, Vec<String>>,
    created_date: EpochTime,
}

impl Operation for DescribeSecret {
    type Service = Secretsmanager;
    const NAME: &'static str = "DescribeSecret";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(secrets::demand(facts, "secretsmanager:DescribeSecret", &input.secret_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = secrets::load(call, &input.secret_id)?;
        Ok(Output {
            version_ids_to_stages: stages(&row),
            arn: row.arn,
            name: row.name,
            description: row.description,
            kms_key_id: row.kms_key_id,
            last_changed_date: EpochTime(row.changed),
            deleted_date: row.deletion.map(|(_, day)| EpochTime(day)),
            tags: row.tags,
            created_date: EpochTime(row.created),
        })
    }

    fn example() -> Example {
        with_secret(json!({"SecretId": "example"}))
    }
}
