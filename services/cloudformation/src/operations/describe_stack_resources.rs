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

/// Shows a stack's resources.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html>
pub struct DescribeStackResources;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: Option<String>,
    logical_resource_id: Option<String>,
    physical_resource_id: Option<String>,
}

/// The resources.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_resources: Vec<ShownResource>,
}

fn named(input: &Input) -> Result<&str, Error> {
    match (&input.stack_name, &input.physical_resource_id) {
        (Some(name), None) => Ok(name),
        (None, None) => Err(invalid("Either StackName or PhysicalResourceId must be specified")),
        (_, Some(_)) => Err(Error::not_implemented("cloudformation:DescribeStackResources with PhysicalResourceId")),
    }
}

impl Operation for DescribeStackResources {
    type Service = CloudFormation;
    const NAME: &'static str = "DescribeStackResources";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_stack(view, "cloudformation:DescribeStackResources", named(input)?)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let stack = names::stack(&mut **call, named(&input)?, stack_with_id_missing)?;
        let rows = call.scan(&RESOURCES, &stack.key())?.into_iter().map(|(_, row)| row);
        let wanted = rows.filter(|row| input.logical_resource_id.as_ref().is_none_or(|id| *id == row.logical_id));
        Ok(Output { stack_resources: wanted.map(|row| ShownResource::plain(&stack, row)).collect() })
    }

    fn example() -> Example {
        let (name, input) = super::example_stack();
        Example::of(json!({"StackName": "Example"})).after(name, input)
    }
}
