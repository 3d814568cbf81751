use crate::{
    CloudFormation,
    deployment_config::{self, DeploymentConfig},
    error::{constraint, invalid},
    lifecycle::{Keys, act, demands},
    names::StackName,
    nested,
    prepare::resources,
    status::StackStatus,
    workflow::{self, Phase},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Begins to delete a stack. One that is not there is fine.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html>
pub struct DeleteStack;

/// The stack.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    #[serde(default)]
    retain_resources: Vec<String>,
    #[serde(rename = "RoleARN")]
    role_arn: Option<Arn>,
    client_request_token: Option<String>,
    deletion_mode: Option<String>,
    deployment_config: Option<DeploymentConfig>,
}

impl Operation for DeleteStack {
    type Service = CloudFormation;
    const NAME: &'static str = "DeleteStack";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let stack = StackName::find(view, &input.stack_name)?;
        demands(view, "cloudformation:DeleteStack", &stack, &Keys { role: input.role_arn.as_ref(), ..Keys::default() })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<(), Error> {
        deployment_config::check(Self::NAME, input.deployment_config.as_ref())?;
        let force = match input.deletion_mode.as_deref() {
            None | Some("STANDARD") => false,
            Some("FORCE_DELETE_STACK") => true,
            Some(other) => {
                return Err(constraint("deletionMode", other, "satisfy enum value set: [STANDARD, FORCE_DELETE_STACK]"));
            }
        };
        let Some(mut stack) = StackName::find(&mut **call, &input.stack_name)?.load(&mut **call)? else { return Ok(()) };
        if matches!(stack.status, StackStatus::DeleteComplete | StackStatus::DeleteInProgress) {
            return Ok(());
        }
        if stack.termination_protection {
            return Err(invalid(format!("Stack [{}] cannot be deleted while TerminationProtection is enabled", stack.name)));
        }
        nested::check_protection(call, &stack)?;
        if !stack.status.deletable() {
            return Err(invalid(format!("Stack [{}] cannot be deleted while in status {}", stack.arn(), stack.status)));
        }
        if !input.retain_resources.is_empty() && stack.status != StackStatus::DeleteFailed {
            return Err(invalid("RetainResources can only be specified for stacks in DELETE_FAILED state"));
        }
        if force && stack.status != StackStatus::DeleteFailed {
            return Err(invalid("FORCE_DELETE_STACK can only be specified for stacks in DELETE_FAILED state"));
        }
        let present = resources(call, &stack)?;
        let unknown: Vec<&str> =
            input.retain_resources.iter().map(String::as_str).filter(|id| present.get(*id).is_none_or(|row| row.made.is_none())).collect();
        if !unknown.is_empty() {
            return Err(invalid(format!(
                "The following resource(s) to retain do not exist in stack {}: [{}]",
                stack.name,
                unknown.join(", ")
            )));
        }
        let under_way = matches!(stack.status, StackStatus::CreateInProgress | StackStatus::RollbackInProgress);
        act(call, &mut stack, input.role_arn, input.client_request_token)?;
        if stack.status == StackStatus::ReviewInProgress {
            // Nothing was made yet.
            workflow::gone(call, &mut stack)?;
            return stack.save(call);
        }
        stack.retain = input.retain_resources;
        stack.force_delete = force;
        stack.move_to(call, StackStatus::DeleteInProgress, Some("User Initiated".into()))?;
        stack.save(call)?;
        // Work that is under way sees the new status at its next step.
        if under_way { workflow::wake(call, &stack) } else { workflow::start(call, &stack, Phase::Delete) }
    }

    fn example() -> Example {
        let (name, input) = super::example_stack();
        Example::of(json!({"StackName": "Example"})).after(name, input)
    }
}
