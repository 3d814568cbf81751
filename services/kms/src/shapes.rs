//! The structures of KMS's answers.

use crate::{
    kinds::Origin,
    state::{KeyRow, KeyState, Material},
};
use base::{AccountId, Arn, EpochTime, Timestamp};
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

/// Whether imported material expires.
pub(crate) fn expiration_model(valid_to: Option<Timestamp>) -> &'static str {
    if valid_to.is_some() { "KEY_MATERIAL_EXPIRES" } else { "KEY_MATERIAL_DOES_NOT_EXPIRE" }
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
    valid_to: Option<EpochTime>,
    origin: &'static str,
    expiration_model: Option<&'static str>,
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
        let state = key.state();
        let valid_to = key.materials.iter().filter_map(Material::expiry).min();
        let imported = key.origin == Origin::External && key.materials.last().is_some_and(Material::is_there);
        Self {
            current_key_material_id: key.shown_material(),
            account: key.account,
            key_id: key.id,
            arn: key.arn,
            creation_date: EpochTime(key.created),
            enabled: state == KeyState::Enabled,
            description: key.description,
            key_usage: key.kind.usage.name(),
            key_state: state.name(),
            deletion_date: key.deletion.map(EpochTime),
            valid_to: valid_to.map(EpochTime),
            origin: key.origin.name(),
            expiration_model: imported.then_some(expiration_model(valid_to)),
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
