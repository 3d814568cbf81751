//! Finds and reads a build's buildspec, and refuses what is not done: never passed over.

use super::book::Ending;
use crate::{configuration::inline_buildspec, state::BuildRow};
use buildspec::{Buildspec, User};
use std::{
    fs::File,
    io::Read,
    path::{Component, Path},
};

const DEFAULT: &str = "buildspec.yml";

fn wrong(message: impl Into<String>) -> Ending {
    Ending::failed("YAML_FILE_ERROR", message)
}

/// `source`: the folder of the primary source on the host; `seen`: as the build sees it.
pub(super) fn read(row: &BuildRow, source: &Path, seen: &str) -> Result<(Buildspec, String), Ending> {
    let given = row.source.buildspec.as_deref().filter(|text| !text.is_empty()).unwrap_or(DEFAULT);
    let (text, location) = if inline_buildspec(given) {
        (given.to_string(), "inline".to_string())
    } else {
        (from_file(given, source, seen)?, format!("{seen}/{given}"))
    };
    let spec = buildspec::parse(&text).map_err(|error| {
        let help = error.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
        let file = if location == "inline" { "the project's buildspec" } else { given };
        wrong(format!("YAML error in {file}, line {}, column {}: {}{help}", error.line, error.column, error.message))
    })?;
    check(&spec)?;
    Ok((spec, location))
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
    let mut bytes = Vec::new();
    whole.take(buildspec::MAX_LENGTH as u64 + 1).read_to_end(&mut bytes).map_err(|e| wrong(format!("{path} cannot be read: {e}")))?;
    String::from_utf8(bytes).map_err(|_| wrong(format!("{path} is not UTF-8")))
}

/// What AWS would do and Sekisho does not.
fn check(spec: &Buildspec) -> Result<(), Ending> {
    let refused = |what: &str| Err(wrong(format!("{what} is not implemented by Sekisho. It is refused rather than passed over")));
    if spec.env.git_credential_helper {
        return refused("env/git-credential-helper");
    }
    if !spec.reports.is_empty() {
        return refused("reports");
    }
    let users = spec.phases.in_order().map(|(_, phase)| phase.run_as).chain([spec.run_as]);
    if users.flatten().any(|user| user == User::CodebuildUser) {
        return refused("run-as codebuild-user");
    }
    if let Some(artifacts) = &spec.artifacts
        && [artifacts].into_iter().chain(artifacts.secondary_artifacts.values()).any(|a| a.s3_prefix.is_some())
    {
        return refused("artifacts/s3-prefix");
    }
    let env = &spec.env;
    let named = env.variables.keys().chain(env.parameter_store.keys()).chain(env.secrets_manager.keys());
    for name in named.chain(&env.exported_variables) {
        crate::variables::check_name(name).map_err(wrong)?;
    }
    Ok(())
}
