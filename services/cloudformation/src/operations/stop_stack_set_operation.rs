use crate::{
    CloudFormation,
    stack_sets::{OperationStatus, active, check_call_as, on_set, operation, waiting_instance, wake},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Stops an operation on a stack set: what is under way comes to its end, the rest is cancelled.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StopStackSetOperation.html>
pub struct StopStackSetOperation;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_set_name: String,
    operation_id: String,
    call_as: Option<String>,
}

/// No members.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {}

impl Operation for StopStackSetOperation {
    type Service = CloudFormation;
    const NAME: &'static str = "StopStackSetOperation";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_set(view, "cloudformation:StopStackSetOperation", &input.stack_set_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let found = active(&mut **call, &input.stack_set_name)?;
        let mut one = operation(call, &found, &input.operation_id)?;
        match one.status {
            OperationStatus::Running => {
                one.status = OperationStatus::Stopping;
                one.save(call, &found)?;
                wake(call, &found, &one.id)?;
            }
            OperationStatus::Stopping => {}
            status => {
                let word = serde_json::to_value(status).ok().and_then(|word| word.as_str().map(str::to_string)).unwrap_or_default();
                return Err(Error::new(
                    "InvalidOperationException",
                    format!("Operation {} is in {word} state and cannot be stopped", one.id),
                ));
            }
        }
        Ok(Output {})
    }

    fn example() -> Example {
        waiting_instance(json!({"StackSetName": "Example", "OperationId": "first"}))
    }
}
