//! Names from outside, and their limits.
//! Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html>

use base::Arn;
use gate::Error;
use wire::git::is_ref;

const MAX_DESCRIPTION: usize = 1000;
pub(crate) const MAX_TAGS: usize = 50;

pub(crate) fn is_repository(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    (1..=100).contains(&name.len()) && name.chars().all(word) && !name.ends_with(".git") && name.chars().any(|c| c != '.')
}

pub(crate) fn repository(name: &str) -> Result<(), Error> {
    if is_repository(name) {
        return Ok(());
    }
    Err(Error::new(
        "InvalidRepositoryNameException",
        "The repository name is not valid. Repository names can be any valid combination of letters, numbers, periods, underscores, and dashes between 1 and 100 characters in length, and cannot end in .git. Names are case sensitive.",
    ))
}

pub(crate) fn description(text: Option<&str>) -> Result<(), Error> {
    let fits = |text: &str| text.chars().count() <= MAX_DESCRIPTION && !text.chars().any(|c| c.is_control() && !"\t\n\r".contains(c));
    if text.is_none_or(fits) {
        return Ok(());
    }
    Err(Error::new(
        "InvalidRepositoryDescriptionException",
        format!("The repository description is not valid: it has more than {MAX_DESCRIPTION} characters, or control characters"),
    ))
}

pub(crate) fn branch(name: &str) -> Result<(), Error> {
    if (1..=256).contains(&name.len()) && is_ref(&format!("refs/heads/{name}")) {
        return Ok(());
    }
    Err(Error::new(
        "InvalidBranchNameException",
        format!("The branch name '{}' is not valid: it must be a reference name that git allows, of 1 to 256 characters", shown(name)),
    ))
}

pub(crate) fn is_object(id: &str) -> bool {
    id.len() == 40 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

pub(crate) fn commit(id: &str) -> Result<(), Error> {
    if is_object(id) {
        return Ok(());
    }
    Err(Error::new(
        "InvalidCommitIdException",
        format!("The commit id '{}' is not valid: expected the full commit id, 40 hexadecimal digits", shown(id)),
    ))
}

/// A path in a tree, without the slashes around it. Empty: the root.
pub(crate) fn path(path: &str) -> Result<&str, Error> {
    let plain = path.trim_matches('/');
    let good = |part: &str| !part.is_empty() && part != "." && part != "..";
    if path.len() <= 4096 && !path.contains('\0') && (plain.is_empty() || plain.split('/').all(good)) {
        return Ok(plain);
    }
    Err(Error::new("InvalidPathException", format!("The path '{}' is not valid", shown(path))))
}

pub(crate) fn tags<'t>(tags: impl ExactSizeIterator<Item = (&'t String, &'t String)>) -> Result<(), Error> {
    if tags.len() > MAX_TAGS {
        return Err(too_many_tags());
    }
    for (key, value) in tags {
        if key.starts_with("aws:") {
            return Err(Error::new(
                "InvalidSystemTagUsageException",
                format!("The tag '{}' is not valid: keys that begin with aws: are AWS's own", shown(key)),
            ));
        }
        if !(1..=128).contains(&key.chars().count()) || value.chars().count() > 256 {
            return Err(Error::new(
                "InvalidTagsMapException",
                format!("The tag '{}' is not valid: a key has 1 to 128 characters, a value has at most 256", shown(key)),
            ));
        }
    }
    Ok(())
}

pub(crate) fn too_many_tags() -> Error {
    Error::new("TooManyTagsException", format!("The maximum number of tags for a repository is {MAX_TAGS}"))
}

/// The name of the repository that a resource's ARN names.
pub(crate) fn resource(arn: &str) -> Result<(Arn, String), Error> {
    let parsed: Option<Arn> = arn.parse().ok().filter(|arn: &Arn| arn.service() == "codecommit" && arn.account().is_some());
    let parsed = parsed
        .ok_or_else(|| Error::new("InvalidResourceArnException", format!("'{}' is not the ARN of a CodeCommit repository", shown(arn))))?;
    let name = parsed.resource().to_owned();
    repository(&name)?;
    Ok((parsed, name))
}

/// How many entries a page has.
pub(crate) fn page(asked: Option<i64>, most: usize) -> Result<usize, Error> {
    let Some(asked) = asked else { return Ok(most) };
    usize::try_from(asked).ok().filter(|size| *size > 0).map(|size| size.min(most)).ok_or_else(|| {
        Error::new("InvalidMaxResultsException", format!("The number of maximum results, {asked}, is not valid: expected 1 or more"))
    })
}

/// Text from outside, short enough for a message.
pub(crate) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for bad in ["", ".", "..", "a/b", "a.git", "a b", "ü", &"a".repeat(101)] {
            assert!(!is_repository(bad), "{bad}");
        }
        assert!(is_repository("My.shop_2-x"));
        for bad in ["a/../b", "a//b", "./a", "a\0"] {
            assert!(path(bad).is_err(), "{bad}");
        }
        assert_eq!(path("/a/b/").unwrap(), "a/b");
        assert_eq!(path("/").unwrap(), "");
        for bad in ["", "a..b", "-x~1", "a b", "x.lock"] {
            assert!(branch(bad).is_err(), "{bad}");
        }
    }
}
