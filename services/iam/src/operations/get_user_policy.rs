use crate::{
    Iam, entity,
    examples::{POLICY, user},
    holding,
    inputs::Inline,
    shapes::InlinePolicy,
    state::UserRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// An inline policy of a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html>
pub struct GetUserPolicy;

impl Operation for GetUserPolicy {
    type Service = Iam;
    const NAME: &'static str = "GetUserPolicy";
    const READ_ONLY: bool = true;
    type Input = Inline<UserRow>;
    type Output = InlinePolicy<UserRow>;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<UserRow>(facts, "iam:GetUserPolicy", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::get_inline(call, input)
    }

    fn example() -> Example {
        user()
            .after("iam:PutUserPolicy", json!({"UserName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
            .then(json!({"UserName": "Example", "PolicyName": "Example"}))
    }
}
