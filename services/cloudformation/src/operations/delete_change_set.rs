use crate::{
    CloudFormation,
    error::{change_set_missing, invalid_change_set_status, stack_missing},
    lifecycle::{Keys, demands, drop_change_set},
    names, nested,
    state::ExecutionStatus,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a change set. One that is not there is fine.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteChangeSet.html>
pub struct DeleteChangeSet;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    change_set_name: String,
    stack_name: Option<String>,
}

/// No members.
#[derive(Debug, Serialize)]
pub struct Output {}

impl Operation for DeleteChangeSet {
    type Service = CloudFormation;
    const NAME: &'static str = "DeleteChangeSet";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let stack = names::stack_of_change_set(view, &input.change_set_name, input.stack_name.as_deref())?;
        demands(view, "cloudformation:DeleteChangeSet", &stack, &Keys { change_set: Some(&input.change_set_name), ..Keys::default() })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let named = names::stack_of_change_set(&mut **call, &input.change_set_name, input.stack_name.as_deref())?;
        let missing = || input.stack_name.as_deref().map_or_else(|| change_set_missing(&input.change_set_name), stack_missing);
        let stack = named.load(&mut **call)?.ok_or_else(missing)?;
        let found = match names::change_set(call, &stack, &input.change_set_name) {
            Ok(found) => found,
            Err(error) if error.code == "ChangeSetNotFound" => return Ok(Output {}),
            Err(error) => return Err(error),
        };
        if found.execution_of(&stack) == ExecutionStatus::ExecuteInProgress {
            return Err(invalid_change_set_status(format!("ChangeSet [{}] cannot be deleted while it is executed", found.arn)));
        }
        nested::refuse_alone(call, &found, "deleted")?;
        drop_change_set(call, &stack, &found)?;
        Ok(Output {})
    }

    fn example() -> Example {
        let (name, input) = super::example_change_set();
        Example::of(json!({"StackName": "Example", "ChangeSetName": "first"})).after(name, input)
    }
}
