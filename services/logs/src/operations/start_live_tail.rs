use crate::{
    Logs,
    error::{self, constraint, invalid},
    names::{Group, Named, check_stream},
    operations::create_log_group::STANDARD,
    place::{BatchKey, OVERHEAD, number_digits, time_digits},
    sealing::Opener,
    state::BATCHES,
    streams,
};
use base::Timestamp;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use log_filter::Pattern;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::HashMap, time::Duration};

/// Sends what comes to groups from now on, every second, for three hours at most.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html>
pub struct StartLiveTail;

/// What to send.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartLiveTailInput {
    /// The ARNs of 1 to 10 groups.
    pub log_group_identifiers: Vec<String>,
    /// These streams of the only group.
    #[serde(default)]
    pub log_stream_names: Vec<String>,
    /// The streams of the only group whose names begin so.
    #[serde(default)]
    pub log_stream_name_prefixes: Vec<String>,
    /// What the messages match.
    pub log_event_filter_pattern: Option<String>,
}

/// How the session begins.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveTailSessionStart {
    /// The request.
    pub request_id: String,
    /// The session.
    pub session_id: String,
    #[serde(flatten)]
    input: StartLiveTailInput,
}

/// The first event.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StartLiveTailResponseStream {
    /// How the session begins.
    pub session_start: LiveTailSessionStart,
}

/// The stream of events.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StartLiveTailOutput {
    /// Its beginning.
    pub response_stream: StartLiveTailResponseStream,
}

const MOST_GROUPS: usize = 10;
const MOST_STREAMS: usize = 10;
/// Events of one update; of more a sample is sent.
const MOST_EVENTS: usize = 500;
/// Bytes of one update's messages.
const MOST_BYTES: usize = 4 << 20;
const EVERY: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(3 * 60 * 60);

/// What is known of a session between two looks.
#[derive(Clone)]
struct Session {
    began: Timestamp,
    /// When it looked last.
    looked: Timestamp,
    /// The last batch that was seen of each stream, by the stream's id, as long as the stream may name it again.
    seen: HashMap<String, (u64, Timestamp)>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LiveTailSessionLogEvent {
    log_stream_name: String,
    log_group_identifier: String,
    message: String,
    timestamp: i64,
    ingestion_time: i64,
}

fn groups(view: &View<'_, Logs>, input: &StartLiveTailInput) -> Result<Vec<Named>, Error> {
    let count = input.log_group_identifiers.len();
    if count == 0 || count > MOST_GROUPS {
        let rule = format!("Member must have length between 1 and {MOST_GROUPS}");
        return Err(constraint(&format!("{count} groups"), "logGroupIdentifiers", &rule));
    }
    let group = |text: &String| {
        if text.ends_with('*') {
            Err(invalid(format!("The log group's ARN '{text}' must not end with '*'")))
        } else {
            Named::of_resource(view, text)
        }
    };
    input.log_group_identifiers.iter().map(group).collect()
}

fn check(input: &StartLiveTailInput) -> Result<(), Error> {
    let (names, prefixes) = (&input.log_stream_names, &input.log_stream_name_prefixes);
    if !names.is_empty() && !prefixes.is_empty() {
        return Err(invalid("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters"));
    }
    if input.log_group_identifiers.len() > 1 && !(names.is_empty() && prefixes.is_empty()) {
        return Err(invalid("logStreamNames and logStreamNamePrefixes need a single log group"));
    }
    if names.len().max(prefixes.len()) > MOST_STREAMS {
        return Err(invalid(format!("At most {MOST_STREAMS} log streams or prefixes can be specified")));
    }
    names.iter().chain(prefixes).try_for_each(|name| check_stream(name))
}

impl Operation for StartLiveTail {
    type Service = Logs;
    const NAME: &'static str = "StartLiveTail";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = StartLiveTailInput;
    type Output = StartLiveTailOutput;

    fn demands(input: &StartLiveTailInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        check(input)?;
        Ok(Demands::all(groups(view, input)?.iter().map(|group| group.demand("logs:StartLiveTail"))))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: StartLiveTailInput) -> Result<StartLiveTailOutput, Error> {
        parsed(&input)?;
        for named in groups(call, &input)? {
            if named.load(call)?.row.class != STANDARD {
                return Err(Error::new("InvalidOperationException", "Live Tail is there for log groups of the class STANDARD only."));
            }
        }
        let now = call.now();
        call.go_on(input.clone(), EVERY, Session { began: now, looked: now, seen: HashMap::new() }, look);
        let request_id = call.context().request_id.clone();
        let session_start = LiveTailSessionStart { request_id, session_id: base::uuid(call.entropy()), input };
        Ok(StartLiveTailOutput { response_stream: StartLiveTailResponseStream { session_start } })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupIdentifiers": ["arn:aws:logs:us-east-1:111111111111:log-group:/example"]}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
    }
}

fn parsed(input: &StartLiveTailInput) -> Result<Pattern, Error> {
    Pattern::parse(input.log_event_filter_pattern.as_deref().unwrap_or_default()).map_err(|e| error::pattern(&e))
}

/// One second of a session.
fn look(
    call: &mut Authorized<'_, StartLiveTail>,
    input: &StartLiveTailInput,
    mut session: Session,
) -> Result<(Vec<Value>, Session), Error> {
    let now = call.now();
    if now.since(session.began) >= LONGEST {
        return Err(Error::new("SessionTimeoutException", "The session has been open for three hours. Start another one."));
    }
    let pattern = parsed(input)?;
    let (mut results, mut bytes, mut sampled) = (Vec::new(), 0, false);
    for named in groups(call, input)? {
        let Some(group) = named.find(call)? else { continue };
        for event in arrived(call, input, &group, &mut session)? {
            if pattern.matches(&event.message) {
                bytes += event.message.len() + OVERHEAD;
                if bytes <= MOST_BYTES {
                    results.push(event);
                } else {
                    sampled = true;
                }
            }
        }
    }
    session.looked = now;
    session.seen.retain(|_, (_, at)| now.0 - at.0 < 3 * streams::REMEMBERED);
    results.sort_by_key(|event| event.timestamp);
    if results.len() > MOST_EVENTS {
        sampled = true;
        results = evenly(results);
    }
    let update = json!({"sessionUpdate": {"sessionMetadata": {"sampled": sampled}, "sessionResults": results}});
    Ok((vec![update], session))
}

/// As many as an update holds, from all over.
fn evenly(all: Vec<LiveTailSessionLogEvent>) -> Vec<LiveTailSessionLogEvent> {
    let count = all.len();
    let kept = |at: usize| at * MOST_EVENTS / count != (at + 1) * MOST_EVENTS / count;
    all.into_iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, event)| event).collect()
}

/// What came to a group since the last look.
fn arrived(
    call: &mut Authorized<'_, StartLiveTail>,
    input: &StartLiveTailInput,
    group: &Group,
    session: &mut Session,
) -> Result<Vec<LiveTailSessionLogEvent>, Error> {
    let fits = |name: &str| {
        let (names, prefixes) = (&input.log_stream_names, &input.log_stream_name_prefixes);
        let named = names.is_empty() || names.iter().any(|n| n == name);
        named && (prefixes.is_empty() || prefixes.iter().any(|prefix| name.starts_with(prefix.as_str())))
    };
    // A call that began before the last look may have been committed after it.
    let since = Timestamp(session.looked.0 - streams::REMEMBERED);
    let mut opener = Opener::new(group);
    let mut events = Vec::new();
    for (name, stream) in streams::since(call, group, since, &fits)? {
        let seen = session.seen.get(&stream.id).map_or(0, |(number, _)| *number);
        for batch in stream.recent.iter().filter(|batch| batch.number > seen && batch.at >= session.began) {
            session.seen.insert(stream.id.clone(), (batch.number, batch.at));
            let key = BatchKey { first: batch.first, stream: stream.id.clone(), number: batch.number };
            let [account, id] = group.key();
            let (first, number) = (time_digits(key.first), number_digits(key.number));
            let Some(row) = call.get(&BATCHES, &[account, id, &key.stream, &first, &number])? else { continue };
            let ingested = row.ingested.0;
            events.extend(opener.events(call, &key, row)?.into_iter().map(|(timestamp, message)| LiveTailSessionLogEvent {
                log_stream_name: name.clone(),
                log_group_identifier: group.named.arn().to_string(),
                message,
                timestamp,
                ingestion_time: ingested,
            }));
        }
    }
    Ok(events)
}
