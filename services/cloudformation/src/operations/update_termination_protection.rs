use crate::{
    CloudFormation,
    error::{invalid, stack_missing},
    lifecycle::on_stack,
    names,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Says whether a stack can be deleted.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateTerminationProtection.html>
pub struct UpdateTerminationProtection;

/// The stack.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    enable_termination_protection: bool,
}

/// Its id.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_id: Arn,
}

impl Operation for UpdateTerminationProtection {
    type Service = CloudFormation;
    const NAME: &'static str = "UpdateTerminationProtection";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_stack(view, "cloudformation:UpdateTerminationProtection", &input.stack_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut stack = names::stack(&mut **call, &input.stack_name, stack_missing)?;
        if let Some(nesting) = &stack.nesting {
            return Err(invalid(format!(
                "Termination protection cannot be updated on nested stack [{}]; update it on its root stack [{}]",
                stack.name, nesting.root
            )));
        }
        stack.termination_protection = input.enable_termination_protection;
        stack.save(call)?;
        Ok(Output { stack_id: stack.arn() })
    }

    fn example() -> Example {
        let (name, input) = super::example_stack();
        Example::of(json!({"StackName": "Example", "EnableTerminationProtection": true})).after(name, input)
    }
}
