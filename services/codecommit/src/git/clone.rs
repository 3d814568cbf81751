//! A repository elsewhere with its history, for a build that checks it out.

use super::{
    process::answered,
    remote::{Access, Line, broken, place},
};
use std::{fs, path::Path};

/// What is wanted of a repository elsewhere.
#[derive(Debug)]
pub struct RemoteClone<'a> {
    /// The repository.
    pub access: Access<'a>,
    /// What git is to call its origin.
    pub origin: &'a str,
    /// A reference by its whole name, such as a pull request's.
    pub reference: Option<&'a str>,
    /// A branch, a tag, or a commit; the host's own branch if neither is given.
    pub version: Option<&'a str>,
    /// How many commits; all if it is not given.
    pub depth: Option<u64>,
}

const BRANCHES: &str = "+refs/heads/*:refs/remotes/origin/*";
const TAGS: &str = "+refs/tags/*:refs/tags/*";
/// Where the wanted commit is kept until it is known.
const TIP: &str = "refs/fetched/tip";

/// Whether git can take it for a name, and for nothing else.
fn is_name(text: &str) -> bool {
    let wrong = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    !text.is_empty()
        && text.len() <= 255
        && !text.contains(wrong)
        && !text.contains("..")
        && !text.contains("@{")
        && !text.starts_with(['-', '/'])
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Fetches a repository into `target`, which is empty or is not there, without checking it out; gives the commit that is wanted.
/// `folder` is for the time being.
///
/// # Errors
/// In words: git failed, and why; or there is no such version.
pub fn clone_remote(folder: &Path, wanted: &RemoteClone<'_>, target: &Path) -> Result<String, String> {
    for name in [wanted.reference, wanted.version].into_iter().flatten() {
        if !is_name(name) {
            return Err(format!("'{}' is no name of a branch, a tag, a pull request or a commit", name.escape_debug()));
        }
    }
    fs::create_dir_all(target).map_err(broken)?;
    let (place, repository) = (place(folder)?, target.join(".git"));
    let line = Line::open(&wanted.access, place.path(), &repository)?;
    line.git(&["init", "-q", "--template=", "--initial-branch=main"])?;
    line.git(&["config", "core.bare", "false"])?;
    line.git(&["config", "remote.origin.url", wanted.origin])?;
    line.git(&["config", "remote.origin.fetch", BRANCHES])?;
    let shallow = wanted.depth.is_some() && fetch_alone(&line, wanted);
    if !shallow {
        fetch_all(&line, wanted)?;
    }
    let commit = find(&repository, wanted)?;
    if commit.is_none() && wanted.version.is_some_and(is_commit) {
        // No branch leads to it, but hosts give what is asked for by its whole id.
        line.fetch(wanted.depth, &[&format!("+{}:{TIP}", wanted.version.unwrap_or_default())])?;
    }
    let commit = commit.map_or_else(|| find(&repository, wanted), |found| Ok(Some(found)))?;
    line.git(&["update-ref", "-d", TIP])?;
    commit.ok_or_else(|| {
        let version = wanted.version.or(wanted.reference).unwrap_or("HEAD");
        format!("reference not found: {} has no {}", wanted.access.url, version.escape_debug())
    })
}

/// The wanted version alone; false: the host has none by that name, or does not give it.
fn fetch_alone(line: &Line<'_>, wanted: &RemoteClone<'_>) -> bool {
    let references = match (wanted.version, wanted.reference) {
        (Some(version), _) if is_commit(version) => vec![format!("+{version}:{TIP}")],
        (Some(version), None) => {
            vec![format!("+refs/heads/{version}:refs/remotes/origin/{version}"), format!("+refs/tags/{version}:refs/tags/{version}")]
        }
        (_, Some(reference)) => vec![format!("+{reference}:{TIP}")],
        (None, None) => vec![format!("+HEAD:{TIP}")],
    };
    references.iter().any(|reference| line.fetch(wanted.depth, &[reference]).is_ok())
}

fn fetch_all(line: &Line<'_>, wanted: &RemoteClone<'_>) -> Result<(), String> {
    let tip = wanted.reference.map(|reference| format!("+{reference}:{TIP}"));
    let head = format!("+HEAD:{TIP}");
    let mut references = vec![BRANCHES, TAGS];
    match (&tip, wanted.version) {
        (Some(tip), _) => references.push(tip),
        (None, None) => references.push(&head),
        (None, Some(_)) => {}
    }
    line.fetch(None, &references)
}

fn find(repository: &Path, wanted: &RemoteClone<'_>) -> Result<Option<String>, String> {
    let candidates = match wanted.version {
        None => vec![TIP.to_string()],
        Some(version) if is_commit(version) => vec![version.into()],
        Some(version) => {
            let mut all = vec![format!("refs/remotes/origin/{version}"), format!("refs/tags/{version}")];
            if version.len() >= 4 && version.bytes().all(|b| b.is_ascii_hexdigit()) {
                all.push(version.into());
            }
            all
        }
    };
    for candidate in candidates {
        let told = answered(repository, &["rev-parse", "-q", "--verify", "--end-of-options", &format!("{candidate}^{{commit}}")]);
        if let Some(id) = told.map_err(broken)? {
            return Ok(Some(String::from_utf8_lossy(&id).trim().to_owned()));
        }
    }
    Ok(None)
}
