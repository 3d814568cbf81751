//! The structures of IAM's answers.

use crate::{
    documents::shown,
    last_used::LastUse,
    managed::AwsPolicy,
    policies::Uses,
    state::{AccessKeyRow, PolicyRow, PolicyVersion as VersionRow, RoleRow, UserRow},
    tags::Tag,
};
use base::{Arn, IsoTime};
use serde::Serialize;

/// Nothing.
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// A permissions boundary.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Boundary {
    permissions_boundary_type: &'static str,
    permissions_boundary_arn: Arn,
}

fn boundary(arn: Option<&Arn>) -> Option<Boundary> {
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
