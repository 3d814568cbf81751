use crate::{
    CloudFormation,
    error::{invalid, stack_with_id_missing},
    lifecycle::on_stack,
    names,
    shapes::ShownResource,
    state::RESOURCES,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Shows one resource of a stack.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResource.html>
pub struct DescribeStackResource;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    logical_resource_id: String,
}

/// The resource.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_resource_detail: ShownResource,
}

impl Operation for DescribeStackResource {
    type Service = CloudFormation;
    const NAME: &'static str = "DescribeStackResource";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_stack(view, "cloudformation:DescribeStackResource", &input.stack_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let stack = names::stack(&mut **call, &input.stack_name, stack_with_id_missing)?;
        let [account, uuid] = stack.key();
        let row = call.get(&RESOURCES, &[account, uuid, input.logical_resource_id.as_str()])?;
        let row = row.ok_or_else(|| invalid(format!("Resource {} does not exist for stack {}", input.logical_resource_id, stack.name)))?;
        Ok(Output { stack_resource_detail: ShownResource::detail(&stack, row) })
    }

    /// Succeeds when the stack of the call before has been made.
    fn example() -> Example {
        let (name, input) = super::example_stack();
        Example::of(json!({"StackName": "Example", "LogicalResourceId": "Logs"})).after(name, input)
    }
}
