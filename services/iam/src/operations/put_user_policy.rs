use crate::{
    Iam, entity,
    examples::{POLICY, user},
    shapes::Nothing,
    state::UserRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An inline policy of a user: made, or replaced.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html>
pub struct PutUserPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: String,
    policy_name: String,
    policy_document: String,
}

impl Operation for PutUserPolicy {
    type Service = Iam;
    const NAME: &'static str = "PutUserPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<UserRow>(facts, "iam:PutUserPolicy", &input.user_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        entity::put_inline::<UserRow>(call, &input.user_name, input.policy_name, input.policy_document)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
    }
}
