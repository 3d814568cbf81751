//! What ECR keeps.

use crate::{
    Ecr,
    encryption::Encryption,
    settings::{Mutability, Scanning},
    tags::Tag,
};
use base::{AccountId, Arn, Timestamp};
use gate::Table;
use serde::{Deserialize, Serialize};

/// A repository.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RepositoryRow {
    pub(crate) account: AccountId,
    pub(crate) name: String,
    pub(crate) arn: Arn,
    pub(crate) created: Timestamp,
    pub(crate) mutability: Mutability,
    pub(crate) scanning: Scanning,
    pub(crate) encryption: Encryption,
    /// Users and roles in it are unique ids.
    pub(crate) policy: Option<String>,
    pub(crate) lifecycle: Option<String>,
    pub(crate) tags: Vec<Tag>,
}

/// Account, region, name.
pub(crate) static REPOSITORIES: Table<Ecr, RepositoryRow> = Table::new("repositories");
