use crate::{
    Logs,
    error::invalid,
    names::{Owner, check_limit, group_of, known_group, on_group},
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

fn order(by: OrderBy, name: &str, row: &StreamRow) -> (i64, String) {
    match by {
        OrderBy::LogStreamName => (0, name.to_string()),
        OrderBy::LastEventTime => (row.last_event.unwrap_or(0), name.to_string()),
    }
}

fn parse_token(token: &str) -> Result<(i64, String), Error> {
    let parsed = token.split_once(':').and_then(|(time, name)| Some((time.parse().ok()?, name.to_string())));
    parsed.ok_or_else(|| invalid("The specified nextToken is invalid."))
}

impl Operation for DescribeLogStreams {
    type Service = Logs;
    const NAME: &'static str = "DescribeLogStreams";
    const READ_ONLY: bool = true;
    type Input = DescribeLogStreamsInput;
    type Output = DescribeLogStreamsOutput;

    fn demands(input: &DescribeLogStreamsInput, view: &mut View<'_, Logs>) -> Result<Demands, Error> {
        let group = group_of(input.log_group_name.as_ref(), input.log_group_identifier.as_ref(), view)?;
        Ok(on_group("logs:DescribeLogStreams", view, &group)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DescribeLogStreamsInput) -> Result<DescribeLogStreamsOutput, Error> {
        let limit = check_limit(input.limit, PAGE)?;
        if input.order_by == OrderBy::LastEventTime && input.log_stream_name_prefix.is_some() {
            return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
        }
        let owner = Owner::of(call)?;
        let group = known_group(input.log_group_name, input.log_group_identifier);
        owner.group_row(call, &group)?;
        let after = input.next_token.as_deref().map(parse_token).transpose()?;
        let prefix = input.log_stream_name_prefix.unwrap_or_default();
        let mut rows: Vec<_> = call
            .scan(&STREAMS, &owner.group(&group))?
            .into_iter()
            .map(|(mut key, row)| (key.pop().unwrap_or_default(), row))
            .filter(|(name, _)| name.starts_with(&prefix))
            .map(|(name, row)| (order(input.order_by, &name, &row), row))
            .filter(|(place, _)| after.as_ref().is_none_or(|after| if input.descending { place < after } else { place > after }))
            .collect();
        rows.sort_by(|(a, _), (b, _)| if input.descending { b.cmp(a) } else { a.cmp(b) });
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_token = rows.last().filter(|_| more).map(|((time, name), _)| format!("{time}:{name}"));
        let log_streams = rows.into_iter().map(|((_, name), row)| describe(&owner, &group, name, row)).collect();
        Ok(DescribeLogStreamsOutput { log_streams, next_token })
    }

    fn example() -> Example {
        Example::of(json!({"logGroupName": "/example", "orderBy": "LastEventTime", "descending": true}))
            .after("logs:CreateLogGroup", json!({"logGroupName": "/example"}))
            .after("logs:CreateLogStream", json!({"logGroupName": "/example", "logStreamName": "one"}))
    }
}

fn describe(owner: &Owner, group: &str, name: String, row: StreamRow) -> LogStream {
    LogStream {
        arn: owner.arn(&format!("log-group:{group}:log-stream:{name}")),
        log_stream_name: name,
        creation_time: row.created.0,
        first_event_timestamp: row.first_event,
        last_event_timestamp: row.last_event,
        last_ingestion_time: row.last_ingestion.map(|t| t.0),
        upload_sequence_token: (row.batches > 0).then_some(row.token),
        stored_bytes: 0,
    }
}
