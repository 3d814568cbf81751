use crate::{Iam, examples::group, holding, inputs::Attachment, managed, shapes::Nothing, state::GroupRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Detaches a managed policy from a group.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachGroupPolicy.html>
pub struct DetachGroupPolicy;

impl Operation for DetachGroupPolicy {
    type Service = Iam;
    const NAME: &'static str = "DetachGroupPolicy";
    const READ_ONLY: bool = false;
    type Input = Attachment<GroupRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:DetachGroupPolicy")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::detach(call, input)
    }

    fn example() -> Example {
        let attachment = json!({"GroupName": "Example", "PolicyArn": managed::ADMINISTRATOR});
        group().after("iam:AttachGroupPolicy", attachment.clone()).then(attachment)
    }
}
