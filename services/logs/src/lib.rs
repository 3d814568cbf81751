//! CloudWatch Logs: groups, streams, and their events.
//!
//! Must not know who writes. New events are told to the feed as `logs/stream/GROUP/STREAM`.

mod error;
mod events;
mod names;
mod operations;
mod resources;
mod state;

use base::Arn;
use gate::{Error, Protocol, Registration, ResourceFacts, Service, View};

pub use operations::{
    create_log_group::{CreateLogGroup, CreateLogGroupInput},
    create_log_stream::{CreateLogStream, CreateLogStreamInput},
    delete_log_group::{DeleteLogGroup, DeleteLogGroupInput},
    delete_log_stream::{DeleteLogStream, DeleteLogStreamInput},
    delete_retention_policy::{DeleteRetentionPolicy, DeleteRetentionPolicyInput},
    describe_log_groups::{DescribeLogGroups, DescribeLogGroupsInput, DescribeLogGroupsOutput, LogGroup},
    describe_log_streams::{DescribeLogStreams, DescribeLogStreamsInput, DescribeLogStreamsOutput, LogStream, OrderBy},
    filter_log_events::{FilterLogEvents, FilterLogEventsInput, FilterLogEventsOutput, FilteredLogEvent},
    get_log_events::{GetLogEvents, GetLogEventsInput, GetLogEventsOutput, OutputLogEvent},
    put_log_events::{InputLogEvent, PutLogEvents, PutLogEventsInput, PutLogEventsOutput, RejectedLogEventsInfo},
    put_retention_policy::{PutRetentionPolicy, PutRetentionPolicyInput},
};

/// The service's token.
pub struct Logs(());

impl Service for Logs {
    const NAME: &'static str = "logs";
    const PRINCIPAL: &'static str = "logs.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Logs>()
        .operation::<CreateLogGroup>()
        .operation::<CreateLogStream>()
        .operation::<DeleteLogGroup>()
        .operation::<DeleteLogStream>()
        .operation::<DeleteRetentionPolicy>()
        .operation::<DescribeLogGroups>()
        .operation::<DescribeLogStreams>()
        .operation::<FilterLogEvents>()
        .operation::<GetLogEvents>()
        .operation::<PutLogEvents>()
        .operation::<PutRetentionPolicy>()
        .resource_type(resources::log_group::LogGroupType)
        .resources::<Logs>(facts)
}

fn facts(view: &mut View<'_, Logs>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let (Some(account), Some(name)) = (arn.account(), arn.resource_of("log-group")) else { return Ok(None) };
    let name = name.split(':').next().unwrap_or_default();
    let row = view.get(&state::GROUPS, &[account.as_str(), arn.region(), name])?;
    Ok(row.map(|row| ResourceFacts { tags: row.tags.into_iter().collect(), ..ResourceFacts::owned_by(account) }))
}
