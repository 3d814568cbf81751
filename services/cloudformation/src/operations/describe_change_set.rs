use crate::{
    CloudFormation,
    changes::Change,
    error::{change_set_missing, stack_missing},
    lifecycle::{Keys, demands},
    names, nested,
    options::RollbackConfiguration,
    shapes::{ShownParameter, page, parameters},
    state::{ChangeSetStatus, ExecutionStatus, OnFailure, Tag},
};
use base::{Arn, IsoTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Shows a change set with its changes.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html>
pub struct DescribeChangeSet;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    change_set_name: String,
    stack_name: Option<String>,
    next_token: Option<String>,
    include_property_values: Option<bool>,
}

/// The change set.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    change_set_name: String,
    change_set_id: Arn,
    stack_id: Arn,
    stack_name: String,
    description: Option<String>,
    parameters: Vec<ShownParameter>,
    creation_time: IsoTime,
    execution_status: ExecutionStatus,
    status: ChangeSetStatus,
    status_reason: Option<String>,
    #[serde(rename = "NotificationARNs")]
    notification_arns: Vec<String>,
    capabilities: Vec<String>,
    tags: Vec<Tag>,
    on_stack_failure: Option<OnFailure>,
    rollback_configuration: RollbackConfiguration,
    changes: Vec<Change>,
    next_token: Option<String>,
    include_nested_stacks: bool,
    parent_change_set_id: Option<Arn>,
    root_change_set_id: Option<Arn>,
}

const PAGE: usize = 100;

impl Operation for DescribeChangeSet {
    type Service = CloudFormation;
    const NAME: &'static str = "DescribeChangeSet";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let stack = names::stack_of_change_set(view, &input.change_set_name, input.stack_name.as_deref())?;
        demands(view, "cloudformation:DescribeChangeSet", &stack, &Keys { change_set: Some(&input.change_set_name), ..Keys::default() })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let named = names::stack_of_change_set(&mut **call, &input.change_set_name, input.stack_name.as_deref())?;
        let missing = || input.stack_name.as_deref().map_or_else(|| change_set_missing(&input.change_set_name), stack_missing);
        let stack = named.load(&mut **call)?.ok_or_else(missing)?;
        let found = names::change_set(call, &stack, &input.change_set_name)?;
        let root_change_set_id = nested::root(call, &found)?;
        let execution_status = found.execution_of(&stack);
        let (changes, next_token) = page(found.changes, input.next_token.as_deref(), PAGE)?;
        let shown = if input.include_property_values == Some(true) { Change::with_values } else { Change::without_values };
        Ok(Output {
            change_set_name: found.name,
            change_set_id: found.arn,
            stack_id: stack.arn(),
            description: found.description,
            parameters: parameters(Some(&found.version)),
            creation_time: IsoTime(found.created),
            execution_status,
            status: found.status,
            status_reason: found.reason,
            notification_arns: Vec::new(),
            capabilities: found.version.capabilities,
            tags: found.version.tags,
            on_stack_failure: found.on_failure,
            rollback_configuration: RollbackConfiguration::shown(found.monitoring_minutes),
            changes: changes.into_iter().map(shown).collect(),
            next_token,
            include_nested_stacks: found.nested,
            parent_change_set_id: found.parent,
            root_change_set_id,
            stack_name: stack.name,
        })
    }

    fn example() -> Example {
        let (name, input) = super::example_change_set();
        Example::of(json!({"StackName": "Example", "ChangeSetName": "first"})).after(name, input)
    }
}
