//! The structures of IAM's answers.

use crate::{
    Iam,
    documents::shown,
    entity::Entity,
    inputs::Named,
    last_used::LastUse,
    managed::AwsPolicy,
    pages::page,
    policies::Uses,
    state::{AccessKeyRow, GroupRow, LoginRow, PasswordRules, PolicyRow, PolicyVersion as VersionRow, ProfileRow, RoleRow, UserRow},
    tags::Tag,
};
use base::{Arn, IsoTime};
use gate::{Error, Scope};
use serde::Serialize;

/// Nothing.
#[derive(Debug, Serialize)]
pub struct Nothing;

/// A permissions boundary.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Boundary {
    permissions_boundary_type: &'static str,
    permissions_boundary_arn: Arn,
}

pub(crate) fn boundary(arn: Option<&Arn>) -> Option<Boundary> {
    arn.map(|arn| Boundary { permissions_boundary_type: "Policy", permissions_boundary_arn: arn.clone() })
}

/// A role.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Role {
    path: String,
    role_name: String,
    role_id: String,
    arn: Arn,
    create_date: IsoTime,
    assume_role_policy_document: String,
    description: Option<String>,
    max_session_duration: u64,
    permissions_boundary: Option<Boundary>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
    role_last_used: Option<RoleLastUsed>,
}

/// When a role was used last, and where; empty if that is not known.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RoleLastUsed {
    last_used_date: Option<IsoTime>,
    region: Option<String>,
}

impl RoleLastUsed {
    pub(crate) fn of(last: Option<LastUse>) -> Self {
        let (last_used_date, region) = last.map(|last| (IsoTime(last.time), last.region)).unzip();
        Self { last_used_date, region }
    }
}

impl Role {
    /// With its last use, which `GetRole` shows and lists do not.
    pub(crate) fn last_used(mut self, last: Option<LastUse>) -> Self {
        self.role_last_used = Some(RoleLastUsed::of(last));
        self
    }
    /// `trust` has ARNs, not unique ids.
    pub(crate) fn of(row: RoleRow, trust: &str) -> Self {
        let RoleRow { holder, description, max_session_duration, .. } = row;
        Self {
            permissions_boundary: boundary(holder.boundary.as_ref()),
            path: holder.path,
            role_name: holder.name,
            role_id: holder.id,
            arn: holder.arn,
            create_date: IsoTime(holder.created),
            assume_role_policy_document: shown(trust),
            description,
            max_session_duration,
            tags: holder.tags,
            role_last_used: None,
        }
    }
    /// With the names that its trust policy's unique ids stand for now.
    pub(crate) fn shown(scope: &mut Scope<'_, Iam>, row: RoleRow) -> Self {
        let trust = scope.ids_to_principals(&row.trust);
        Self::of(row, &trust)
    }
    /// As lists show it: without tags and boundary.
    pub(crate) fn brief(mut self) -> Self {
        self.tags.clear();
        self.permissions_boundary = None;
        self
    }
}

/// A user.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct User {
    path: String,
    user_name: String,
    user_id: String,
    arn: Arn,
    create_date: IsoTime,
    permissions_boundary: Option<Boundary>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

impl User {
    pub(crate) fn of(row: UserRow) -> Self {
        let holder = row.holder;
        Self {
            permissions_boundary: boundary(holder.boundary.as_ref()),
            path: holder.path,
            user_name: holder.name,
            user_id: holder.id,
            arn: holder.arn,
            create_date: IsoTime(holder.created),
            tags: holder.tags,
        }
    }
    /// As lists show it: without tags and boundary.
    pub(crate) fn brief(mut self) -> Self {
        self.tags.clear();
        self.permissions_boundary = None;
        self
    }
}

/// A group.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Group {
    path: String,
    group_name: String,
    group_id: String,
    arn: Arn,
    create_date: IsoTime,
}

impl Group {
    pub(crate) fn of(row: GroupRow) -> Self {
        let holder = row.holder;
        Self { path: holder.path, group_name: holder.name, group_id: holder.id, arn: holder.arn, create_date: IsoTime(holder.created) }
    }
}

/// An instance profile.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceProfile {
    path: String,
    instance_profile_name: String,
    instance_profile_id: String,
    arn: Arn,
    create_date: IsoTime,
    roles: Vec<Role>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

impl InstanceProfile {
    pub(crate) fn of(row: ProfileRow, role: Option<Role>) -> Self {
        let holder = row.holder;
        Self {
            path: holder.path,
            instance_profile_name: holder.name,
            instance_profile_id: holder.id,
            arn: holder.arn,
            create_date: IsoTime(holder.created),
            roles: role.into_iter().collect(),
            tags: holder.tags,
        }
    }
    /// As lists show it: without tags.
    pub(crate) fn brief(mut self) -> Self {
        self.tags.clear();
        self
    }
}

/// A managed policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedPolicy {
    pub(crate) policy_name: String,
    policy_id: Option<String>,
    pub(crate) arn: Arn,
    path: String,
    default_version_id: String,
    pub(crate) attachment_count: usize,
    pub(crate) permissions_boundary_usage_count: usize,
    is_attachable: bool,
    description: Option<String>,
    create_date: IsoTime,
    update_date: IsoTime,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

impl ManagedPolicy {
    pub(crate) fn of(row: PolicyRow, uses: Uses) -> Self {
        Self {
            policy_name: row.name,
            policy_id: Some(row.id),
            arn: row.arn,
            path: row.path,
            default_version_id: format!("v{}", row.default_version),
            attachment_count: uses.attached,
            permissions_boundary_usage_count: uses.boundaries,
            is_attachable: true,
            description: row.description,
            create_date: IsoTime(row.created),
            update_date: IsoTime(row.updated),
            tags: row.tags,
        }
    }
    pub(crate) fn of_aws(own: &AwsPolicy, arn: Arn, uses: Uses) -> Self {
        Self {
            policy_name: own.name.clone(),
            policy_id: own.id.clone(),
            arn,
            path: own.path.clone(),
            default_version_id: format!("v{}", own.version),
            attachment_count: uses.attached,
            permissions_boundary_usage_count: uses.boundaries,
            is_attachable: true,
            description: own.description.clone(),
            create_date: IsoTime(own.created),
            update_date: IsoTime(own.updated),
            tags: Vec::new(),
        }
    }
    /// As details show it: without tags.
    pub(crate) fn detail(mut self) -> Self {
        self.tags.clear();
        self
    }
    /// As lists show it: without description and tags.
    pub(crate) fn brief(mut self) -> Self {
        self.description = None;
        self.tags.clear();
        self
    }
}

/// A version of a managed policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyVersion {
    pub(crate) version_id: String,
    pub(crate) is_default_version: bool,
    create_date: IsoTime,
    document: Option<String>,
}

impl PolicyVersion {
    pub(crate) fn of(version: &VersionRow, default: u64, with_document: bool) -> Self {
        Self {
            version_id: format!("v{}", version.number),
            is_default_version: version.number == default,
            create_date: IsoTime(version.created),
            document: with_document.then(|| shown(&version.document)),
        }
    }
    pub(crate) fn of_aws(own: &AwsPolicy, with_document: bool) -> Self {
        Self {
            version_id: format!("v{}", own.version),
            is_default_version: true,
            create_date: IsoTime(own.updated),
            document: with_document.then(|| shown(&own.document)),
        }
    }
}

/// A managed policy where it is attached.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachedPolicy {
    policy_name: String,
    policy_arn: Arn,
}

impl AttachedPolicy {
    pub(crate) fn of(arn: Arn) -> Self {
        let name = arn.resource().rsplit('/').next().unwrap_or_default().to_owned();
        Self { policy_name: name, policy_arn: arn }
    }
}

/// An access key, without its secret.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccessKeyMetadata {
    user_name: String,
    access_key_id: String,
    status: &'static str,
    create_date: IsoTime,
}

impl AccessKeyMetadata {
    pub(crate) fn of(id: String, row: AccessKeyRow) -> Self {
        Self { user_name: row.user, access_key_id: id, status: status(row.active), create_date: IsoTime(row.created) }
    }
}

pub(crate) fn status(active: bool) -> &'static str {
    if active { "Active" } else { "Inactive" }
}

/// A user's password, which nobody can be shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoginProfile {
    user_name: String,
    create_date: IsoTime,
    password_reset_required: bool,
}

impl LoginProfile {
    pub(crate) fn of(user: &UserRow, login: &LoginRow) -> Self {
        Self { user_name: user.holder.name.clone(), create_date: IsoTime(login.created), password_reset_required: login.reset_required }
    }
}

/// What an account asks of passwords.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PasswordPolicy {
    minimum_password_length: u64,
    require_symbols: bool,
    require_numbers: bool,
    require_uppercase_characters: bool,
    require_lowercase_characters: bool,
    allow_users_to_change_password: bool,
    expire_passwords: bool,
    max_password_age: Option<u64>,
    password_reuse_prevention: Option<u64>,
    hard_expiry: bool,
}

impl PasswordPolicy {
    pub(crate) fn of(rules: &PasswordRules) -> Self {
        Self {
            minimum_password_length: rules.shortest,
            require_symbols: rules.symbols,
            require_numbers: rules.numbers,
            require_uppercase_characters: rules.upper_case,
            require_lowercase_characters: rules.lower_case,
            allow_users_to_change_password: rules.users_may_change,
            expire_passwords: rules.longest_days.is_some(),
            max_password_age: rules.longest_days,
            password_reuse_prevention: rules.not_again,
            hard_expiry: rules.hard_expiry,
        }
    }
}

/// The names of inline policies.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyNames {
    pub(crate) is_truncated: bool,
    pub(crate) marker: Option<String>,
    pub(crate) policy_names: Vec<String>,
}

/// Managed policies where they are attached.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachedPolicies {
    pub(crate) is_truncated: bool,
    pub(crate) marker: Option<String>,
    pub(crate) attached_policies: Vec<AttachedPolicy>,
}

/// An inline policy with its holder.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase", bound = "E: Entity")]
pub struct InlinePolicy<E> {
    #[serde(flatten)]
    pub(crate) of: Named<E>,
    pub(crate) policy_name: String,
    pub(crate) policy_document: String,
}

/// Tags.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagList {
    is_truncated: bool,
    marker: Option<String>,
    tags: Vec<Tag>,
}

impl TagList {
    /// A page of them, in the order of their keys.
    pub(crate) fn page(mut tags: Vec<Tag>, marker: Option<&str>, max_items: Option<usize>) -> Result<Self, Error> {
        tags.sort_by(|a, b| a.key.cmp(&b.key));
        let page = page(tags, |tag| tag.key.clone(), marker, max_items)?;
        Ok(Self { is_truncated: page.marker.is_some(), marker: page.marker, tags: page.items })
    }
}
