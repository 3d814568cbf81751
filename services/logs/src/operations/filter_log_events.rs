use crate::{
    Logs,
    error::{self, invalid},
    names::{Group, Named, check_limit, check_stream},
    place::{ANSWER, OVERHEAD, Place},
    reader::{End, Source, Window, read},
    sealing::Opener,
    state::StreamRow,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use log_filter::Pattern;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Searches a group's events in the order of their times, whatever their streams.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>
pub struct FilterLogEvents;

/// What is searched, and for what.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FilterLogEventsInput {
    /// The group.
    pub log_group_name: Option<String>,
    /// The group, by name or ARN.
    pub log_group_identifier: Option<String>,
    /// These streams only.
    #[serde(default)]
    pub log_stream_names: Vec<String>,
    /// Streams whose names begin so only.
    pub log_stream_name_prefix: Option<String>,
    /// From this time on, in milliseconds.
    pub start_time: Option<i64>,
    /// Up to this time.
    pub end_time: Option<i64>,
    /// What is searched for.
    pub filter_pattern: Option<String>,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// At most this many.
    pub limit: Option<u64>,
    /// Kept by AWS for old clients; always so.
    pub interleaved: Option<bool>,
    /// Nothing is masked.
    #[serde(default)]
    pub unmask: bool,
}

/// An event that was found.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilteredLogEvent {
    /// Its stream.
    pub log_stream_name: String,
    /// When it happened, in milliseconds.
    pub timestamp: i64,
    /// What happened.
    pub message: String,
    /// When it came.
    pub ingestion_time: i64,
    /// Its place in its stream.
    pub event_id: String,
}

/// A page of events.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilterLogEventsOutput {
    /// The events.
    pub events: Vec<FilteredLogEvent>,
    /// Always empty, as on AWS.
    pub searched_log_streams: Vec<Value>,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

const MOST: usize = 10_000;
const MAX_STREAMS: usize = 100;

/// Bytes of messages that a call looks through: a pattern that finds little gives short pages.
const LOOKED_THROUGH: usize = 16 << 20;

impl Operation for FilterLogEvents {
    type Service = Logs;
    const NAME: &'static str = "FilterLogEvents";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = FilterLogEventsInput;
    type Output = FilterLogEventsOutput;

    fn demands(input: &FilterLogEventsInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        let group = Named::of(view, input.log_group_name.as_ref(), input.log_group_identifier.as_ref())?;
        input.log_stream_names.iter().try_for_each(|name| check_stream(name))?;
        Ok(group.demand("logs:FilterLogEvents").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: FilterLogEventsInput) -> Result<FilterLogEventsOutput, Error> {
        let limit = check_limit(input.limit, MOST, MOST)?;
        let pattern = Pattern::parse(input.filter_pattern.as_deref().unwrap_or_default()).map_err(|e| error::pattern(&e))?;
        if !input.log_stream_names.is_empty() && input.log_stream_name_prefix.is_some() {
            return Err(invalid("logStreamNamePrefix and logStreamNames are mutually exclusive parameters"));
        }
        if input.log_stream_names.len() > MAX_STREAMS {
            return Err(invalid(format!("{} streams were named; at most {MAX_STREAMS} can be", input.log_stream_names.len())));
        }
        let named = Named::of(call, input.log_group_name.as_ref(), input.log_group_identifier.as_ref())?;
        let group = named.load(call)?;
        let after = input.next_token.as_deref().map(Place::parse_token).transpose()?;
        let mut window = Window::new(input.start_time, input.end_time.map(|t| t.saturating_add(1)), &group, call.now());
        let streams = named_streams(call, &group, &input.log_stream_names)?;
        if let [(_, first), ..] = &streams[..] {
            // Nothing of these streams lies beyond.
            let all = |of: fn(&StreamRow) -> Option<i64>| streams.iter().filter_map(move |(_, row)| of(row));
            let earliest = all(|row| row.first_event).min().or(first.first_event).unwrap_or(0);
            let latest = all(|row| row.last_event).max().unwrap_or(0);
            window = window.within(earliest, latest);
        }
        let prefix = input.log_stream_name_prefix.as_deref().unwrap_or_default();
        let fits = |name: &str| {
            if input.log_stream_names.is_empty() { name.starts_with(prefix) } else { input.log_stream_names.iter().any(|n| n == name) }
        };
        let source = match &streams[..] {
            [(name, row)] => Source::Stream { id: &row.id, name },
            _ => Source::Group { fits: &fits },
        };
        let mut opener = Opener::new(&group);
        let (mut events, mut bytes, mut looked_through, mut last) = (Vec::new(), 0, 0, None);
        let end = read(call, &mut opener, &source, after.as_ref(), false, window, &mut |event| {
            let size = event.message.len() + OVERHEAD;
            if looked_through + size > LOOKED_THROUGH && last.is_some() {
                return false;
            }
            looked_through += size;
            if pattern.matches(&event.message) {
                if events.len() == limit || (bytes + size > ANSWER && !events.is_empty()) {
                    return false;
                }
                bytes += size;
                events.push(FilteredLogEvent {
                    log_stream_name: event.stream,
                    timestamp: event.place.time as i64,
                    message: event.message,
                    ingestion_time: event.ingested.0,
                    event_id: event.place.event_id(),
                });
            }
            last = Some(event.place);
            true
        })?;
        let next = match end {
            End::Done => None,
            End::Enough => last,
            End::Far(place) => Some(place),
        };
        Ok(FilterLogEventsOutput { events, searched_log_streams: Vec::new(), next_token: next.map(|place| place.token()) })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "filterPattern": "\"an error\""}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}

/// The streams that the call names.
fn named_streams(call: &mut Authorized<'_, FilterLogEvents>, group: &Group, names: &[String]) -> Result<Vec<(String, StreamRow)>, Error> {
    let names: BTreeSet<&String> = names.iter().collect();
    names.into_iter().map(|name| Ok((name.clone(), group.stream(call, name)?))).collect()
}
