use crate::{
    CloudFormation,
    error::{invalid, stack_missing},
    lifecycle::on_stack,
    names,
    status::StackStatus,
    workflow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Turns back an update that is under way.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html>
pub struct CancelUpdateStack;

/// The stack.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    client_request_token: Option<String>,
}

impl Operation for CancelUpdateStack {
    type Service = CloudFormation;
    const NAME: &'static str = "CancelUpdateStack";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_stack(view, "cloudformation:CancelUpdateStack", &input.stack_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<(), Error> {
        let mut stack = names::stack(&mut **call, &input.stack_name, stack_missing)?;
        if stack.status != StackStatus::UpdateInProgress || stack.current.is_none() {
            return Err(invalid("CancelUpdateStack cannot be called from current stack status"));
        }
        if stack.is_held() {
            return Err(invalid("CancelUpdateStack cannot be invoked on child stacks"));
        }
        if input.client_request_token.is_some() {
            stack.client_request_token = input.client_request_token;
        }
        // The work sees it before it goes on.
        stack.move_to(call, StackStatus::UpdateRollbackInProgress, Some("User Initiated".into()))?;
        stack.save(call)?;
        workflow::wake(call, &stack)
    }

    /// While an update waits at its end for somebody to look at it.
    fn example() -> Example {
        let (name, input) = super::example_stack();
        let mut updated = input.clone();
        updated["Tags"] = json!([{"Key": "team", "Value": "delivery"}]);
        updated["RollbackConfiguration"] = json!({"MonitoringTimeInMinutes": 5});
        Example::of(json!({"StackName": "Example"})).after(name, input).after("cloudformation:UpdateStack", updated)
    }
}
