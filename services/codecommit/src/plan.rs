//! What `CreateCommit` is asked to change, made into changes of a tree.

use crate::{
    error, files,
    git::{
        objects::{Entry, FileMode, Objects},
        write::{Change, Content},
    },
};
use base::Blob;
use gate::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A file to put.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_PutFileEntry.html>
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutFileEntry {
    file_path: String,
    file_mode: Option<FileMode>,
    file_content: Option<Blob>,
    source_file: Option<SourceFile>,
}

/// A file whose content is taken.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceFile {
    file_path: String,
    #[serde(default)]
    is_move: bool,
}

/// A file to delete.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteFileEntry {
    pub(crate) file_path: String,
}

/// A file's new mode.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetFileModeEntry {
    pub(crate) file_path: String,
    pub(crate) file_mode: FileMode,
}

/// The changes of one commit.
pub(crate) struct Plan;

const MAX_FILES: usize = 100;

impl Plan {
    /// Refuses what makes no sense whatever lies in the repository.
    pub(crate) fn check(put: &[PutFileEntry], delete: &[DeleteFileEntry], modes: &[SetFileModeEntry]) -> Result<(), Error> {
        match put.len() + delete.len() + modes.len() {
            0 => return Err(Error::new("FileEntryRequiredException", "No files are specified as added, changed or deleted")),
            1..=MAX_FILES => {}
            count => {
                return Err(Error::new(
                    "MaximumFileEntriesExceededException",
                    format!("The commit changes {count} files; at most {MAX_FILES} can be changed by one. Use a Git client instead."),
                ));
            }
        }
        let mut seen = BTreeSet::new();
        let moved = put.iter().filter_map(|p| p.source_file.as_ref()).filter(|s| s.is_move).map(|s| &s.file_path);
        let paths = put.iter().map(|p| &p.file_path).chain(delete.iter().map(|d| &d.file_path)).chain(modes.iter().map(|m| &m.file_path));
        for path in paths.chain(moved) {
            let path = files::path(path)?;
            if seen.contains(&path) {
                return Err(Error::new("SamePathRequestException", format!("The commit changes {path} twice")));
            }
            seen.insert(path);
        }
        for PutFileEntry { file_path, file_content, source_file, .. } in put {
            match (file_content, source_file) {
                (Some(_), Some(_)) => {
                    return Err(Error::new(
                        "FileContentAndSourceFileSpecifiedException",
                        format!("Both a source file and content are given for {file_path}"),
                    ));
                }
                (None, None) => {
                    return Err(Error::new(
                        "SourceFileOrContentRequiredException",
                        format!("Neither a source file nor content is given for {file_path}"),
                    ));
                }
                (None, Some(source)) if source.file_path.rsplit('/').next() == Some(files::KEEP) => {
                    return Err(Error::new("RestrictedSourceFileException", format!("A {} file cannot be copied or moved", files::KEEP)));
                }
                _ => {}
            }
        }
        let sizes: Vec<usize> = put.iter().filter_map(|p| p.file_content.as_ref()).map(|content| content.0.len()).collect();
        files::fits(&sizes)
    }

    /// The changes, on top of `tip`.
    pub(crate) fn changes(
        objects: &Objects,
        tip: Option<&str>,
        put: Vec<PutFileEntry>,
        delete: Vec<DeleteFileEntry>,
        modes: Vec<SetFileModeEntry>,
    ) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        for PutFileEntry { file_path, file_mode, file_content, source_file } in put {
            let path = files::path(&file_path)?;
            let before = if file_mode.is_some() || source_file.is_some() { None } else { find(objects, tip, &path)? };
            let (content, mode) = match (file_content, source_file) {
                (Some(content), _) => (Content::Bytes(content.0), before.as_ref().and_then(Entry::mode)),
                (None, Some(source)) => {
                    let source_path = files::path(&source.file_path)?;
                    let entry = existing(objects, tip, &source_path)?;
                    let mode = entry.mode();
                    if source.is_move {
                        changes.push(Change::Delete { path: source_path });
                    }
                    (Content::Object(entry.object), mode)
                }
                (None, None) => continue,
            };
            let mode = file_mode.or(mode).unwrap_or(FileMode::Normal).text().to_owned();
            changes.push(Change::Put { path, mode, content });
        }
        for DeleteFileEntry { file_path } in delete {
            let path = files::path(&file_path)?;
            existing(objects, tip, &path)?;
            changes.push(Change::Delete { path });
        }
        for SetFileModeEntry { file_path, file_mode } in modes {
            let path = files::path(&file_path)?;
            let entry = existing(objects, tip, &path)?;
            changes.push(Change::Put { path, mode: file_mode.text().to_owned(), content: Content::Object(entry.object) });
        }
        Ok(changes)
    }
}

fn find(objects: &Objects, tip: Option<&str>, path: &str) -> Result<Option<Entry>, Error> {
    Ok(tip.map(|tip| objects.entry(tip, path)).transpose()?.flatten().filter(|entry| entry.mode().is_some()))
}

fn existing(objects: &Objects, tip: Option<&str>, path: &str) -> Result<Entry, Error> {
    find(objects, tip, path)?.ok_or_else(|| error::no_file(path))
}
