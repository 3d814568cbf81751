//! What two commits changed since they parted, file by file.

use super::{
    hunks::{Hunk, Texts, hunks},
    options::Detail,
};
use crate::git::{
    changes::{FileChange, Side},
    objects::{self, Objects},
    write::{Change, Content},
};
use gate::Error;
use std::collections::BTreeMap;

/// Files that both sides changed, at most.
const MAX_FILES: usize = 1000;
/// The content that is loaded to compare them, at most.
const MAX_CONTENT: u64 = 64 * 1024 * 1024;

/// The commits of a merge.
#[derive(Debug, Clone)]
pub(crate) struct Sides {
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) base: Option<String>,
}

impl Sides {
    pub(crate) fn of(objects: &Objects, source: String, destination: String) -> Result<Self, Error> {
        let base = objects.merge_base(&source, &destination)?;
        Ok(Self { source, destination, base })
    }
    /// Whether the destination needs only to move on.
    pub(crate) fn fast_forward(&self) -> bool {
        self.base.as_ref() == Some(&self.destination)
    }
    /// Whether the destination has all of the source already.
    pub(crate) fn merged_already(&self) -> bool {
        self.base.as_ref() == Some(&self.source)
    }
}

/// A file that both sides changed, so that somebody has to say what comes of it.
#[derive(Debug)]
pub(crate) struct Conflict {
    pub(crate) path: String,
    pub(crate) base: Option<Side>,
    pub(crate) source: Option<Side>,
    pub(crate) destination: Option<Side>,
    pub(crate) content: bool,
    pub(crate) mode: bool,
    pub(crate) object_type: bool,
    /// The versions' content, where all that there are are files.
    pub(crate) texts: Option<Texts>,
    pub(crate) hunks: Vec<Hunk>,
    /// The destination's files that lie where the source has a folder, or the other way around.
    pub(crate) in_the_way: Vec<String>,
}

impl Conflict {
    /// Whether a version holds bytes that are no text.
    pub(crate) fn is_binary(content: &[u8]) -> bool {
        content.iter().take(8000).any(|b| *b == 0)
    }
    /// What lines can be merged of.
    pub(crate) fn text(&self) -> Option<&Texts> {
        let both = self.source.is_some() && self.destination.is_some();
        self.texts.as_ref().filter(|t| both && ![&t.base, &t.source, &t.destination].into_iter().any(|c| Self::is_binary(c)))
    }
}

/// What a merge brings to the destination.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// What the source changed and nobody else did, on top of the destination.
    pub(crate) clean: Vec<Change>,
    pub(crate) conflicts: Vec<Conflict>,
}

/// The change that brings a path to `side`.
pub(crate) fn taking(path: &str, side: Option<&Side>) -> Change {
    match side {
        Some(side) => Change::Put { path: path.into(), mode: side.mode.clone(), content: Content::Object(side.object.clone()) },
        None => Change::Delete { path: path.into() },
    }
}

/// Compares both sides with their base.
pub(crate) fn compare(objects: &Objects, sides: &Sides, detail: Detail) -> Result<Comparison, Error> {
    let base = sides.base.as_deref();
    let by_path = |changes: Vec<FileChange>| changes.into_iter().map(|c| (c.path.clone(), c)).collect::<BTreeMap<_, _>>();
    let destination = by_path(objects.changes(base, &sides.destination)?);
    let mut comparison = Comparison::default();
    let mut loaded = 0;
    for change in objects.changes(base, &sides.source)? {
        let in_the_way = if change.after.is_some() { in_the_way(&destination, &change.path) } else { Vec::new() };
        let other = destination.get(&change.path);
        if other.is_none() && in_the_way.is_empty() {
            comparison.clean.push(taking(&change.path, change.after.as_ref()));
            continue;
        }
        let there = match other {
            Some(other) => other.after.clone(),
            None => change.before.clone(),
        };
        if there == change.after {
            continue;
        }
        if comparison.conflicts.len() == MAX_FILES {
            return Err(Error::new(
                "MaximumItemsToCompareExceededException",
                format!("More than {MAX_FILES} files changed on both sides. Merge the branches with a Git client."),
            ));
        }
        let mut conflict = examine(objects, change, there, &mut loaded)?;
        conflict.object_type |= !in_the_way.is_empty();
        conflict.in_the_way = in_the_way;
        match settled(&conflict, detail) {
            Some(change) => comparison.clean.push(change),
            None => comparison.conflicts.push(conflict),
        }
    }
    Ok(comparison)
}

/// What the destination made at folders above a path, or below it.
fn in_the_way(destination: &BTreeMap<String, FileChange>, path: &str) -> Vec<String> {
    let is_there = |change: &&FileChange| change.after.is_some();
    let above = path.match_indices('/').filter_map(|(at, _)| destination.get(&path[..at])).filter(is_there);
    let folder = format!("{path}/");
    let below = destination.range(folder.clone()..).take_while(|(p, _)| p.starts_with(&folder)).map(|(_, c)| c).filter(is_there);
    above.chain(below).map(|change| change.path.clone()).collect()
}

fn examine(objects: &Objects, change: FileChange, destination: Option<Side>, loaded: &mut u64) -> Result<Conflict, Error> {
    let FileChange { path, before: base, after: source } = change;
    let differ = |part: fn(&Side) -> &String| {
        let [base, source, destination] = [&base, &source, &destination].map(|side| side.as_ref().map(part));
        source != destination && source != base && destination != base
    };
    let file = |side: &Option<Side>| side.as_ref().is_none_or(|s| objects::mode_of(&s.mode).is_some());
    let kind = |side: &Option<Side>| side.as_ref().map(|s| s.mode.get(..3).unwrap_or_default().to_owned());
    let object_type = source.is_some() && destination.is_some() && kind(&source) != kind(&destination);
    let (content, mode) = (differ(|s| &s.object) || source.is_none() || destination.is_none(), differ(|s| &s.mode) && !object_type);
    let mode = mode && source.is_some() && destination.is_some();
    let mut conflict =
        Conflict { path, base, source, destination, content, mode, object_type, texts: None, hunks: Vec::new(), in_the_way: Vec::new() };
    if [&conflict.base, &conflict.source, &conflict.destination].into_iter().all(file) {
        let mut load = |side: &Option<Side>| {
            let Some(side) = side else { return Ok(Vec::new()) };
            let content = objects.blob_of(&side.object, MAX_CONTENT - *loaded)?;
            let too_much = |_| {
                Error::new(
                    "MaximumFileContentToLoadExceededException",
                    format!("The files that both sides changed have more than {MAX_CONTENT} bytes. Merge the branches with a Git client."),
                )
            };
            let content = content.transpose().map_err(too_much)?.unwrap_or_default();
            *loaded += content.len() as u64;
            Ok::<_, Error>(content)
        };
        let texts = Texts { base: load(&conflict.base)?, source: load(&conflict.source)?, destination: load(&conflict.destination)? };
        conflict.texts = Some(texts);
    }
    if conflict.text().is_some()
        && let (Some(source), Some(destination)) = (&conflict.source, &conflict.destination)
    {
        conflict.hunks = match &conflict.base {
            Some(base) => hunks(&objects.edits(&base.object, &source.object)?, &objects.edits(&base.object, &destination.object)?),
            None => conflict.texts.iter().map(whole).collect(),
        };
    }
    Ok(conflict)
}

/// Both sides made the file.
fn whole(texts: &Texts) -> Hunk {
    let count = |content: &[u8]| super::hunks::lines(content).len();
    let (source, destination) = (0..count(&texts.source), 0..count(&texts.destination));
    Hunk { base: 0..0, source, destination, by_source: true, by_destination: true }
}

/// What comes of a file without anybody's word. None: somebody has to decide.
fn settled(conflict: &Conflict, detail: Detail) -> Option<Change> {
    if conflict.object_type || conflict.mode {
        return None;
    }
    let (source, destination) = (conflict.source.as_ref()?, conflict.destination.as_ref()?);
    // A mode that one side changed is the one that counts.
    let unchanged = conflict.base.as_ref().is_some_and(|base| base.mode == source.mode);
    let mode = if unchanged { &destination.mode } else { &source.mode }.clone();
    let content = if !conflict.content {
        let unchanged = conflict.base.as_ref().is_some_and(|base| base.object == source.object);
        Content::Object(if unchanged { &destination.object } else { &source.object }.clone())
    } else {
        let texts = conflict.text().filter(|_| detail == Detail::LineLevel)?;
        if conflict.hunks.iter().any(|hunk| texts.conflict(hunk)) {
            return None;
        }
        Content::Bytes(texts.merged(&conflict.hunks, super::hunks::Wins::Source))
    };
    Some(Change::Put { path: conflict.path.clone(), mode, content })
}
