use crate::{CloudFormation, error::stack_missing, lifecycle::on_stack, names};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives a stack's policy as it was set, if one was.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetStackPolicy.html>
pub struct GetStackPolicy;

/// The stack.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
}

/// Its policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_policy_body: Option<String>,
}

impl Operation for GetStackPolicy {
    type Service = CloudFormation;
    const NAME: &'static str = "GetStackPolicy";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_stack(view, "cloudformation:GetStackPolicy", &input.stack_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let stack = names::stack(&mut **call, &input.stack_name, stack_missing)?;
        Ok(Output { stack_policy_body: stack.policy })
    }

    fn example() -> Example {
        let (name, input) = super::example_stack();
        Example::of(json!({"StackName": "Example"})).after(name, input)
    }
}
