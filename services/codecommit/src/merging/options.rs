//! How a merge is made, in AWS's words.

use super::{
    compare::{Comparison, Conflict, taking},
    hunks::Wins,
};
use crate::{
    files,
    git::{
        changes::Side,
        objects::FileMode,
        write::{Change, Content},
    },
    plan::{DeleteFileEntry, SetFileModeEntry},
};
use base::Blob;
use gate::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What becomes of the destination branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MergeOption {
    /// It moves on to the source's tip.
    #[serde(rename = "FAST_FORWARD_MERGE")]
    FastForward,
    /// It gets one commit with all of the source's changes.
    #[serde(rename = "SQUASH_MERGE")]
    Squash,
    /// It gets a commit with both tips as parents.
    #[serde(rename = "THREE_WAY_MERGE")]
    ThreeWay,
}

/// What two changes of one file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Detail {
    /// A conflict, if the file differs.
    #[default]
    FileLevel,
    /// A conflict, if the same lines differ.
    LineLevel,
}

/// What is done about conflicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Strategy {
    /// The merge is refused.
    #[default]
    None,
    /// The source counts.
    AcceptSource,
    /// The destination counts.
    AcceptDestination,
    /// The request says what counts.
    Automerge,
}

/// What a request says of conflicts.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ConflictResolution.html>
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConflictResolution {
    #[serde(default)]
    replace_contents: Vec<ReplaceContentEntry>,
    #[serde(default)]
    delete_files: Vec<DeleteFileEntry>,
    #[serde(default)]
    set_file_modes: Vec<SetFileModeEntry>,
}

/// What a file's content is to be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplaceContentEntry {
    file_path: String,
    replacement_type: ReplacementType,
    content: Option<Blob>,
    file_mode: Option<FileMode>,
}

/// Which version of a file counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReplacementType {
    /// That of the commit at which both parted.
    KeepBase,
    /// That of the source.
    KeepSource,
    /// That of the destination.
    KeepDestination,
    /// The one of the request.
    UseNewContent,
}

/// How conflicts are met.
#[derive(Debug, Default)]
pub(crate) struct How {
    pub(crate) detail: Detail,
    pub(crate) strategy: Strategy,
    pub(crate) resolution: Option<ConflictResolution>,
}

pub(crate) fn manual(what: &str) -> Error {
    Error::new(
        "ManualMergeRequiredException",
        format!("The branches cannot be merged automatically: {what}. Merge them with a Git client, or say how conflicts are resolved."),
    )
}

enum Word {
    Replace(ReplaceContentEntry),
    Delete,
}

impl How {
    /// The right words only: what contradicts itself is refused before anything is compared.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let invalid =
            |why: &str| Err(Error::new("InvalidConflictResolutionException", format!("The conflict resolution is not valid: {why}")));
        let Some(resolution) = &self.resolution else { return Ok(()) };
        if self.strategy != Strategy::Automerge {
            return invalid("it counts with the strategy AUTOMERGE alone");
        }
        let sizes: Vec<usize> = resolution.replace_contents.iter().filter_map(|r| r.content.as_ref()).map(|c| c.0.len()).collect();
        files::fits(&sizes)?;
        for entry in &resolution.replace_contents {
            if entry.replacement_type == ReplacementType::UseNewContent && entry.content.is_none() {
                return Err(Error::new(
                    "ReplacementContentRequiredException",
                    format!("USE_NEW_CONTENT is given for {}, but no content", entry.file_path),
                ));
            }
        }
        Ok(())
    }

    /// The changes on top of the destination that the merge makes.
    pub(crate) fn resolve(self, comparison: Comparison) -> Result<Vec<Change>, Error> {
        let Comparison { clean: mut changes, conflicts } = comparison;
        let ConflictResolution { replace_contents, delete_files, set_file_modes } = self.resolution.unwrap_or_default();
        let mut words: BTreeMap<String, Word> = BTreeMap::new();
        let entries = replace_contents.into_iter().map(|r| (r.file_path.clone(), Word::Replace(r)));
        for (path, word) in entries.chain(delete_files.into_iter().map(|d| (d.file_path, Word::Delete))) {
            let path = files::path(&path)?;
            if words.insert(path.clone(), word).is_some() {
                return Err(Error::new("MultipleConflictResolutionEntriesException", format!("There are two resolutions for {path}")));
            }
        }
        for conflict in conflicts {
            match (words.remove(&conflict.path), self.strategy) {
                (Some(word), _) => said(&conflict, word, &mut changes),
                (None, Strategy::AcceptSource) => won(&conflict, Wins::Source, self.detail, &mut changes),
                (None, Strategy::AcceptDestination) => won(&conflict, Wins::Destination, self.detail, &mut changes),
                (None, Strategy::None | Strategy::Automerge) => {
                    return Err(manual(&format!("{} was changed on both sides", conflict.path)));
                }
            }
        }
        if let Some(path) = words.into_keys().next() {
            return Err(Error::new("InvalidConflictResolutionException", format!("There is no conflict in {path}")));
        }
        for SetFileModeEntry { file_path, file_mode } in set_file_modes {
            let wanted = files::path(&file_path)?;
            let put = changes.iter_mut().find_map(|c| match c {
                Change::Put { path, mode, .. } if *path == wanted => Some(mode),
                _ => None,
            });
            match put {
                Some(mode) => *mode = file_mode.text().to_owned(),
                None => {
                    return Err(Error::new("InvalidConflictResolutionException", format!("The merge does not change the file {wanted}")));
                }
            }
        }
        Ok(changes)
    }
}

fn take(conflict: &Conflict, side: Option<&Side>, changes: &mut Vec<Change>) {
    if side.is_some() {
        changes.extend(conflict.in_the_way.iter().map(|path| Change::Delete { path: path.clone() }));
    }
    changes.push(taking(&conflict.path, side));
}

fn said(conflict: &Conflict, word: Word, changes: &mut Vec<Change>) {
    let entry = match word {
        Word::Delete => return take(conflict, None, changes),
        Word::Replace(entry) => entry,
    };
    match entry.replacement_type {
        ReplacementType::KeepBase => take(conflict, conflict.base.as_ref(), changes),
        ReplacementType::KeepSource => take(conflict, conflict.source.as_ref(), changes),
        ReplacementType::KeepDestination => keep_destination(conflict, changes),
        ReplacementType::UseNewContent => {
            changes.extend(conflict.in_the_way.iter().map(|path| Change::Delete { path: path.clone() }));
            let mode = conflict.destination.as_ref().or(conflict.source.as_ref()).map(|side| side.mode.clone());
            let mode = mode.unwrap_or_else(|| FileMode::Normal.text().to_owned());
            let content = Content::Bytes(entry.content.map(|content| content.0).unwrap_or_default());
            changes.push(Change::Put { path: conflict.path.clone(), mode, content });
        }
    }
    if let (Some(mode), Some(Change::Put { mode: put, .. })) = (entry.file_mode, changes.last_mut()) {
        *put = mode.text().to_owned();
    }
}

/// The destination has it as it is; nothing is to be put where its files are in the way.
fn keep_destination(conflict: &Conflict, changes: &mut Vec<Change>) {
    if conflict.in_the_way.is_empty() {
        take(conflict, conflict.destination.as_ref(), changes);
    }
}

fn won(conflict: &Conflict, wins: Wins, detail: Detail, changes: &mut Vec<Change>) {
    let side = if wins == Wins::Source { conflict.source.as_ref() } else { conflict.destination.as_ref() };
    match (conflict.text().filter(|_| detail == Detail::LineLevel && !conflict.object_type), side) {
        (Some(texts), Some(side)) => changes.push(Change::Put {
            path: conflict.path.clone(),
            mode: side.mode.clone(),
            content: Content::Bytes(texts.merged(&conflict.hunks, wins)),
        }),
        _ if wins == Wins::Source => take(conflict, side, changes),
        _ => keep_destination(conflict, changes),
    }
}
