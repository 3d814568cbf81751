//! The one place where references move: by compare-and-set, told to the feed.

use crate::{
    CodeCommit, error, events, requests,
    state::{self, HEADS, REFERENCES, Repository},
};
use gate::{Error, Scope};
use serde_json::{Value, json};

/// A reference, where it must stand now, and where it goes. None: it is not there, and is to go.
pub(crate) struct Move<'a> {
    pub(crate) name: &'a str,
    pub(crate) old: Option<&'a str>,
    pub(crate) new: Option<&'a str>,
}

/// Moves all of them or none.
pub(crate) fn apply(scope: &mut Scope<'_, CodeCommit>, repository: Repository, moves: &[Move<'_>]) -> Result<(), Error> {
    apply_told(scope, repository, moves, &Value::Null)
}

/// The same, where its events tell more.
pub(crate) fn apply_told(
    scope: &mut Scope<'_, CodeCommit>,
    mut repository: Repository,
    moves: &[Move<'_>],
    more: &Value,
) -> Result<(), Error> {
    let arn = repository.arn();
    for one in moves {
        let key = [repository.id.as_str(), one.name];
        if scope.get(&REFERENCES, &key)?.as_deref() != one.old {
            return Err(error::moved());
        }
        match one.new {
            Some(object) => scope.put(&REFERENCES, &key, &object.to_owned())?,
            None => scope.delete(&REFERENCES, &key),
        }
        durable::publish(scope, &format!("ref/{arn}/{}", one.name), json!({"commit": one.new}))?;
        events::reference(scope, &repository, one, more)?;
        requests::source_moved(scope, &repository, one)?;
    }
    for one in moves.iter().filter(|m| m.old.is_none()) {
        no_folder_and_file(scope, &repository, one.name)?;
    }
    keep_default(scope, &mut repository, moves)
}

/// git keeps references as paths: `a` and `a/b` cannot both be. Two pushes at once could make them.
fn no_folder_and_file(scope: &mut Scope<'_, CodeCommit>, repository: &Repository, name: &str) -> Result<(), Error> {
    let clash = |other: &str| {
        other.strip_prefix(name).is_some_and(|r| r.starts_with('/')) || name.strip_prefix(other).is_some_and(|r| r.starts_with('/'))
    };
    match state::references(scope, repository, "")?.iter().any(|(other, _)| clash(other)) {
        true => Err(error::moved()),
        false => Ok(()),
    }
}

/// The first branch becomes the default; the default cannot go.
fn keep_default(scope: &mut Scope<'_, CodeCommit>, repository: &mut Repository, moves: &[Move<'_>]) -> Result<(), Error> {
    let branch = |m: &Move<'_>| m.name.strip_prefix(HEADS).map(str::to_owned);
    if let Some(default) = &repository.default_branch {
        if moves.iter().any(|m| m.new.is_none() && branch(m).as_ref() == Some(default)) {
            return Err(Error::new(
                "DefaultBranchCannotBeDeletedException",
                format!(
                    "The branch {default} is the default branch of {} and cannot be deleted. Make another branch the default first.",
                    repository.name
                ),
            ));
        }
        return Ok(());
    }
    let made: Vec<String> = moves.iter().filter(|m| m.new.is_some()).filter_map(branch).collect();
    let usual = ["main", "master"].iter().find(|name| made.iter().any(|m| m == *name)).map(|name| (*name).to_owned());
    repository.default_branch = usual.or_else(|| made.into_iter().next());
    if repository.default_branch.is_some() { state::keep(scope, repository) } else { Ok(()) }
}
