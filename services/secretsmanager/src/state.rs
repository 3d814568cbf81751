//! What Secrets Manager keeps.

use crate::{Secretsmanager, tags::Tag};
use base::{AccountId, Arn, Blob, Timestamp};
use gate::Table;
use serde::{Deserialize, Serialize};

/// One value of a secret, encrypted under a data key of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct VersionRow {
    /// The token of the call that made it.
    pub(crate) id: String,
    pub(crate) stages: Vec<String>,
    pub(crate) created: Timestamp,
    /// Whether it was given as bytes.
    pub(crate) binary: bool,
    /// The KMS key that wraps the data key.
    pub(crate) key_arn: String,
    pub(crate) data_key: Blob,
    pub(crate) sealed: Blob,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SecretRow {
    pub(crate) account: AccountId,
    pub(crate) name: String,
    pub(crate) arn: Arn,
    pub(crate) description: Option<String>,
    /// As it was named; None: the account's aws/secretsmanager.
    pub(crate) kms_key_id: Option<String>,
    pub(crate) tags: Vec<Tag>,
    /// Users and roles in it are unique ids.
    pub(crate) policy: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) changed: Timestamp,
    /// When its deletion was asked for, and when it takes place.
    pub(crate) deletion: Option<(Timestamp, Timestamp)>,
    /// Oldest first.
    pub(crate) versions: Vec<VersionRow>,
}

impl SecretRow {
    /// A secret whose day of deletion has come is gone.
    pub(crate) fn lives(&self, now: Timestamp) -> bool {
        self.deletion.is_none_or(|(_, day)| now < day)
    }
    pub(crate) fn staged(&self, stage: &str) -> Option<&VersionRow> {
        self.versions.iter().find(|version| version.stages.iter().any(|own| own == stage))
    }
    pub(crate) fn version(&self, id: &str) -> Option<&VersionRow> {
        self.versions.iter().find(|version| version.id == id)
    }
}

/// Account, name.
pub(crate) static SECRETS: Table<Secretsmanager, SecretRow> = Table::regional("secrets");
