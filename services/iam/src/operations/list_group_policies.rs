use crate::{Iam, entity, examples::group, holding, inputs::Listed, shapes::PolicyNames, state::GroupRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// The names of a group's inline policies.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html>
pub struct ListGroupPolicies;

impl Operation for ListGroupPolicies {
    type Service = Iam;
    const NAME: &'static str = "ListGroupPolicies";
    const READ_ONLY: bool = true;
    type Input = Listed<GroupRow>;
    type Output = PolicyNames;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<GroupRow>(facts, "iam:ListGroupPolicies", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::list_inline(call, input)
    }

    fn example() -> Example {
        group().then(json!({"GroupName": "Example"}))
    }
}
