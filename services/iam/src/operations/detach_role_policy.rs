use crate::{Iam, examples::role, holding, inputs::Attachment, managed, shapes::Nothing, state::RoleRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Detaches a managed policy from a role.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html>
pub struct DetachRolePolicy;

impl Operation for DetachRolePolicy {
    type Service = Iam;
    const NAME: &'static str = "DetachRolePolicy";
    const READ_ONLY: bool = false;
    type Input = Attachment<RoleRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:DetachRolePolicy")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::detach(call, input)
    }

    fn example() -> Example {
        let attachment = json!({"RoleName": "Example", "PolicyArn": managed::ADMINISTRATOR});
        role().after("iam:AttachRolePolicy", attachment.clone()).then(attachment)
    }
}
