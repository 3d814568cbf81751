//! Tags of secrets.

use crate::error::{invalid, limit};
use gate::Error;
use serde::{Deserialize, Serialize};

const MOST: usize = 50;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value, which may be empty.
    #[serde(default)]
    pub value: String,
}

/// The pairs, as condition keys take them.
pub(crate) fn pairs(tags: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))
}

/// Sets `new` tags among `tags`.
pub(crate) fn set(tags: &mut Vec<Tag>, new: Vec<Tag>) -> Result<(), Error> {
    for (n, tag) in new.iter().enumerate() {
        if !(1..=128).contains(&tag.key.chars().count()) || tag.value.chars().count() > 256 {
            return Err(invalid("A tag's key has 1 to 128 characters and its value at most 256."));
        }
        if tag.key.starts_with("aws:") {
            return Err(invalid(format!("Tag keys that begin with 'aws:' are AWS's own; '{}' cannot be set.", tag.key)));
        }
        if new[..n].iter().any(|other| other.key == tag.key) {
            return Err(invalid(format!("The tag key '{}' was given twice.", tag.key)));
        }
    }
    tags.retain(|old| !new.iter().any(|tag| tag.key == old.key));
    tags.extend(new);
    if tags.len() > MOST { Err(limit(format!("A secret has at most {MOST} tags."))) } else { Ok(()) }
}
