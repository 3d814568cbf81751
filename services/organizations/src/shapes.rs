//! The structures of the answers.

use crate::{
    Organizations, policies,
    state::{Node, NodeKind, OrganizationRow, PolicyRow, PolicyType, RequestRow},
    tree,
};
use base::{AccountId, Arn, EpochTime};
use gate::{Error, View};
use serde::Serialize;

/// Nothing.
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// A policy type and whether it is enabled.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyTypeSummary {
    r#type: PolicyType,
    status: &'static str,
}

fn enabled(kind: PolicyType) -> PolicyTypeSummary {
    PolicyTypeSummary { r#type: kind, status: "ENABLED" }
}

/// An organization.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Organization {
    id: String,
    arn: Arn,
    feature_set: &'static str,
    master_account_arn: Arn,
    master_account_id: AccountId,
    master_account_email: String,
    available_policy_types: Vec<PolicyTypeSummary>,
}

impl Organization {
    pub(crate) fn of(view: &mut View<'_, Organizations>, row: &OrganizationRow) -> Result<Self, Error> {
        let management = view.management_account();
        let email = tree::account_row(view, management.as_str())?.email;
        Ok(Self {
            id: row.id.clone(),
            arn: tree::arn(management, row, "organization", ""),
            feature_set: "ALL",
            master_account_arn: tree::arn(management, row, "account", &format!("/{management}")),
            master_account_id: management,
            master_account_email: email,
            // AWS keeps this list at the first of all types; ListRoots has the others.
            available_policy_types: vec![enabled(PolicyType::ServiceControl)],
        })
    }
}

/// A root.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Root {
    pub(crate) id: String,
    arn: Arn,
    name: String,
    policy_types: Vec<PolicyTypeSummary>,
}

impl Root {
    pub(crate) fn of(view: &mut View<'_, Organizations>, row: &OrganizationRow) -> Result<Self, Error> {
        let root = tree::parent(view, &row.root)?;
        let policy_types = row.enabled.iter().map(|kind| enabled(*kind)).collect();
        Ok(Self { arn: tree::arn_of(view, row, &root.id)?, id: root.id, name: root.name, policy_types })
    }
}

/// An organizational unit.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OrganizationalUnit {
    pub(crate) id: String,
    pub(crate) arn: Arn,
    name: String,
    path: String,
}

impl OrganizationalUnit {
    pub(crate) fn of(view: &mut View<'_, Organizations>, row: &OrganizationRow, node: Node) -> Result<Self, Error> {
        let path = tree::path(row, &tree::lineage(view, &node.id)?, true);
        Ok(Self { arn: tree::arn_of(view, row, &node.id)?, id: node.id, name: node.name, path })
    }
}

/// An account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Account {
    pub(crate) id: String,
    pub(crate) arn: Arn,
    email: String,
    name: String,
    pub(crate) status: &'static str,
    state: &'static str,
    paths: Vec<String>,
    pub(crate) joined_method: &'static str,
    pub(crate) joined_timestamp: EpochTime,
}

impl Account {
    pub(crate) fn of(view: &mut View<'_, Organizations>, row: &OrganizationRow, node: Node) -> Result<Self, Error> {
        let own = tree::account_row(view, &node.id)?;
        let founder = node.id == view.management_account().as_str();
        Ok(Self {
            arn: tree::arn_of(view, row, &node.id)?,
            email: own.email,
            name: node.name,
            status: if own.closed { "SUSPENDED" } else { "ACTIVE" },
            state: if own.closed { "CLOSED" } else { "ACTIVE" },
            paths: vec![tree::path(row, &tree::lineage(view, &node.id)?, true)],
            joined_method: if founder { "INVITED" } else { "CREATED" },
            joined_timestamp: EpochTime(node.joined),
            id: node.id,
        })
    }
}

/// A node by its id and kind: a parent or a child.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Relative {
    pub(crate) id: String,
    r#type: NodeKind,
}

impl From<Node> for Relative {
    fn from(node: Node) -> Self {
        Self { id: node.id, r#type: node.kind }
    }
}

/// Something to which a policy is attached.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyTarget {
    pub(crate) target_id: String,
    arn: Arn,
    name: String,
    r#type: NodeKind,
}

impl PolicyTarget {
    pub(crate) fn of(view: &mut View<'_, Organizations>, row: &OrganizationRow, node: Node) -> Result<Self, Error> {
        Ok(Self { arn: tree::arn_of(view, row, &node.id)?, target_id: node.id, name: node.name, r#type: node.kind })
    }
}

/// A policy without its content.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicySummary {
    pub(crate) id: String,
    pub(crate) arn: Arn,
    name: String,
    description: String,
    r#type: PolicyType,
    pub(crate) aws_managed: bool,
}

/// A policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    pub(crate) policy_summary: PolicySummary,
    content: String,
}

impl Policy {
    pub(crate) fn of(view: &View<'_, Organizations>, organization: &OrganizationRow, row: PolicyRow) -> Self {
        let content = row.content.clone();
        Self { policy_summary: PolicySummary::of(view, organization, row), content }
    }
}

impl PolicySummary {
    pub(crate) fn of(view: &View<'_, Organizations>, organization: &OrganizationRow, row: PolicyRow) -> Self {
        Self {
            arn: policies::arn(view, organization, &row),
            aws_managed: policies::is_aws_managed(&row.id),
            id: row.id,
            name: row.name,
            description: row.description,
            r#type: row.kind,
        }
    }
}

/// How far a request to create an account is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateAccountStatus {
    pub(crate) id: String,
    account_name: String,
    pub(crate) state: &'static str,
    requested_timestamp: EpochTime,
    completed_timestamp: Option<EpochTime>,
    pub(crate) account_id: Option<AccountId>,
    pub(crate) failure_reason: Option<String>,
}

impl CreateAccountStatus {
    /// As the request's own answer tells it: nothing is known yet.
    pub(crate) fn begun(row: &RequestRow) -> Self {
        Self {
            id: row.id.clone(),
            account_name: row.name.clone(),
            state: "IN_PROGRESS",
            requested_timestamp: EpochTime(row.time),
            completed_timestamp: None,
            account_id: None,
            failure_reason: None,
        }
    }
    /// As it ended.
    pub(crate) fn ended(row: RequestRow) -> Self {
        let begun = Self { completed_timestamp: Some(EpochTime(row.time)), ..Self::begun(&row) };
        match row.made {
            Ok(account) => Self { state: "SUCCEEDED", account_id: Some(account), ..begun },
            Err(reason) => Self { state: "FAILED", failure_reason: Some(reason), ..begun },
        }
    }
}
