use crate::{
    CloudFormation,
    stack_sets::{ShownOperation, after_instances, check_call_as, on_set, operations, page, set},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the operations on a stack set.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackSetOperations.html>
pub struct ListStackSetOperations;

/// Which set.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_set_name: String,
    next_token: Option<String>,
    max_results: Option<usize>,
    call_as: Option<String>,
}

/// The operations, newest first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    summaries: Vec<ShownOperation>,
    next_token: Option<String>,
}

impl Operation for ListStackSetOperations {
    type Service = CloudFormation;
    const NAME: &'static str = "ListStackSetOperations";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_set(view, "cloudformation:ListStackSetOperations", &input.stack_set_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let found = set(&mut **call, &input.stack_set_name)?;
        let (all, next_token) = page(operations(call, &found)?, input.next_token.as_deref(), input.max_results)?;
        Ok(Output { summaries: all.into_iter().map(ShownOperation::summary).collect(), next_token })
    }

    fn example() -> Example {
        after_instances(json!({"StackSetName": "Example"}))
    }
}
