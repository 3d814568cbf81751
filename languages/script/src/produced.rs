//! Files: where they are, and which are written.

use crate::model::{Piece, Word};
use crate::walk::Walk;
use std::rc::Rc;

impl Walk<'_> {
    /// The path within the source that a word names; None: it is not known, or outside.
    pub(crate) fn path(&self, word: &Word) -> Option<String> {
        if let Some(Piece::Unknown(name, _)) = word.0.first() {
            let rest = Word(word.0.iter().skip(1).cloned().collect()).text()?;
            return (name == "CODEBUILD_SRC_DIR").then(|| normal("", rest.trim_start_matches('/')))?;
        }
        let text = word.text()?;
        if text.starts_with('/') || text.starts_with('~') || text.is_empty() {
            return None;
        }
        normal(self.directory.as_deref()?, &text)
    }
    /// The text of a file: as the script wrote it, or as the source has it.
    pub(crate) fn content(&self, path: &str) -> Option<String> {
        match self.reading.produced.get(path) {
            Some(written) => written.clone(),
            None => self.source.files.get(path).cloned(),
        }
    }
    /// Notes that the files of a folder come to another place. False: what is copied is no folder that is known.
    pub(crate) fn copy_folder(&mut self, from: &Word, to: &Word) -> bool {
        let (Some(folder), Some(target), Some(to_text)) = (self.path(from), self.path(to), to.text()) else { return false };
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let known = self.source.files.keys().chain(self.reading.produced.keys());
        let within: Vec<String> = known.filter_map(|path| path.strip_prefix(&prefix)).map(str::to_owned).collect();
        if within.is_empty() || self.source.files.contains_key(&folder) {
            return false;
        }
        // `web/.` is what is in it; `web` goes into a folder that is there, and else becomes the target.
        let contents = from.text().is_some_and(|text| text.ends_with("/.") || text == ".");
        let name = folder.rsplit('/').next().unwrap_or_default();
        let into = if !contents && (to_text.ends_with('/') || to_text == ".") { normal(&target, name) } else { Some(target) };
        let Some(into) = into else { return false };
        for path in within {
            let content = self.content(&format!("{prefix}{path}"));
            let content = content.filter(|_| self.certain && !self.cut);
            let at = if into.is_empty() { path } else { format!("{into}/{path}") };
            self.reading.produced.insert(at, content);
        }
        true
    }
    /// Notes that a file is written.
    pub(crate) fn produce(&mut self, word: &Word, content: Option<Word>, add: bool) {
        let Some(path) = self.path(word) else { return };
        if let Some(role) = content.as_ref().and_then(Word::role) {
            self.credentials.insert(path.clone(), Rc::clone(role));
        }
        let mut text = content.filter(|_| self.certain && !self.cut).and_then(|word| word.text());
        if add {
            let before = self.content(&path);
            let new = before.is_none() && !self.reading.produced.contains_key(&path) && !self.source.files.contains_key(&path);
            text = text.and_then(|text| if new { Some(text) } else { Some(before? + &text) });
        }
        self.reading.produced.insert(path, text.filter(|text| text.len() <= crate::MAX_TEXT));
    }
}

/// A path without `.` and `..`; None: it leads outside.
pub(crate) fn normal(directory: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = vec![];
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
