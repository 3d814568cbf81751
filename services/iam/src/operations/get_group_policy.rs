use crate::{
    Iam, entity,
    examples::{POLICY, group},
    holding,
    inputs::Inline,
    shapes::InlinePolicy,
    state::GroupRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// An inline policy of a group.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroupPolicy.html>
pub struct GetGroupPolicy;

impl Operation for GetGroupPolicy {
    type Service = Iam;
    const NAME: &'static str = "GetGroupPolicy";
    const READ_ONLY: bool = true;
    type Input = Inline<GroupRow>;
    type Output = InlinePolicy<GroupRow>;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<GroupRow>(facts, "iam:GetGroupPolicy", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::get_inline(call, input)
    }

    fn example() -> Example {
        group()
            .after("iam:PutGroupPolicy", json!({"GroupName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
            .then(json!({"GroupName": "Example", "PolicyName": "Example"}))
    }
}
