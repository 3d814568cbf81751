//! The files that a request of the API may put, and where.
//! Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html>

use crate::{
    git::{
        objects::{Entry, FileMode, Objects},
        write::{Change, Content},
    },
    names,
};
use gate::Error;
use std::collections::{BTreeMap, BTreeSet};

/// What one file has at most by the API.
pub(crate) const MAX_FILE: usize = 6 * 1024 * 1024;
/// What all files of a commit have at most by the API.
const MAX_ALL: usize = 7 * 1024 * 1024;
/// What keeps a folder without files.
pub(crate) const KEEP: &str = ".gitkeep";

/// A file's path, which is not the root.
pub(crate) fn path(given: &str) -> Result<String, Error> {
    match names::path(given)? {
        "" => Err(Error::new("PathRequiredException", "A file path is required")),
        // git itself refuses its own folder, in any spelling that a file system takes for it.
        plain if plain.split('/').any(|part| part.eq_ignore_ascii_case(".git")) => {
            Err(Error::new("InvalidPathException", format!("The path '{}' is not valid: .git is git's own", names::shown(given))))
        }
        plain => Ok(plain.to_owned()),
    }
}

pub(crate) fn fits(contents: &[usize]) -> Result<(), Error> {
    if contents.iter().any(|size| *size > MAX_FILE) || contents.iter().sum::<usize>() > MAX_ALL {
        return Err(Error::new(
            "FileContentSizeLimitExceededException",
            "The file cannot be added because it is too large: at most 6 MB each and 7 MB together. Push it with a Git client instead.",
        ));
    }
    Ok(())
}

/// Refuses paths that would be a file and a folder at once.
pub(crate) fn no_clash(objects: &Objects, commit: Option<&str>, changes: &[Change]) -> Result<(), Error> {
    let put: BTreeSet<&str> = changes.iter().filter_map(|c| if let Change::Put { path, .. } = c { Some(&**path) } else { None }).collect();
    let gone: BTreeSet<&str> = changes.iter().filter_map(|c| if let Change::Delete { path } = c { Some(&**path) } else { None }).collect();
    if let Some(path) = put.iter().find(|path| parents(path).any(|parent| put.contains(parent))) {
        return Err(Error::new("PutFileEntryConflictException", format!("{path} lies in a folder that the same commit makes a file")));
    }
    let Some(commit) = commit else { return Ok(()) };
    let mut asked: BTreeSet<&str> = put.clone();
    asked.extend(put.iter().flat_map(|path| parents(path)));
    let asked: Vec<&str> = asked.into_iter().collect();
    if asked.is_empty() {
        return Ok(());
    }
    for Entry { path, kind, .. } in objects.entries_at(commit, &asked)? {
        let is_put = put.contains(path.as_str());
        match (kind.as_str(), is_put) {
            ("tree", true) => {
                return Err(Error::new("FileNameConflictsWithDirectoryNameException", format!("{path} is a folder in the repository")));
            }
            ("commit", _) => {
                return Err(Error::new("FilePathConflictsWithSubmodulePathException", format!("{path} is a submodule in the repository")));
            }
            ("blob", false) if !gone.contains(path.as_str()) && put.iter().any(|p| parents(p).any(|parent| parent == path)) => {
                return Err(Error::new("DirectoryNameConflictsWithFileNameException", format!("{path} is a file in the repository")));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The folders above a path.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// What keeps the folders that would be gone with their last files.
pub(crate) fn kept_folders(objects: &Objects, commit: &str, changes: &[Change]) -> Result<Vec<Change>, Error> {
    let mut by_folder: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for change in changes {
        if let Change::Delete { path } = change
            && let Some((folder, _)) = path.rsplit_once('/')
        {
            by_folder.entry(folder).or_default().insert(path);
        }
    }
    let mut kept = Vec::new();
    for (folder, gone) in by_folder {
        let inside = format!("{folder}/");
        let filled = changes.iter().any(|c| matches!(c, Change::Put { path, .. } if path.starts_with(&inside)));
        let left = objects.entries_at(commit, &[&inside])?.into_iter().any(|entry| !gone.contains(entry.path.as_str()));
        if !filled && !left {
            let (path, mode) = (format!("{inside}{KEEP}"), FileMode::Normal.text().to_owned());
            kept.push(Change::Put { path, mode, content: Content::Bytes(Vec::new()) });
        }
    }
    Ok(kept)
}
