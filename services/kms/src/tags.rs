//! Tags of keys.
//! Source: <https://docs.aws.amazon.com/kms/latest/developerguide/tagging-keys.html>

use gate::Error;
use serde::{Deserialize, Serialize};

const MOST: usize = 50;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Its key.
    pub tag_key: String,
    /// Its value, which may be empty.
    pub tag_value: String,
}

/// The pairs, as condition keys take them.
pub(crate) fn pairs(tags: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|t| (t.tag_key.as_str(), t.tag_value.as_str()))
}

/// Sets `new` tags among `tags`.
pub(crate) fn set(tags: &mut Vec<Tag>, new: Vec<Tag>) -> Result<(), Error> {
    let wrong = |message: String| Err(Error::new("TagException", message));
    for (n, tag) in new.iter().enumerate() {
        let fits = (1..=128).contains(&tag.tag_key.chars().count()) && tag.tag_value.chars().count() <= 256;
        if !fits {
            return wrong("A tag's key has 1 to 128 characters and its value at most 256".into());
        }
        if tag.tag_key.starts_with("aws:") {
            return wrong(format!("Tag keys that begin with 'aws:' are AWS's own; '{}' cannot be set", tag.tag_key));
        }
        if new[..n].iter().any(|other| other.tag_key == tag.tag_key) {
            return wrong(format!("The tag key '{}' was given twice", tag.tag_key));
        }
    }
    tags.retain(|old| !new.iter().any(|tag| tag.tag_key == old.tag_key));
    tags.extend(new);
    if tags.len() > MOST { wrong(format!("A key has at most {MOST} tags")) } else { Ok(()) }
}
