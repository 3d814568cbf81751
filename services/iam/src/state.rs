//! What IAM keeps.

use crate::{Iam, tags::Tag};
use base::{AccountId, Arn, Secret, Timestamp};
use gate::Table;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What users and roles have in common: they hold policies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) name: String,
    pub(crate) path: String,
    /// The unique id: made anew when the name is used again.
    pub(crate) id: String,
    pub(crate) arn: Arn,
    pub(crate) created: Timestamp,
    pub(crate) boundary: Option<Arn>,
    pub(crate) tags: Vec<Tag>,
    /// Inline policies by name.
    pub(crate) inline: BTreeMap<String, String>,
    /// Managed policies in the order they were attached.
    pub(crate) attached: Vec<Arn>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RoleRow {
    pub(crate) holder: Holder,
    /// The trust policy; users and roles in it are unique ids.
    pub(crate) trust: String,
    pub(crate) description: Option<String>,
    pub(crate) max_session_duration: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UserRow {
    pub(crate) holder: Holder,
    /// The ids of the user's access keys.
    pub(crate) keys: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccessKeyRow {
    pub(crate) account: AccountId,
    pub(crate) user: String,
    pub(crate) secret: Secret<String>,
    pub(crate) active: bool,
    pub(crate) created: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PolicyVersion {
    pub(crate) number: u64,
    pub(crate) document: String,
    pub(crate) created: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PolicyRow {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) arn: Arn,
    pub(crate) description: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) default_version: u64,
    /// The number of the newest version there ever was: numbers are not used again.
    pub(crate) last_version: u64,
    /// Oldest first.
    pub(crate) versions: Vec<PolicyVersion>,
    pub(crate) tags: Vec<Tag>,
}

/// Account, name in lower case: names that differ in case alone are one.
pub(crate) static ROLES: Table<Iam, RoleRow> = Table::new("roles");
/// Account, name in lower case.
pub(crate) static USERS: Table<Iam, UserRow> = Table::new("users");
/// Account, name in lower case.
pub(crate) static POLICIES: Table<Iam, PolicyRow> = Table::new("policies");
/// Key id.
pub(crate) static KEYS: Table<Iam, AccessKeyRow> = Table::new("access-keys");
/// The ARN of every living user and role, by its unique id.
pub(crate) static IDS: Table<Iam, Arn> = Table::new("ids");
