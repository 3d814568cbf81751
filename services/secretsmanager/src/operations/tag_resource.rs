use crate::{
    Secretsmanager,
    examples::with_secret,
    secrets,
    shapes::Nothing,
    tags::{self, Tag},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sets tags of a secret.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html>
pub struct TagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    secret_id: String,
    tags: Vec<Tag>,
}

impl Operation for TagResource {
    type Service = Secretsmanager;
    const NAME: &'static str = "TagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(secrets::demand(facts, "secretsmanager:TagResource", &input.secret_id)?.with_tags(tags::pairs(&input.tags)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = secrets::load_living(call, &input.secret_id)?;
        tags::set(&mut row.tags, input.tags)?;
        secrets::save(call, &row)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_secret(json!({"SecretId": "example", "Tags": [{"Key": "a", "Value": "b"}]}))
    }
}
