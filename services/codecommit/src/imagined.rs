//! The content of repositories where there is no git: what a rehearsal is told that a push would have brought.

use crate::{
    CodeCommit, encryption,
    git::objects::{self, Commit},
    moves,
    state::{self, HEADS, Repository},
};
use base::{AccountId, Blob, Region};
use gate::{Error, Gate, Scope, StepContext, Table};
use serde::{Deserialize, Serialize};
use std::io::{Cursor, Read};

/// Repository id: what its branch holds.
static CONTENT: Table<CodeCommit, Content> = Table::new("imagined");

#[derive(Serialize, Deserialize)]
struct Content {
    commit: Commit,
    zip: Blob,
}

/// Hexadecimal digits of a commit's id.
const COMMIT_LENGTH: usize = 40;

/// The files of a branch, as a push would have brought them.
#[derive(Debug)]
pub struct Imagined<'a> {
    /// The repository's account.
    pub account: AccountId,
    /// Its region.
    pub region: &'a Region,
    /// Its name.
    pub repository: &'a str,
    /// The branch, without `refs/heads/`.
    pub branch: &'a str,
    /// The files, as a zip archive.
    pub zip: Vec<u8>,
}

/// Puts a first commit with these files on a branch of a repository that has no content, and tells of it like a push.
///
/// # Errors
/// There is no such repository, or it has the branch already; or the world has git, whose repositories are not imagined.
pub fn imagine(gate: &Gate, imagined: &Imagined<'_>) -> Result<(), Error> {
    let context = StepContext { account: imagined.account, region: imagined.region.clone() };
    gate.step(&CodeCommit(()), &context, |scope| {
        if scope.get(&state::RUNTIME, "git")?.is_some() {
            return Err(Error::internal("content is imagined where there is no git"));
        }
        let row = state::repository(scope, imagined.repository)?;
        let digits = format!("{}{}", base::uuid(scope.entropy()), base::uuid(scope.entropy())).replace('-', "");
        let commit_id = digits[..COMMIT_LENGTH].to_owned();
        let commit = Commit { commit_id: commit_id.clone(), message: "The source as it was rehearsed\n".into(), ..Commit::default() };
        scope.put(&CONTENT, row.id.as_str(), &Content { commit, zip: Blob(imagined.zip.clone()) })?;
        let name = format!("{HEADS}{}", imagined.branch);
        moves::apply(scope, row, &[moves::Move { name: &name, old: None, new: Some(&commit_id) }])
    })
}

fn imagined(scope: &mut Scope<'_, CodeCommit>, row: &Repository, id: &str) -> Result<Option<Content>, Error> {
    let content = scope.get(&CONTENT, row.id.as_str())?.filter(|content| content.commit.commit_id == id);
    if content.is_some() {
        encryption::enter(scope, row)?;
    }
    Ok(content)
}

/// A commit of the repository.
pub(crate) fn commit(scope: &mut Scope<'_, CodeCommit>, row: &Repository, id: &str) -> Result<Option<Commit>, Error> {
    match imagined(scope, row, id)? {
        Some(content) => Ok(Some(content.commit)),
        None => objects::of(scope, row)?.commit(id),
    }
}

/// A commit, and its files as a zip archive.
pub(crate) type Archived = (Commit, Box<dyn Read>);

/// The commit of this id with its files.
pub(crate) fn archive(scope: &mut Scope<'_, CodeCommit>, row: &Repository, id: &str) -> Result<Option<Archived>, Error> {
    if let Some(content) = imagined(scope, row, id)? {
        return Ok(Some((content.commit, Box::new(Cursor::new(content.zip.0)))));
    }
    let objects = objects::of(scope, row)?;
    let Some(commit) = objects.commit(id)? else { return Ok(None) };
    let zip = objects.zip(&commit.commit_id)?;
    Ok(Some((commit, Box::new(zip))))
}
