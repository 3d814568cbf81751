use crate::{
    Secretsmanager,
    examples::with_secret,
    secrets,
    values::{self, Value},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes a secret's description or key, or gives it a new value.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html>
pub struct UpdateSecret;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    secret_id: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    #[serde(flatten)]
    value: Value,
    #[serde(rename = "Type")]
    kind: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// Its ARN.
    #[serde(rename = "ARN")]
    pub arn: Arn,
    name: String,
    version_id: Option<String>,
}

impl Operation for UpdateSecret {
    type Service = Secretsmanager;
    const NAME: &'static str = "UpdateSecret";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        let demand = secrets::demand(facts, "secretsmanager:UpdateSecret", &input.secret_id)?;
        let demand = demand
            .with_some("secretsmanager:Description", input.description.as_ref())
            .with_some("secretsmanager:Type", input.kind.as_ref());
        Ok(secrets::with_key(demand, input.kms_key_id.as_ref()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        secrets::refuse_type("UpdateSecret", input.kind.as_ref())?;
        values::check_description(input.description.as_deref())?;
        let mut row = secrets::load_living(call, &input.secret_id)?;
        let token = values::token(call, input.client_request_token.as_deref())?;
        if let Some(description) = input.description {
            row.description = Some(description);
        }
        let given = input.value.is_given();
        if given && row.version(&token).is_some() {
            return Err(values::token_taken());
        }
        if let Some(key) = input.kms_key_id.map(|key| Some(key).filter(|key| !key.is_empty())).filter(|key| row.kms_key_id != *key) {
            row.kms_key_id = key;
            values::reseal(call, &mut row)?;
        }
        if given {
            values::add(call, &mut row, &token, &input.value, None)?;
        }
        row.changed = call.now();
        secrets::save(call, &row)?;
        Ok(Output { arn: row.arn, name: row.name, version_id: given.then_some(token) })
    }

    fn example() -> Example {
        with_secret(
            json!({"ClientRequestToken": "0f2d3c4b-0000-4000-8000-000000000001", "SecretId": "example", "SecretString": "another value"}),
        )
        .inside(["kms:GenerateDataKey"])
    }
}
