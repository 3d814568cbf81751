//! What is kept of connections and hosts.

use crate::{CodeConnections, CodeStarConnections, tags::Tag};
use base::{AccountId, Arn, Blob, Timestamp};
use gate::Table;
use serde::{Deserialize, Serialize};

/// A connection to a git host.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConnectionRow {
    pub(crate) account: AccountId,
    pub(crate) arn: Arn,
    pub(crate) name: String,
    pub(crate) provider: String,
    pub(crate) host: Option<Arn>,
    pub(crate) created: Timestamp,
    /// `PENDING` until somebody has connected it.
    pub(crate) status: String,
    /// Where its host is reached, once it is connected.
    #[serde(default)]
    pub(crate) endpoint: Option<String>,
    #[serde(default)]
    pub(crate) credential: Option<Credential>,
    /// By SSH: the host's public keys.
    #[serde(default)]
    pub(crate) host_keys: Option<String>,
    /// What the host signs webhooks with, sealed.
    #[serde(default)]
    pub(crate) webhook_secret: Option<Blob>,
    pub(crate) tags: Vec<Tag>,
}

/// What git shows to a host.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credential {
    /// The connection that it is sealed for.
    pub(crate) connection: String,
    pub(crate) user: String,
    pub(crate) sealed: Blob,
}

/// How far a fetch is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FetchStatus {
    /// It is under way.
    #[default]
    InProgress,
    /// The files are in the bucket.
    Succeeded,
    /// They are not.
    Failed,
}

/// A fetch of a branch.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct FetchRow {
    pub(crate) status: FetchStatus,
    pub(crate) commit: Option<String>,
    /// The commit's message, or why it failed.
    pub(crate) message: String,
    pub(crate) author_date: String,
}

/// The right to clone a repository once, soon.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CloneRow {
    pub(crate) url: String,
    pub(crate) credential: Option<Credential>,
    pub(crate) host_keys: Option<String>,
    pub(crate) granted: Timestamp,
}

/// A git host of one's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HostRow {
    pub(crate) account: AccountId,
    pub(crate) arn: Arn,
    pub(crate) name: String,
    pub(crate) provider: String,
    pub(crate) endpoint: String,
    pub(crate) created: Timestamp,
    pub(crate) status: String,
    pub(crate) tags: Vec<Tag>,
}

pub(crate) const PENDING: &str = "PENDING";
pub(crate) const AVAILABLE: &str = "AVAILABLE";

/// Account, region, id.
pub(crate) static CONNECTIONS: Table<CodeConnections, ConnectionRow> = Table::new("connections");
/// Account, region, id.
pub(crate) static HOSTS: Table<CodeConnections, HostRow> = Table::new("hosts");
/// Account, region, id.
pub(crate) static STAR_CONNECTIONS: Table<CodeStarConnections, ConnectionRow> = Table::new("connections");
/// Account, region, id.
pub(crate) static STAR_HOSTS: Table<CodeStarConnections, HostRow> = Table::new("hosts");
/// Account, region, connection, delivery: webhooks that came, and when.
pub(crate) static DELIVERIES: Table<CodeConnections, Timestamp> = Table::new("deliveries");
/// Account, id: what may be cloned, by those who were allowed to.
pub(crate) static CLONES: Table<CodeConnections, CloneRow> = Table::new("clones");
/// Account, id.
pub(crate) static FETCHES: Table<CodeConnections, FetchRow> = Table::new("fetches");
