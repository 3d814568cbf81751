use crate::{Iam, entity, examples::user, holding, inputs::Listed, shapes::PolicyNames, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// The names of a user's inline policies.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html>
pub struct ListUserPolicies;

impl Operation for ListUserPolicies {
    type Service = Iam;
    const NAME: &'static str = "ListUserPolicies";
    const READ_ONLY: bool = true;
    type Input = Listed<UserRow>;
    type Output = PolicyNames;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(entity::demand::<UserRow>(facts, "iam:ListUserPolicies", &input.of)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::list_inline(call, input)
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example"}))
    }
}
