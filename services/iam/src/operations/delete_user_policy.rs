use crate::{
    Iam, entity,
    examples::{POLICY, user},
    holding,
    inputs::Inline,
    shapes::Nothing,
    state::UserRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Deletes an inline policy of a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html>
pub struct DeleteUserPolicy;

impl Operation for DeleteUserPolicy {
    type Service = Iam;
    const NAME: &'static str = "DeleteUserPolicy";
    const READ_ONLY: bool = false;
    type Input = Inline<UserRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<UserRow>(facts, "iam:DeleteUserPolicy", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::delete_inline(call, input)
    }

    fn example() -> Example {
        user()
            .after("iam:PutUserPolicy", json!({"UserName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
            .then(json!({"UserName": "Example", "PolicyName": "Example"}))
    }
}
