//! Where two versions of a file changed their common base, and what comes of both. Pure.

use crate::git::changes::Edit;
use std::ops::Range;

/// A stretch of lines that one side changed, or both. Lines count from 0, in each version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hunk {
    pub(crate) base: Range<usize>,
    pub(crate) source: Range<usize>,
    pub(crate) destination: Range<usize>,
    pub(crate) by_source: bool,
    pub(crate) by_destination: bool,
}

/// Changes that touch each other are one stretch, as git has it.
pub(crate) fn hunks(source: &[Edit], destination: &[Edit]) -> Vec<Hunk> {
    let mut all: Vec<(bool, &Edit)> = source.iter().map(|e| (true, e)).chain(destination.iter().map(|e| (false, e))).collect();
    all.sort_by_key(|(_, edit)| (edit.before.start, edit.before.end));
    let mut found: Vec<Hunk> = Vec::new();
    for (by_source, edit) in all {
        match found.last_mut() {
            Some(last) if edit.before.start <= last.base.end => last.base.end = last.base.end.max(edit.before.end),
            _ => {
                let base = edit.before.clone();
                found.push(Hunk { source: base.clone(), destination: base.clone(), base, by_source: false, by_destination: false });
            }
        }
        if let Some(hunk) = found.last_mut() {
            hunk.by_source |= by_source;
            hunk.by_destination |= !by_source;
        }
    }
    for hunk in &mut found {
        hunk.source = in_version(&hunk.base, source);
        hunk.destination = in_version(&hunk.base, destination);
    }
    found
}

/// Finds a stretch in a version: what lies outside of changes keeps its distance.
fn in_version(base: &Range<usize>, edits: &[Edit]) -> Range<usize> {
    let (mut before, mut inside) = ((0, 0), (0, 0));
    for edit in edits {
        let sums = if edit.before.start < base.start || edit.before.end < base.start {
            &mut before
        } else if edit.before.end <= base.end {
            &mut inside
        } else {
            break;
        };
        sums.0 += edit.after.len();
        sums.1 += edit.before.len();
    }
    let start = base.start + before.0 - before.1;
    start..start + base.len() + inside.0 - inside.1
}

/// A file's lines, each with its end.
pub(crate) fn lines(content: &[u8]) -> Vec<&[u8]> {
    content.split_inclusive(|b| *b == b'\n').collect()
}

/// Three versions of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    pub(crate) base: Vec<u8>,
    pub(crate) source: Vec<u8>,
    pub(crate) destination: Vec<u8>,
}

/// Which side counts where both changed the same lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wins {
    Source,
    Destination,
}

impl Texts {
    /// Whether both sides changed a stretch, and differently.
    pub(crate) fn conflict(&self, hunk: &Hunk) -> bool {
        hunk.by_source && hunk.by_destination && {
            let (source, destination) = (lines(&self.source), lines(&self.destination));
            source.get(hunk.source.clone()) != destination.get(hunk.destination.clone())
        }
    }

    /// What comes of both sides' changes.
    pub(crate) fn merged(&self, hunks: &[Hunk], wins: Wins) -> Vec<u8> {
        let (base, source, destination) = (lines(&self.base), lines(&self.source), lines(&self.destination));
        let mut merged = Vec::new();
        let mut at = 0;
        let mut put = |lines: Option<&[&[u8]]>| lines.unwrap_or_default().iter().for_each(|line| merged.extend_from_slice(line));
        for hunk in hunks {
            put(base.get(at..hunk.base.start));
            match (hunk.by_source, hunk.by_destination, wins) {
                (true, false, _) | (true, true, Wins::Source) => put(source.get(hunk.source.clone())),
                _ => put(destination.get(hunk.destination.clone())),
            }
            at = hunk.base.end;
        }
        put(base.get(at..));
        merged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(before: Range<usize>, after: Range<usize>) -> Edit {
        Edit { before, after }
    }

    #[test]
    fn changes_apart_come_together_and_those_that_touch_conflict() {
        let texts = Texts {
            base: b"1\n2\n3\n4\n5\n".to_vec(),
            source: b"0\n1\n2\n3\n4\nV\n".to_vec(),
            destination: b"1\nII\nii\n3\n4\nfive\n".to_vec(),
        };
        let found = hunks(&[edit(0..0, 0..1), edit(4..5, 5..6)], &[edit(1..2, 1..3), edit(4..5, 5..6)]);
        let conflicts: Vec<bool> = found.iter().map(|h| texts.conflict(h)).collect();
        assert_eq!(conflicts, [false, false, true]);
        assert_eq!(texts.merged(&found, Wins::Source), b"0\n1\nII\nii\n3\n4\nV\n");
        assert_eq!(texts.merged(&found, Wins::Destination), b"0\n1\nII\nii\n3\n4\nfive\n");
        assert_eq!(found[2], Hunk { base: 4..5, source: 5..6, destination: 5..6, by_source: true, by_destination: true });
        // Lines next to each other, changed on both sides.
        let found = hunks(&[edit(0..1, 0..1)], &[edit(1..2, 1..2)]);
        assert_eq!((found.len(), found[0].base.clone()), (1, 0..2));
    }

    #[test]
    fn the_same_change_on_both_sides_is_none() {
        let texts = Texts { base: b"a\n".to_vec(), source: b"b\n".to_vec(), destination: b"b\n".to_vec() };
        let found = hunks(&[edit(0..1, 0..1)], &[edit(0..1, 0..1)]);
        assert!(!texts.conflict(&found[0]));
        assert_eq!(texts.merged(&found, Wins::Destination), b"b\n");
    }
}
