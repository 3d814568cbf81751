//! Tags of groups.

use crate::error::invalid;
use gate::Error;
use std::collections::BTreeMap;

const MOST: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

pub(crate) type Tags = BTreeMap<String, String>;

fn fits(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c))
}

/// Checks tags that a call brings.
pub(crate) fn check(tags: &Tags) -> Result<(), Error> {
    for (key, value) in tags {
        if key.is_empty() || key.chars().count() > LONGEST_KEY || !fits(key) || key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(format!(
                "The tag key '{key}' is invalid: 1 to {LONGEST_KEY} letters, digits, spaces or _.:/=+-@, not beginning with aws:"
            )));
        }
        if value.chars().count() > LONGEST_VALUE || !fits(value) {
            return Err(invalid(format!(
                "The value of the tag '{key}' is invalid: at most {LONGEST_VALUE} letters, digits, spaces or _.:/=+-@"
            )));
        }
    }
    if tags.len() > MOST { Err(invalid(format!("{} tags were passed; a log group has at most {MOST}", tags.len()))) } else { Ok(()) }
}

pub(crate) fn pairs(tags: &Tags) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))
}

/// Adds tags to those that are there.
pub(crate) fn add(tags: &mut Tags, new: Tags, group: &str) -> Result<(), Error> {
    tags.extend(new);
    if tags.len() > MOST {
        let error = Error::new("TooManyTagsException", format!("A log group has at most {MOST} tags."));
        return Err(error.member("resourceName", group));
    }
    Ok(())
}
