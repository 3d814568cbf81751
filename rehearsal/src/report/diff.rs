//! Repairs as unified diffs of the user's files.
//! The format: <https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html>

use super::lines::Lines;
use crate::{Edit, File, Patch};
use std::{fmt, ops::Range};

/// Lines that are shown around a change.
const CONTEXT: usize = 3;

/// What a patch changes in a file, as `patch` and `git apply` take it when displayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The file's path.
    pub path: String,
    /// The places of the file that change, from its top.
    pub hunks: Vec<Hunk>,
}

/// A run of lines that change, with those around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The first line in the file as it is, from 1 (0: before the first), and how many.
    pub old: (usize, usize),
    /// The first line in the file as it will be, and how many.
    pub new: (usize, usize),
    /// Each line with its end; `' '` stays, `'-'` goes, `'+'` comes.
    pub lines: Vec<(char, String)>,
}

/// Whole lines that change: those that go, by number from 0, and the text that comes.
struct Change {
    old: Range<usize>,
    new: String,
}

impl Diff {
    /// The diff of a patch. None: the edits do not fit the file, or change nothing.
    pub fn new(file: &File, patch: &Patch) -> Option<Self> {
        let lines = Lines::new(file);
        let changes = changes(&lines, &patch.edits)?;
        (!changes.is_empty()).then(|| Self { path: file.path.clone(), hunks: hunks(&lines, &changes) })
    }
}

/// The changed lines of edits; edits in the same lines are one change.
fn changes(lines: &Lines<'_>, edits: &[Edit]) -> Option<Vec<Change>> {
    let text = lines.file.text.as_str();
    let mut changes: Vec<Change> = Vec::new();
    // How much of the file, byte for byte, the changes so far speak for.
    let mut done = 0;
    for edit in edits {
        if edit.start < done || edit.start > edit.end {
            return None;
        }
        let between = text.get(done..edit.start)?;
        text.get(edit.start..edit.end)?;
        let first = lines.of(edit.start);
        match changes.last_mut().filter(|last| last.old.end > first) {
            Some(last) => {
                last.new.push_str(between);
                last.new.push_str(&edit.text);
            }
            None => {
                finish(lines, changes.last_mut(), done);
                let new = format!("{}{}", text.get(lines.bytes(first, first).start..edit.start)?, edit.text);
                changes.push(Change { old: first..first, new });
            }
        }
        if let Some(last) = changes.last_mut() {
            // An edit that ends where a line begins leaves that line alone, if what comes ends a line as well.
            let at = lines.of(edit.end);
            let whole = lines.bytes(at, at).start == edit.end && (last.new.is_empty() || last.new.ends_with('\n'));
            last.old.end = last.old.end.max(if whole { at } else { at + 1 }).min(lines.count()).max(first);
        }
        done = edit.end;
    }
    finish(lines, changes.last_mut(), done);
    changes.iter_mut().for_each(|change| narrow(lines, change));
    changes.retain(|change| !change.old.is_empty() || !change.new.is_empty());
    Some(changes)
}

/// Adds what stays of a change's last line.
fn finish(lines: &Lines<'_>, change: Option<&mut Change>, done: usize) {
    if let Some(change) = change {
        let end = lines.bytes(change.old.start, change.old.end).end;
        change.new.push_str(lines.file.text.get(done..end).unwrap_or_default());
    }
}

/// Leaves out the lines at both ends that stay as they are.
fn narrow(lines: &Lines<'_>, change: &mut Change) {
    let old = |line: usize| &lines.file.text[lines.bytes(line, line + 1)];
    let mut new: Vec<&str> = change.new.split_inclusive('\n').collect();
    let mut range = change.old.clone();
    let same = new.iter().zip(range.clone()).take_while(|(new, line)| **new == old(*line)).count();
    new.drain(..same);
    range.start += same;
    let same = new.iter().rev().zip(range.clone().rev()).take_while(|(new, line)| **new == old(*line)).count();
    new.truncate(new.len() - same);
    range.end -= same;
    let new = new.concat();
    *change = Change { old: range, new };
}

fn hunks(lines: &Lines<'_>, changes: &[Change]) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    // How many lines come and go by the hunks so far.
    let (mut come, mut gone) = (0, 0);
    let near = |a: &Change, b: &Change| b.old.start <= a.old.end + 2 * CONTEXT;
    for group in changes.chunk_by(near) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let from = first.old.start.saturating_sub(CONTEXT);
        let to = (last.old.end + CONTEXT).min(lines.count());
        let signed =
            |sign: char, range: Range<usize>| range.map(move |line| (sign, lines.file.text[lines.bytes(line, line + 1)].to_owned()));
        let mut shown = Vec::new();
        let mut at = from;
        for change in group {
            shown.extend(signed(' ', at..change.old.start));
            shown.extend(signed('-', change.old.clone()));
            shown.extend(change.new.split_inclusive('\n').map(|line| ('+', line.to_owned())));
            at = change.old.end;
        }
        shown.extend(signed(' ', at..to));
        let new = shown.iter().filter(|(sign, _)| *sign != '-').count();
        hunks.push(Hunk { old: range(from, to - from), new: range(from + come - gone, new), lines: shown });
        come += new;
        gone += to - from;
    }
    hunks
}

/// Numbers as a hunk's head has them: from 1, but the line before if there is none.
fn range(start: usize, count: usize) -> (usize, usize) {
    (if count == 0 { start } else { start + 1 }, count)
}

impl Hunk {
    /// The hunk's head, `@@ -12,3 +12,4 @@`.
    pub fn head(&self) -> String {
        let numbers = |(start, count): (usize, usize)| if count == 1 { start.to_string() } else { format!("{start},{count}") };
        format!("@@ -{} +{} @@", numbers(self.old), numbers(self.new))
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "--- a/{}\n+++ b/{}", self.path, self.path)?;
        for hunk in &self.hunks {
            writeln!(f, "{}", hunk.head())?;
            for (sign, line) in &hunk.lines {
                write!(f, "{sign}{line}")?;
                if !line.ends_with('\n') {
                    writeln!(f, "\n\\ No newline at end of file")?;
                }
            }
        }
        Ok(())
    }
}
