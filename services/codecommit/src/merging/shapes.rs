//! Conflicts as the API shows them.

use super::{
    compare::{Conflict, Sides, compare},
    hunks::{Hunk, Texts, lines},
    options::{Detail, MergeOption, Strategy},
};
use crate::git::{
    changes::Side,
    objects::{FileMode, Objects, mode_of},
};
use base::Blob;
use gate::Error;
use serde::Serialize;
use std::ops::Range;

/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ConflictMetadata.html>
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConflictMetadata {
    pub(crate) file_path: String,
    file_sizes: Three<usize>,
    file_modes: Three<FileMode>,
    object_types: Three<&'static str>,
    number_of_conflicts: usize,
    is_binary_file: Three<bool>,
    content_conflict: bool,
    file_mode_conflict: bool,
    object_type_conflict: bool,
    merge_operations: MergeOperations,
}

/// Something of each version.
#[derive(Debug, Serialize)]
struct Three<T> {
    source: Option<T>,
    destination: Option<T>,
    base: Option<T>,
}

/// What each side did.
#[derive(Debug, Serialize)]
struct MergeOperations {
    source: &'static str,
    destination: &'static str,
}

/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_MergeHunk.html>
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MergeHunk {
    is_conflict: bool,
    source: Option<MergeHunkDetail>,
    destination: Option<MergeHunkDetail>,
    base: Option<MergeHunkDetail>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MergeHunkDetail {
    start_line: usize,
    end_line: usize,
    hunk_content: Blob,
}

fn object_type(side: &Side) -> &'static str {
    match (side.mode.as_str(), mode_of(&side.mode)) {
        ("160000", _) => "GIT_LINK",
        (_, Some(FileMode::Symlink)) => "SYMBOLIC_LINK",
        _ => "FILE",
    }
}

impl ConflictMetadata {
    /// What is told of a conflict.
    pub(crate) fn of(conflict: &Conflict) -> Self {
        let Conflict { base, source, destination, texts, .. } = conflict;
        let sides = [source, destination, base];
        let of_text = |side: &Option<Side>, content: fn(&Texts) -> &Vec<u8>| side.as_ref().and(texts.as_ref()).map(content);
        let contents = [of_text(source, |t| &t.source), of_text(destination, |t| &t.destination), of_text(base, |t| &t.base)];
        fn three<T>([source, destination, base]: [Option<T>; 3]) -> Three<T> {
            Three { source, destination, base }
        }
        let operation = |side: &Option<Side>| match (base, side) {
            (None, _) => "A",
            (_, None) => "D",
            _ => "M",
        };
        let in_text = conflict.text().map_or(0, |t| conflict.hunks.iter().filter(|h| t.conflict(h)).count());
        let others = usize::from(conflict.mode) + usize::from(conflict.object_type);
        Self {
            file_path: conflict.path.clone(),
            file_sizes: three(contents.map(|c| c.map(Vec::len))),
            file_modes: three(sides.map(|s| s.as_ref().and_then(|s| mode_of(&s.mode)))),
            object_types: three(sides.map(|s| s.as_ref().map(object_type))),
            number_of_conflicts: (in_text + others).max(1),
            is_binary_file: three(contents.map(|c| c.map(|c| Conflict::is_binary(c)))),
            content_conflict: conflict.content,
            file_mode_conflict: conflict.mode,
            object_type_conflict: conflict.object_type,
            merge_operations: MergeOperations { source: operation(source), destination: operation(destination) },
        }
    }
}

/// The stretches of a conflict that differ, `most` at most.
pub(crate) fn hunks(conflict: &Conflict, most: usize) -> Vec<MergeHunk> {
    let Some(texts) = conflict.text() else { return Vec::new() };
    let detail = |content: &[u8], range: &Range<usize>| {
        let found = lines(content).get(range.clone()).map(<[&[u8]]>::concat).unwrap_or_default();
        MergeHunkDetail { start_line: range.start, end_line: range.end, hunk_content: Blob(found) }
    };
    let show = |hunk: &Hunk| MergeHunk {
        is_conflict: texts.conflict(hunk),
        source: Some(detail(&texts.source, &hunk.source)),
        destination: Some(detail(&texts.destination, &hunk.destination)),
        base: conflict.base.as_ref().map(|_| detail(&texts.base, &hunk.base)),
    };
    conflict.hunks.iter().take(most).map(show).collect()
}

/// Whether a merge can be made without anybody's word, and the conflicts that stay.
pub(crate) fn judged(
    objects: &Objects,
    sides: &Sides,
    option: MergeOption,
    detail: Detail,
    strategy: Strategy,
) -> Result<(bool, Vec<Conflict>), Error> {
    match option {
        _ if sides.merged_already() => Ok((true, Vec::new())),
        MergeOption::FastForward => Ok((sides.fast_forward(), Vec::new())),
        _ if matches!(strategy, Strategy::AcceptSource | Strategy::AcceptDestination) => Ok((true, Vec::new())),
        _ => {
            let conflicts = compare(objects, sides, detail)?.conflicts;
            Ok((conflicts.is_empty(), conflicts))
        }
    }
}
