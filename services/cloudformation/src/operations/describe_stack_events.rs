use crate::{
    CloudFormation,
    error::{invalid, stack_missing},
    lifecycle::on_stack,
    names,
    shapes::{PAGE, StackPage},
    state::EVENTS,
};
use base::{Arn, IsoTime};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::Serialize;
use serde_json::json;

/// Tells what happened to a stack, newest first.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html>
pub struct DescribeStackEvents;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct StackEvent {
    stack_id: Arn,
    event_id: String,
    stack_name: String,
    logical_resource_id: String,
    physical_resource_id: String,
    resource_type: String,
    timestamp: IsoTime,
    resource_status: String,
    resource_status_reason: Option<String>,
    resource_properties: Option<String>,
    client_request_token: Option<String>,
}

/// The events.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    stack_events: Vec<StackEvent>,
    next_token: Option<String>,
}

impl Operation for DescribeStackEvents {
    type Service = CloudFormation;
    const NAME: &'static str = "DescribeStackEvents";
    const READ_ONLY: bool = true;
    type Input = StackPage;
    type Output = Output;

    fn demands(input: &StackPage, view: &mut View<'_, CloudFormation>) -> Result<Demands, Error> {
        on_stack(view, "cloudformation:DescribeStackEvents", &input.stack_name)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: StackPage) -> Result<Output, Error> {
        let stack = names::stack(&mut **call, &input.stack_name, stack_missing)?;
        if input.next_token.as_ref().is_some_and(|token| token.len() != 20 || !token.bytes().all(|b| b.is_ascii_digit())) {
            return Err(invalid("NextToken is not one that was given"));
        }
        let from = input.next_token.as_deref().map(|token| [token]);
        let mut rows = call.page(&EVENTS, &stack.key(), from.as_ref().map(|f| f.as_slice()), PAGE + 1, true)?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next_token = rows.last().filter(|_| more).and_then(|(key, _)| key.last().cloned());
        let shown = |(_, event): (Vec<String>, crate::state::Event)| StackEvent {
            stack_id: stack.arn(),
            event_id: event.id,
            stack_name: stack.name.clone(),
            logical_resource_id: event.logical_id,
            physical_resource_id: event.physical_id,
            resource_type: event.resource_type,
            timestamp: IsoTime(event.time),
            resource_status: event.status,
            resource_status_reason: event.reason,
            resource_properties: event.properties,
            client_request_token: event.token,
        };
        Ok(Output { stack_events: rows.into_iter().map(shown).collect(), next_token })
    }

    fn example() -> Example {
        let (name, input) = super::example_stack();
        Example::of(json!({"StackName": "Example"})).after(name, input)
    }
}
