//! What is kept of connections and hosts.

use crate::{CodeConnections, CodeStarConnections, tags::Tag};
use base::{AccountId, Arn, Timestamp};
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
    pub(crate) tags: Vec<Tag>,
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

/// Account, region, id.
pub(crate) static CONNECTIONS: Table<CodeConnections, ConnectionRow> = Table::new("connections");
/// Account, region, id.
pub(crate) static HOSTS: Table<CodeConnections, HostRow> = Table::new("hosts");
/// Account, region, id.
pub(crate) static STAR_CONNECTIONS: Table<CodeStarConnections, ConnectionRow> = Table::new("connections");
/// Account, region, id.
pub(crate) static STAR_HOSTS: Table<CodeStarConnections, HostRow> = Table::new("hosts");
