use crate::{
    Iam, entity,
    examples::{POLICY, group},
    holding,
    inputs::Inline,
    shapes::Nothing,
    state::GroupRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Deletes an inline policy of a group.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroupPolicy.html>
pub struct DeleteGroupPolicy;

impl Operation for DeleteGroupPolicy {
    type Service = Iam;
    const NAME: &'static str = "DeleteGroupPolicy";
    const READ_ONLY: bool = false;
    type Input = Inline<GroupRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<GroupRow>(facts, "iam:DeleteGroupPolicy", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::delete_inline(call, input)
    }

    fn example() -> Example {
        group()
            .after("iam:PutGroupPolicy", json!({"GroupName": "Example", "PolicyName": "Example", "PolicyDocument": POLICY}))
            .then(json!({"GroupName": "Example", "PolicyName": "Example"}))
    }
}
