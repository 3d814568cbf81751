use crate::{
    CloudFormation,
    error::{constraint, invalid, stack_missing},
    lifecycle::on_stack,
    names,
    prepare::resources,
    status::ResourceStatus,
    waiting::{self, CONDITION, Signal, Target},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Signals a resource with a creation policy that it succeeded or failed.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_SignalResource.html>
pub struct SignalResource;

/// The signal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    logical_resource_id: String,
    unique_id: String,
    status: String,
}

impl Operation for SignalResource {
    type Service = CloudFormation;
    const NAME: &'static str = "SignalResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_stack(view, "cloudformation:SignalResource", &input.stack_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<(), Error> {
        let success = match input.status.as_str() {
            "SUCCESS" => true,
            "FAILURE" => false,
            other => return Err(constraint("status", other, "satisfy enum value set: [SUCCESS, FAILURE]")),
        };
        let stack = names::stack(&mut **call, &input.stack_name, stack_missing)?;
        let id = &input.logical_resource_id;
        let row = resources(call, &stack)?.remove(id);
        let row = row.ok_or_else(|| invalid(format!("Resource {id} does not exist for stack {}", stack.name)))?;
        if row.status != ResourceStatus::CreateInProgress || row.resource_type != CONDITION {
            return Err(invalid(format!("Resource {id} is in {} state and cannot be signaled", row.status)));
        }
        let signal = Signal { success, reason: String::new(), data: String::new() };
        match waiting::signal(call, &Target::of(&stack, id), &input.unique_id, &signal)? {
            true => Ok(()),
            false => Err(invalid(format!(
                "Signal with ID {} for resource {id} already exists. Signals may only be updated with a FAILURE status.",
                input.unique_id
            ))),
        }
    }

    fn example() -> Example {
        const WAITS: &str =
            "Resources:\n  Wait:\n    Type: AWS::CloudFormation::WaitCondition\n    CreationPolicy: {ResourceSignal: {Timeout: PT1H}}\n";
        Example::of(json!({"StackName": "Example", "LogicalResourceId": "Wait", "UniqueId": "one", "Status": "SUCCESS"}))
            .after("cloudformation:CreateStack", json!({"StackName": "Example", "TemplateBody": WAITS}))
    }
}
