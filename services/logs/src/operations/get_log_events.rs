use crate::{
    Logs,
    error::invalid_token,
    names::{Named, check_limit},
    place::{ANSWER, BatchKey, OVERHEAD, Place},
    reader::{Event, Source, Window, read},
    sealing::Opener,
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
    /// Nothing is masked.
    #[serde(default)]
    pub unmask: bool,
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

/// The place before a stream's first event.
fn before_all(stream: &str) -> Place {
    Place { time: 0, batch: BatchKey { first: 0, stream: stream.into(), number: 0 }, index: 0 }
}

/// `f/…/s` and `b/…/s`.
fn parse_token(token: &str, stream: &str) -> Result<(bool, Place), Error> {
    let (kind, digits) = token.split_once('/').unwrap_or_default();
    let place = Place::parse(digits.strip_suffix("/s").unwrap_or(digits), stream);
    match (kind, place) {
        ("f", Some(place)) => Ok((false, place)),
        ("b", Some(place)) => Ok((true, place)),
        _ => Err(invalid_token()),
    }
}

impl Operation for GetLogEvents {
    type Service = Logs;
    const NAME: &'static str = "GetLogEvents";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = GetLogEventsInput;
    type Output = GetLogEventsOutput;

    fn demands(input: &GetLogEventsInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        let group = Named::of(view, input.log_group_name.as_ref(), input.log_group_identifier.as_ref())?;
        Ok(group.stream_demand("logs:GetLogEvents", &input.log_stream_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetLogEventsInput) -> Result<GetLogEventsOutput, Error> {
        let limit = check_limit(input.limit, MOST, MOST)?;
        let named = Named::of(call, input.log_group_name.as_ref(), input.log_group_identifier.as_ref())?;
        let group = named.load(call)?;
        let stream = group.stream(call, &input.log_stream_name)?;
        let token = input.next_token.as_deref().map(|token| parse_token(token, &stream.id)).transpose()?;
        let (backward, from) = match token {
            Some((backward, place)) => (backward, Some(place)),
            None => (!input.start_from_head, None),
        };
        let window = Window::new(input.start_time, input.end_time, &group, call.now());
        let mut opener = Opener::new(&group);
        let source = Source::Stream { id: &stream.id, name: &input.log_stream_name };
        let (mut found, mut bytes): (Vec<Event>, usize) = (Vec::new(), 0);
        read(call, &mut opener, &source, from.as_ref(), backward, window, &mut |event| {
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
        // Where nothing was found the reader stands where it stood.
        let still = from.unwrap_or_else(|| before_all(&stream.id));
        let (first, last) = (found.first().map_or(&still, |e| &e.place), found.last().map_or(&still, |e| &e.place));
        let (next_forward_token, next_backward_token) = (format!("f/{}/s", last.digits()), format!("b/{}/s", first.digits()));
        let events = found
            .into_iter()
            .map(|e| OutputLogEvent { timestamp: e.place.time as i64, message: e.message, ingestion_time: e.ingested.0 })
            .collect();
        Ok(GetLogEventsOutput { events, next_forward_token, next_backward_token })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "logStreamName": "one", "startFromHead": true}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
            .after("logs:CreateLogStream", json!({"logGroupName": "/example", "logStreamName": "one"}))
    }
}
