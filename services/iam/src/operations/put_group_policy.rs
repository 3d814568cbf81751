use crate::{
    Iam, entity,
    examples::{POLICY, group},
    holding,
    inputs::InlineDocument,
    shapes::Nothing,
    state::GroupRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// An inline policy of a group: made, or replaced.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html>
pub struct PutGroupPolicy;

impl Operation for PutGroupPolicy {
    type Service = Iam;
    const NAME: &'static str = "PutGroupPolicy";
    const READ_ONLY: bool = false;
    type Input = InlineDocument<GroupRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<GroupRow>(facts, "iam:PutGroupPolicy", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::put_inline(call, input)
    }

    fn example() -> Example {
        group().then(json!({"GroupName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
    }
}
