use crate::{Iam, entity, examples::group, holding, inputs::ListedBelow, shapes::AttachedPolicies, state::GroupRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// The managed policies that are attached to a group.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedGroupPolicies.html>
pub struct ListAttachedGroupPolicies;

impl Operation for ListAttachedGroupPolicies {
    type Service = Iam;
    const NAME: &'static str = "ListAttachedGroupPolicies";
    const READ_ONLY: bool = true;
    type Input = ListedBelow<GroupRow>;
    type Output = AttachedPolicies;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<GroupRow>(facts, "iam:ListAttachedGroupPolicies", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::list_attached(call, input)
    }

    fn example() -> Example {
        group().then(json!({"GroupName": "Example"}))
    }
}
