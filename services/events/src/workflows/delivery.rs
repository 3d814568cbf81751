//! One event to one target: the call that it takes, as the target's role.
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>

use crate::{
    Events, PutEvents, PutEventsInput,
    state::RuleRow,
    targets::{Kind, Target},
};
use base::{Arn, Timestamp};
use durable::{Next, Work, Workflow};
use event_pattern::Told;
use gate::{Actor, Error, Scope, ServiceEvent};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Gives an event to a target.
pub(crate) struct Delivery;

/// What goes where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    rule: Arn,
    rule_name: String,
    target: Target,
    event: Value,
    hops: u8,
    since: Timestamp,
    attempts: u32,
}

/// AWS's limits, where the target has none of its own.
const ATTEMPTS: u32 = 185;
const AGE: u64 = 24 * 60 * 60;
const LONGEST_PAUSE: u64 = 15 * 60;
/// Buses that send to each other do so no further.
const MOST_HOPS: u8 = 5;

/// Starts a delivery.
pub(crate) fn start(scope: &mut Scope<'_, Events>, rule: &RuleRow, target: &Target, event: &Value, hops: u8) -> Result<(), Error> {
    let state = State {
        rule: rule.arn.clone(),
        rule_name: rule.name.clone(),
        target: target.clone(),
        event: event.clone(),
        hops,
        since: scope.now(),
        attempts: 0,
    };
    let id = format!("events/delivery/{}", base::uuid_v7(scope.entropy(), scope.now()));
    durable::start::<Delivery>(scope, &id, rule.account, &state)
}

impl Workflow for Delivery {
    type Service = Events;
    const NAME: &'static str = "Delivery";
    type State = State;

    fn token() -> Events {
        Events(())
    }

    fn step(work: &mut Work<'_, Self>, mut state: State) -> Result<Next<State>, Error> {
        let now = work.now();
        match invoke(work, &state) {
            Ok(()) => return Ok(Next::Done),
            // What the target's role may not, or what is not there, is not tried again.
            Err(error) if error.status < 500 && error.status != 429 && !error.code.contains("Throttl") => failed(work, &state, &error)?,
            Err(error) => {
                let policy = state.target.retry_policy;
                let attempts = policy.and_then(|policy| policy.maximum_retry_attempts).unwrap_or(ATTEMPTS);
                let age = policy.and_then(|policy| policy.maximum_event_age_in_seconds).unwrap_or(AGE);
                if state.attempts < attempts && now.since(state.since) < Duration::from_secs(age) {
                    let pause = 2_u64.saturating_pow(state.attempts).min(LONGEST_PAUSE);
                    state.attempts += 1;
                    return Ok(Next::At(state, now.plus(Duration::from_secs(pause))));
                }
                failed(work, &state, &error)?;
            }
        }
        Ok(Next::Done)
    }

    fn give_up(work: &mut Work<'_, Self>, state: State, error: &Error) -> Result<(), Error> {
        failed(work, &state, error)
    }
}

/// A delivery that came to nothing is in the trail, beside the record of the call that was refused.
fn failed(work: &mut Work<'_, Delivery>, state: &State, error: &Error) -> Result<(), Error> {
    let account = work.owner();
    work.record_event(ServiceEvent {
        name: "InvocationFailure",
        account,
        resources: vec![state.rule.clone()],
        details: json!({
            "targetId": state.target.id,
            "targetArn": state.target.arn,
            "eventId": state.event["id"],
            "attempts": state.attempts + 1,
            "errorCode": error.code,
            "errorMessage": error.message,
        }),
        data: false,
    })
}

fn invoke(work: &mut Work<'_, Delivery>, state: &State) -> Result<(), Error> {
    let unknown = || Error::not_implemented(&format!("A target {}", state.target.arn));
    let kind = state.target.kind().ok_or_else(unknown)?;
    let account = work.owner();
    let service = work.as_service(account, Some(&state.rule));
    let actor = match &state.target.role_arn {
        Some(role) => {
            let session = base::uuid(work.entropy()).replace('-', "");
            work.assume(&service, role.as_str(), &session)?
        }
        None => service,
    };
    let ingested = state.since.iso();
    let told = Told { rule_arn: state.rule.as_str(), rule_name: &state.rule_name, ingestion_time: &ingested, event: &state.event };
    let payload = state.target.payload(&told);
    match kind {
        Kind::Pipeline(name) => {
            let input = pipeline_input(work.id(), name, state.target.is_given().then_some(payload.as_str()));
            work.invoke_named_for(&actor, &state.rule, "codepipeline:StartPipelineExecution", input).map(drop)
        }
        Kind::Project(name) => {
            let mut input = if state.target.is_given() { object(&payload) } else { Map::new() };
            input.insert("projectName".into(), name.into());
            work.invoke_named_for(&actor, &state.rule, "codebuild:StartBuild", Value::Object(input)).map(drop)
        }
        Kind::LogGroup(name) => log(work, &actor, state, &name, &payload),
        Kind::Sends(operation) => {
            let input = sent(operation, &state.target.arn, &payload);
            work.invoke_named_for(&actor, &state.rule, operation, input).map(drop)
        }
        Kind::Bus(bus) => {
            if state.hops >= MOST_HOPS {
                return Err(Error::validation(format!("The event came over {MOST_HOPS} buses already; it is not sent to {}.", bus.arn())));
            }
            let input = PutEventsInput::forwarded(&bus.arn(), state.event.clone(), state.hops + 1);
            work.invoke::<PutEvents>(&actor, input).map(drop)
        }
    }
}

/// What the operation of a service is given for its resource.
fn sent(operation: &str, arn: &str, payload: &str) -> Value {
    match operation {
        "sns:Publish" => json!({"TopicArn": arn, "Message": payload}),
        "sqs:SendMessage" => {
            let parts: Vec<&str> = arn.splitn(6, ':').collect();
            let of = |n: usize| parts.get(n).copied().unwrap_or_default();
            json!({"QueueUrl": format!("https://sqs.{}.amazonaws.com/{}/{}", of(3), of(4), of(5)), "MessageBody": payload})
        }
        "states:StartExecution" => json!({"stateMachineArn": arn, "input": payload}),
        _ => json!({"FunctionName": arn, "InvocationType": "Event", "Payload": base::Blob::from(payload.as_bytes().to_vec())}),
    }
}

fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

/// What a rule gives a pipeline: values of its variables, and revisions of its sources.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html>
fn pipeline_input(delivery: &str, name: String, payload: Option<&str>) -> Value {
    let mut given = payload.map(object).unwrap_or_default();
    let mut input = json!({"name": name, "clientRequestToken": delivery.rsplit('/').next()});
    for member in ["sourceRevisions", "variables"] {
        match given.remove(member) {
            Some(Value::Array(all)) => input[member] = Value::Array(all),
            Some(one @ Value::Object(_)) => input[member] = json!([one]),
            _ => {}
        }
    }
    input
}

/// A message is the payload, unless that says itself what the message and its time are.
fn log(work: &mut Work<'_, Delivery>, actor: &Actor, state: &State, group: &str, payload: &str) -> Result<(), Error> {
    let given = object(payload);
    let own = given.get("message").filter(|_| given.contains_key("timestamp") && given.len() == 2);
    let message = own.map_or_else(|| payload.to_owned(), |message| message.as_str().map_or_else(|| message.to_string(), str::to_owned));
    let time = given.get("timestamp").filter(|_| own.is_some()).and_then(Value::as_i64).unwrap_or(work.now().0);
    let stream = work.id().rsplit('/').next().unwrap_or_default().to_owned();
    let place = json!({"logGroupName": group, "logStreamName": stream});
    work.invoke_named_for(actor, &state.rule, "logs:CreateLogStream", place.clone())?;
    let mut events = place;
    events["logEvents"] = json!([{"timestamp": time, "message": message}]);
    work.invoke_named_for(actor, &state.rule, "logs:PutLogEvents", events).map(drop)
}
