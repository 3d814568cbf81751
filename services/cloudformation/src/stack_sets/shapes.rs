//! How stack sets' instances and operations are shown.

use super::{Action, Detailed, Instance, InstanceStatus, OperationStatus, Preferences, SetOperation, StackSet};
use base::{AccountId, Arn, IsoTime};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ShownParameter {
    parameter_key: String,
    parameter_value: String,
}

/// Values of parameters that are not to be shown are masked.
pub(crate) fn shown_parameters(set: &StackSet, values: &BTreeMap<String, String>) -> Vec<ShownParameter> {
    let shown = |(key, value): (&String, &String)| ShownParameter {
        parameter_key: key.clone(),
        parameter_value: if set.hidden.contains(key) { "****".into() } else { value.clone() },
    };
    values.iter().map(shown).collect()
}

/// Preferences as they are shown: the order of the regions as it is kept.
pub(crate) fn shown_preferences(operation: &SetOperation) -> Preferences {
    Preferences { region_order: operation.regions.clone(), ..operation.preferences.clone() }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Comprehensive {
    detailed_status: Detailed,
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Instance({} {})", self.account, self.region)
    }
}

/// An instance; its parameters are shown where it is asked for alone.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ShownInstance {
    stack_set_id: String,
    region: String,
    account: AccountId,
    stack_id: Option<Arn>,
    parameter_overrides: Option<Vec<ShownParameter>>,
    status: InstanceStatus,
    stack_instance_status: Comprehensive,
    status_reason: Option<String>,
    drift_status: &'static str,
    last_operation_id: String,
}

impl ShownInstance {
    pub(crate) fn summary(set: &StackSet, instance: Instance) -> Self {
        Self {
            stack_set_id: set.id(),
            region: instance.region,
            account: instance.account,
            stack_id: instance.stack,
            parameter_overrides: None,
            status: instance.status,
            stack_instance_status: Comprehensive { detailed_status: instance.detailed },
            status_reason: instance.reason,
            drift_status: "NOT_CHECKED",
            last_operation_id: instance.operation,
        }
    }
    pub(crate) fn whole(set: &StackSet, instance: Instance) -> Self {
        let overrides = shown_parameters(set, &instance.overrides);
        Self { parameter_overrides: Some(overrides), ..Self::summary(set, instance) }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    failed_stack_instances_count: usize,
}

/// An operation; lists show less of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ShownOperation {
    operation_id: String,
    stack_set_id: Option<String>,
    action: Action,
    status: OperationStatus,
    operation_preferences: Preferences,
    retain_stacks: Option<bool>,
    #[serde(rename = "AdministrationRoleARN")]
    administration_role_arn: Option<Arn>,
    execution_role_name: Option<String>,
    creation_timestamp: IsoTime,
    end_timestamp: Option<IsoTime>,
    status_reason: Option<String>,
    status_details: Option<Details>,
}

impl ShownOperation {
    pub(crate) fn summary(operation: SetOperation) -> Self {
        Self {
            operation_preferences: shown_preferences(&operation),
            operation_id: operation.id,
            stack_set_id: None,
            action: operation.action,
            status: operation.status,
            retain_stacks: None,
            administration_role_arn: None,
            execution_role_name: None,
            creation_timestamp: IsoTime(operation.created),
            end_timestamp: operation.ended.map(IsoTime),
            status_reason: operation.reason,
            status_details: operation.ended.map(|_| Details { failed_stack_instances_count: operation.failed }),
        }
    }
    pub(crate) fn whole(set: &StackSet, operation: SetOperation) -> Self {
        let retain_stacks = (operation.action == Action::Delete).then_some(operation.retain);
        let (role, execution) = (operation.administration_role.clone(), operation.execution_role.clone());
        Self {
            stack_set_id: Some(set.id()),
            retain_stacks,
            administration_role_arn: Some(role),
            execution_role_name: Some(execution),
            ..Self::summary(operation)
        }
    }
}
