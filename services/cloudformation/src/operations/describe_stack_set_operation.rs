use crate::{
    CloudFormation,
    stack_sets::{ShownOperation, after_instances, check_call_as, on_set, operation, set},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Shows an operation on a stack set.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackSetOperation.html>
pub struct DescribeStackSetOperation;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_set_name: String,
    operation_id: String,
    call_as: Option<String>,
}

/// The operation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_set_operation: ShownOperation,
}

impl Operation for DescribeStackSetOperation {
    type Service = CloudFormation;
    const NAME: &'static str = "DescribeStackSetOperation";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_set(view, "cloudformation:DescribeStackSetOperation", &input.stack_set_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let found = set(&mut **call, &input.stack_set_name)?;
        let one = operation(call, &found, &input.operation_id)?;
        Ok(Output { stack_set_operation: ShownOperation::whole(&found, one) })
    }

    fn example() -> Example {
        after_instances(json!({"StackSetName": "Example", "OperationId": "first"}))
    }
}
