use crate::{
    CloudFormation,
    error::{change_set_missing, invalid, invalid_change_set_status, not_updatable, stack_missing},
    lifecycle::{Keys, act, begin_version, check_updatable, demands, drop_change_sets},
    names, nested,
    state::{CHANGE_SETS, ChangeSetStatus, ChangeSetType, ExecutionStatus, OnFailure},
    status::StackStatus,
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Begins to make the changes of a change set.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html>
pub struct ExecuteChangeSet;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    change_set_name: String,
    stack_name: Option<String>,
    client_request_token: Option<String>,
    disable_rollback: Option<bool>,
    retain_except_on_create: Option<bool>,
    /// A nested one is executed as part of its root.
    #[serde(skip)]
    by_parent: bool,
}

impl Input {
    /// The execution of a nested change set, with its parent's.
    pub(crate) fn nested(change_set: &Arn, disable_rollback: bool, token: Option<String>) -> Self {
        Self {
            change_set_name: change_set.to_string(),
            stack_name: None,
            client_request_token: token,
            disable_rollback: disable_rollback.then_some(true),
            retain_except_on_create: None,
            by_parent: true,
        }
    }
}

/// No members.
#[derive(Debug, Serialize)]
pub struct Output {}

impl Operation for ExecuteChangeSet {
    type Service = CloudFormation;
    const NAME: &'static str = "ExecuteChangeSet";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let stack = names::stack_of_change_set(view, &input.change_set_name, input.stack_name.as_deref())?;
        demands(view, "cloudformation:ExecuteChangeSet", &stack, &Keys { change_set: Some(&input.change_set_name), ..Keys::default() })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let named = names::stack_of_change_set(&mut **call, &input.change_set_name, input.stack_name.as_deref())?;
        let missing = || input.stack_name.as_deref().map_or_else(|| change_set_missing(&input.change_set_name), stack_missing);
        let mut stack = named.load(&mut **call)?.ok_or_else(missing)?;
        let mut found = names::change_set(call, &stack, &input.change_set_name)?;
        if input.disable_rollback.is_some() && found.on_failure.is_some() {
            return Err(invalid("You cannot specify DisableRollback when OnStackFailure was specified for the change set."));
        }
        if !input.by_parent {
            nested::refuse_alone(call, &found, "executed")?;
        }
        if found.status != ChangeSetStatus::CreateComplete {
            return Err(invalid_change_set_status(format!(
                "ChangeSet [{}] cannot be executed in its current status of [FAILED]",
                found.arn
            )));
        }
        let execution = found.execution_of(&stack);
        if execution != ExecutionStatus::Available {
            let word = serde_json::to_value(execution).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default();
            return Err(invalid_change_set_status(format!(
                "ChangeSet [{}] cannot be executed in its current execution status of [{word}]",
                found.arn
            )));
        }
        let on_failure = match input.disable_rollback {
            Some(true) => OnFailure::DoNothing,
            _ => found.on_failure.unwrap_or_default(),
        };
        match (found.kind, stack.status) {
            (ChangeSetType::Create, StackStatus::ReviewInProgress) => stack.updated = Some(call.now()),
            (ChangeSetType::Update, _) => check_updatable(&stack, on_failure == OnFailure::DoNothing)?,
            _ => return Err(not_updatable(&stack)),
        }
        stack.on_failure = on_failure;
        stack.retain_except_on_create = input.retain_except_on_create == Some(true);
        stack.monitoring_minutes = found.monitoring_minutes.or(stack.monitoring_minutes);
        stack.policy_during_update = None;
        stack.change_set = Some(found.arn.clone());
        act(call, &mut stack, found.role_arn.clone(), input.client_request_token)?;
        drop_change_sets(call, &stack, Some(&found.uuid))?;
        found.execution = ExecutionStatus::ExecuteInProgress;
        let [account, uuid] = stack.key();
        call.put(&CHANGE_SETS, &[account, uuid, found.uuid.as_str()], &found)?;
        begin_version(call, &mut stack, found.version)?;
        Ok(Output {})
    }

    fn example() -> Example {
        let (name, input) = super::example_change_set();
        Example::of(json!({"StackName": "Example", "ChangeSetName": "first"})).after(name, input)
    }
}
