use crate::{
    Logs,
    error::{constraint, invalid, no_stream},
    events::{DAY, OVERHEAD, Place},
    names::{Owner, on_stream},
    state::{BATCHES, BatchRow, STREAMS},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Adds a batch of events to a stream.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
pub struct PutLogEvents;

/// An event.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InputLogEvent {
    /// When it happened, in milliseconds.
    pub timestamp: i64,
    /// What happened.
    pub message: String,
}

/// The events and where they go.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutLogEventsInput {
    /// The group.
    pub log_group_name: String,
    /// The stream.
    pub log_stream_name: String,
    /// In the order of their times, at most 24 hours apart.
    pub log_events: Vec<InputLogEvent>,
    /// Not asked for any more: any is taken.
    pub sequence_token: Option<String>,
}

/// Which events were not taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RejectedLogEventsInfo {
    /// Those from here on lie too far ahead.
    pub too_new_log_event_start_index: Option<usize>,
    /// Those before lie more than 14 days back.
    pub too_old_log_event_end_index: Option<usize>,
    /// Those before have outlived the group's retention.
    pub expired_log_event_end_index: Option<usize>,
}

/// What became of the events.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PutLogEventsOutput {
    /// Kept by AWS for old clients; nothing asks for it.
    pub next_sequence_token: String,
    /// What was not taken.
    pub rejected_log_events_info: Option<RejectedLogEventsInfo>,
}

const MAX_BYTES: usize = 1 << 20;
const MAX_EVENTS: usize = 10_000;
const OLDEST: i64 = 14 * DAY;
const NEWEST: i64 = 2 * 60 * 60 * 1000;
/// How many outlived batches a call clears away.
const CLEARED: usize = 8;

fn check(events: &[InputLogEvent]) -> Result<(), Error> {
    if events.is_empty() || events.len() > MAX_EVENTS {
        return Err(constraint(
            &format!("{} events", events.len()),
            "logEvents",
            &format!("Member must have length between 1 and {MAX_EVENTS}"),
        ));
    }
    let bytes: usize = events.iter().map(|e| e.message.len() + OVERHEAD).sum();
    if bytes > MAX_BYTES {
        return Err(invalid(format!("Upload too large: {bytes} bytes exceeds limit of {MAX_BYTES}")));
    }
    if events.iter().any(|e| e.message.is_empty()) {
        return Err(constraint("", "logEvents.member.message", "Member must have length greater than or equal to 1"));
    }
    if events.iter().any(|e| e.timestamp < 0) {
        return Err(constraint("a negative number", "logEvents.member.timestamp", "Member must have value greater than or equal to 0"));
    }
    if events.windows(2).any(|pair| pair[0].timestamp > pair[1].timestamp) {
        return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    match (events.first(), events.last()) {
        (Some(first), Some(last)) if last.timestamp - first.timestamp > DAY => {
            Err(invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours."))
        }
        _ => Ok(()),
    }
}

/// Those that are taken, and what is said of the others.
fn sift(mut events: Vec<InputLogEvent>, now: i64, retention: Option<u32>) -> (Vec<InputLogEvent>, Option<RejectedLogEventsInfo>) {
    let before = |edge: i64| events.partition_point(|e| e.timestamp < edge);
    let old = before(now - OLDEST);
    let expired = retention.map_or(0, |days| before(now - i64::from(days) * DAY));
    let new = events.partition_point(|e| e.timestamp <= now + NEWEST);
    let counted = |n: usize| (n > 0).then_some(n);
    let info = RejectedLogEventsInfo {
        too_new_log_event_start_index: (new < events.len()).then_some(new),
        too_old_log_event_end_index: counted(old),
        expired_log_event_end_index: counted(expired),
    };
    events.truncate(new);
    events.drain(..old.max(expired).min(new));
    (events, Some(info).filter(|info| *info != RejectedLogEventsInfo::default()))
}

impl Operation for PutLogEvents {
    type Service = Logs;
    const NAME: &'static str = "PutLogEvents";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = PutLogEventsInput;
    type Output = PutLogEventsOutput;

    fn demands(input: &PutLogEventsInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        check(&input.log_events)?;
        Ok(on_stream("logs:PutLogEvents", view, &input.log_group_name, &input.log_stream_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutLogEventsInput) -> Result<PutLogEventsOutput, Error> {
        let owner = Owner::of(call)?;
        let (group, stream) = (input.log_group_name.as_str(), input.log_stream_name.as_str());
        let retention = owner.group_row(call, group)?.retention;
        let mut row = call.get(&STREAMS, &owner.stream(group, stream))?.ok_or_else(no_stream)?;
        let now = call.now();
        let (events, rejected) = sift(input.log_events, now.0, retention);
        if let Some(days) = retention {
            clear_outlived(call, &owner, (group, stream), now.0 - i64::from(days) * DAY)?;
        }
        if let (Some(first), Some(last)) = (events.first().map(|e| e.timestamp), events.last().map(|e| e.timestamp)) {
            row.batches += 1;
            row.first_event = Some(row.first_event.map_or(first, |t| t.min(first)));
            row.last_event = Some(row.last_event.map_or(last, |t| t.max(last)));
            row.last_ingestion = Some(now);
            let batch = BatchRow { ingested: now, events: events.into_iter().map(|e| (e.timestamp, e.message)).collect() };
            call.put(&BATCHES, &owner.batch(group, stream, &Place::batch_key(first, row.batches)), &batch)?;
            call.put(&STREAMS, &owner.stream(group, stream), &row)?;
            durable::publish(call, &format!("stream/{group}/{stream}"), json!({"logGroupName": group, "logStreamName": stream}))?;
        }
        Ok(PutLogEventsOutput { next_sequence_token: row.token, rejected_log_events_info: rejected })
    }

    fn example() -> Example {
        // 9999 never comes too late: what is far ahead is refused in the answer, not as an error.
        Example::of(json!({"logGroupName": "/example", "logStreamName": "one", "logEvents": [{"timestamp": 253_370_764_800_000_i64, "message": "hello"}]}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
            .after("logs:CreateLogStream", json!({"logGroupName": "/example", "logStreamName": "one"}))
    }

    /// What was logged stays in the log.
    fn recorded(input: &PutLogEventsInput) -> Value {
        json!({"logGroupName": input.log_group_name, "logStreamName": input.log_stream_name})
    }
}

/// A batch whose first event is older than two spans of a batch cannot hold a living one.
fn clear_outlived(call: &mut Authorized<'_, PutLogEvents>, owner: &Owner, (group, stream): (&str, &str), edge: i64) -> Result<(), Error> {
    let last = Place::batch_key(edge - DAY, 0);
    for (key, _) in call.page(&BATCHES, &owner.stream(group, stream), None, CLEARED, false)? {
        if key[4] >= last {
            break;
        }
        call.delete(&BATCHES, &owner.batch(group, stream, &key[4]));
    }
    Ok(())
}
