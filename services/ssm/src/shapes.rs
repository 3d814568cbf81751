//! The structures of Parameter Store's answers.

use crate::{
    policies::{ParameterInlinePolicy, Policy},
    state::{Kind, ParameterRow, Tier, VersionRow},
};
use base::{Arn, EpochTime, Secret};
use serde::Serialize;

/// The only type of data that is here.
const TEXT: &str = "text";

/// Nothing.
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// A parameter with its value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "Type")]
    pub kind: Kind,
    /// Its value.
    pub value: Secret<String>,
    /// The version.
    pub version: u64,
    /// What named the version, behind its colon.
    pub selector: Option<String>,
    last_modified_date: EpochTime,
    /// Its ARN.
    #[serde(rename = "ARN")]
    pub arn: Arn,
    data_type: &'static str,
}

impl Parameter {
    pub(crate) fn of(row: &ParameterRow, version: &VersionRow, selector: Option<&str>, value: Secret<String>) -> Self {
        Self {
            name: row.name.clone(),
            kind: version.kind,
            value,
            version: version.number,
            selector: selector.map(|text| format!(":{text}")),
            last_modified_date: EpochTime(version.changed),
            arn: row.arn.clone(),
            data_type: TEXT,
        }
    }
}

/// A parameter without its value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ParameterMetadata {
    name: String,
    #[serde(rename = "ARN")]
    arn: Arn,
    #[serde(flatten)]
    version: VersionMetadata,
}

impl ParameterMetadata {
    pub(crate) fn of(row: ParameterRow) -> Self {
        Self { version: VersionMetadata::of(&row.current), name: row.name, arn: row.arn }
    }
}

/// A version of a parameter, without its value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct VersionMetadata {
    #[serde(rename = "Type")]
    kind: Kind,
    key_id: Option<String>,
    last_modified_date: EpochTime,
    last_modified_user: String,
    description: Option<String>,
    allowed_pattern: Option<String>,
    version: u64,
    tier: Tier,
    policies: Vec<ParameterInlinePolicy>,
    data_type: &'static str,
}

impl VersionMetadata {
    fn of(version: &VersionRow) -> Self {
        Self {
            kind: version.kind,
            key_id: version.key_id.clone(),
            last_modified_date: EpochTime(version.changed),
            last_modified_user: version.changed_by.clone(),
            description: version.description.clone(),
            allowed_pattern: version.allowed_pattern.clone(),
            version: version.number,
            tier: version.tier,
            policies: version.policies.iter().map(Policy::shown).collect(),
            data_type: TEXT,
        }
    }
}

/// A version of a parameter, with its value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ParameterHistory {
    name: String,
    value: Secret<String>,
    labels: Vec<String>,
    #[serde(flatten)]
    version: VersionMetadata,
}

impl ParameterHistory {
    pub(crate) fn of(row: &ParameterRow, version: &VersionRow, value: Secret<String>) -> Self {
        Self { name: row.name.clone(), value, labels: row.labels_of(version.number), version: VersionMetadata::of(version) }
    }
}
