//! Tags of parameters.

use crate::error::{clipped, constraint};
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
    pub value: String,
}

/// The pairs, as condition keys take them.
pub(crate) fn pairs(tags: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))
}

fn fits(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c))
}

/// Sets `new` tags among `tags`: of one key the last counts.
pub(crate) fn set(tags: &mut Vec<Tag>, new: Vec<Tag>) -> Result<(), Error> {
    for tag in new {
        if !(1..=128).contains(&tag.key.chars().count()) || !fits(&tag.key) {
            return Err(constraint(&tag.key, "tags.member.key", "have 1 to 128 letters, digits, spaces, and _.:/=+-@"));
        }
        if tag.value.chars().count() > 256 || !fits(&tag.value) {
            return Err(constraint(&tag.value, "tags.member.value", "have at most 256 letters, digits, spaces, and _.:/=+-@"));
        }
        if tag.key.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("aws:")) {
            return Err(Error::validation(format!("Tag keys that begin with 'aws:' are AWS's own: '{}'", clipped(&tag.key))));
        }
        match tags.iter_mut().find(|own| own.key == tag.key) {
            Some(own) => own.value = tag.value,
            None => tags.push(tag),
        }
    }
    if tags.len() > MOST {
        return Err(Error::new("TooManyTagsError", format!("A parameter has at most {MOST} tags; it would have {}.", tags.len())));
    }
    Ok(())
}
