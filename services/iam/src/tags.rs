//! Tags of users, roles and policies.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>

use crate::error::{invalid, invalid_input, limit_exceeded};
use base::Arn;
use gate::{Demand, Error};
use serde::{Deserialize, Serialize};

const MOST: usize = 50;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Its key; keys that differ in case alone are one.
    pub key: String,
    /// Its value, which may be empty.
    pub value: String,
}

/// The pairs, as condition keys take them.
pub(crate) fn pairs(tags: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|t| (t.key.as_str(), t.value.as_str()))
}

/// The right to an action on what wears these tags. Of users and roles they are `iam:ResourceTag` too; of all else
/// `aws:ResourceTag` alone, which the gate sets.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>
pub(crate) fn demand<'a>(action: &'static str, arn: &Arn, tags: impl Iterator<Item = (&'a str, &'a str)>) -> Demand {
    let has_key = ["role", "user"].iter().any(|kind| arn.resource_of(kind).is_some());
    let told = tags.filter(|_| has_key);
    told.fold(Demand::new(action, arn.clone()), |demand, (key, value)| demand.with(format!("iam:ResourceTag/{key}"), value))
}

/// The pairs, as the gate keeps them.
pub(crate) fn owned(tags: &[Tag]) -> Vec<(String, String)> {
    tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect()
}

pub(crate) fn check(tags: &[Tag]) -> Result<(), Error> {
    for (n, tag) in tags.iter().enumerate() {
        let key = tag.key.chars().count();
        if key == 0 || key > 128 {
            return Err(invalid(&format!("tags.{}.member.key", n + 1), &tag.key, "Member must have length between 1 and 128"));
        }
        if tag.value.chars().count() > 256 {
            return Err(invalid(&format!("tags.{}.member.value", n + 1), &tag.key, "Member must have length less than or equal to 256"));
        }
        if tag.key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid_input(format!("Tag keys that begin with 'aws:' are AWS's own; '{}' cannot be set", tag.key)));
        }
        if tags[..n].iter().any(|other| other.key.eq_ignore_ascii_case(&tag.key)) {
            return Err(invalid_input("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
        }
    }
    Ok(())
}

/// Sets `new` tags among `tags`.
pub(crate) fn set(tags: &mut Vec<Tag>, new: Vec<Tag>) -> Result<(), Error> {
    check(&new)?;
    tags.retain(|old| !new.iter().any(|tag| tag.key.eq_ignore_ascii_case(&old.key)));
    tags.extend(new);
    if tags.len() > MOST {
        return Err(limit_exceeded(format!("The number of tags has reached the maximum limit: {MOST}")));
    }
    Ok(())
}

/// Removes the tags of these keys.
pub(crate) fn unset(tags: &mut Vec<Tag>, keys: &[String]) {
    tags.retain(|tag| !keys.iter().any(|key| key.eq_ignore_ascii_case(&tag.key)));
}
