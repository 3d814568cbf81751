//! What KMS keeps.

use crate::{
    Kms,
    kinds::{Kind, Origin},
    tags::Tag,
};
use aws_lc_rs::digest::{SHA256, digest};
use base::{AccountId, Arn, Blob, Timestamp};
use gate::Table;
use policy::GrantConstraints;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Secret bytes of a key, sealed. A key that rotates has several: the newest encrypts, all decrypt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Material {
    /// 32 hex digits. That of imported material follows from the key and the material: the same again has the same id.
    pub(crate) id: String,
    /// Empty: it was imported, and has expired or was deleted since.
    pub(crate) sealed: Blob,
    pub(crate) created: Timestamp,
    /// Whether it was asked for; if not, it came on schedule.
    #[serde(default)]
    pub(crate) on_demand: bool,
    /// How it came, if it was imported.
    #[serde(default)]
    pub(crate) imported: Option<Imported>,
}

/// What was said of material when it was imported.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Imported {
    pub(crate) description: Option<String>,
    /// When it expires.
    pub(crate) valid_to: Option<Timestamp>,
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
    /// Where its material comes from.
    #[serde(default)]
    pub(crate) origin: Origin,
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
    /// When rotations were turned on, or the last one that came on schedule was due; None: when the key was made.
    #[serde(default)]
    pub(crate) rotation_since: Option<Timestamp>,
    /// Oldest first. The last one encrypts.
    pub(crate) materials: Vec<Material>,
    /// Imported material that waits for a rotation on demand.
    #[serde(default)]
    pub(crate) pending: Option<Material>,
    /// Whether its upkeep is under way.
    #[serde(default)]
    pub(crate) upkeep: bool,
    /// By their ids.
    pub(crate) grants: BTreeMap<String, GrantRow>,
    /// The names of its aliases: `alias/…`.
    pub(crate) aliases: Vec<String>,
}

/// What a key may be used for now.
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyState {
    Enabled,
    Disabled,
    PendingDeletion,
    PendingImport,
}

impl KeyState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion => "PendingDeletion",
            Self::PendingImport => "PendingImport",
        }
    }
}

impl Material {
    /// The id in answers, which has 64 hex digits as AWS's have.
    pub(crate) fn shown_id(&self) -> String {
        hex::encode(digest(&SHA256, self.id.as_bytes()))
    }
    pub(crate) fn is_there(&self) -> bool {
        !self.sealed.0.is_empty()
    }
    /// When it expires, if it is there and was imported for a time.
    pub(crate) fn expiry(&self) -> Option<Timestamp> {
        self.imported.as_ref().filter(|_| self.is_there()).and_then(|imported| imported.valid_to)
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
    /// All its materials, and the one that waits to be used.
    pub(crate) fn all_materials(&mut self) -> impl Iterator<Item = &mut Material> {
        self.materials.iter_mut().chain(&mut self.pending)
    }
    /// As it is at this moment: without the material that has expired.
    pub(crate) fn at(mut self, now: Timestamp) -> Self {
        let gone = |material: &&mut Material| material.expiry().is_some_and(|end| end <= now);
        self.all_materials().filter(gone).for_each(|material| material.sealed = Blob::default());
        self
    }
    pub(crate) fn state(&self) -> KeyState {
        // What one of several materials encrypted must be readable: all of them are needed.
        let whole = !self.materials.is_empty() && self.materials.iter().all(Material::is_there);
        match (self.deletion, whole, self.enabled) {
            (Some(_), ..) => KeyState::PendingDeletion,
            (None, false, _) => KeyState::PendingImport,
            (None, true, false) => KeyState::Disabled,
            (None, true, true) => KeyState::Enabled,
        }
    }
    /// When the next rotation is due, if they are on.
    pub(crate) fn next_rotation(&self) -> Option<Timestamp> {
        // Rotations that were asked for do not move the schedule.
        let since = self.rotation_since.unwrap_or(self.created);
        self.rotation_days.map(|days| since.plus(DAY * u32::try_from(days).unwrap_or(u32::MAX)))
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
pub(crate) static KEYS: Table<Kms, KeyRow> = Table::regional("keys");
/// Account, key id: the keys of an account.
pub(crate) static OWNED: Table<Kms, Arn> = Table::regional("owned-keys");
/// Account, `alias/…`.
pub(crate) static ALIASES: Table<Kms, AliasRow> = Table::regional("aliases");
/// Retiring principal as it is kept, key id, grant id.
pub(crate) static RETIRABLE: Table<Kms, ()> = Table::regional("retirable-grants");
