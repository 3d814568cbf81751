use crate::{Kms, examples::with_key, keys, pages::page};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The names of a key's policies: there is one.
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html>
pub struct ListKeyPolicies;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    key_id: String,
    limit: Option<usize>,
    marker: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_names: Vec<&'static str>,
    next_marker: Option<String>,
    truncated: bool,
}

impl Operation for ListKeyPolicies {
    type Service = Kms;
    const NAME: &'static str = "ListKeyPolicies";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Kms>) -> Result<Demands, Error> {
        Ok(keys::demand(facts, "kms:ListKeyPolicies", &input.key_id)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        keys::load(call, &input.key_id)?;
        let page = page(["default"], |name| name, input.marker.as_deref(), input.limit)?;
        Ok(Output { truncated: page.next.is_some(), next_marker: page.next, policy_names: page.items })
    }

    fn example() -> Example {
        with_key(json!({"KeyId": "$0/KeyMetadata/KeyId"}))
    }
}
