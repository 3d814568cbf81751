//! New commits, by git's `fast-import` in a workspace. They are the repository's when their pack is kept.

use super::{
    home::failed,
    objects::Objects,
    process::{fed, made, scratch},
};
use crate::{
    CodeCommit,
    state::{self, Repository},
};
use base::Timestamp;
use gate::{BodyKey, Error, Scope};
use serde_json::Value;
use std::{
    fs::File,
    io::{self, Write},
};

/// A person who makes commits.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
}

/// A file's new content.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// One that is there already, by its object.
    Object(String),
    /// New bytes.
    Bytes(Vec<u8>),
}

/// What a commit changes.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// A file has this content and mode.
    Put { path: String, mode: String, content: Content },
    /// There is nothing at this path.
    Delete { path: String },
}

/// A commit to make: the changes count from the first of its parents.
pub(crate) struct NewCommit<'a> {
    pub(crate) parents: &'a [String],
    pub(crate) person: &'a Person,
    pub(crate) message: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) changes: &'a [Change],
}

/// A commit that was made.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) commit: String,
    pub(crate) tree: String,
}

/// Where fast-import notes the new commit, in a workspace of its own.
const MARKS: &str = "marks";

impl Objects {
    /// Makes the commit and keeps it; `known` are the commits whose objects are there already.
    pub(crate) fn commit_new(
        &self,
        scope: &mut Scope<'_, CodeCommit>,
        row: &Repository,
        new: &NewCommit<'_>,
        known: &[String],
    ) -> Result<Made, Error> {
        let made = self.import(new)?;
        let mut pack = self.pack(&made.commit, known).map_err(failed("packing a commit"))?;
        let key = BodyKey { key: row.data_key(scope)?, note: Value::Null, sums: Vec::new(), md5: false };
        let body = scope.make_body(&mut pack, key)?;
        scope.put(&state::PACKS, &[row.id.as_str(), body.id.as_str()], &state::Pack { length: body.length })?;
        Ok(made)
    }

    fn import(&self, new: &NewCommit<'_>) -> Result<Made, Error> {
        let fail = failed("making a commit");
        let mut input = scratch(self.0.path()).map_err(&fail)?;
        let mut lines = io::BufWriter::new(&mut input);
        stream(&mut lines, new).and_then(|()| lines.flush()).map_err(&fail)?;
        drop(lines);
        let marks = format!("--export-marks={MARKS}");
        fed(self.0.path(), &["--git-dir=.", "fast-import", "--quiet", "--done", "--force", &marks], input).map_err(&fail)?;
        let text = self.0.read(MARKS).map_err(&fail)?;
        let commit = text.lines().find_map(|line| line.strip_prefix(":1 ")).map(str::to_owned);
        let commit = commit.ok_or_else(|| Error::internal("git: making a commit: it was not told"))?;
        let tree = self.commit(&commit)?.ok_or_else(|| Error::internal("git: making a commit: it is not there"))?.tree_id;
        Ok(Made { commit, tree })
    }

    fn pack(&self, commit: &str, known: &[String]) -> io::Result<File> {
        let mut input = scratch(self.0.path())?;
        writeln!(input, "{commit}")?;
        for id in known {
            writeln!(input, "^{id}")?;
        }
        made(self.0.path(), &["--git-dir=.", "pack-objects", "--revs", "--stdout", "--quiet", "--delta-base-offset"], input)
    }
}

/// The commit in fast-import's words.
/// Source: <https://git-scm.com/docs/git-fast-import>
fn stream(to: &mut impl Write, new: &NewCommit<'_>) -> io::Result<()> {
    let person = format!("{} <{}> {} +0000", new.person.name, new.person.email, new.at.seconds());
    writeln!(to, "commit refs/new\nmark :1\nauthor {person}\ncommitter {person}")?;
    data(to, new.message.as_bytes())?;
    for (place, parent) in new.parents.iter().enumerate() {
        writeln!(to, "{} {parent}", if place == 0 { "from" } else { "merge" })?;
    }
    // What goes makes place for what comes: a folder where there was a file.
    for change in new.changes {
        if let Change::Delete { path } = change {
            writeln!(to, "D {}", quoted(path))?;
        }
    }
    for change in new.changes {
        match change {
            Change::Put { path, mode, content: Content::Object(object) } => writeln!(to, "M {mode} {object} {}", quoted(path))?,
            Change::Put { path, mode, content: Content::Bytes(bytes) } => {
                writeln!(to, "M {mode} inline {}", quoted(path))?;
                data(to, bytes)?;
            }
            Change::Delete { .. } => {}
        }
    }
    writeln!(to, "done")
}

fn data(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    writeln!(to, "data {}", bytes.len())?;
    to.write_all(bytes)?;
    writeln!(to)
}

/// A path as a C string, so that no letter of it ends the line.
fn quoted(path: &str) -> String {
    let mut text = String::from("\"");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => text.extend(['\\', char::from(byte)]),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\{byte:03o}")),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_one_word() {
        assert_eq!(quoted("a b/\"ü\"\n\\"), "\"a b/\\\"\\303\\274\\\"\\012\\\\\"");
    }
}
