use crate::{Iam, examples::group, holding, inputs::Attachment, managed, shapes::Nothing, state::GroupRow};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::json;

/// Attaches a managed policy to a group.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachGroupPolicy.html>
pub struct AttachGroupPolicy;

impl Operation for AttachGroupPolicy {
    type Service = Iam;
    const NAME: &'static str = "AttachGroupPolicy";
    const READ_ONLY: bool = false;
    type Input = Attachment<GroupRow>;
    type Output = Nothing;

    fn demands(input: &Self::Input, facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        input.demands(facts, "iam:AttachGroupPolicy")
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Self::Input) -> Result<Self::Output, Error> {
        holding::attach(call, input)
    }

    fn example() -> Example {
        group().then(json!({"GroupName": "Example", "PolicyArn": managed::ADMINISTRATOR}))
    }
}
