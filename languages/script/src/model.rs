//! What goes in, and what comes out.

use std::collections::BTreeMap;
use std::rc::Rc;

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// This text.
    Known(String),
    /// What cannot be known: what it is called in the script, and the role whose credentials it carries, if it does.
    Unknown(String, Option<Rc<Word>>),
}

/// A word: texts, and what is not known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word(pub Vec<Piece>);

impl Word {
    /// A known word.
    pub fn known(text: &str) -> Self {
        Self(vec![Piece::Known(text.into())])
    }
    /// A word of which nothing is known but its name.
    pub fn unknown(name: &str) -> Self {
        Self(vec![Piece::Unknown(name.into(), None)])
    }
    /// The text, if all of it is known.
    pub fn text(&self) -> Option<String> {
        self.0.iter().map(|piece| if let Piece::Known(text) = piece { Some(text.as_str()) } else { None }).collect()
    }
    /// As it is shown: what is unknown as `${name}`.
    pub fn shown(&self) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Known(text) => text.clone(),
                Piece::Unknown(name, _) => format!("${{{name}}}"),
            })
            .collect()
    }
    /// The text that it begins with, as far as it is known.
    pub fn beginning(&self) -> &str {
        match self.0.first() {
            Some(Piece::Known(text)) => text,
            _ => "",
        }
    }
    /// The role whose credentials are in it.
    pub fn role(&self) -> Option<&Rc<Word>> {
        self.0.iter().find_map(|piece| if let Piece::Unknown(_, role) = piece { role.as_ref() } else { None })
    }
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|piece| matches!(piece, Piece::Known(text) if text.is_empty()))
    }
    pub(crate) fn push(&mut self, piece: Piece) {
        match (self.0.last_mut(), piece) {
            (Some(Piece::Known(before)), Piece::Known(text)) => before.push_str(&text),
            (_, piece) => self.0.push(piece),
        }
    }
    /// The parts between the occurrences of a character, at most `limit` of them.
    pub fn split(&self, at: char, limit: usize) -> Vec<Self> {
        let mut parts = vec![Self::default()];
        for piece in &self.0 {
            let Piece::Known(text) = piece else {
                if let Some(last) = parts.last_mut() {
                    last.push(piece.clone());
                }
                continue;
            };
            let left = limit.saturating_sub(parts.len()) + 1;
            for (index, text) in text.splitn(left, at).enumerate() {
                if index > 0 {
                    parts.push(Self::default());
                }
                if let Some(last) = parts.last_mut() {
                    last.push(Piece::Known(text.into()));
                }
            }
        }
        parts
    }
    /// What follows after a known beginning.
    pub fn after(&self, prefix: &str) -> Option<Self> {
        let rest = self.beginning().strip_prefix(prefix)?;
        let mut word = Self::known(rest);
        self.0.iter().skip(1).for_each(|piece| word.push(piece.clone()));
        Some(word)
    }
}

/// Where a command stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file of the source; None: the build's own commands.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1; in the build's own commands, within the command.
    pub column: u32,
}

/// A program that is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// Where it stands.
    pub place: Place,
    /// Whether it runs in every run of the script that does not fail before.
    pub certain: bool,
    /// The folder within the source that it runs in; None: not known.
    pub directory: Option<String>,
    /// The variables named `AWS_…` that are set for it.
    pub environment: BTreeMap<String, Word>,
}

/// The language of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    JavaScript,
}

/// A program of the source that is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Its language.
    pub language: Language,
    /// Its text.
    pub text: String,
    /// Its file; None: it has none of its own.
    pub file: Option<String>,
    /// The line of the file that its text begins in, from 1.
    pub line: u32,
    /// The variables that it sees, as far as they are known.
    pub environment: BTreeMap<String, Word>,
}

/// What could not be read, and so may call anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where it stands.
    pub place: Place,
    /// Why, in words.
    pub why: String,
}

/// A command of a build, as its buildspec has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its text; it may have many lines.
    pub text: String,
    /// The line of the buildspec on which it begins.
    pub line: u32,
}

/// Where a known value came from: what stands in a word is from one of these.
pub type Origin = BTreeMap<String, Word>;

/// What is read, and what is known about where it runs.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The commands, in their order; all phases, one after the other.
    pub lines: Vec<Line>,
    /// The variables of the build's environment.
    pub variables: Origin,
    /// The files of the source that are texts, by their paths with `/`.
    pub files: BTreeMap<String, String>,
    /// The account that it runs in.
    pub account: Option<String>,
    /// The region that it runs in.
    pub region: Option<String>,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What is started, in order.
    pub invocations: Vec<Invocation>,
    /// The programs that are started whose text is at hand.
    pub code: Vec<Code>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// Files that the commands write: their path, and their content where it is known.
    pub produced: BTreeMap<String, Option<String>>,
}
