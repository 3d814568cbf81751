//! The rows. Keys begin with the account; what belongs to one stack goes on with the stack's uuid.

use crate::{
    CloudFormation,
    status::{ResourceStatus, StackStatus},
};
use base::{AccountId, Arn, Timestamp};
use gate::{StoredCaller, Table};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use template::Span;

/// Account, region, uuid of the stack.
pub(crate) static STACKS: Table<CloudFormation, Stack> = Table::new("stacks");
/// Account, region, name → uuid of the stack that has the name now.
pub(crate) static NAMES: Table<CloudFormation, String> = Table::new("names");
/// Account, stack, version → the template's text.
pub(crate) static TEMPLATES: Table<CloudFormation, String> = Table::new("templates");
/// Account, stack, logical id.
pub(crate) static RESOURCES: Table<CloudFormation, ResourceRow> = Table::new("resources");
/// Account, word, stack, logical id: what a resource's policies are found by.
pub(crate) static PLACES: Table<CloudFormation, Place> = Table::new("places");
/// Account, stack, number: what an update left to be deleted.
pub(crate) static LEFTOVERS: Table<CloudFormation, Leftover> = Table::new("leftovers");
/// Account, stack, number.
pub(crate) static EVENTS: Table<CloudFormation, Event> = Table::new("events");
/// Account, stack, uuid of the change set (sorted by time).
pub(crate) static CHANGE_SETS: Table<CloudFormation, ChangeSet> = Table::new("change_sets");
/// Account, region, uuid of the change set → uuid of its stack.
pub(crate) static CHANGE_SET_STACKS: Table<CloudFormation, String> = Table::new("change_set_stacks");
/// Account, region, export's name.
pub(crate) static EXPORTS: Table<CloudFormation, Export> = Table::new("exports");
/// Account, region, export's name, uuid of the stack that imports it → its name.
pub(crate) static IMPORTS: Table<CloudFormation, String> = Table::new("imports");

/// What is to be done when a creation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OnFailure {
    /// Delete what was made; the stack stays as `ROLLBACK_COMPLETE`.
    #[default]
    Rollback,
    /// Delete the stack.
    Delete,
    /// Leave everything as it is.
    DoNothing,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A template with all that it is evaluated with.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    /// The key of its text.
    pub(crate) template: String,
    pub(crate) description: Option<String>,
    /// The values that were given.
    pub(crate) parameters: BTreeMap<String, String>,
    /// What Systems Manager's parameters that it names hold, by name or `name:version`. Never secrets.
    #[serde(default)]
    pub(crate) stored: BTreeMap<String, String>,
    /// All parameters with their values, defaults included.
    pub(crate) values: Vec<ParameterRow>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) capabilities: Vec<String>,
    /// The exports of other stacks that it needs.
    pub(crate) imports: BTreeSet<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ParameterRow {
    pub(crate) key: String,
    pub(crate) value: String,
    /// What the value stands for, where it names a parameter of Systems Manager.
    #[serde(default)]
    pub(crate) resolved: Option<String>,
    pub(crate) no_echo: bool,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Stack {
    pub(crate) account: AccountId,
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) uuid: String,
    pub(crate) status: StackStatus,
    pub(crate) reason: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Option<Timestamp>,
    pub(crate) deleted: Option<Timestamp>,
    /// What the stack is; None while its first change set is under review.
    pub(crate) current: Option<Version>,
    /// What an operation under way makes of it.
    pub(crate) target: Option<Version>,
    pub(crate) outputs: Vec<OutputRow>,
    pub(crate) role_arn: Option<Arn>,
    /// Who acts where there is no role: the caller of the operation under way or of the last one.
    pub(crate) actor: StoredCaller,
    pub(crate) on_failure: OnFailure,
    pub(crate) timeout_minutes: Option<u32>,
    pub(crate) termination_protection: bool,
    pub(crate) change_set: Option<Arn>,
    pub(crate) client_request_token: Option<String>,
    /// The operation under way deletes what it made if it rolls back, whatever the template's policies keep.
    #[serde(default)]
    pub(crate) retain_except_on_create: bool,
    /// How long everything stays as it is after all resources are there, before an operation counts as done.
    #[serde(default)]
    pub(crate) monitoring_minutes: Option<u32>,
    /// What updates may do to which resources: the text as it was given.
    #[serde(default)]
    pub(crate) policy: Option<String>,
    /// What holds instead of it during the update under way.
    #[serde(default)]
    pub(crate) policy_during_update: Option<String>,
    /// The deletion under way keeps what cannot be deleted.
    #[serde(default)]
    pub(crate) force_delete: bool,
    /// Resources that the deletion under way leaves alone.
    pub(crate) retain: Vec<String>,
    /// Resources that the continued rollback leaves alone.
    pub(crate) skip: Vec<String>,
    /// The number of the next event.
    pub(crate) events: u64,
    /// When the last event was.
    #[serde(default)]
    pub(crate) last_event: Timestamp,
    /// Why the operation under way, or the last one, failed.
    #[serde(default)]
    pub(crate) failure: Option<String>,
    /// Whose resource the stack is.
    #[serde(default)]
    pub(crate) nesting: Option<crate::nested::Nesting>,
}

impl Stack {
    pub(crate) fn arn(&self) -> Arn {
        Arn::new("cloudformation", &self.region, self.account.as_str(), &format!("stack/{}/{}", self.name, self.uuid))
    }
    /// What is shown of it: what an operation under way makes of it, else what it is.
    pub(crate) fn shown(&self) -> Option<&Version> {
        let turned_back = matches!(self.status, StackStatus::UpdateRollbackInProgress | StackStatus::UpdateRollbackFailed);
        self.target.as_ref().filter(|_| !turned_back).or(self.current.as_ref())
    }
    /// The keys of all rows that belong to the stack begin so.
    pub(crate) fn key(&self) -> [&str; 2] {
        [self.account.as_str(), &self.uuid]
    }
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OutputRow {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) description: Option<String>,
    pub(crate) export: Option<String>,
}

/// A resource that exists.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) resource_type: String,
    pub(crate) physical_id: String,
    pub(crate) attributes: Map<String, Value>,
    pub(crate) properties: Value,
    /// Where each property was written, by JSON pointer.
    #[serde(default)]
    pub(crate) origins: Vec<(String, Span)>,
    /// The JSON pointers of properties that nobody is shown. None: it was made by a release that did not note them.
    #[serde(default)]
    pub(crate) masked: Option<Vec<String>>,
    pub(crate) metadata: Option<Value>,
    pub(crate) deletion_policy: Option<String>,
    pub(crate) update_replace_policy: Option<String>,
    pub(crate) dependencies: Vec<String>,
}

/// What the operation under way did to a resource: what a rollback undoes.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Pending {
    /// It was not there before.
    Created,
    /// It was changed in place.
    Updated(Box<Made>),
    /// Another one takes its place; this one still exists.
    Replaced(Box<Made>),
    /// It was changed in place, and then another one took its place: how it was before, and how it is now.
    ChangedAndReplaced(Box<Made>, Box<Made>),
    /// It could not be made or changed; nothing of the attempt stayed.
    Failed,
    /// The rollback went back to the earlier one; this newer one still exists.
    Outlived(Box<Made>),
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ResourceRow {
    pub(crate) logical_id: String,
    pub(crate) resource_type: String,
    /// None: it does not exist.
    pub(crate) made: Option<Made>,
    pub(crate) status: ResourceStatus,
    pub(crate) reason: Option<String>,
    pub(crate) updated: Timestamp,
    pub(crate) pending: Option<Pending>,
}

/// Where a stack lies.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) region: String,
}

/// A resource that no longer belongs to the stack and is yet to be deleted.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Leftover {
    pub(crate) logical_id: String,
    pub(crate) made: Made,
    /// A policy of the template says that it stays.
    pub(crate) retain: bool,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) logical_id: String,
    pub(crate) physical_id: String,
    pub(crate) resource_type: String,
    pub(crate) time: Timestamp,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    /// JSON text, secrets masked.
    pub(crate) properties: Option<String>,
    pub(crate) token: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Export {
    pub(crate) value: String,
    pub(crate) stack: Arn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ChangeSetStatus {
    CreateComplete,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ExecutionStatus {
    Unavailable,
    Available,
    ExecuteInProgress,
    ExecuteComplete,
    ExecuteFailed,
    Obsolete,
}

/// Whether a change set makes a stack or changes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeSetType {
    /// For a stack that does not exist.
    Create,
    /// For a stack that exists.
    #[default]
    Update,
    /// For resources that exist.
    Import,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ChangeSet {
    pub(crate) name: String,
    pub(crate) uuid: String,
    pub(crate) arn: Arn,
    pub(crate) kind: ChangeSetType,
    pub(crate) description: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) status: ChangeSetStatus,
    pub(crate) reason: Option<String>,
    pub(crate) execution: ExecutionStatus,
    pub(crate) version: Version,
    pub(crate) role_arn: Option<Arn>,
    pub(crate) on_failure: Option<OnFailure>,
    #[serde(default)]
    pub(crate) monitoring_minutes: Option<u32>,
    pub(crate) client_token: Option<String>,
    pub(crate) changes: Vec<crate::changes::Change>,
    /// Whether nested stacks have change sets of their own.
    #[serde(default)]
    pub(crate) nested: bool,
    /// The change set that it belongs to.
    #[serde(default)]
    pub(crate) parent: Option<Arn>,
}

impl ChangeSet {
    /// How its execution goes: what its stack says.
    pub(crate) fn execution_of(&self, stack: &Stack) -> ExecutionStatus {
        match (self.execution, stack.status) {
            (ExecutionStatus::ExecuteInProgress, StackStatus::CreateComplete | StackStatus::UpdateComplete) => {
                ExecutionStatus::ExecuteComplete
            }
            (ExecutionStatus::ExecuteInProgress, status) if !status.as_str().ends_with("_IN_PROGRESS") => ExecutionStatus::ExecuteFailed,
            (kept, _) => kept,
        }
    }
}

/// Twenty digits: numbers that sort as text.
pub(crate) fn digits(number: u64) -> String {
    format!("{number:020}")
}
