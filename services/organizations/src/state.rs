//! What the organization keeps. There is one on a server, and its management account is the operator's.

use crate::{Organizations, tags::Tag};
use base::{AccountId, Timestamp};
use gate::Table;
use serde::{Deserialize, Serialize};

/// The kinds of policies that bear on decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolicyType {
    /// What principals may do at most.
    #[serde(rename = "SERVICE_CONTROL_POLICY")]
    ServiceControl,
    /// What may be done to resources at most.
    #[serde(rename = "RESOURCE_CONTROL_POLICY")]
    ResourceControl,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OrganizationRow {
    /// `o-…`.
    pub(crate) id: String,
    /// `r-…`.
    pub(crate) root: String,
    /// The types that are enabled in the root.
    pub(crate) enabled: Vec<PolicyType>,
    /// Another one after every change: decisions keep what they compiled by it.
    pub(crate) revision: String,
    /// The member that manages the organization elsewhere, where it is imagined: it has no limits.
    #[serde(default)]
    pub(crate) unlimited: Option<AccountId>,
}

/// What a node of the tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeKind {
    /// The root.
    #[serde(rename = "ROOT")]
    Root,
    /// An organizational unit.
    #[serde(rename = "ORGANIZATIONAL_UNIT")]
    Unit,
    /// An account.
    #[serde(rename = "ACCOUNT")]
    Account,
}

/// A node of the organization's tree.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) kind: NodeKind,
    pub(crate) name: String,
    /// None: the root.
    pub(crate) parent: Option<String>,
    /// The ids of the attached policies, in the order they were attached.
    pub(crate) attached: Vec<String>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) joined: Timestamp,
}

/// An account of this server, in the organization or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccountRow {
    pub(crate) name: String,
    pub(crate) email: String,
    /// Closed accounts stay in the organization, and nobody acts in them.
    pub(crate) closed: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PolicyRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) kind: PolicyType,
    pub(crate) content: String,
    pub(crate) tags: Vec<Tag>,
}

/// A request to create an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RequestRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) time: Timestamp,
    /// The account, or why there is none.
    pub(crate) made: Result<AccountId, String>,
}

/// The one row, without a key.
pub(crate) static ORGANIZATION: Table<Organizations, OrganizationRow> = Table::new("organization");
/// Id.
pub(crate) static NODES: Table<Organizations, Node> = Table::new("nodes");
/// Account.
pub(crate) static ACCOUNTS: Table<Organizations, AccountRow> = Table::new("accounts");
/// Id.
pub(crate) static POLICIES: Table<Organizations, PolicyRow> = Table::new("policies");
/// Id.
pub(crate) static REQUESTS: Table<Organizations, RequestRow> = Table::new("requests");
