//! What a shell script will call, as far as it can be read. Pure.
//!
//! [`read`] follows a build's commands without running anything: variables, substitutions whose output is known, functions and
//! files of the source. What comes of it are [`Invocation`]s, and [`calls`] makes AWS calls of them. What cannot be known stays
//! unknown: no text comes out that was not in the script, its files or its variables.
//!
//! A parser of its own, since those that there are read all of a shell, or have licences that do not fit.

mod calls;
mod expand;
mod launch;
mod lexer;
mod model;
mod parser;
mod prints;
mod produced;
mod scripts;
mod syntax;
mod truth;
mod walk;

pub use calls::{Call, Caller, Calls, calls, of_code};
pub use model::{Code, Invocation, Language, Line, Origin, Piece, Place, Reading, Source, Unread, Word};
pub use walk::read;

/// The largest text that is read: a file, or a build's commands.
pub const MAX_LENGTH: usize = 1 << 20;
/// How deep constructs, and files that run files, may nest.
pub const MAX_DEPTH: usize = 48;
/// How many commands are followed.
pub const MAX_STEPS: usize = 20_000;
/// The longest text that a variable may grow to.
pub const MAX_TEXT: usize = 64 << 10;
