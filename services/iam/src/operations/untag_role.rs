use crate::{Iam, examples::role, holding, inputs::Untagged, shapes::Nothing, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Removes tags of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html>
pub struct UntagRole;

impl Operation for UntagRole {
    type Service = Iam;
    const NAME: &'static str = "UntagRole";
    const READ_ONLY: bool = false;
    type Input = Untagged<RoleRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:UntagRole")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::untag(call, input)
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "TagKeys": ["team"]}))
    }
}
