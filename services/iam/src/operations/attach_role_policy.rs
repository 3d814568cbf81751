use crate::{Iam, examples::role, holding, inputs::Attachment, managed, shapes::Nothing, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Attaches a managed policy to a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html>
pub struct AttachRolePolicy;

impl Operation for AttachRolePolicy {
    type Service = Iam;
    const NAME: &'static str = "AttachRolePolicy";
    const READ_ONLY: bool = false;
    type Input = Attachment<RoleRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:AttachRolePolicy")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::attach(call, input)
    }

    fn example() -> Example {
        role().then(json!({"RoleName": "Example", "PolicyArn": managed::ADMINISTRATOR}))
    }
}
