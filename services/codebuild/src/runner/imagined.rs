//! Builds whose programs are imagined: a rehearsal does all that CodeBuild does around them, and makes the calls that they are
//! known to make.

use super::{
    book::{Book, Ending},
    driver::Named,
    execute::{Execution, Run},
    interpret::Told,
    outputs::walk,
};
use crate::{state::BuildRow, workflows::build::Order};
use base::{AccountId, Arn, Region};
use buildspec::Buildspec;
use gate::Error;
use serde_json::Value;
use std::{
    fs,
    path::{Component, Path, PathBuf},
};
use wire::sigv4::Credentials;

/// Stands for the programs of all builds.
pub trait Imagine: Send + Sync {
    /// What the programs of a build do: their calls are made by [`ImaginedBuild::call`].
    fn run(&self, build: &ImaginedBuild<'_>) -> ImaginedEnd;
}

/// What the programs of a build leave.
#[derive(Debug, Default)]
pub struct ImaginedEnd {
    /// Files, by their paths from the primary source's folder.
    pub files: Vec<(String, Vec<u8>)>,
    /// The values of exported variables, as far as they are known.
    pub exported: Vec<(String, String)>,
}

/// A build as its programs would see it.
pub struct ImaginedBuild<'a> {
    /// The build.
    pub arn: Arn,
    /// Its account.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// The project's name.
    pub project: &'a str,
    /// What it does.
    pub buildspec: &'a Buildspec,
    /// The variables that its programs see.
    pub environment: Vec<(String, String)>,
    source: PathBuf,
    call: &'a dyn Fn(&str, Value) -> Result<Value, Error>,
    credentials: &'a dyn Fn() -> Result<Credentials, Error>,
}

/// A larger file tells nothing that is read.
const MAX_READ: u64 = 1 << 20;

impl ImaginedBuild<'_> {
    /// Makes a call (`ecr:PutImage`) as the build's role.
    ///
    /// # Errors
    /// AWS's error of the call.
    pub fn call(&self, operation: &str, input: Value) -> Result<Value, Error> {
        (self.call)(operation, input)
    }
    /// What signs as the build's role.
    ///
    /// # Errors
    /// The session could not be made.
    pub fn credentials(&self) -> Result<Credentials, Error> {
        (self.credentials)()
    }
    /// The paths of the primary source's files.
    pub fn files(&self) -> Vec<String> {
        let mut paths = Vec::new();
        // What cannot be listed is not known.
        let _ = walk(&self.source, "", 0, &mut paths);
        paths
    }
    /// A file of the primary source. None: it is not there, is a link, or is too large to be read.
    pub fn file(&self, path: &str) -> Option<Vec<u8>> {
        let full = self.source.join(inside(path)?);
        let plain = fs::symlink_metadata(&full).ok().filter(|found| found.is_file() && found.len() <= MAX_READ);
        plain.and_then(|_| fs::read(&full).ok())
    }
}

/// A path that does not lead outside.
fn inside(path: &str) -> Option<&Path> {
    let path = Path::new(path);
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)).then_some(path)
}

/// Imagines the phases of a build.
pub(super) fn run(
    imagine: &dyn Imagine,
    (book, order, row): (&Book<'_>, &Order, &BuildRow),
    execution: &Execution<'_>,
    run: &Run<'_>,
) -> Result<Told, Ending> {
    let source = execution.place.shared.join(run.source);
    let call = |operation: &str, input: Value| book.call(order, row, operation, input);
    let credentials = || {
        let own = book.credentials(row)?;
        let session_token = Some(own.session_token);
        Ok(Credentials { access_key_id: own.access_key_id, secret_access_key: own.secret_access_key, session_token })
    };
    let build = ImaginedBuild {
        arn: book.arn(),
        account: book.owner.account,
        region: Region::new(&book.owner.region),
        project: &row.project,
        buildspec: run.spec,
        environment: execution.environment(run),
        source: source.clone(),
        call: &call,
        credentials: &credentials,
    };
    let end = imagine.run(&build);
    for (path, content) in end.files {
        let Some(path) = inside(&path).map(|path| source.join(path)) else { continue };
        // A file where the source has a folder is one that was read wrongly: it is left out.
        let _ = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, content));
    }
    // What only a shell could complete stays as it stands.
    let texts = run.texts.iter().enumerate();
    let texts = texts.filter(|(_, (named, _))| !matches!(named, Named::CacheKey(_))).map(|(at, (_, text))| (at, text.clone())).collect();
    Ok(Told { ended: Some(true), exported: end.exported, texts, ..Told::default() })
}
