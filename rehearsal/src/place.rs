//! Places in the user's files, and changes of them.

use serde::Serialize;

/// A file of the delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path as the user gave it, or from the delivery's folder.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The files that a rehearsal has read, by their paths.
#[derive(Debug, Clone, Default)]
pub struct Files(Vec<File>);

impl Files {
    /// Adds a file, unless it is there already.
    pub fn add(&mut self, path: &str, text: &str) {
        if self.get(path).is_none() {
            self.0.push(File { path: path.into(), text: text.into() });
        }
    }
    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.0.iter().find(|file| file.path == path)
    }
    /// All files, in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = &File> {
        self.0.iter()
    }
    /// The line of a place, without its end. None: the file is not at hand, or has no such line.
    pub fn line(&self, place: &Place) -> Option<&str> {
        let index = usize::try_from(place.line).ok()?.checked_sub(1)?;
        self.get(&place.file)?.text.lines().nth(index)
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The file's path.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// How many characters are meant, all of them in this line; 0: only the beginning is known.
    pub length: u32,
}

/// A change of one file: edits that do not overlap, in the order of their places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Patch {
    /// The file's path.
    pub file: String,
    /// What changes.
    pub edits: Vec<Edit>,
}

/// Puts a text in place of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Edit {
    /// The first byte that goes.
    pub start: usize,
    /// The first byte that stays; as `start`: nothing goes.
    pub end: usize,
    /// What comes.
    pub text: String,
}
