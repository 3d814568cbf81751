//! The types of condition keys.

use crate::{
    read::{fits, rows},
    table,
};
use std::sync::LazyLock;

/// What the values of a condition key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// Text.
    String,
    /// A number.
    Numeric,
    /// A date, or seconds since 1970.
    Date,
    /// `true` or `false`.
    Bool,
    /// An ARN.
    Arn,
    /// An address or a range of addresses.
    IpAddress,
    /// Several texts.
    ArrayOfString,
    /// Several ARNs.
    ArrayOfArn,
    /// Several of `true` and `false`.
    ArrayOfBool,
}

impl KeyType {
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "Numeric" => Self::Numeric,
            "Date" => Self::Date,
            "Bool" => Self::Bool,
            "ARN" => Self::Arn,
            "IPAddress" => Self::IpAddress,
            "ArrayOfString" => Self::ArrayOfString,
            "ArrayOfARN" => Self::ArrayOfArn,
            "ArrayOfBool" => Self::ArrayOfBool,
            _ => Self::String,
        }
    }
    /// Whether a request may have several values of such a key.
    pub fn is_list(self) -> bool {
        matches!(self, Self::ArrayOfString | Self::ArrayOfArn | Self::ArrayOfBool)
    }
}

static GLOBAL: LazyLock<Vec<(&'static str, KeyType)>> = LazyLock::new(|| {
    let text = include_str!("../data/global-keys.tsv");
    rows(text).map(|mut row| (row.next(), KeyType::of(row.next()))).collect()
});

/// The keys that any request may have, in the order of their names; `${TagKey}` stands for the key of a tag.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
pub fn global_keys() -> impl Iterator<Item = (&'static str, KeyType)> {
    GLOBAL.iter().copied()
}

/// The type of a global key; None if the key is not global.
pub fn global_key(name: &str) -> Option<KeyType> {
    GLOBAL.iter().find(|(form, _)| fits(form, name)).map(|(_, kind)| *kind)
}

/// The type of a key, global or of a service whose table is here.
pub fn key_type(name: &str) -> Option<KeyType> {
    let of_service = || {
        // The keys of identity providers belong to sts.
        let service = table::service(name.split(':').next()?).or_else(|| table::service("sts"))?;
        service.keys.iter().find(|key| fits(key.name, name)).map(|key| key.kind)
    };
    global_key(name).or_else(of_service)
}
