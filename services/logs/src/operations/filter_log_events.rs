use crate::{
    Logs,
    error::{invalid, no_stream},
    events::{ANSWER, OVERHEAD, Place, Window, walk},
    names::{Owner, check_limit, check_stream, group_of, known_group, on_group},
    state::STREAMS,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Searches a group's events, stream by stream; each page is in the order of time.
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
    /// One term, quoted if it has more than letters, digits and underscores. Other patterns are refused.
    pub filter_pattern: Option<String>,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// At most this many.
    pub limit: Option<u64>,
    /// Kept by AWS for old clients; always so.
    pub interleaved: Option<bool>,
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

/// The term of a pattern; empty for all events.
fn term(pattern: &str) -> Result<&str, Error> {
    let pattern = pattern.trim();
    let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain(pattern) {
        return Ok(pattern);
    }
    match pattern.strip_prefix('"').and_then(|p| p.strip_suffix('"')) {
        Some(quoted) if !quoted.contains(['"', '\\']) => Ok(quoted),
        _ => Err(Error::not_implemented("logs:FilterLogEvents with a filterPattern of more than one term")),
    }
}

fn parse_token(token: &str) -> Result<(String, Place), Error> {
    let parsed = token.split_once(':').and_then(|(digits, stream)| Some((stream.to_string(), Place::parse(digits)?)));
    parsed.ok_or_else(|| invalid("The specified nextToken is invalid."))
}

impl Operation for FilterLogEvents {
    type Service = Logs;
    const NAME: &'static str = "FilterLogEvents";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = FilterLogEventsInput;
    type Output = FilterLogEventsOutput;

    fn demands(input: &FilterLogEventsInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        let group = group_of(input.log_group_name.as_ref(), input.log_group_identifier.as_ref(), view)?;
        input.log_stream_names.iter().try_for_each(|name| check_stream(name))?;
        Ok(on_group("logs:FilterLogEvents", view, &group)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: FilterLogEventsInput) -> Result<FilterLogEventsOutput, Error> {
        let limit = check_limit(input.limit, MOST)?;
        let term = term(input.filter_pattern.as_deref().unwrap_or_default())?;
        if !input.log_stream_names.is_empty() && input.log_stream_name_prefix.is_some() {
            return Err(invalid("logStreamNamePrefix and logStreamNames are mutually exclusive parameters"));
        }
        if input.log_stream_names.len() > MAX_STREAMS {
            return Err(invalid(format!("{} streams were named; at most {MAX_STREAMS} can be", input.log_stream_names.len())));
        }
        let owner = Owner::of(call)?;
        let named = known_group(input.log_group_name.clone(), input.log_group_identifier.clone());
        let group = named.as_str();
        let retention = owner.group_row(call, group)?.retention;
        let window = Window::new(input.start_time, input.end_time.map(|t| t.saturating_add(1)), retention, call.now());
        let after = input.next_token.as_deref().map(parse_token).transpose()?;
        let (mut events, mut bytes, mut next_token) = (Vec::new(), 0, None);
        for stream in streams(call, &owner, group, &input)? {
            let from = match &after {
                Some((last, _)) if stream < *last => continue,
                Some((last, place)) if stream == *last => Some(*place),
                _ => None,
            };
            let mut full = false;
            walk(call, &owner, (group, &stream), from, false, &window, |event| {
                if !event.message.contains(term) {
                    return true;
                }
                bytes += event.message.len() + OVERHEAD;
                full = events.len() == limit || (bytes > ANSWER && !events.is_empty());
                if !full {
                    let event_id = event.place.digits();
                    next_token = Some(format!("{event_id}:{stream}"));
                    let (timestamp, ingestion_time) = (event.time, event.ingested.0);
                    events.push(FilteredLogEvent {
                        log_stream_name: stream.clone(),
                        timestamp,
                        message: event.message,
                        ingestion_time,
                        event_id,
                    });
                }
                !full
            })?;
            if full {
                events.sort_by_key(|e| e.timestamp);
                return Ok(FilterLogEventsOutput { events, searched_log_streams: Vec::new(), next_token });
            }
        }
        events.sort_by_key(|e| e.timestamp);
        Ok(FilterLogEventsOutput { events, searched_log_streams: Vec::new(), next_token: None })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "filterPattern": "\"an error\""}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}

/// The streams to search, by name.
fn streams(
    call: &mut Authorized<'_, FilterLogEvents>,
    owner: &Owner,
    group: &str,
    input: &FilterLogEventsInput,
) -> Result<Vec<String>, Error> {
    if input.log_stream_names.is_empty() {
        let prefix = input.log_stream_name_prefix.as_deref().unwrap_or_default();
        let rows = call.scan(&STREAMS, &owner.group(group))?;
        return Ok(rows.into_iter().filter_map(|(mut key, _)| key.pop().filter(|name| name.starts_with(prefix))).collect());
    }
    let mut names = input.log_stream_names.clone();
    names.sort();
    names.dedup();
    for name in &names {
        call.get(&STREAMS, &owner.stream(group, name))?.ok_or_else(no_stream)?;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::term;

    #[test]
    fn one_term_is_a_pattern_and_others_are_refused() {
        assert_eq!(term("").unwrap(), "");
        assert_eq!(term(" ERROR_1 ").unwrap(), "ERROR_1");
        assert_eq!(term("\"exit status: 1\"").unwrap(), "exit status: 1");
        for other in ["a b", "?a ?b", "{ $.x = 1 }", "-a", "[a, b]", "%re%", "\"a\" \"b\""] {
            assert_eq!(term(other).unwrap_err().status, 501, "{other}");
        }
    }
}
