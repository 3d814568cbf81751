//! Finds and reads a build's buildspec, and refuses what is not done: never passed over.

use super::{
    book::Ending,
    objects::{get, place, told},
};
use crate::{
    checks::{in_bucket, inline_buildspec},
    state::BuildRow,
    sums,
};
use buildspec::{Buildspec, OnFailure};
use gate::Client;
use std::{
    fs::File,
    io::Read,
    path::{Component, Path},
};

const DEFAULT: &str = "buildspec.yml";

fn wrong(message: impl Into<String>) -> Ending {
    Ending::failed("YAML_FILE_ERROR", message)
}

/// A buildspec, where it was, and the SHA-256 of its text.
pub(super) struct Found {
    pub(super) spec: Buildspec,
    pub(super) location: String,
    pub(super) sha256: String,
}

/// `source`: the folder of the primary source on the host; `seen`: as the build sees it.
pub(super) fn read(client: &Client, row: &BuildRow, source: &Path, seen: &str) -> Result<Found, Ending> {
    let given = row.source.buildspec.as_deref().filter(|text| !text.is_empty()).unwrap_or(DEFAULT);
    let (text, location) = if inline_buildspec(given) {
        (given.to_string(), "inline".to_string())
    } else if in_bucket(given) {
        (from_bucket(client, given)?, given.to_string())
    } else {
        (from_file(given, source, seen)?, format!("{seen}/{given}"))
    };
    let spec = buildspec::parse(&text).map_err(|error| {
        let help = error.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
        let file = if location == "inline" { "the project's buildspec" } else { given };
        wrong(format!("YAML error in {file}, line {}, column {}: {}{help}", error.line, error.column, error.message))
    })?;
    check(&spec)?;
    let sha256 = sums::sha256(text.as_bytes());
    Ok(Found { spec, location, sha256 })
}

fn from_file(path: &str, source: &Path, seen: &str) -> Result<String, Ending> {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !plain {
        return Err(wrong(format!("the buildspec's path {path} must lie in the source: relative, without '..'")));
    }
    let file = source.join(path);
    // Links of the source stay inside it, but what they lead to must be a file that ends.
    let whole = std::fs::metadata(&file).ok().filter(std::fs::Metadata::is_file).and_then(|_| File::open(&file).ok());
    let Some(whole) = whole else {
        return Err(wrong(format!(
            "stat {seen}/{path}: no such file or directory. Put a {path} into the source, or the buildspec into the project"
        )));
    };
    text_of(whole, path)
}

fn from_bucket(client: &Client, arn: &str) -> Result<String, Ending> {
    let (bucket, key) = place(arn);
    let (body, _) =
        get(client, bucket, key, None).map_err(|error| wrong(format!("the buildspec {arn} cannot be read: {}", told(&error))))?;
    text_of(body, arn)
}

fn text_of(content: impl Read, name: &str) -> Result<String, Ending> {
    let mut bytes = Vec::new();
    content.take(buildspec::MAX_LENGTH as u64 + 1).read_to_end(&mut bytes).map_err(|e| wrong(format!("{name} cannot be read: {e}")))?;
    String::from_utf8(bytes).map_err(|_| wrong(format!("{name} is not UTF-8")))
}

/// What AWS would do and Sekisho does not, and what only the runner can judge.
fn check(spec: &Buildspec) -> Result<(), Ending> {
    let refused = |what: &str| Err(wrong(format!("{what} is not implemented by Sekisho. It is refused rather than passed over")));
    if spec.env.git_credential_helper {
        return refused("env/git-credential-helper");
    }
    let phases = spec.phases.clone().unwrap_or_default();
    let users = phases.in_order().filter_map(|(_, phase)| phase.run_as.as_deref()).chain(spec.run_as.as_deref());
    if let Some(user) = users.into_iter().find(|user| *user != "root") {
        return Err(wrong(format!(
            "run-as {}: commands run as root of their sandbox, which is nobody outside, and there is no other user in it",
            user.escape_debug()
        )));
    }
    for (name, phase) in phases.in_order() {
        if let Some(OnFailure::Retry { pattern: Some(pattern), .. }) = &phase.on_failure {
            regex_lite::Regex::new(pattern).map_err(|e| {
                wrong(format!(
                    "phases/{}/on-failure: '{}' is no regular expression: {e}",
                    name.as_str().to_lowercase(),
                    pattern.escape_debug()
                ))
            })?;
        }
    }
    let env = &spec.env;
    let named = env.variables.keys().chain(env.parameter_store.keys()).chain(env.secrets_manager.keys());
    for name in named.chain(&env.exported_variables) {
        crate::variables::check_name(name).map_err(wrong)?;
    }
    Ok(())
}
