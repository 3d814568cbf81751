//! Commits that the API makes, and what a branch may get.

use crate::{
    CodeCommit, error,
    git::{
        objects::Objects,
        write::{Change, Made, NewCommit, Person},
    },
    moves,
    state::{self, HEADS, Repository},
};
use gate::{Error, Identity, Scope};
use serde_json::Value;

const MAX_NAME: usize = 256;
const MAX_MESSAGE: usize = 256 * 1024;

/// Who a commit says made it: what the request gives, or the caller.
pub(crate) fn person(scope: &Scope<'_, CodeCommit>, name: Option<&str>, email: Option<&str>) -> Result<Person, Error> {
    let plain = |text: &str| !text.chars().any(|c| c.is_control() || "<>".contains(c));
    let name = match name {
        Some(name) if name.chars().count() <= MAX_NAME && plain(name) => name.trim().to_owned(),
        Some(_) => {
            return Err(Error::new(
                "NameLengthExceededException",
                format!("The name of the author is not valid: it has at most {MAX_NAME} characters, without < and >"),
            ));
        }
        None => caller_name(scope),
    };
    let email = email.unwrap_or_default();
    if email.chars().count() > MAX_NAME || !plain(email) || email.contains(' ') {
        return Err(Error::new(
            "InvalidEmailException",
            format!("The e-mail address is not valid: it has at most {MAX_NAME} characters, without spaces, < and >"),
        ));
    }
    Ok(Person { name, email: email.to_owned() })
}

fn caller_name(scope: &Scope<'_, CodeCommit>) -> String {
    match scope.caller().identity() {
        Identity::User { name, .. } => name.clone(),
        Identity::Role(session) => session.name.clone(),
        Identity::Federated(session) => session.name.clone(),
        _ => scope.caller().name(),
    }
}

/// A commit's message.
pub(crate) fn message(given: Option<&str>, otherwise: impl FnOnce() -> String) -> Result<String, Error> {
    match given {
        Some(text) if text.len() > MAX_MESSAGE => {
            Err(Error::new("CommitMessageLengthExceededException", format!("The commit message is longer than {MAX_MESSAGE} bytes")))
        }
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Ok(otherwise()),
    }
}

/// The tip of a branch for a commit on top of it, which the request must name. None: the repository has no commit yet.
pub(crate) fn tip(
    scope: &mut Scope<'_, CodeCommit>,
    row: &Repository,
    branch: &str,
    parent: Option<&str>,
) -> Result<Option<String>, Error> {
    let reference = format!("{HEADS}{branch}");
    let Some(tip) = scope.get(&state::REFERENCES, &[row.id.as_str(), reference.as_str()])? else {
        let tag = format!("refs/tags/{branch}");
        if scope.get(&state::REFERENCES, &[row.id.as_str(), tag.as_str()])?.is_some() {
            return Err(Error::new("BranchNameIsTagNameException", format!("{branch} is the name of a tag, not of a branch")));
        }
        return match (state::references(scope, row, HEADS)?.is_empty(), parent) {
            (true, None) => Ok(None),
            (true, Some(parent)) => Err(Error::new(
                "ParentCommitDoesNotExistException",
                format!("The parent commit {parent} does not exist: the repository {} has no commits", row.name),
            )),
            (false, _) => Err(error::no_branch(branch)),
        };
    };
    match parent {
        None => Err(Error::new(
            "ParentCommitIdRequiredException",
            format!("A parent commit id is required: the branch {branch} has commits. GetBranch tells its tip."),
        )),
        Some(parent) if !crate::names::is_object(parent) => Err(Error::new(
            "InvalidParentCommitIdException",
            format!("The parent commit id '{}' is not valid: expected 40 hexadecimal digits", crate::names::shown(parent)),
        )),
        Some(parent) if parent != tip => Err(Error::new(
            "ParentCommitIdOutdatedException",
            format!("The parent commit {parent} is not the tip of the branch {branch}, which is {tip}"),
        )),
        Some(_) => Ok(Some(tip)),
    }
}

/// Makes a commit on top of a branch and moves the branch to it.
pub(crate) fn land(
    scope: &mut Scope<'_, CodeCommit>,
    row: Repository,
    objects: &Objects,
    branch: &str,
    commit: &OnTop<'_>,
) -> Result<Made, Error> {
    let parents: Vec<String> = commit.tip.into_iter().map(str::to_owned).collect();
    let (person, message, changes) = (commit.person, commit.message, commit.changes);
    let new = NewCommit { parents: &parents, person, message, at: scope.now(), changes };
    let made = objects.commit_new(scope, &row, &new, &parents)?;
    let reference = format!("{HEADS}{branch}");
    moves::apply(scope, row, &[moves::Move { name: &reference, old: commit.tip, new: Some(&made.commit) }])?;
    Ok(made)
}

/// What is put on top of a branch.
pub(crate) struct OnTop<'a> {
    pub(crate) tip: Option<&'a str>,
    pub(crate) person: &'a Person,
    pub(crate) message: &'a str,
    pub(crate) changes: &'a [Change],
}

/// What a record holds of a request with files: not their content.
pub(crate) fn without_content(mut recorded: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("fileContent");
                members.remove("content");
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut recorded);
    recorded
}
