//! The delivery file sekisho.yaml. Pure.
//!
//! A delivery names its accounts, the stacks to deploy into them in order, pipelines to create, and source folders to
//! push. [`parse`] reads it and checks all that can be known from the file alone; whether the files that it names
//! exist is the caller's to find out, with [`Position`]s to report it at.

mod check;
mod diagnostic;
mod model;
mod path;
mod read;

pub use diagnostic::{Diagnostic, Position};
pub use model::{Account, Capability, Delivery, Output, Parameter, Pipeline, Source, Stack};

/// The largest delivery file that is read.
pub const MAX_LENGTH: usize = 1 << 20;

/// The region of a delivery that names none.
pub const DEFAULT_REGION: &str = "us-east-1";

/// Reads a delivery file. `file` is its name in the diagnostics, which come in the order of their places.
pub fn parse(text: &str, file: &str) -> Result<Delivery, Vec<Diagnostic>> {
    if text.len() > MAX_LENGTH {
        let message = format!("the file has {} bytes, more than {MAX_LENGTH}", text.len());
        let help = "move long values into the templates".to_owned();
        return Err(vec![Diagnostic::new(&message, file, Position { line: 1, column: 1 }, Some(help))]);
    }
    let raw = read::read(text, file).map_err(|diagnostic| vec![diagnostic])?;
    check::check(raw, text, file)
}
