use crate::{
    CloudFormation,
    error::stack_with_id_missing,
    lifecycle::{Keys, demands},
    names::{self, StackName},
    shapes::{ShownResource, page},
    state::RESOURCES,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists a stack's resources.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html>
pub struct ListStackResources;

/// The stack.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    next_token: Option<String>,
}

/// The resources.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_resource_summaries: Vec<ShownResource>,
    next_token: Option<String>,
}

const PAGE: usize = 100;

impl Operation for ListStackResources {
    type Service = CloudFormation;
    const NAME: &'static str = "ListStackResources";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let stack = StackName::find(view, &input.stack_name)?;
        demands(view, "cloudformation:ListStackResources", &stack, &Keys::default())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
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
