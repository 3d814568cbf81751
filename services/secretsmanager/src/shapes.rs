//! The structures of Secrets Manager's answers.

use crate::{state::SecretRow, tags::Tag};
use base::{Arn, EpochTime};
use serde::Serialize;
use std::collections::BTreeMap;

/// Nothing.
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// A secret in a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SecretListEntry {
    #[serde(rename = "ARN")]
    arn: Arn,
    name: String,
    description: Option<String>,
    kms_key_id: Option<String>,
    last_changed_date: EpochTime,
    deleted_date: Option<EpochTime>,
    tags: Vec<Tag>,
    secret_versions_to_stages: BTreeMap<String, Vec<String>>,
    created_date: EpochTime,
}

impl SecretListEntry {
    pub(crate) fn of(row: SecretRow) -> Self {
        Self {
            secret_versions_to_stages: stages(&row),
            arn: row.arn,
            name: row.name,
            description: row.description,
            kms_key_id: row.kms_key_id,
            last_changed_date: EpochTime(row.changed),
            deleted_date: row.deletion.map(|(_, day)| EpochTime(day)),
            tags: row.tags,
            created_date: EpochTime(row.created),
        }
    }
}

/// The versions that have staging labels.
pub(crate) fn stages(row: &SecretRow) -> BTreeMap<String, Vec<String>> {
    row.versions.iter().filter(|v| !v.stages.is_empty()).map(|v| (v.id.clone(), v.stages.clone())).collect()
}
