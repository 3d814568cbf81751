use crate::{Iam, examples::role, holding, inputs::Bounded, managed, shapes::Nothing, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Sets the permissions boundary of a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html>
pub struct PutRolePermissionsBoundary;

impl Operation for PutRolePermissionsBoundary {
    type Service = Iam;
    const NAME: &'static str = "PutRolePermissionsBoundary";
    const READ_ONLY: bool = false;
    type Input = Bounded<RoleRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:PutRolePermissionsBoundary")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::put_boundary(call, input)
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "PermissionsBoundary": managed::ADMINISTRATOR}))
    }
}
