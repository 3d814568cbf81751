//! What Parameter Store keeps.

use crate::{Ssm, names::Key, policies::Policy, tags::Tag};
use base::{Arn, Blob, Secret, Timestamp};
use gate::Table;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a parameter's values are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Text.
    String,
    /// Texts with commas between them.
    StringList,
    /// Text under a KMS key.
    SecureString,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::StringList => "StringList",
            Self::SecureString => "SecureString",
        }
    }
}

/// What a parameter may hold, and how it is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tier {
    /// Up to 4 KiB.
    Standard,
    /// Up to 8 KiB, with policies; can be shared.
    Advanced,
}

impl Tier {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Advanced => "Advanced",
        }
    }
}

/// A value as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Stored {
    Plain(Secret<String>),
    /// What KMS encrypted.
    Direct(Blob),
    /// What a data key of KMS encrypted, with that key, encrypted.
    Envelope {
        data_key: Blob,
        sealed: Blob,
    },
}

/// One version of a parameter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct VersionRow {
    pub(crate) number: u64,
    pub(crate) kind: Kind,
    pub(crate) value: Stored,
    /// As it was named.
    pub(crate) key_id: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) allowed_pattern: Option<String>,
    pub(crate) tier: Tier,
    pub(crate) policies: Vec<Policy>,
    pub(crate) changed: Timestamp,
    pub(crate) changed_by: String,
}

/// A resource policy of a parameter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SharedBy {
    pub(crate) id: String,
    /// Users and roles in it are unique ids.
    pub(crate) document: String,
    pub(crate) hash: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ParameterRow {
    pub(crate) key: Key,
    pub(crate) name: String,
    pub(crate) arn: Arn,
    pub(crate) current: VersionRow,
    /// The number of the oldest version that is kept.
    pub(crate) oldest: u64,
    /// The versions that labels stand for.
    pub(crate) labels: BTreeMap<String, u64>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) shared: Option<SharedBy>,
    /// The work that looks after its policies.
    pub(crate) keeper: Option<String>,
}

impl ParameterRow {
    /// Expired parameters are gone, whether they are deleted yet or not.
    pub(crate) fn lives(&self, now: Timestamp) -> bool {
        self.current.policies.iter().filter_map(Policy::expires).all(|time| now < time)
    }
    pub(crate) fn labels_of(&self, version: u64) -> Vec<String> {
        self.labels.iter().filter(|(_, number)| **number == version).map(|(label, _)| label.clone()).collect()
    }
}

/// By [`Key`].
pub(crate) static PARAMETERS: Table<Ssm, ParameterRow> = Table::regional("parameters");

/// The versions that are not the latest: account, name, number in 20 digits.
pub(crate) static VERSIONS: Table<Ssm, VersionRow> = Table::regional("versions");

/// A version's number as keys have it, in order.
pub(crate) fn digits(number: u64) -> String {
    format!("{number:020}")
}
