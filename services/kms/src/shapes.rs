//! The structures of KMS's answers.

use crate::state::KeyRow;
use base::{AccountId, Arn, EpochTime};
use serde::Serialize;

/// Nothing.
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// What is told of a key.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeyMetadata {
    #[serde(rename = "AWSAccountId")]
    account: AccountId,
    /// Its id.
    pub key_id: String,
    /// Its ARN.
    pub arn: Arn,
    creation_date: EpochTime,
    enabled: bool,
    description: String,
    key_usage: &'static str,
    key_state: &'static str,
    deletion_date: Option<EpochTime>,
    origin: &'static str,
    key_manager: &'static str,
    customer_master_key_spec: &'static str,
    key_spec: &'static str,
    encryption_algorithms: [&'static str; 1],
    multi_region: bool,
}

impl KeyMetadata {
    pub(crate) fn of(key: KeyRow) -> Self {
        let usable = key.enabled && key.deletion.is_none();
        Self {
            account: key.account,
            key_id: key.id,
            arn: key.arn,
            creation_date: EpochTime(key.created),
            enabled: usable,
            description: key.description,
            key_usage: "ENCRYPT_DECRYPT",
            key_state: if key.deletion.is_some() {
                "PendingDeletion"
            } else if usable {
                "Enabled"
            } else {
                "Disabled"
            },
            deletion_date: key.deletion.map(EpochTime),
            origin: "AWS_KMS",
            key_manager: "CUSTOMER",
            customer_master_key_spec: "SYMMETRIC_DEFAULT",
            key_spec: "SYMMETRIC_DEFAULT",
            encryption_algorithms: ["SYMMETRIC_DEFAULT"],
            multi_region: false,
        }
    }
}
