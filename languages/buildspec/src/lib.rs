//! The buildspec.yml language of CodeBuild. Pure.
//!
//! [`parse`] reads version 0.2. Keys that AWS knows and this does not are refused by name, never passed over: a build
//! that silently does less than its file says is worse than one that does not start.

mod artifacts;
mod error;
mod glob;
mod model;

pub use artifacts::Artifacts;
pub use error::Error;
pub use glob::Glob;
pub use model::{Buildspec, Cache, Env, FileFormat, OnFailure, Phase, PhaseName, Phases, Report, Shell, User, Version};

/// The largest buildspec that is read.
pub const MAX_LENGTH: usize = 1 << 20;

/// Reads a buildspec, or says where and why it is none.
pub fn parse(text: &str) -> Result<Buildspec, Error> {
    if text.len() > MAX_LENGTH {
        return Err(Error {
            message: format!("the buildspec has {} bytes, more than {MAX_LENGTH}", text.len()),
            line: 1,
            column: 1,
            help: Some("move long commands into a script of the source".to_owned()),
        });
    }
    Ok(yaml::read(text, error::place, error::explain)?)
}
