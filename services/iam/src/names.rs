//! The forms of names, paths and descriptions.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>

use crate::error::invalid;
use gate::Error;

pub(crate) const LONGEST_USER_OR_ROLE: usize = 64;
/// Of groups, instance profiles and policies.
pub(crate) const LONGEST_NAME: usize = 128;

/// A name: letters, digits and `+=,.@_-`.
pub(crate) fn check_name(member: &str, name: &str, longest: usize) -> Result<(), Error> {
    if name.is_empty() || name.len() > longest {
        return Err(invalid(member, clipped(name), &format!("Member must have length between 1 and {longest}")));
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b)) {
        return Err(invalid(member, name, "Member must satisfy regular expression pattern: [\\w+=,.@-]+"));
    }
    Ok(())
}

/// A member as messages of validation call it: `roleName`.
pub(crate) fn member(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

/// The path; `/` if none was given.
pub(crate) fn path(given: Option<&str>) -> Result<&str, Error> {
    let path = given.unwrap_or("/");
    let visible = path.len() <= 512 && path.bytes().all(|b| (0x21..=0x7e).contains(&b));
    if visible && path.starts_with('/') && path.ends_with('/') {
        return Ok(path);
    }
    Err(invalid("path", clipped(path), "Member must begin and end with / and have at most 512 visible characters"))
}

pub(crate) fn check_description(text: Option<&str>) -> Result<(), Error> {
    match text {
        Some(text) if text.chars().count() > 1000 => {
            Err(invalid("description", clipped(text), "Member must have length less than or equal to 1000"))
        }
        _ => Ok(()),
    }
}

/// Enough of a value to know it by.
pub(crate) fn clipped(text: &str) -> String {
    text.chars().take(80).collect()
}
