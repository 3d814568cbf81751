//! The structures of KMS's answers.

use crate::state::KeyRow;
use base::{AccountId, Arn, EpochTime};
use serde::Serialize;

/// Nothing.
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// Names of algorithms.
pub(crate) type Algorithms = &'static [&'static str];

/// Lists that are empty are left out.
pub(crate) fn some(algorithms: Algorithms) -> Option<Algorithms> {
    Some(algorithms).filter(|list| !list.is_empty())
}

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
    encryption_algorithms: Option<Algorithms>,
    signing_algorithms: Option<Algorithms>,
    mac_algorithms: Option<Algorithms>,
    key_agreement_algorithms: Option<Algorithms>,
    current_key_material_id: Option<String>,
    multi_region: bool,
}

impl KeyMetadata {
    pub(crate) fn of(key: KeyRow) -> Self {
        let usable = key.enabled && key.deletion.is_none();
        Self {
            current_key_material_id: key.shown_material(),
            account: key.account,
            key_id: key.id,
            arn: key.arn,
            creation_date: EpochTime(key.created),
            enabled: usable,
            description: key.description,
            key_usage: key.kind.usage.name(),
            key_state: if key.deletion.is_some() {
                "PendingDeletion"
            } else if usable {
                "Enabled"
            } else {
                "Disabled"
            },
            deletion_date: key.deletion.map(EpochTime),
            origin: "AWS_KMS",
            key_manager: if key.managed_by.is_some() { "AWS" } else { "CUSTOMER" },
            customer_master_key_spec: key.kind.spec.name(),
            key_spec: key.kind.spec.name(),
            encryption_algorithms: some(key.kind.encryption_algorithms()),
            signing_algorithms: some(key.kind.signing_algorithms()),
            mac_algorithms: some(key.kind.mac_algorithms()),
            key_agreement_algorithms: some(key.kind.agreement_algorithms()),
            multi_region: false,
        }
    }
}
