//! The structures of ECR's answers.

use crate::{
    encryption::EncryptionConfiguration,
    settings::{Mutability, Scanning},
    state::RepositoryRow,
};
use base::{AccountId, Arn, EpochTime};
use serde::{Deserialize, Serialize};

/// Nothing.
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// An image, by its digest or its tag.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageIdentifier {
    pub(crate) image_digest: Option<String>,
    pub(crate) image_tag: Option<String>,
}

/// A repository.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryInfo {
    /// Its ARN.
    pub repository_arn: Arn,
    registry_id: AccountId,
    /// Its name.
    pub repository_name: String,
    /// Where images are pushed to and pulled from, on AWS.
    pub repository_uri: String,
    created_at: EpochTime,
    #[serde(flatten)]
    mutability: Mutability,
    image_scanning_configuration: Scanning,
    encryption_configuration: EncryptionConfiguration,
}

impl RepositoryInfo {
    pub(crate) fn of(row: RepositoryRow) -> Self {
        Self {
            repository_uri: format!("{}.dkr.ecr.{}.amazonaws.com/{}", row.account, row.arn.region(), row.name),
            repository_arn: row.arn,
            registry_id: row.account,
            repository_name: row.name,
            created_at: EpochTime(row.created),
            mutability: row.mutability,
            image_scanning_configuration: row.scanning,
            encryption_configuration: row.encryption.configuration,
        }
    }
}
