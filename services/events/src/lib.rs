//! Amazon EventBridge: buses, the rules on them, and what their targets are given, each under its own role.
//!
//! Must not know who sends or what a target does: services tell the feed, and a target is set going by a call through the gate.

mod error;
mod examples;
mod listing;
mod names;
mod operations;
mod policies;
mod resources;
mod routing;
mod rules;
mod state;
mod tags;
mod targets;
mod workflows;

use gate::{Protocol, Registration, Service};

pub use operations::{
    create_event_bus::{CreateEventBus, CreateEventBusInput},
    delete_event_bus::{DeleteEventBus, DeleteEventBusInput},
    delete_rule::{DeleteRule, DeleteRuleInput},
    describe_event_bus::{DescribeEventBus, DescribeEventBusInput},
    describe_rule::{DescribeRule, DescribeRuleInput},
    disable_rule::{DisableRule, DisableRuleInput},
    enable_rule::{EnableRule, EnableRuleInput},
    list_event_buses::{ListEventBuses, ListEventBusesInput},
    list_rule_names_by_target::{ListRuleNamesByTarget, ListRuleNamesByTargetInput},
    list_rules::{ListRules, ListRulesInput},
    list_tags_for_resource::{ListTagsForResource, ListTagsForResourceInput},
    list_targets_by_rule::{ListTargetsByRule, ListTargetsByRuleInput},
    put_events::{PutEvents, PutEventsInput},
    put_permission::{PutPermission, PutPermissionInput},
    put_rule::{PutRule, PutRuleInput},
    put_targets::{PutTargets, PutTargetsInput},
    remove_permission::{RemovePermission, RemovePermissionInput},
    remove_targets::{RemoveTargets, RemoveTargetsInput},
    tag_resource::{TagResource, TagResourceInput},
    test_event_pattern::{TestEventPattern, TestEventPatternInput},
    untag_resource::{UntagResource, UntagResourceInput},
    update_event_bus::{UpdateEventBus, UpdateEventBusInput},
};
pub use workflows::workflows;

/// The service's token.
pub struct Events(());

impl Service for Events {
    const NAME: &'static str = "events";
    const PRINCIPAL: &'static str = "events.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Events>()
        .operation::<CreateEventBus>()
        .operation::<DeleteEventBus>()
        .operation::<DeleteRule>()
        .operation::<DescribeEventBus>()
        .operation::<DescribeRule>()
        .operation::<DisableRule>()
        .operation::<EnableRule>()
        .operation::<ListEventBuses>()
        .operation::<ListRuleNamesByTarget>()
        .operation::<ListRules>()
        .operation::<ListTagsForResource>()
        .operation::<ListTargetsByRule>()
        .operation::<PutEvents>()
        .operation::<PutPermission>()
        .operation::<PutRule>()
        .operation::<PutTargets>()
        .operation::<RemovePermission>()
        .operation::<RemoveTargets>()
        .operation::<TagResource>()
        .operation::<TestEventPattern>()
        .operation::<UntagResource>()
        .operation::<UpdateEventBus>()
        .resource_type(resources::event_bus::EventBus)
        .resource_type(resources::event_bus_policy::EventBusPolicy)
        .resource_type(resources::rule::Rule)
        .resources::<Events>(names::facts)
}
