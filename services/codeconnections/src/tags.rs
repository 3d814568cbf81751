//! Tags of connections and hosts.

use gate::Error;
use serde::{Deserialize, Serialize};

const MOST: usize = 200;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// The pairs, as condition keys take them.
pub(crate) fn pairs(tags: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))
}

/// Sets `new` tags among `tags`.
pub(crate) fn set(tags: &mut Vec<Tag>, new: Vec<Tag>) -> Result<(), Error> {
    for tag in new {
        let own = tag.key.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("aws:"));
        if own || !(1..=128).contains(&tag.key.chars().count()) || tag.value.chars().count() > 256 {
            return Err(Error::validation("A tag's key has 1 to 128 characters, not 'aws:' at its begin, and its value at most 256."));
        }
        match tags.iter_mut().find(|own| own.key == tag.key) {
            Some(own) => own.value = tag.value,
            None => tags.push(tag),
        }
    }
    if tags.len() > MOST {
        return Err(Error::new("LimitExceededException", format!("A resource has at most {MOST} tags; it would have {}.", tags.len())));
    }
    Ok(())
}
