//! The buildspec.yml language of CodeBuild. Pure.
//!
//! [`parse`] reads version 0.2. Keys that AWS knows and this does not are refused by name, never passed over: a build
//! that silently does less than its file says is worse than one that does not start.

mod artifacts;
mod batch;
mod error;
mod glob;
mod model;
mod on_failure;

pub use artifacts::Artifacts;
pub use batch::{Batch, BatchEnv, Dynamic, DynamicEnv, MAX_BUILDS, Matrix, Static, Task};
pub use error::Error;
pub use glob::Glob;
pub use model::{Buildspec, Cache, CacheAction, Env, FileFormat, Phase, PhaseName, Phases, Proxy, Report, Shell, Version};
pub use on_failure::{MAX_RETRIES, OnFailure};

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
    let spec: Buildspec = yaml::read(text, error::place, error::explain)?;
    if spec.phases.is_none() && spec.batch.is_none() {
        return Err(Error { message: "the key `phases` is missing".to_owned(), line: 1, column: 1, help: None });
    }
    Ok(spec)
}
