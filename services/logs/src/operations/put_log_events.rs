use crate::{
    Logs,
    error::{constraint, invalid},
    names::{Group, Named},
    place::{BatchKey, DAY, OVERHEAD, SPAN},
    reader::batch_parts,
    sealing::Sealer,
    state::{BATCHES, STREAMS, StreamRow, TIMES},
    streams,
    workflows::upkeep,
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
        Ok(Named::own(view, &input.log_group_name)?.stream_demand("logs:PutLogEvents", &input.log_stream_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutLogEventsInput) -> Result<PutLogEventsOutput, Error> {
        let mut group = Named::own(call, &input.log_group_name)?.load(call)?;
        let stream = input.log_stream_name.as_str();
        let mut row = group.stream(call, stream)?;
        let (events, rejected) = sift(input.log_events, call.now().0, group.row.retention);
        if let (Some(first), Some(last)) = (events.first().map(|e| e.timestamp), events.last().map(|e| e.timestamp)) {
            upkeep::ensure(call, &mut group)?;
            row.first_event = Some(row.first_event.map_or(first, |t| t.min(first)));
            row.last_event = Some(row.last_event.map_or(last, |t| t.max(last)));
            store(call, &group, stream, &mut row, events)?;
            call.put(&STREAMS, &group.under(stream), &row)?;
            let change = json!({"logGroupName": group.named.name, "logStreamName": stream});
            durable::publish(call, &format!("stream/{}/{stream}", group.named.name), change)?;
        }
        Ok(PutLogEventsOutput { next_sequence_token: row.id, rejected_log_events_info: rejected })
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

/// Writes the events as batches, each of which spans little time.
fn store(
    call: &mut Authorized<'_, PutLogEvents>,
    group: &Group,
    name: &str,
    row: &mut StreamRow,
    events: Vec<InputLogEvent>,
) -> Result<(), Error> {
    let sealer = Sealer::new(call, group)?;
    let mut events = events.into_iter().map(|event| (event.timestamp, event.message)).peekable();
    while let Some((time, _)) = events.peek() {
        let first = u64::try_from(*time).unwrap_or(0);
        let mut batch = Vec::new();
        while let Some(event) = events.next_if(|(time, _)| u64::try_from(*time).unwrap_or(0) - first <= SPAN) {
            batch.push(event);
        }
        row.batches += 1;
        let key = BatchKey { first, stream: row.id.clone(), number: row.batches };
        let kept = sealer.row(call, group, &key, batch)?;
        let [account, id] = group.key();
        let [time, number] = batch_parts(&key);
        call.put(&BATCHES, &[account, id, &key.stream, &time, &number], &kept)?;
        call.put(&TIMES, &[account, id, &time, &key.stream, &number], &name.to_owned())?;
        streams::arrived(call, group, name, row, &key)?;
    }
    Ok(())
}
