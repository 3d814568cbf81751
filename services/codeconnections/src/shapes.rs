//! The structures of CodeConnections' answers.

use crate::state::{ConnectionRow, HostRow};
use base::{AccountId, Arn};
use serde::Serialize;

/// Nothing.
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// A connection.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConnectionInfo {
    connection_name: String,
    pub(crate) connection_arn: Arn,
    provider_type: String,
    owner_account_id: AccountId,
    /// `PENDING` or `AVAILABLE`.
    pub connection_status: String,
    host_arn: Option<Arn>,
}

impl ConnectionInfo {
    pub(crate) fn of(row: ConnectionRow) -> Self {
        Self {
            connection_name: row.name,
            connection_arn: row.arn,
            provider_type: row.provider,
            owner_account_id: row.account,
            connection_status: row.status,
            host_arn: row.host,
        }
    }
}

/// A host.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HostInfo {
    name: String,
    pub(crate) host_arn: Arn,
    provider_type: String,
    provider_endpoint: String,
    status: String,
}

impl HostInfo {
    pub(crate) fn of(row: HostRow) -> Self {
        Self { name: row.name, host_arn: row.arn, provider_type: row.provider, provider_endpoint: row.endpoint, status: row.status }
    }
}
