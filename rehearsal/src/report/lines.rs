//! Lines of files, found without reading a file from its beginning for each finding.

use crate::{File, Files};
use std::collections::HashMap;
use std::ops::Range;

/// The files of a report, by their paths.
pub(super) struct Texts<'a>(HashMap<&'a str, Lines<'a>>);

/// A file, and where its lines begin.
pub(super) struct Lines<'a> {
    pub(super) file: &'a File,
    starts: Vec<usize>,
}

impl<'a> Texts<'a> {
    pub(super) fn new(files: &'a Files) -> Self {
        Self(files.iter().map(|file| (file.path.as_str(), Lines::new(file))).collect())
    }

    pub(super) fn get(&self, path: &str) -> Option<&Lines<'a>> {
        self.0.get(path)
    }
}

impl<'a> Lines<'a> {
    pub(super) fn new(file: &'a File) -> Self {
        let ends = file.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let mut starts: Vec<usize> = std::iter::once(0).chain(ends).collect();
        // What comes after the last end of a line is no line if it is empty.
        starts.pop_if(|start| *start == file.text.len());
        Self { file, starts }
    }

    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The bytes of the lines from `first` on, before `end`, counted from 0, with their ends.
    pub(super) fn bytes(&self, first: usize, end: usize) -> Range<usize> {
        let at = |line: usize| self.starts.get(line).copied().unwrap_or(self.file.text.len());
        at(first)..at(end)
    }

    /// A line, counted from 1, without its end.
    pub(super) fn line(&self, number: usize) -> Option<&'a str> {
        let index = number.checked_sub(1).filter(|index| *index < self.count())?;
        let line = &self.file.text[self.bytes(index, index + 1)];
        let line = line.strip_suffix('\n').unwrap_or(line);
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// The line that a byte is in, counted from 0; the end of the file is in the last line, if that has no end.
    pub(super) fn of(&self, byte: usize) -> usize {
        let line = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let ended = byte == self.file.text.len() && self.file.text.ends_with('\n');
        if ended { self.count() } else { line }
    }

    /// Line and column of a byte, both from 1, the column in characters. None: no character begins there.
    pub(super) fn place(&self, byte: usize) -> Option<(usize, usize)> {
        let line = self.of(byte);
        let before = self.file.text.get(self.bytes(line, line).start..byte)?;
        Some((line + 1, before.chars().count() + 1))
    }
}

/// The bytes of `length` characters of a line from a column (from 1) on, as far as the line goes.
pub(super) fn span(line: &str, column: u32, length: u32) -> Range<usize> {
    let at = |character: u64| {
        let nth = usize::try_from(character).ok().and_then(|nth| line.char_indices().nth(nth));
        nth.map_or(line.len(), |(byte, _)| byte)
    };
    let first = u64::from(column.saturating_sub(1));
    at(first)..at(first + u64::from(length))
}
