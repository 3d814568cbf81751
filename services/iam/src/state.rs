//! What IAM keeps.

use crate::{Iam, passwords::Hashed, tags::Tag};
use base::{AccountId, Arn, Secret, Timestamp};
use gate::Table;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What groups, users, roles and instance profiles have in common; all but the last hold policies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Holder {
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
pub struct RoleRow {
    pub(crate) holder: Holder,
    /// The trust policy; users and roles in it are unique ids.
    pub(crate) trust: String,
    pub(crate) description: Option<String>,
    pub(crate) max_session_duration: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserRow {
    pub(crate) holder: Holder,
    /// The ids of the user's access keys.
    pub(crate) keys: Vec<String>,
    /// The unique ids of the groups that the user is in.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    #[serde(default)]
    pub(crate) login: Option<LoginRow>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GroupRow {
    pub(crate) holder: Holder,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProfileRow {
    pub(crate) holder: Holder,
    /// The unique id of its role.
    pub(crate) role: Option<String>,
}

/// A user's password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LoginRow {
    pub(crate) created: Timestamp,
    pub(crate) changed: Timestamp,
    pub(crate) reset_required: bool,
    pub(crate) password: Hashed,
    /// Passwords before, newest first: as many as can ever be forbidden to come again.
    pub(crate) earlier: Vec<Hashed>,
}

/// What an account asks of its users' passwords.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PasswordRules {
    pub(crate) shortest: u64,
    pub(crate) symbols: bool,
    pub(crate) numbers: bool,
    pub(crate) upper_case: bool,
    pub(crate) lower_case: bool,
    pub(crate) users_may_change: bool,
    pub(crate) longest_days: Option<u64>,
    pub(crate) not_again: Option<u64>,
    pub(crate) hard_expiry: bool,
}

/// A credential report, as it was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ReportRow {
    pub(crate) generated: Timestamp,
    pub(crate) csv: String,
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
pub(crate) static GROUPS: Table<Iam, GroupRow> = Table::new("groups");
/// Account, name in lower case.
pub(crate) static PROFILES: Table<Iam, ProfileRow> = Table::new("instance-profiles");
/// Account, name in lower case.
pub(crate) static POLICIES: Table<Iam, PolicyRow> = Table::new("policies");
/// Key id.
pub(crate) static KEYS: Table<Iam, AccessKeyRow> = Table::new("access-keys");
/// The ARN of every living group, user, role and instance profile, by its unique id.
pub(crate) static IDS: Table<Iam, Arn> = Table::new("ids");
/// Account.
pub(crate) static PASSWORD_RULES: Table<Iam, PasswordRules> = Table::new("password-policies");
/// Account: its alias.
pub(crate) static ALIASES: Table<Iam, String> = Table::new("aliases");
/// Alias: its account. An alias is one account's in the whole world.
pub(crate) static ALIASED: Table<Iam, AccountId> = Table::new("aliased");
/// Account.
pub(crate) static REPORTS: Table<Iam, ReportRow> = Table::new("credential-reports");
