//! What differs between commits, and where they part.

use super::{
    home::failed,
    objects::Objects,
    process::{answered, printed},
};
use gate::Error;
use std::{collections::HashMap, ops::Range};

/// git's own name for a tree without entries: it need not be stored.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// One side of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) mode: String,
    pub(crate) object: String,
}

/// A file that differs. A side that is None has it not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileChange {
    pub(crate) path: String,
    pub(crate) before: Option<Side>,
    pub(crate) after: Option<Side>,
}

/// Lines that differ between two files, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) before: Range<usize>,
    pub(crate) after: Range<usize>,
}

/// A commit that changed a file, and the ones after it that did.
pub(crate) struct Revision {
    pub(crate) commit: String,
    pub(crate) children: Vec<String>,
}

impl Objects {
    /// The files that differ. `before` is None for an empty tree. A moved file is one that went and one that came.
    pub(crate) fn changes(&self, before: Option<&str>, after: &str) -> Result<Vec<FileChange>, Error> {
        let before = before.unwrap_or(EMPTY_TREE);
        let arguments = ["--git-dir=.", "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", before, after];
        let text = printed(self.0.path(), &arguments).map_err(failed("comparing commits"))?;
        let text = String::from_utf8(text).map_err(|_| Error::internal("git: comparing commits: a file's name is not UTF-8"))?;
        let mut parts = text.split_terminator('\0');
        let mut found = Vec::new();
        while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
            let words: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
            let [old_mode, new_mode, old, new, _] = words[..] else {
                return Err(Error::internal(format_args!("git: comparing commits: '{head}' is not understood")));
            };
            let side = |mode: &str, object: &str| (mode != "000000").then(|| Side { mode: mode.into(), object: object.into() });
            found.push(FileChange { path: path.into(), before: side(old_mode, old), after: side(new_mode, new) });
        }
        Ok(found)
    }

    /// The commit at which two parted. None: they have none in common.
    pub(crate) fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, Error> {
        let found = answered(self.0.path(), &["--git-dir=.", "merge-base", one, other]).map_err(failed("looking for the merge base"))?;
        Ok(found.and_then(|text| String::from_utf8(text).ok()).map(|text| text.trim().to_owned()).filter(|id| !id.is_empty()))
    }

    /// The oldest merge on the way from `source` to `destination`. None: there is none.
    pub(crate) fn merge_of(&self, source: &str, destination: &str) -> Result<Option<String>, Error> {
        let arguments = ["--git-dir=.", "rev-list", "--ancestry-path", "--merges", "--reverse", destination, &format!("^{source}")];
        let text = printed(self.0.path(), &arguments).map_err(failed("looking for a merge"))?;
        Ok(String::from_utf8_lossy(&text).lines().next().map(str::to_owned))
    }

    /// The lines that differ between two files' contents.
    pub(crate) fn edits(&self, before: &str, after: &str) -> Result<Vec<Edit>, Error> {
        let options = ["--git-dir=.", "diff", "--text", "--no-color", "--no-ext-diff", "--no-textconv", "--unified=0"];
        let arguments = [&options[..], &[before, after]].concat();
        let text = printed(self.0.path(), &arguments).map_err(failed("comparing files"))?;
        Ok(String::from_utf8_lossy(&text).lines().filter_map(read_edit).collect())
    }

    /// The commits that changed a file, newest first.
    pub(crate) fn history(&self, commit: &str, path: &str) -> Result<Vec<Revision>, Error> {
        let arguments = ["--git-dir=.", "rev-list", "--parents", commit, "--", path];
        let text = printed(self.0.path(), &arguments).map_err(failed("reading a file's history"))?;
        let text = String::from_utf8_lossy(&text);
        let mut children: HashMap<&str, Vec<String>> = HashMap::new();
        let mut revisions = Vec::new();
        for line in text.lines() {
            let mut ids = line.split(' ');
            let Some(commit) = ids.next() else { continue };
            ids.for_each(|parent| children.entry(parent).or_default().push(commit.to_owned()));
            revisions.push(commit);
        }
        Ok(revisions
            .into_iter()
            .map(|commit| Revision { commit: commit.to_owned(), children: children.remove(commit).unwrap_or_default() })
            .collect())
    }
}

/// `@@ -3,2 +4 @@`: a number of lines that is not written is one; with none, the place is behind the line.
fn read_edit(line: &str) -> Option<Edit> {
    let mut words = line.strip_prefix("@@ ")?.split(' ');
    let mut range = |sign: char| {
        let text = words.next()?.strip_prefix(sign)?;
        let (start, length) = text.split_once(',').unwrap_or((text, "1"));
        let (start, length): (usize, usize) = (start.parse().ok()?, length.parse().ok()?);
        let start = if length == 0 { start } else { start.checked_sub(1)? };
        Some(start..start.checked_add(length)?)
    };
    Some(Edit { before: range('-')?, after: range('+')? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_read() {
        let edit = |text| read_edit(text).map(|e| (e.before, e.after));
        assert_eq!(edit("@@ -3,2 +4 @@ fn x()"), Some((2..4, 3..4)));
        assert_eq!(edit("@@ -0,0 +1,2 @@"), Some((0..0, 0..2)));
        assert_eq!(edit("@@ -5 +4,0 @@"), Some((4..5, 4..4)));
        for bad in ["@@ -x +1 @@", "+@@ -1 +1 @@", "@@ -0 +1 @@"] {
            assert_eq!(edit(bad), None, "{bad}");
        }
    }
}
