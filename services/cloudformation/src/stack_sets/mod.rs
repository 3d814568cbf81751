//! Stack sets: one template as stacks in several accounts, with self-managed permissions.
//!
//! An operation on a set writes down a result for each of its instances, and its workflow brings them about: as the set's
//! administration role, which assumes the execution role of each account.

mod begin;
mod examples;
mod preferences;
mod run;
mod shapes;
mod targets;
mod template;

pub(crate) use begin::{Begin, begin};
pub(crate) use examples::{after_instances, example_instances, example_set, waiting_instance};
pub(crate) use preferences::Preferences;
pub(crate) use run::{StackSetWorkflow, wake};
pub(crate) use shapes::{ShownInstance, ShownOperation, ShownParameter, shown_parameters};
pub(crate) use targets::{DeploymentTargets, Targets, existing, overrides};
pub(crate) use template::declare;

use crate::{CloudFormation, error::invalid, names::Rows, state::Tag};
use base::{AccountId, Arn, Timestamp};
use gate::{Demand, Demands, Error, ResourceFacts, Scope, Table, View};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Account, region, uuid of the set.
pub(crate) static SETS: Table<CloudFormation, StackSet> = Table::new("stack_sets");
/// Account, region, name → uuid of the set that has the name now.
pub(crate) static SET_NAMES: Table<CloudFormation, String> = Table::new("stack_set_names");
/// Account, set → the template's text.
pub(crate) static SET_TEMPLATES: Table<CloudFormation, String> = Table::new("stack_set_templates");
/// Account, set, account of the instance, region.
pub(crate) static INSTANCES: Table<CloudFormation, Instance> = Table::new("stack_set_instances");
/// Account, set, id of the operation.
pub(crate) static OPERATIONS: Table<CloudFormation, SetOperation> = Table::new("stack_set_operations");
/// Account, set, id of the operation, number of the region in its order, account.
pub(crate) static RESULTS: Table<CloudFormation, SetResult> = Table::new("stack_set_results");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SetStatus {
    Active,
    Deleted,
}

/// What lets operations on a set go on beside each other.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedExecution {
    /// Whether an operation waits for another one instead of being refused.
    pub active: Option<bool>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StackSet {
    pub(crate) account: AccountId,
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) uuid: String,
    pub(crate) status: SetStatus,
    pub(crate) description: Option<String>,
    pub(crate) parameters: BTreeMap<String, String>,
    /// The parameters that are not to be shown.
    pub(crate) hidden: Vec<String>,
    pub(crate) capabilities: Vec<String>,
    pub(crate) tags: Vec<Tag>,
    /// None: AWS's default.
    pub(crate) administration_role: Option<Arn>,
    pub(crate) execution_role: String,
    pub(crate) managed: bool,
    pub(crate) client_request_token: Option<String>,
    pub(crate) created: Timestamp,
}

/// AWS's names for the roles of those who name none.
const ADMINISTRATION_ROLE: &str = "AWSCloudFormationStackSetAdministrationRole";
pub(crate) const EXECUTION_ROLE: &str = "AWSCloudFormationStackSetExecutionRole";

impl StackSet {
    /// `NAME:UUID`.
    pub(crate) fn id(&self) -> String {
        format!("{}:{}", self.name, self.uuid)
    }
    pub(crate) fn arn(&self) -> Arn {
        Arn::new("cloudformation", &self.region, self.account.as_str(), &format!("stackset/{}", self.id()))
    }
    /// The keys of all rows that belong to the set begin so.
    pub(crate) fn key(&self) -> [&str; 2] {
        [self.account.as_str(), &self.uuid]
    }
    pub(crate) fn save(&self, scope: &mut Scope<'_, CloudFormation>) -> Result<(), Error> {
        scope.put(&SETS, &[self.account.as_str(), self.region.as_str(), self.uuid.as_str()], self)
    }
    /// The role whose session assumes the roles of the accounts.
    pub(crate) fn administration_role(&self) -> Arn {
        let role = || Arn::global("iam", self.account, &format!("role/{ADMINISTRATION_ROLE}"));
        self.administration_role.clone().unwrap_or_else(role)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum InstanceStatus {
    Current,
    Outdated,
    Inoperable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Detailed {
    Pending,
    Running,
    Succeeded,
    Failed,
    Cancelled,
    Inoperable,
}

/// A stack of a set in one account and region, made or not.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) account: AccountId,
    pub(crate) region: String,
    pub(crate) stack: Option<Arn>,
    pub(crate) overrides: BTreeMap<String, String>,
    pub(crate) status: InstanceStatus,
    pub(crate) detailed: Detailed,
    pub(crate) reason: Option<String>,
    pub(crate) operation: String,
}

impl Instance {
    pub(crate) fn save(&self, scope: &mut Scope<'_, CloudFormation>, set: &StackSet) -> Result<(), Error> {
        let [account, uuid] = set.key();
        scope.put(&INSTANCES, &[account, uuid, self.account.as_str(), self.region.as_str()], self)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Action {
    Create,
    Update,
    Delete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum OperationStatus {
    Queued,
    Running,
    Succeeded,
    Failed,
    Stopping,
    Stopped,
}

impl OperationStatus {
    /// Whether other operations have to wait for it.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running | Self::Stopping)
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SetOperation {
    pub(crate) id: String,
    /// How many were before it.
    pub(crate) number: usize,
    pub(crate) action: Action,
    pub(crate) status: OperationStatus,
    pub(crate) preferences: Preferences,
    /// The regions, in the order in which they are worked on.
    pub(crate) regions: Vec<String>,
    pub(crate) retain: bool,
    pub(crate) administration_role: Arn,
    pub(crate) execution_role: String,
    pub(crate) created: Timestamp,
    pub(crate) ended: Option<Timestamp>,
    pub(crate) reason: Option<String>,
    pub(crate) failed: usize,
}

impl SetOperation {
    pub(crate) fn save(&self, scope: &mut Scope<'_, CloudFormation>, set: &StackSet) -> Result<(), Error> {
        let [account, uuid] = set.key();
        scope.put(&OPERATIONS, &[account, uuid, self.id.as_str()], self)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ResultStatus {
    Pending,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SetResult {
    pub(crate) account: AccountId,
    pub(crate) region: String,
    pub(crate) status: ResultStatus,
    pub(crate) reason: Option<String>,
    /// A stack that could not be made is deleted first.
    pub(crate) clearing: bool,
}

pub(crate) fn set_missing(name: &str) -> Error {
    Error::new("StackSetNotFoundException", format!("StackSet {name} not found")).status(404)
}

pub(crate) fn operation_missing(id: &str) -> Error {
    Error::new("OperationNotFoundException", format!("Operation {id} not found")).status(404)
}

pub(crate) fn instance_missing(account: &str, region: &str) -> Error {
    Error::new("StackInstanceNotFoundException", format!("Stack instance for account {account} and region {region} not found")).status(404)
}

const LONGEST_NAME: usize = 128;

pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let good = name.len() <= LONGEST_NAME
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if good {
        return Ok(());
    }
    let must = "satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*, and have length less than or equal to 128";
    Err(crate::error::constraint("stackSetName", name, must))
}

/// A set as a caller names it: by its name, or by its id.
pub(crate) fn find(rows: &mut impl Rows, text: &str) -> Result<Option<StackSet>, Error> {
    let (account, region) = rows.home()?;
    let text = match text.parse::<Arn>() {
        Ok(arn) => {
            if arn.account() != Some(account) || arn.region() != region {
                return Ok(None);
            }
            arn.resource_of("stackset").unwrap_or_default().to_string()
        }
        Err(_) => text.to_string(),
    };
    let uuid = match text.split_once(':') {
        Some((_, uuid)) => Some(uuid.to_string()),
        None => {
            check_name(&text)?;
            rows.row(&SET_NAMES, &[account.as_str(), &region, &text])?
        }
    };
    let Some(uuid) = uuid else { return Ok(None) };
    let found: Option<StackSet> = rows.row(&SETS, &[account.as_str(), &region, &uuid])?;
    Ok(found.filter(|set| set.name == text.split(':').next().unwrap_or_default()))
}

/// The set that a caller names.
pub(crate) fn set(rows: &mut impl Rows, text: &str) -> Result<StackSet, Error> {
    find(rows, text)?.ok_or_else(|| set_missing(text))
}

/// The same, if it can be changed.
pub(crate) fn active(rows: &mut impl Rows, text: &str) -> Result<StackSet, Error> {
    find(rows, text)?.filter(|set| set.status == SetStatus::Active).ok_or_else(|| set_missing(text))
}

/// The ARN that rights are asked for: with `*` for the uuid where there is no such set.
pub(crate) fn arn(view: &mut View<'_, CloudFormation>, text: &str) -> Result<Arn, Error> {
    if let Some(found) = find(view, text)? {
        return Ok(found.arn());
    }
    let (account, region) = view.home()?;
    let name = text.rsplit('/').next().unwrap_or(text);
    let name = name.split(':').next().unwrap_or(name);
    check_name(name)?;
    Ok(Arn::new("cloudformation", &region, account.as_str(), &format!("stackset/{name}:*")))
}

/// The right to `action` on the set.
pub(crate) fn on_set(view: &mut View<'_, CloudFormation>, action: &'static str, set: &str) -> Result<Demands, Error> {
    Ok(Demand::new(action, arn(view, set)?).into())
}

/// The right to `action` on the set in these regions.
pub(crate) fn in_regions(
    view: &mut View<'_, CloudFormation>,
    action: &'static str,
    set: &str,
    regions: &[String],
) -> Result<Demands, Error> {
    let demand = Demand::new(action, arn(view, set)?);
    Ok(if regions.is_empty() { demand } else { demand.with("cloudformation:TargetRegion", regions.to_vec()) }.into())
}

/// The right to pass the administration role that is given.
pub(crate) fn pass(view: &View<'_, CloudFormation>, role: Option<&Arn>) -> Result<Option<Demand>, Error> {
    let Some(role) = role else { return Ok(None) };
    if role.account() != Some(view.account()?) {
        return Err(Error::access_denied(gate::Protocol::Query, "Cross-account pass role is not allowed."));
    }
    Ok(Some(Demand::new("iam:PassRole", role.clone()).with("iam:PassedToService", "cloudformation.amazonaws.com")))
}

/// Who calls: a delegated administrator is for service-managed sets.
pub(crate) fn check_call_as(operation: &str, call_as: Option<&str>) -> Result<(), Error> {
    match call_as {
        None | Some("SELF") => Ok(()),
        Some("DELEGATED_ADMIN") => Err(Error::not_implemented(&format!("cloudformation:{operation} with CallAs DELEGATED_ADMIN"))),
        Some(other) => Err(crate::error::constraint("callAs", other, "satisfy enum value set: [SELF, DELEGATED_ADMIN]")),
    }
}

/// Accounts of the organization's units are not looked up: permissions are self-managed.
pub(crate) fn check_model(operation: &str, model: Option<&str>) -> Result<(), Error> {
    match model {
        None | Some("SELF_MANAGED") => Ok(()),
        Some("SERVICE_MANAGED") => Err(Error::not_implemented(&format!("cloudformation:{operation} with PermissionModel SERVICE_MANAGED"))),
        Some(other) => Err(crate::error::constraint("permissionModel", other, "satisfy enum value set: [SERVICE_MANAGED, SELF_MANAGED]")),
    }
}

/// All operations of a set, newest first.
pub(crate) fn operations(scope: &mut Scope<'_, CloudFormation>, set: &StackSet) -> Result<Vec<SetOperation>, Error> {
    let mut rows: Vec<SetOperation> = scope.scan(&OPERATIONS, &set.key())?.into_iter().map(|(_, row)| row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.number));
    Ok(rows)
}

/// An operation of a set.
pub(crate) fn operation(scope: &mut Scope<'_, CloudFormation>, set: &StackSet, id: &str) -> Result<SetOperation, Error> {
    let [account, uuid] = set.key();
    scope.get(&OPERATIONS, &[account, uuid, id])?.ok_or_else(|| operation_missing(id))
}

/// All instances of a set, by account and region.
pub(crate) fn instances(scope: &mut Scope<'_, CloudFormation>, set: &StackSet) -> Result<Vec<Instance>, Error> {
    Ok(scope.scan(&INSTANCES, &set.key())?.into_iter().map(|(_, row)| row).collect())
}

/// The size of a page that a caller wants, and the page.
pub(crate) fn page<T>(items: Vec<T>, token: Option<&str>, size: Option<usize>) -> Result<(Vec<T>, Option<String>), Error> {
    const LARGEST: usize = 100;
    match size {
        Some(size) if !(1..=LARGEST).contains(&size) => Err(invalid(format!(
            "1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and {LARGEST}"
        ))),
        size => crate::shapes::page(items, token, size.unwrap_or(LARGEST)),
    }
}

/// Whose a set is, and its tags.
pub(crate) fn facts(view: &mut View<'_, CloudFormation>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let (Some(account), Some((_, uuid))) = (arn.account(), arn.resource_of("stackset").and_then(|id| id.split_once(':'))) else {
        return Ok(None);
    };
    let set = view.get(&SETS, &[account.as_str(), arn.region(), uuid])?;
    Ok(set.map(|set| {
        let tags = set.tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect();
        ResourceFacts { tags, ..ResourceFacts::owned_by(account) }
    }))
}
