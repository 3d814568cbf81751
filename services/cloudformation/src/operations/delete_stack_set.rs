use crate::{
    CloudFormation,
    stack_sets::{SET_NAMES, SET_TEMPLATES, SetStatus, check_call_as, example_set, find, instances, on_set, operations},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a stack set that has no instances.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStackSet.html>
pub struct DeleteStackSet;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_set_name: String,
    call_as: Option<String>,
}

/// No members.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {}

impl Operation for DeleteStackSet {
    type Service = CloudFormation;
    const NAME: &'static str = "DeleteStackSet";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_set(view, "cloudformation:DeleteStackSet", &input.stack_set_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        check_call_as(Self::NAME, input.call_as.as_deref())?;
        let found = find(&mut **call, &input.stack_set_name)?.filter(|set| set.status == SetStatus::Active);
        let Some(mut set) = found else { return Ok(Output {}) };
        if let Some(open) = operations(call, &set)?.into_iter().find(|operation| operation.status.is_open()) {
            let message = format!("Another Operation on StackSet {} is in progress: {}", set.arn(), open.id);
            return Err(Error::new("OperationInProgressException", message).status(409));
        }
        if !instances(call, &set)?.is_empty() {
            return Err(Error::new("StackSetNotEmptyException", "StackSet is not empty").status(409));
        }
        call.delete(&SET_NAMES, &[set.account.as_str(), set.region.as_str(), set.name.as_str()]);
        call.delete(&SET_TEMPLATES, &set.key());
        set.status = SetStatus::Deleted;
        set.save(call)?;
        Ok(Output {})
    }

    fn example() -> Example {
        let (name, input) = example_set();
        Example::of(json!({"StackSetName": "Example"})).after(name, input)
    }
}
