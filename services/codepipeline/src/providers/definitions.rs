//! Files of artifacts that say what is deployed: small, and read whole.

use super::{Job, Stop, failed};
use crate::{artifacts, state::Artifact};
use gate::Error;
use serde_json::Value;

/// AWS's limit of an image definitions file.
pub(super) const MAX_IMAGES: u64 = 100 << 10;
/// AWS's limit of what a blue/green deployment reads.
pub(super) const MAX_TEMPLATE: u64 = 3 << 20;

/// A file of an artifact, or why it cannot be had, for the provider's own words.
pub(super) fn text(job: &mut Job<'_, '_>, from: &Artifact, path: &str, max: u64) -> Result<Result<String, String>, Stop> {
    let archive = artifacts::read(job.scope, job.actor, from)?;
    let read = archive::read_file(archive, path, max).map_err(|e| e.to_string());
    Ok(read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| format!("{path} is not UTF-8 text"))))
}

/// What a provider fails with where its configuration, or a file that it names, is not as it should be.
pub(super) fn invalid(message: impl Into<String>) -> Stop {
    failed("ConfigurationError", message)
}

/// A call of an action in AWS's words for a denial: the service that could not be used, and then the call itself.
pub(super) fn call(job: &mut Job<'_, '_>, service: &str, operation: &str, input: Value) -> Result<Value, Stop> {
    job.call(operation, input).map_err(|e| refused(service, e))
}

fn refused(service: &str, e: Error) -> Stop {
    if !e.is_denied() {
        return e.into();
    }
    let message = format!("The provided role does not have sufficient permissions to access {service}. {}", e.message);
    failed("PermissionError", message)
}
