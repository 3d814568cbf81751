//! What builds are imagined to do.

use buildspec::Artifacts;
use codebuild::{Imagine, ImaginedBuild, ImaginedEnd};
use std::collections::{BTreeMap, BTreeSet};

/// What an imagined file holds, of which nothing but its name is known.
const UNKNOWN: &[u8] = b"";
/// What an exported variable is, of which nothing but its name is known.
const UNKNOWN_VALUE: &str = "unknown";

/// Imagines builds from what their buildspecs say.
#[derive(Default)]
pub(crate) struct Builds {
    /// The values of exported variables, where what uses them does not take any.
    pub(crate) values: BTreeMap<String, String>,
}

impl Imagine for Builds {
    fn run(&self, build: &ImaginedBuild<'_>) -> ImaginedEnd {
        let present = build.files();
        let spec = build.buildspec;
        let mut files = BTreeSet::new();
        for artifacts in spec.artifacts.iter().flat_map(|one| std::iter::once(one).chain(one.secondary_artifacts.values())) {
            files.extend(missing(artifacts, &present));
        }
        ImaginedEnd {
            files: files.into_iter().map(|path| (path, UNKNOWN.to_vec())).collect(),
            exported: spec.env.exported_variables.iter().map(|name| (name.clone(), self.value(name))).collect(),
        }
    }
}

impl Builds {
    fn value(&self, name: &str) -> String {
        self.values.get(name).cloned().unwrap_or_else(|| UNKNOWN_VALUE.into())
    }
}

/// The files that an artifact names and that the source has not: the commands make them.
fn missing(artifacts: &Artifacts, present: &[String]) -> Vec<String> {
    if artifacts.files.is_empty() {
        return Vec::new();
    }
    let base = artifacts.base_directory.as_deref().unwrap_or("").trim_matches('/');
    let is_pattern = |text: &str| text.contains(['*', '?', '[', '{', '$']);
    if is_pattern(base) {
        return Vec::new();
    }
    let under = |file: &str| match base {
        "" | "." => file.trim_start_matches("./").to_owned(),
        base => format!("{base}/{}", file.trim_start_matches("./")),
    };
    let named: Vec<String> =
        artifacts.files.iter().filter(|file| !is_pattern(file)).map(|file| under(file)).filter(|file| !present.contains(file)).collect();
    if named.is_empty() && artifacts.select(present).is_empty() {
        // All files of a folder that is not there yet: at least one will be.
        return vec![under("imagined")];
    }
    named
}
