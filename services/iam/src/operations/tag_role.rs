use crate::{Iam, examples::role, holding, inputs::Tagged, shapes::Nothing, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Sets tags of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html>
pub struct TagRole;

impl Operation for TagRole {
    type Service = Iam;
    const NAME: &'static str = "TagRole";
    const READ_ONLY: bool = false;
    type Input = Tagged<RoleRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:TagRole")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::tag(call, input)
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "Tags": [{"Key": "team", "Value": "a"}]}))
    }
}
