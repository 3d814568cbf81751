use crate::{
    Iam, entity,
    examples::{POLICY, user},
    shapes::Nothing,
    state::UserRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes an inline policy of a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html>
pub struct DeleteUserPolicy;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: String,
    policy_name: String,
}

impl Operation for DeleteUserPolicy {
    type Service = Iam;
    const NAME: &'static str = "DeleteUserPolicy";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Nothing;

    fn demands(input: &Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<UserRow>(facts, "iam:DeleteUserPolicy", &input.user_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Nothing, Error> {
        entity::delete_inline::<UserRow>(call, &input.user_name, &input.policy_name)?;
        Ok(Nothing {})
    }

    fn example() -> Example {
        user()
            .after("iam:PutUserPolicy", json!({"UserName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
            .then(json!({"UserName": "Example", "PolicyName": "Example"}))
    }
}
