//! Merges: what two commits changed since they parted, what conflicts, and the commit that comes of both.
//! Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-resolve-conflict-pull-request.html>

pub(crate) mod compare;
pub(crate) mod hunks;
pub(crate) mod options;
pub(crate) mod shapes;

use crate::{
    CodeCommit, commits, error, events, files,
    git::{
        objects::Objects,
        write::{Made, NewCommit, Person},
    },
    moves::{self, Move},
    names,
    state::{self, HEADS, Repository},
};
use compare::{Sides, compare};
use gate::{Error, Scope};
use options::{How, MergeOption, manual};
use serde_json::{Value, json};

/// The commit to make of a merge.
pub(crate) struct Signed {
    pub(crate) person: Person,
    pub(crate) message: Option<String>,
    pub(crate) keep_empty_folders: bool,
}

impl Signed {
    pub(crate) fn by(
        scope: &Scope<'_, CodeCommit>,
        name: Option<&str>,
        email: Option<&str>,
        message: Option<String>,
        keep_empty_folders: bool,
    ) -> Result<Self, Error> {
        commits::message(message.as_deref(), String::new)?;
        Ok(Self { person: commits::person(scope, name, email)?, message, keep_empty_folders })
    }
}

/// The two commits that a request names.
pub(crate) fn sides(objects: &Objects, row: &Repository, source: &str, destination: &str) -> Result<Sides, Error> {
    let source = objects.resolve(row, Some(source))?;
    let destination = objects.resolve(row, Some(destination))?;
    Sides::of(objects, source, destination)
}

/// Makes the commit that a merge leads to, without moving anything. None: the destination has it all already.
pub(crate) fn commit(
    scope: &mut Scope<'_, CodeCommit>,
    row: &Repository,
    objects: &Objects,
    sides: &Sides,
    option: MergeOption,
    how: How,
    signed: &Signed,
) -> Result<Option<Made>, Error> {
    if sides.merged_already() {
        return Ok(None);
    }
    if option == MergeOption::FastForward {
        if !sides.fast_forward() {
            return Err(manual("the destination has commits that the source has not"));
        }
        let tip = objects.commit(&sides.source)?.ok_or_else(|| error::no_commit(&sides.source))?;
        return Ok(Some(Made { commit: tip.commit_id, tree: tip.tree_id }));
    }
    how.check()?;
    let comparison = compare(objects, sides, how.detail)?;
    let mut changes = how.resolve(comparison)?;
    if signed.keep_empty_folders {
        changes.extend(files::kept_folders(objects, &sides.destination, &changes)?);
    }
    let both = [sides.destination.clone(), sides.source.clone()];
    let parents = if option == MergeOption::Squash { &both[..1] } else { &both[..] };
    let message = commits::message(signed.message.as_deref(), || format!("Merged {} into {}", sides.source, sides.destination))?;
    let new = NewCommit { parents, person: &signed.person, message: &message, at: scope.now(), changes: &changes };
    objects.commit_new(scope, row, &new, &both).map(Some)
}

/// What the events of a merge tell beside the reference.
pub(crate) fn told(sides: &Sides, option: MergeOption, how: &How) -> Value {
    let mut told = json!({
        "mergeOption": option,
        "baseCommitId": sides.base,
        "sourceCommitId": sides.source,
        "destinationCommitId": sides.destination,
    });
    if option != MergeOption::FastForward {
        told["conflictDetailLevel"] = json!(how.detail);
        told["conflictResolutionStrategy"] = json!(how.strategy);
    }
    told
}

/// The reference that a merge of branches moves: the target, or the destination where it is a branch.
pub(crate) fn target(destination: &str, target: Option<&str>) -> Result<String, Error> {
    let branch = target.unwrap_or(destination);
    let branch = branch.strip_prefix(HEADS).unwrap_or(branch);
    names::branch(branch)?;
    Ok(format!("{HEADS}{branch}"))
}

/// Merges a commit into a branch.
pub(crate) fn branches(
    scope: &mut Scope<'_, CodeCommit>,
    repository: &str,
    commits: (&str, &str),
    reference: &str,
    option: MergeOption,
    how: How,
    signed: &Signed,
) -> Result<Made, Error> {
    let row = state::repository(scope, repository)?;
    let objects = crate::git::objects::of(scope, &row)?;
    let sides = sides(&objects, &row, commits.0, commits.1)?;
    let Some(tip) = scope.get(&state::REFERENCES, &[row.id.as_str(), reference])? else {
        return Err(error::no_branch(reference.strip_prefix(HEADS).unwrap_or(reference)));
    };
    if tip != sides.destination {
        return Err(Error::new(
            "ConcurrentReferenceUpdateException",
            format!("The branch {reference} stands at {tip}, not at the destination commit {}", sides.destination),
        ));
    }
    let told = told(&sides, option, &how);
    match commit(scope, &row, &objects, &sides, option, how, signed)? {
        Some(made) => {
            moves::apply_told(scope, row, &[Move { name: reference, old: Some(&tip), new: Some(&made.commit) }], &told)?;
            Ok(made)
        }
        None => {
            let there = objects.commit(&tip)?.ok_or_else(|| error::no_commit(&tip))?;
            Ok(Made { commit: there.commit_id, tree: there.tree_id })
        }
    }
}

/// Tells the feed of a merge that no branch stands at.
pub(crate) fn tell_unreferenced(scope: &mut Scope<'_, CodeCommit>, row: &Repository, made: &Made, mut told: Value) -> Result<(), Error> {
    told["event"] = json!("unreferencedMergeCommitCreated");
    told["repositoryName"] = json!(row.name);
    told["repositoryId"] = json!(row.id);
    told["commitId"] = json!(made.commit);
    events::tell(scope, "CodeCommit Repository State Change", &[&row.arn()], told)
}
