use crate::{
    CloudFormation,
    error::{constraint, invalid, stack_missing},
    lifecycle::on_stack,
    names,
    prepare::resources,
    status::ResourceStatus,
    waiting::{self, CONDITION, HANDLE, Signal, Target},
};
use base::Secret;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Signals a resource with a creation policy that it succeeded or failed.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_SignalResource.html>
///
/// A PUT to a wait condition handle's URL comes here too, with the URL's signature and what AWS's clients cannot send: on AWS S3
/// takes it. The handle's own policy lets anyone signal who has the whole URL.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-waitcondition.html>
pub struct SignalResource;

/// The signal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    stack_name: String,
    logical_resource_id: String,
    unique_id: String,
    status: String,
    /// Of a handle's URL.
    signature: Option<Secret<String>>,
    data: Option<String>,
    reason: Option<String>,
}

/// The handle that a signed signal is for.
fn handle(input: &Input) -> Result<Target, Error> {
    let arn = format!("{}/{}", input.stack_name, input.logical_resource_id).parse().ok();
    arn.as_ref()
        .and_then(Target::of_arn)
        .ok_or_else(|| invalid("This is not the URL of a wait condition handle: give the handle's Ref as it is, the part after '?' too"))
}

impl Operation for SignalResource {
    type Service = CloudFormation;
    const NAME: &'static str = "SignalResource";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = ();

    fn demands(input: &Input, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        let Some(signature) = &input.signature else { return on_stack(view, "cloudformation:SignalResource", &input.stack_name) };
        let target = handle(input)?;
        let row = target.resource(view)?.filter(|row| row.resource_type == HANDLE);
        let own = row.and_then(|row| row.made).and_then(|made| Some(Target::of_url(&made.physical_id)?.1));
        let signed = own.is_some_and(|own| waiting::same(signature.expose(), &own));
        Ok(Demand::new("cloudformation:SignalResource", target.arn()).with("cloudformation:HandleSigned", signed.to_string()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<(), Error> {
        let success = match input.status.as_str() {
            "SUCCESS" => true,
            "FAILURE" => false,
            other => return Err(constraint("status", other, "satisfy enum value set: [SUCCESS, FAILURE]")),
        };
        if input.signature.is_some() {
            let target = handle(&input)?;
            target
                .resource(call)?
                .filter(|row| row.resource_type == HANDLE)
                .ok_or_else(|| invalid(format!("Resource {} does not exist for stack {}", input.logical_resource_id, input.stack_name)))?;
            let signal = Signal { success, reason: input.reason.unwrap_or_default(), data: input.data.unwrap_or_default() };
            // A signal that is sent again changes nothing.
            return waiting::signal(call, &target, &input.unique_id, &signal).map(|_| ());
        }
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
