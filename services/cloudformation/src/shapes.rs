//! Shapes that several answers have.

use crate::{
    options::RollbackConfiguration,
    state::{ResourceRow, Stack, Tag},
    status::{ResourceStatus, StackStatus},
};
use base::{Arn, IsoTime};
use serde::{Deserialize, Serialize};

/// A stack, and which page of what it has.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StackPage {
    pub(crate) stack_name: String,
    pub(crate) next_token: Option<String>,
}

/// How much AWS shows on a page.
pub(crate) const PAGE: usize = 100;

/// A parameter as it is shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ShownParameter {
    parameter_key: String,
    parameter_value: String,
    resolved_value: Option<String>,
}

/// Values of parameters that are not to be shown are masked.
pub(crate) fn parameters(version: Option<&crate::state::Version>) -> Vec<ShownParameter> {
    let rows = version.map(|v| v.values.as_slice()).unwrap_or_default();
    let masked = |row: &crate::state::ParameterRow, text: &String| if row.no_echo { "****".into() } else { text.clone() };
    let shown = |row: &crate::state::ParameterRow| ShownParameter {
        parameter_key: row.key.clone(),
        parameter_value: masked(row, &row.value),
        resolved_value: row.resolved.as_ref().map(|text| masked(row, text)),
    };
    rows.iter().map(shown).collect()
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownOutput {
    output_key: String,
    output_value: String,
    description: Option<String>,
    export_name: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct StackDrift {
    stack_drift_status: &'static str,
}

/// A stack as DescribeStacks shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ShownStack {
    stack_id: Arn,
    stack_name: String,
    change_set_id: Option<Arn>,
    description: Option<String>,
    parameters: Vec<ShownParameter>,
    creation_time: IsoTime,
    deletion_time: Option<IsoTime>,
    last_updated_time: Option<IsoTime>,
    stack_status: StackStatus,
    stack_status_reason: Option<String>,
    disable_rollback: bool,
    #[serde(rename = "NotificationARNs")]
    notification_arns: Vec<String>,
    timeout_in_minutes: Option<u32>,
    capabilities: Vec<String>,
    outputs: Vec<ShownOutput>,
    #[serde(rename = "RoleARN")]
    role_arn: Option<Arn>,
    rollback_configuration: RollbackConfiguration,
    retain_except_on_create: Option<bool>,
    deletion_mode: Option<&'static str>,
    tags: Vec<Tag>,
    enable_termination_protection: Option<bool>,
    parent_id: Option<Arn>,
    root_id: Option<Arn>,
    drift_information: StackDrift,
}

impl From<Stack> for ShownStack {
    fn from(stack: Stack) -> Self {
        let version = stack.shown();
        Self {
            stack_id: stack.arn(),
            description: version.and_then(|v| v.description.clone()),
            parameters: parameters(version),
            capabilities: version.map(|v| v.capabilities.clone()).unwrap_or_default(),
            tags: version.map(|v| v.tags.clone()).unwrap_or_default(),
            parent_id: stack.nesting.as_ref().map(|nesting| nesting.parent.clone()),
            root_id: stack.nesting.as_ref().map(|nesting| nesting.root.clone()),
            stack_name: stack.name,
            change_set_id: stack.change_set,
            creation_time: IsoTime(stack.created),
            deletion_time: stack.deleted.map(IsoTime),
            last_updated_time: stack.updated.map(IsoTime),
            stack_status: stack.status,
            stack_status_reason: stack.reason,
            disable_rollback: stack.on_failure == crate::state::OnFailure::DoNothing,
            notification_arns: Vec::new(),
            timeout_in_minutes: stack.timeout_minutes,
            outputs: stack
                .outputs
                .into_iter()
                .map(|o| ShownOutput { output_key: o.key, output_value: o.value, description: o.description, export_name: o.export })
                .collect(),
            role_arn: stack.role_arn,
            rollback_configuration: RollbackConfiguration::shown(stack.monitoring_minutes),
            retain_except_on_create: stack.retain_except_on_create.then_some(true),
            deletion_mode: stack.force_delete.then_some("FORCE_DELETE_STACK"),
            enable_termination_protection: stack.deleted.is_none().then_some(stack.termination_protection),
            drift_information: StackDrift { stack_drift_status: "NOT_CHECKED" },
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceDrift {
    stack_resource_drift_status: &'static str,
}

/// A resource of a stack. Each operation shows the members that it has on AWS.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ShownResource {
    stack_name: Option<String>,
    stack_id: Option<Arn>,
    logical_resource_id: String,
    physical_resource_id: Option<String>,
    resource_type: String,
    timestamp: Option<IsoTime>,
    last_updated_timestamp: Option<IsoTime>,
    resource_status: ResourceStatus,
    resource_status_reason: Option<String>,
    metadata: Option<String>,
    drift_information: ResourceDrift,
}

impl ShownResource {
    fn of(row: ResourceRow) -> Self {
        Self {
            stack_name: None,
            stack_id: None,
            logical_resource_id: row.logical_id,
            physical_resource_id: row.made.map(|m| m.physical_id),
            resource_type: row.resource_type,
            timestamp: None,
            last_updated_timestamp: None,
            resource_status: row.status,
            resource_status_reason: row.reason,
            metadata: None,
            drift_information: ResourceDrift { stack_resource_drift_status: "NOT_CHECKED" },
        }
    }
    /// For ListStackResources.
    pub(crate) fn summary(row: ResourceRow) -> Self {
        let time = row.updated;
        Self { last_updated_timestamp: Some(IsoTime(time)), ..Self::of(row) }
    }
    /// For DescribeStackResources.
    pub(crate) fn plain(stack: &Stack, row: ResourceRow) -> Self {
        let time = row.updated;
        Self { stack_name: Some(stack.name.clone()), stack_id: Some(stack.arn()), timestamp: Some(IsoTime(time)), ..Self::of(row) }
    }
    /// For DescribeStackResource.
    pub(crate) fn detail(stack: &Stack, row: ResourceRow) -> Self {
        let time = row.updated;
        let metadata = row.made.as_ref().and_then(|m| m.metadata.as_ref()).map(ToString::to_string);
        Self {
            stack_name: Some(stack.name.clone()),
            stack_id: Some(stack.arn()),
            last_updated_timestamp: Some(IsoTime(time)),
            metadata,
            ..Self::of(row)
        }
    }
}

/// A page of a list that is short enough to be held as a whole. The token is the number of items before the page.
pub(crate) fn page<T>(items: Vec<T>, token: Option<&str>, size: usize) -> Result<(Vec<T>, Option<String>), gate::Error> {
    let start = match token {
        Some(token) => token.parse::<usize>().map_err(|_| crate::error::invalid("NextToken is not one that was given"))?,
        None => 0,
    };
    let total = items.len();
    let end = start.saturating_add(size);
    Ok((items.into_iter().skip(start).take(size).collect(), (end < total).then(|| end.to_string())))
}
