use crate::{Secretsmanager, examples::with_secret, secrets, shapes::Nothing};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Takes tags from a secret.
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UntagResource.html>
pub struct UntagResource;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    secret_id: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    type Service = Secretsmanager;
    const NAME: &'static str = "UntagResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Secretsmanager>) -> Result<Demands, Error> {
        Ok(secrets::demand(facts, "secretsmanager:UntagResource", &input.secret_id)?.with("aws:TagKeys", input.tag_keys.clone()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        let mut row = secrets::load_living(call, &input.secret_id)?;
        row.tags.retain(|tag| !input.tag_keys.contains(&tag.key));
        secrets::save(call, &row)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        with_secret(json!({"SecretId": "example", "TagKeys": ["a"]}))
    }
}
