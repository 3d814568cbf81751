//! CloudWatch Logs: groups, streams, and their events.
//!
//! Must not know who writes. New events are told to the feed as `logs/stream/GROUP/STREAM`.

mod error;
mod examples;
mod listing;
mod names;
mod operations;
mod place;
mod policies;
mod reader;
mod resources;
mod sealing;
mod state;
mod streams;
mod tags;
mod workflows;

use base::Arn;
use gate::{Error, Protocol, Registration, ResourceFacts, Service, View};

pub use operations::{
    associate_kms_key::{AssociateKmsKey, AssociateKmsKeyInput},
    create_log_group::{CreateLogGroup, CreateLogGroupInput},
    create_log_stream::{CreateLogStream, CreateLogStreamInput},
    delete_log_group::{DeleteLogGroup, DeleteLogGroupInput},
    delete_log_stream::{DeleteLogStream, DeleteLogStreamInput},
    delete_resource_policy::{DeleteResourcePolicy, DeleteResourcePolicyInput},
    delete_retention_policy::{DeleteRetentionPolicy, DeleteRetentionPolicyInput},
    describe_log_groups::{DescribeLogGroups, DescribeLogGroupsInput, DescribeLogGroupsOutput, LogGroup},
    describe_log_streams::{DescribeLogStreams, DescribeLogStreamsInput, DescribeLogStreamsOutput, LogStream, OrderBy},
    describe_resource_policies::{DescribeResourcePolicies, DescribeResourcePoliciesInput, DescribeResourcePoliciesOutput},
    disassociate_kms_key::{DisassociateKmsKey, DisassociateKmsKeyInput},
    filter_log_events::{FilterLogEvents, FilterLogEventsInput, FilterLogEventsOutput, FilteredLogEvent},
    get_log_events::{GetLogEvents, GetLogEventsInput, GetLogEventsOutput, OutputLogEvent},
    list_log_groups::{ListLogGroups, ListLogGroupsInput, ListLogGroupsOutput, LogGroupSummary},
    list_tags_for_resource::{ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput},
    list_tags_log_group::{ListTagsLogGroup, ListTagsLogGroupInput, ListTagsLogGroupOutput},
    put_log_events::{InputLogEvent, PutLogEvents, PutLogEventsInput, PutLogEventsOutput, RejectedLogEventsInfo},
    put_log_group_deletion_protection::{PutLogGroupDeletionProtection, PutLogGroupDeletionProtectionInput},
    put_resource_policy::{PutResourcePolicy, PutResourcePolicyInput, PutResourcePolicyOutput},
    put_retention_policy::{PutRetentionPolicy, PutRetentionPolicyInput},
    start_live_tail::{LiveTailSessionStart, StartLiveTail, StartLiveTailInput, StartLiveTailOutput, StartLiveTailResponseStream},
    tag_log_group::{TagLogGroup, TagLogGroupInput},
    tag_resource::{TagResource, TagResourceInput},
    test_metric_filter::{MetricFilterMatchRecord, TestMetricFilter, TestMetricFilterInput, TestMetricFilterOutput},
    untag_log_group::{UntagLogGroup, UntagLogGroupInput},
    untag_resource::{UntagResource, UntagResourceInput},
};
pub use policies::ResourcePolicy;
pub use workflows::workflows;

/// The service's token.
pub struct Logs(());

impl Service for Logs {
    const NAME: &'static str = "logs";
    const PRINCIPAL: &'static str = "logs.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
    const REGIONAL: bool = true;
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Logs>()
        .operation::<AssociateKmsKey>()
        .operation::<CreateLogGroup>()
        .operation::<CreateLogStream>()
        .operation::<DeleteLogGroup>()
        .operation::<DeleteLogStream>()
        .operation::<DeleteResourcePolicy>()
        .operation::<DeleteRetentionPolicy>()
        .operation::<DescribeLogGroups>()
        .operation::<DescribeLogStreams>()
        .operation::<DescribeResourcePolicies>()
        .operation::<DisassociateKmsKey>()
        .operation::<FilterLogEvents>()
        .operation::<GetLogEvents>()
        .operation::<ListLogGroups>()
        .operation::<ListTagsForResource>()
        .operation::<ListTagsLogGroup>()
        .operation::<PutLogEvents>()
        .operation::<PutLogGroupDeletionProtection>()
        .operation::<PutResourcePolicy>()
        .operation::<PutRetentionPolicy>()
        .operation::<StartLiveTail>()
        .operation::<TagLogGroup>()
        .operation::<TagResource>()
        .operation::<TestMetricFilter>()
        .operation::<UntagLogGroup>()
        .operation::<UntagResource>()
        .resource_type(resources::log_group::LogGroupType)
        .resource_type(resources::log_stream::LogStreamType)
        .resource_type(resources::resource_policy::ResourcePolicyType)
        .resources::<Logs>(facts)
}

fn facts(view: &mut View<'_, Logs>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let (Some(account), Some(name)) = (arn.account(), arn.resource_of("log-group")) else { return Ok(None) };
    let name = name.split(':').next().unwrap_or_default().to_owned();
    let Some(group) = (names::Named { account, region: arn.region().into(), name }).find(view)? else { return Ok(None) };
    let policy = policies::of(view, &group)?;
    Ok(Some(ResourceFacts { policy, tags: group.row.tags.into_iter().collect(), ..ResourceFacts::owned_by(account) }))
}
