use crate::{Iam, examples::user, holding, inputs::Attachment, managed, shapes::Nothing, state::UserRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Attaches a managed policy to a user.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html>
pub struct AttachUserPolicy;

impl Operation for AttachUserPolicy {
    type Service = Iam;
    const NAME: &'static str = "AttachUserPolicy";
    const READ_ONLY: bool = false;
    type Input = Attachment<UserRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:AttachUserPolicy")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::attach(call, input)
    }

    fn example() -> Example {
        user().then(json!({"UserName": "Example", "PolicyArn": managed::ADMINISTRATOR}))
    }
}
