use crate::{Iam, examples::user, holding, inputs::Attachment, managed, shapes::Nothing, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Detaches a managed policy from a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html>
pub struct DetachUserPolicy;

impl Operation for DetachUserPolicy {
    type Service = Iam;
    const NAME: &'static str = "DetachUserPolicy";
    const READ_ONLY: bool = false;
    type Input = Attachment<UserRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:DetachUserPolicy")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::detach(call, input)
    }

    fn example() -> Example {
        let attachment = json!({"UserName": "Example", "PolicyArn": managed::ADMINISTRATOR});
        user().after("iam:AttachUserPolicy", attachment.clone()).then(attachment)
    }
}
