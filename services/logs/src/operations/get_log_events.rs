use crate::{
    Logs,
    error::no_stream,
    events::{ANSWER, OVERHEAD, Place, Placed, Window, parse_token, walk},
    names::{Owner, check_limit, group_of, known_group, on_stream},
    state::STREAMS,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Reads a stream's events, forward or backward.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html>
pub struct GetLogEvents;

/// Which events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetLogEventsInput {
    /// The group.
    pub log_group_name: Option<String>,
    /// The group, by name or ARN.
    pub log_group_identifier: Option<String>,
    /// The stream.
    pub log_stream_name: String,
    /// From this time on, in milliseconds.
    pub start_time: Option<i64>,
    /// Before this time.
    pub end_time: Option<i64>,
    /// `f/…` or `b/…` of an answer before.
    pub next_token: Option<String>,
    /// At most this many.
    pub limit: Option<u64>,
    /// The earliest first, instead of the latest.
    #[serde(default)]
    pub start_from_head: bool,
}

/// An event.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutputLogEvent {
    /// When it happened, in milliseconds.
    pub timestamp: i64,
    /// What happened.
    pub message: String,
    /// When it came.
    pub ingestion_time: i64,
}

/// Events in their order.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetLogEventsOutput {
    /// The events.
    pub events: Vec<OutputLogEvent>,
    /// What comes later; the same again at the end.
    pub next_forward_token: String,
    /// What came before; the same again at the beginning.
    pub next_backward_token: String,
}

const MOST: usize = 10_000;

impl Operation for GetLogEvents {
    type Service = Logs;
    const NAME: &'static str = "GetLogEvents";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = GetLogEventsInput;
    type Output = GetLogEventsOutput;

    fn demands(input: &GetLogEventsInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        let group = group_of(input.log_group_name.as_ref(), input.log_group_identifier.as_ref(), view)?;
        Ok(on_stream("logs:GetLogEvents", view, &group, &input.log_stream_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetLogEventsInput) -> Result<GetLogEventsOutput, Error> {
        let limit = check_limit(input.limit, MOST)?;
        let owner = Owner::of(call)?;
        let named = known_group(input.log_group_name, input.log_group_identifier);
        let group = named.as_str();
        let stream = input.log_stream_name.as_str();
        let retention = owner.group_row(call, group)?.retention;
        call.get(&STREAMS, &owner.stream(group, stream))?.ok_or_else(no_stream)?;
        let token = input.next_token.as_deref().map(parse_token).transpose()?;
        let (backward, from) = match token {
            Some((backward, place)) => (backward, Some(place)),
            None => (!input.start_from_head, None),
        };
        let window = Window::new(input.start_time, input.end_time, retention, call.now());
        let mut found: Vec<Placed> = Vec::new();
        let mut bytes = 0;
        walk(call, &owner, (group, stream), from, backward, &window, |event| {
            bytes += event.message.len() + OVERHEAD;
            let fits = found.len() < limit && (bytes <= ANSWER || found.is_empty());
            if fits {
                found.push(event);
            }
            fits
        })?;
        if backward {
            found.reverse();
        }
        let still = from.unwrap_or(Place::START);
        let (first, last) = (found.first().map_or(still, |e| e.place), found.last().map_or(still, |e| e.place));
        let events =
            found.into_iter().map(|e| OutputLogEvent { timestamp: e.time, message: e.message, ingestion_time: e.ingested.0 }).collect();
        Ok(GetLogEventsOutput {
            events,
            next_forward_token: format!("f/{}", last.digits()),
            next_backward_token: format!("b/{}", first.digits()),
        })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "logStreamName": "one", "startFromHead": true}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
            .after("logs:CreateLogStream", json!({"logGroupName": "/example", "logStreamName": "one"}))
    }
}
