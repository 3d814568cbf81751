//! The runtimes that a buildspec asks for: which program of this machine serves each, and a clear end where none does.
//! Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.phases.install.runtime-versions>

use super::{book::Ending, log::Log};
use crate::variables::PATH;
use buildspec::Buildspec;
use std::path::{Path, PathBuf};

/// AWS's runtimes, and the programs that make each of them, any one of which will do.
const RUNTIMES: &[(&str, &[&str])] = &[
    ("android", &["sdkmanager"]),
    ("docker", &["docker"]),
    ("dotnet", &["dotnet"]),
    ("golang", &["go"]),
    ("java", &["java"]),
    ("nodejs", &["node", "nodejs"]),
    ("php", &["php"]),
    ("python", &["python3", "python"]),
    ("ruby", &["ruby"]),
];

fn wrong(message: String) -> Ending {
    Ending::failed("YAML_FILE_ERROR", message)
}

fn find(programs: &[&str]) -> Option<PathBuf> {
    let places = PATH.split(':').flat_map(|folder| programs.iter().map(move |program| Path::new(folder).join(program)));
    places.into_iter().find(|path| path.is_file())
}

/// Says which program serves each runtime that is asked for.
pub(super) fn check(spec: &Buildspec, log: &Log) -> Result<(), Ending> {
    let install = spec.phases.iter().filter_map(|phases| phases.install.as_ref());
    for (name, version) in install.flat_map(|install| &install.runtime_versions) {
        let Some((_, programs)) = RUNTIMES.iter().find(|(known, _)| known == name) else {
            let known: Vec<&str> = RUNTIMES.iter().map(|(name, _)| *name).collect();
            return Err(wrong(format!("Unknown runtime named '{}'. The runtimes are: {}", name.escape_debug(), known.join(", "))));
        };
        let Some(program) = find(programs) else {
            return Err(wrong(format!(
                "Unknown runtime version named '{version}' of {name}: this machine has no {} in {PATH}. Install it, or leave runtime-versions out",
                programs.join(" or ")
            )));
        };
        log.say(&format!("The runtime {name} {version} is served by {} of this machine, whatever its version", program.display()));
    }
    Ok(())
}
