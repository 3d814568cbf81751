//! What KMS keeps.

use crate::{Kms, kinds::Kind, tags::Tag};
use base::{AccountId, Arn, Blob, Timestamp};
use gate::Table;
use policy::GrantConstraints;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// Secret bytes of a key, sealed. A key that rotates has several: the newest encrypts, all decrypt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Material {
    /// 32 hex digits.
    pub(crate) id: String,
    pub(crate) sealed: Blob,
    pub(crate) created: Timestamp,
    /// Whether it was asked for; if not, it came on schedule.
    #[serde(default)]
    pub(crate) on_demand: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct GrantRow {
    pub(crate) name: Option<String>,
    pub(crate) created: Timestamp,
    /// A unique id, where the principal has one.
    pub(crate) grantee: String,
    pub(crate) retiring: Option<String>,
    pub(crate) issuing_account: AccountId,
    pub(crate) operations: Vec<String>,
    pub(crate) constraints: Option<GrantConstraints>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeyRow {
    /// A UUID, unique in all accounts.
    pub(crate) id: String,
    pub(crate) account: AccountId,
    pub(crate) arn: Arn,
    /// What it is and is used for.
    #[serde(default)]
    pub(crate) kind: Kind,
    /// The service for which it was made, such as `s3`; None: it is the account's own.
    #[serde(default)]
    pub(crate) managed_by: Option<String>,
    pub(crate) description: String,
    pub(crate) created: Timestamp,
    pub(crate) enabled: bool,
    /// When it is deleted, if that is scheduled.
    pub(crate) deletion: Option<Timestamp>,
    /// Users and roles in it are unique ids.
    pub(crate) policy: String,
    pub(crate) tags: Vec<Tag>,
    /// Days between rotations, if they are on.
    pub(crate) rotation_days: Option<u64>,
    /// Oldest first.
    pub(crate) materials: Vec<Material>,
    /// By their ids.
    pub(crate) grants: BTreeMap<String, GrantRow>,
    /// The names of its aliases: `alias/…`.
    pub(crate) aliases: Vec<String>,
}

impl Material {
    /// The id in answers: AWS's have 64 hex digits.
    pub(crate) fn shown_id(&self) -> String {
        format!("{:0<64}", self.id)
    }
}

impl KeyRow {
    /// The id of the material that encrypts, as answers show it; pairs have none.
    pub(crate) fn shown_material(&self) -> Option<String> {
        self.materials.last().filter(|_| self.kind.is_symmetric()).map(Material::shown_id)
    }
    /// A key whose day of deletion has come is gone.
    pub(crate) fn lives(&self, now: Timestamp) -> bool {
        self.deletion.is_none_or(|day| now < day)
    }
    /// When the next rotation is due, if they are on.
    pub(crate) fn next_rotation(&self) -> Option<Timestamp> {
        // Rotations that were asked for do not move the schedule.
        let scheduled = self.materials.iter().rev().find(|material| !material.on_demand)?;
        self.rotation_days.map(|days| scheduled.created.plus(Duration::from_secs(days * 24 * 60 * 60)))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AliasRow {
    /// `alias/…`.
    pub(crate) name: String,
    pub(crate) arn: Arn,
    /// The key's id.
    pub(crate) target: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// Key id: keys of all accounts in one table, so that ARNs of other accounts resolve.
pub(crate) static KEYS: Table<Kms, KeyRow> = Table::new("keys");
/// Account, key id: the keys of an account.
pub(crate) static OWNED: Table<Kms, Arn> = Table::new("owned-keys");
/// Account, `alias/…`.
pub(crate) static ALIASES: Table<Kms, AliasRow> = Table::new("aliases");
/// Retiring principal as it is kept, key id, grant id.
pub(crate) static RETIRABLE: Table<Kms, ()> = Table::new("retirable-grants");
