//! Changes of a user's own YAML and JSON files that keep everything else as it is: comments, order, quotes, short forms.
//!
//! A [`Document`] is read once; a [`Change`] of a value in it gives [`Edit`]s of its text, which are written as the values
//! beside are written. Every change is proven before it is given: the text with its edits is read again and must hold
//! exactly the old value with the change made. What cannot be done so is refused.
//!
//! Must not know what the documents mean, but for the short forms of CloudFormation's functions.

mod block;
mod change;
mod dissolve;
mod document;
mod edit;
mod error;
mod expect;
mod flow;
mod hints;
mod inner;
mod json;
mod node;
mod path;
mod place;
mod remove;
mod resolve;
mod scalar;
mod text;
mod write;
mod yaml;

pub use change::Change;
pub use document::{Document, Syntax};
pub use edit::{Edit, apply};
pub use error::Error;
pub use path::{Path, Step};
pub use place::Location;
