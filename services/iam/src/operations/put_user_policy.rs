use crate::{
    Iam, entity,
    examples::{POLICY, user},
    holding,
    inputs::InlineDocument,
    shapes::Nothing,
    state::UserRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// An inline policy of a user: made, or replaced.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html>
pub struct PutUserPolicy;

impl Operation for PutUserPolicy {
    type Service = Iam;
    const NAME: &'static str = "PutUserPolicy";
    const READ_ONLY: bool = false;
    type Input = InlineDocument<UserRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand_bounded::<UserRow>(facts, "iam:PutUserPolicy", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::put_inline(call, input)
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
    }
}
