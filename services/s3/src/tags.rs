//! Tags of buckets and objects.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>

use crate::error;
use gate::Error;
use serde::{Deserialize, Serialize};

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// At most 128 characters.
    pub key: String,
    /// At most 256 characters.
    pub value: String,
}

/// Tags as requests send them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tagging {
    /// The tags.
    #[serde(default)]
    pub tag_set: Vec<Tag>,
}

pub(crate) const MOST_OF_BUCKET: usize = 50;
pub(crate) const MOST_OF_OBJECT: usize = 10;

pub(crate) fn check(tags: &[Tag], most: usize) -> Result<(), Error> {
    if tags.len() > most {
        return Err(Error::new("BadRequest", format!("{} tags were given; there cannot be more than {most}", tags.len())));
    }
    let invalid = |message: String| Err(Error::new("InvalidTag", message));
    for (index, tag) in tags.iter().enumerate() {
        if tag.key.is_empty() || tag.key.chars().count() > 128 {
            return invalid("The TagKey you have provided is invalid: it must have 1 to 128 characters".into());
        }
        if tag.value.chars().count() > 256 {
            return invalid(format!("The TagValue of '{}' is invalid: it must have at most 256 characters", tag.key));
        }
        if tag.key.starts_with("aws:") {
            return invalid(format!("System tags cannot be added/updated by requester: '{}'", tag.key));
        }
        if tags[..index].iter().any(|t| t.key == tag.key) {
            return invalid(format!("Cannot provide multiple Tags with the same key: '{}'", tag.key));
        }
    }
    Ok(())
}

/// Reads the header `x-amz-tagging`: `key=value&…`.
pub(crate) fn of_header(text: Option<&str>) -> Result<Vec<Tag>, Error> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let mut tags = Vec::new();
    for (key, value) in wire::encoding::query_pairs(text) {
        let (Ok(key), Ok(value)) = (String::from_utf8(key), String::from_utf8(value)) else {
            return Err(error::invalid_argument(
                "x-amz-tagging",
                "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
            ));
        };
        tags.push(Tag { key, value });
    }
    check(&tags, MOST_OF_OBJECT)?;
    Ok(tags)
}

pub(crate) fn pairs(tags: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|t| (t.key.as_str(), t.value.as_str()))
}
