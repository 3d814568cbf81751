use crate::{
    CloudFormation,
    error::stack_with_id_missing,
    lifecycle::on_stack,
    names,
    shapes::{PAGE, ShownResource, StackPage, page},
    state::RESOURCES,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// Lists a stack's resources.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html>
pub struct ListStackResources;

/// The resources.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_resource_summaries: Vec<ShownResource>,
    next_token: Option<String>,
}

impl Operation for ListStackResources {
    type Service = CloudFormation;
    const NAME: &'static str = "ListStackResources";
    const READ_ONLY: bool = true;
    type Input = StackPage;
    type Output = Output;

    fn demands(input: &StackPage, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_stack(view, "cloudformation:ListStackResources", &input.stack_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: StackPage) -> Result<Output, Error> {
        let stack = names::stack(&mut **call, &input.stack_name, stack_with_id_missing)?;
        let rows = call.scan(&RESOURCES, &stack.key())?;
        let (rows, next_token) = page(rows, input.next_token.as_deref(), PAGE)?;
        Ok(Output { stack_resource_summaries: rows.into_iter().map(|(_, row)| ShownResource::summary(row)).collect(), next_token })
    }

    fn example() -> Example {
        let (name, input) = super::example_stack();
        Example::of(json!({"StackName": "Example"})).after(name, input)
    }
}
