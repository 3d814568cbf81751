use crate::{
    CloudFormation,
    error::{invalid, stack_missing},
    lifecycle::{Keys, act, demands},
    names::{self, StackName},
    status::StackStatus,
    workflow::{self, Phase},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Brings a stack whose creation or update failed, and was left as it was, back to where it was last whole.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html>
pub struct RollbackStack;

/// The stack.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    #[serde(rename = "RoleARN")]
    role_arn: Option<Arn>,
    client_request_token: Option<String>,
    retain_except_on_create: Option<bool>,
}

/// Its id.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_id: Arn,
}

impl Operation for RollbackStack {
    type Service = CloudFormation;
    const NAME: &'static str = "RollbackStack";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let stack = StackName::find(view, &input.stack_name)?;
        demands(view, "cloudformation:RollbackStack", &stack, &Keys { role: input.role_arn.as_ref(), ..Keys::default() })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let mut stack = names::stack(&mut **call, &input.stack_name, stack_missing)?;
        if !stack.status.left_as_it_was() {
            return Err(invalid(format!("Stack:{} is in {} state and can not be rolled back.", stack.arn(), stack.status)));
        }
        act(call, &mut stack, input.role_arn, input.client_request_token)?;
        stack.retain_except_on_create = input.retain_except_on_create == Some(true);
        // A stack that was never whole has nothing to go back to.
        let (status, phase) = match stack.current {
            Some(_) => (StackStatus::UpdateRollbackInProgress, Phase::UpdateRollback),
            None => (StackStatus::RollbackInProgress, Phase::Rollback),
        };
        stack.move_to(call, status, Some("User Initiated".into()))?;
        stack.save(call)?;
        workflow::start(call, &stack, phase)?;
        Ok(Output { stack_id: stack.arn() })
    }

    /// After a creation that failed at a group's retention.
    fn example() -> Example {
        let template = format!("{}      RetentionInDays: 4\n", super::EXAMPLE);
        let failed = json!({"StackName": "Example", "TemplateBody": template, "DisableRollback": true});
        Example::of(json!({"StackName": "Example"})).after("cloudformation:CreateStack", failed)
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let template = format!("{}      RetentionInDays: 4\n", super::EXAMPLE);
        let failed = json!({"StackName": "Example", "TemplateBody": template, "DisableRollback": true});
        let example = super::example_with_role(json!({"StackName": "Example"}));
        vec![("with a role", example.after("cloudformation:CreateStack", failed).inside(["sts:AssumeRole"]))]
    }
}
