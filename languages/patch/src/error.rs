use crate::Path;
use std::fmt;

/// Why a document cannot be read or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The text is no document of its syntax.
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// The text is larger than what is read.
    TooLarge {
        /// Its bytes.
        bytes: usize,
        /// The most that are read.
        most: usize,
    },
    /// There is nothing at the path.
    NotFound(Path),
    /// There is something else at the path than the change wants.
    Unfit {
        /// The path.
        path: Path,
        /// What is there.
        found: &'static str,
        /// What is wanted.
        wanted: &'static str,
    },
    /// The key that is to be inserted is there already.
    Exists(Path),
    /// The key stands there twice, so it is not clear which one is meant.
    Twice(Path),
    /// The place is shared by an anchor and its aliases: a change of one would change the others.
    Shared {
        /// The path.
        path: Path,
        /// The anchor's name.
        anchor: String,
    },
    /// The place belongs to a merge key `<<`, which gives its members to the mapping around it.
    Merged(Path),
    /// A function of CloudFormation cannot stand here: the text is not evaluated, or not in this form.
    Function {
        /// The path.
        path: Path,
        /// The function.
        function: String,
    },
    /// No way of writing the change was found that leaves everything else as it is.
    Unwritable(Path),
    /// Edits that overlap, or lie outside of the text.
    Overlap {
        /// The byte where it was noticed.
        at: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { line, column, message } => write!(f, "line {line}, column {column}: {message}"),
            Self::TooLarge { bytes, most } => write!(f, "the text has {bytes} bytes; {most} are read at most"),
            Self::NotFound(path) => write!(f, "there is nothing at {path}"),
            Self::Unfit { path, found, wanted } => write!(f, "{path} is {found}, and should be {wanted}"),
            Self::Exists(path) => write!(f, "{path} is there already"),
            Self::Twice(path) => write!(f, "the key of {path} stands there twice; keep one of them"),
            Self::Shared { path, anchor } => {
                write!(f, "{path} is shared by the anchor &{anchor} and its aliases; write the value out where it is to differ")
            }
            Self::Merged(path) => write!(f, "{path} belongs to a merge key (<<); write the members out"),
            Self::Function { path, function } => {
                write!(f, "{function} cannot stand in the text at {path}; make the text a Fn::Sub, or write the value out")
            }
            Self::Unwritable(path) => write!(f, "{path} cannot be changed without touching what stands around it; change it by hand"),
            Self::Overlap { at } => write!(f, "edits overlap or leave the text at byte {at}"),
        }
    }
}

impl std::error::Error for Error {}
