//! What a rehearsal may be given: from texts to an [`Estate`].
//!
//! Nothing here opens a file: a [`Reader`] does. What had to be guessed or read past is a finding; what cannot be used is a
//! [`Problem`] with its place.

mod accounts;
mod article;
mod assembly;
mod bare;
mod delivery;
mod emit;
mod facts;
mod lenient;
mod notes;
mod options;
mod order;
mod parameters;
mod parts;
mod pipelines;
mod placeholders;
mod released;
mod resolve;
mod sources;
mod stand_ins;
mod state;
mod texts;
mod trail;
mod units;

pub(crate) use emit::emit;
pub use options::{Held, Options, Problem, Reader};
pub(crate) use stand_ins::of_name;

use crate::{Estate, Finding};

/// The largest text that is read.
pub const MOST_BYTES: usize = 1 << 20;
/// The most files that are read as texts.
const MOST_FILES: usize = 2_000;

/// The delivery file's name.
const DELIVERY: &str = "sekisho.yaml";

/// Reads all that a rehearsal is given.
///
/// # Errors
/// What cannot be used at all: missing or broken files, options that do not fit.
pub fn read(options: &Options, reader: &dyn Reader) -> Result<(Estate, Vec<Finding>), Vec<Problem>> {
    let mut problems = Vec::new();
    let folder = |path: &str| reader.held(path) == Held::Folder;
    let paths = match options.paths.is_empty() {
        true => vec![".".to_owned()],
        false => options.paths.clone(),
    };
    let read = match paths.as_slice() {
        [path] if folder(path) || path.rsplit('/').next() == Some(DELIVERY) => delivery::read(path, options, reader),
        paths => bare::read(paths, options, reader),
    };
    match read {
        Ok(read) => Ok(read),
        Err(found) => {
            problems.extend(found);
            Err(problems)
        }
    }
}
