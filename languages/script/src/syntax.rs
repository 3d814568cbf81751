//! The tree of a script.

/// A part of a word as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// A text.
    Text(String),
    /// A parameter: its name, and what is done if it is not set.
    Parameter(String, Option<Alternative>),
    /// `$(…)` or backquotes.
    Substitution(List, String),
    /// What is not computed: arithmetic and the like.
    Opaque(String),
}

/// `${X:-word}` and its kin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alternative {
    /// `-`, `=` or `+`.
    pub kind: char,
    /// Whether an empty value counts as none.
    pub colon: bool,
    /// The word.
    pub word: Vec<(Part, bool)>,
}

/// A word as it is written: its parts, and whether each is quoted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub parts: Vec<(Part, bool)>,
    pub at: (u32, u32),
}

/// A redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Redirect {
    /// `>` and `>>` of the standard output, with whether it adds.
    Out(Written, bool),
    /// `<<` and `<<<`.
    Text(Written),
    /// Anything else.
    Other,
}

pub(crate) type List = Vec<AndOr>;

/// Pipelines with the operators before them: whether it is `||`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AndOr {
    pub first: Pipeline,
    pub rest: Vec<(bool, Pipeline)>,
}

pub(crate) type Pipeline = Vec<Command>;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    pub kind: Kind,
    pub redirects: Vec<Redirect>,
    pub at: (u32, u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Assignments and words.
    Simple(Vec<(String, Written)>, Vec<Written>),
    /// `{ … }`.
    Group(List),
    /// `( … )`.
    Subshell(List),
    /// Conditions with what runs if they hold, and what runs else.
    If(Vec<(List, List)>, Option<List>),
    /// `!` before a pipeline.
    Not(Pipeline),
    /// `for` (its variable and words), `while` and `until`.
    Loop(Option<(String, Vec<Written>)>, Vec<List>),
    /// `case`: its word, and its arms with their patterns.
    Case(Written, Vec<(Vec<Written>, List)>),
    /// A function.
    Function(String, Box<Command>),
}
