//! Members that several operations take, and their limits.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>

use crate::error::{constraint, invalid, invalid_parameter};
use base::Arn;
use gate::{Demand, Error};
use serde::{Deserialize, Serialize};

/// A session tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Its key; keys that differ in case alone are one.
    pub key: String,
    /// Its value, which may be empty.
    pub value: String,
}

/// A managed policy that limits a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PolicyDescriptor {
    /// The policy.
    pub arn: Arn,
}

/// A context that another service vouches for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProvidedContext {
    provider_arn: Option<String>,
    context_assertion: Option<String>,
}

const MOST_TAGS: usize = 50;
const MOST_POLICIES: usize = 10;

/// A text of `shortest` to `longest` characters, each of them a letter or digit of ASCII or one of `more`.
pub(crate) fn check_word(member: &str, text: &str, (shortest, longest): (usize, usize), more: &str) -> Result<(), Error> {
    let length = text.chars().count();
    if length < shortest {
        return Err(constraint(member, text, format_args!("Member must have length greater than or equal to {shortest}")));
    }
    if length > longest {
        return Err(constraint(member, text, format_args!("Member must have length less than or equal to {longest}")));
    }
    if text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(c)) {
        return Ok(());
    }
    Err(constraint(member, text, format_args!("Member must satisfy regular expression pattern: [\\w{more}]*")))
}

/// The characters of names of sessions and source identities, beside `\w`.
pub(crate) const NAME: &str = "+=,.@-";

/// What session tags may be made of: letters, spaces, digits and some marks.
fn is_tag_text(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c))
}

/// The tags of a session, as pairs; keys that differ in case alone are one.
pub(crate) fn check_tags<'t>(tags: impl Iterator<Item = (&'t str, &'t str)> + Clone) -> Result<(), Error> {
    let count = tags.clone().count();
    if count > MOST_TAGS {
        return Err(constraint(
            "tags",
            format_args!("{count} tags"),
            format_args!("Member must have length less than or equal to {MOST_TAGS}"),
        ));
    }
    for (n, (key, value)) in tags.clone().enumerate() {
        let member = |name: &str| format!("tags.{}.member.{name}", n + 1);
        let length = key.chars().count();
        if length == 0 || length > 128 || !is_tag_text(key) {
            let rule = "Member must have length between 1 and 128, and satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+";
            return Err(constraint(&member("key"), key, rule));
        }
        if value.chars().count() > 256 || !is_tag_text(value) {
            let rule = "Member must have length less than or equal to 256, and satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*";
            return Err(constraint(&member("value"), value, rule));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid_parameter(format!(
                "Tag keys that begin with 'aws:' are reserved; '{key}' cannot be passed as a session tag"
            )));
        }
        if tags.clone().take(n).any(|(other, _)| same_key(other, key)) {
            return Err(invalid_parameter("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
        }
    }
    Ok(())
}

pub(crate) fn same_key(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

/// Each key that is to go on must be one of the session's new tags.
pub(crate) fn check_transitive(keys: &[String], tags: &[(String, String)]) -> Result<(), Error> {
    if keys.len() > MOST_TAGS {
        return Err(constraint(
            "transitiveTagKeys",
            format_args!("{} keys", keys.len()),
            format_args!("Member must have length less than or equal to {MOST_TAGS}"),
        ));
    }
    match keys.iter().find(|key| !tags.iter().any(|(own, _)| same_key(own, key))) {
        Some(key) => Err(invalid_parameter(format!("The specified transitive tag key must be included in the requested tags: {key}"))),
        None => Ok(()),
    }
}

/// The pairs of tags as they came.
pub(crate) fn pairs(tags: &[Tag]) -> Vec<(String, String)> {
    tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect()
}

pub(crate) fn borrowed(tags: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> + Clone {
    tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))
}

/// Managed policies are policies, and few.
pub(crate) fn check_policy_arns(policies: &[PolicyDescriptor]) -> Result<(), Error> {
    if policies.len() > MOST_POLICIES {
        return Err(constraint(
            "policyArns",
            format_args!("{} policies", policies.len()),
            format_args!("Member must have length less than or equal to {MOST_POLICIES}"),
        ));
    }
    match policies.iter().find(|policy| policy.arn.service() != "iam" || policy.arn.resource_of("policy").is_none()) {
        Some(wrong) => Err(invalid(format!("ARN {} is not valid.", wrong.arn))),
        None => Ok(()),
    }
}

/// Seconds that a session is asked to live: at least 900.
pub(crate) fn check_duration(seconds: Option<u64>, longest: u64) -> Result<(), Error> {
    match seconds {
        Some(seconds) if seconds < SHORTEST => {
            Err(constraint("durationSeconds", seconds, format_args!("Member must have value greater than or equal to {SHORTEST}")))
        }
        Some(seconds) if seconds > longest => {
            Err(constraint("durationSeconds", seconds, format_args!("Member must have value less than or equal to {longest}")))
        }
        _ => Ok(()),
    }
}

const SHORTEST: u64 = 900;

/// A demand on the session that is to be made: its tags, those that go on, and its source identity.
pub(crate) fn of_session<'t>(
    demand: Demand,
    tags: impl IntoIterator<Item = (&'t str, &'t str)>,
    transitive: &[String],
    source_identity: Option<&String>,
) -> Demand {
    let demand = demand.with_some("sts:SourceIdentity", source_identity).with_tags(tags);
    if transitive.is_empty() { demand } else { demand.with("sts:TransitiveTagKeys", transitive.to_vec()) }
}
