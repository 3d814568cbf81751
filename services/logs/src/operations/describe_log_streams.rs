use crate::{
    Logs,
    error::{invalid, invalid_token},
    names::{Group, Named, check_limit},
    state::{STREAMS, StreamRow},
};
use base::Arn;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists a group's streams, by name or by their last event.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html>
pub struct DescribeLogStreams;

/// The order of a list of streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderBy {
    /// By name.
    #[default]
    LogStreamName,
    /// By the time of the last event.
    LastEventTime,
}

/// Which streams.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeLogStreamsInput {
    /// Their group.
    pub log_group_name: Option<String>,
    /// Their group, by name or ARN.
    pub log_group_identifier: Option<String>,
    /// How their names begin.
    pub log_stream_name_prefix: Option<String>,
    /// Their order.
    #[serde(default)]
    pub order_by: OrderBy,
    /// Whether the last comes first.
    #[serde(default)]
    pub descending: bool,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// At most this many.
    pub limit: Option<u64>,
}

/// A stream.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogStream {
    /// Its name.
    pub log_stream_name: String,
    /// When it was made, in milliseconds.
    pub creation_time: i64,
    /// The time of its first event.
    pub first_event_timestamp: Option<i64>,
    /// The time of its last event.
    pub last_event_timestamp: Option<i64>,
    /// When events came last.
    pub last_ingestion_time: Option<i64>,
    /// Kept by AWS for old clients; nothing asks for it.
    pub upload_sequence_token: Option<String>,
    /// Its ARN.
    pub arn: Arn,
    /// Always 0, as on AWS.
    pub stored_bytes: u64,
}

/// A page of streams.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeLogStreamsOutput {
    /// The streams.
    pub log_streams: Vec<LogStream>,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

const PAGE: usize = 50;

fn parse_token(token: &str) -> Result<(i64, String), Error> {
    let place = base::place_of_token(token).ok_or_else(invalid_token)?;
    let parsed = place.split_once(':').and_then(|(time, name)| Some((time.parse().ok()?, name.to_string())));
    parsed.ok_or_else(invalid_token)
}

impl Operation for DescribeLogStreams {
    type Service = Logs;
    const NAME: &'static str = "DescribeLogStreams";
    const READ_ONLY: bool = true;
    type Input = DescribeLogStreamsInput;
    type Output = DescribeLogStreamsOutput;

    fn demands(input: &DescribeLogStreamsInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        let group = Named::of(view, input.log_group_name.as_ref(), input.log_group_identifier.as_ref())?;
        Ok(group.demand("logs:DescribeLogStreams").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DescribeLogStreamsInput) -> Result<DescribeLogStreamsOutput, Error> {
        let limit = check_limit(input.limit, PAGE, PAGE)?;
        if input.order_by == OrderBy::LastEventTime && input.log_stream_name_prefix.is_some() {
            return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
        }
        let group = Named::of(call, input.log_group_name.as_ref(), input.log_group_identifier.as_ref())?.load(call)?;
        let after = input.next_token.as_deref().map(parse_token).transpose()?;
        let prefix = input.log_stream_name_prefix.unwrap_or_default();
        let mut rows = match input.order_by {
            OrderBy::LogStreamName => by_name(call, &group, (&prefix, input.descending), after, limit + 1)?,
            OrderBy::LastEventTime => by_time(call, &group, input.descending, after.as_ref())?,
        };
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_token = rows.last().filter(|_| more).map(|(time, name, _)| base::list_token(&format!("{time}:{name}")));
        let log_streams = rows.into_iter().map(|(_, name, row)| describe(&group, name, row)).collect();
        Ok(DescribeLogStreamsOutput { log_streams, next_token })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "orderBy": "LastEventTime", "descending": true}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
            .after("logs:CreateLogStream", json!({"logGroupName": "/example", "logStreamName": "one"}))
    }
}

type Row = (i64, String, StreamRow);

/// At most `most` streams by name, read from where the page begins.
fn by_name(
    call: &mut Authorized<'_, DescribeLogStreams>,
    group: &Group,
    (prefix, descending): (&str, bool),
    after: Option<(i64, String)>,
    most: usize,
) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    let mut edge = after.map(|(_, name)| name);
    if edge.is_none() && !prefix.is_empty() {
        if descending {
            // Behind all names with the prefix: no name holds the greatest character after it.
            edge = Some(format!("{prefix}{}", char::MAX));
        } else {
            if let Some(row) = call.get(&STREAMS, &group.under(prefix))? {
                rows.push((0, prefix.to_owned(), row));
            }
            edge = Some(prefix.to_owned());
        }
    }
    let from = edge.as_deref().map(|edge| [edge]);
    for (mut key, row) in call.page(&STREAMS, &group.key(), from.as_ref().map(|f| f.as_slice()), most - rows.len(), descending)? {
        let name = key.pop().unwrap_or_default();
        if !name.starts_with(prefix) {
            break;
        }
        rows.push((0, name, row));
    }
    Ok(rows)
}

/// All streams behind a place, by the time of their last event.
fn by_time(
    call: &mut Authorized<'_, DescribeLogStreams>,
    group: &Group,
    descending: bool,
    after: Option<&(i64, String)>,
) -> Result<Vec<Row>, Error> {
    let mut rows: Vec<Row> = call
        .scan(&STREAMS, &group.key())?
        .into_iter()
        .map(|(mut key, row)| (row.last_event.unwrap_or(0), key.pop().unwrap_or_default(), row))
        .filter(|(time, name, _)| {
            let is_behind = |(last, last_name): &(i64, String)| {
                let (place, last) = ((time, name.as_str()), (last, last_name.as_str()));
                if descending { place < last } else { place > last }
            };
            after.is_none_or(is_behind)
        })
        .collect();
    rows.sort_by(|(a, a_name, _), (b, b_name, _)| if descending { (b, b_name).cmp(&(a, a_name)) } else { (a, a_name).cmp(&(b, b_name)) });
    Ok(rows)
}

fn describe(group: &Group, name: String, row: StreamRow) -> LogStream {
    LogStream {
        arn: group.named.stream_arn(&name),
        log_stream_name: name,
        creation_time: row.created.0,
        first_event_timestamp: row.first_event,
        last_event_timestamp: row.last_event,
        last_ingestion_time: row.last_ingestion.map(|t| t.0),
        upload_sequence_token: (row.batches > 0).then_some(row.id),
        stored_bytes: 0,
    }
}
