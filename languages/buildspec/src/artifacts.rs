use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::Glob;
use crate::model::{one_or_more, yes_or_no};

/// What a build gives back: one artifact, and under `secondary_artifacts` others with a name each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a mapping of files, base-directory, …")]
pub struct Artifacts {
    /// Patterns of files, from the base directory.
    #[serde(deserialize_with = "one_or_more")]
    pub files: Vec<String>,
    /// The artifact's name; commands in it are the runner's matter.
    pub name: Option<String>,
    /// Whether the files' folders are dropped.
    #[serde(deserialize_with = "yes_or_no")]
    pub discard_paths: bool,
    /// The folder, or a pattern of folders, that the files' patterns and names start from.
    pub base_directory: Option<String>,
    /// Patterns of files that are left out, from the base directory.
    pub exclude_paths: Vec<String>,
    /// Whether links are packed as links.
    #[serde(deserialize_with = "yes_or_no")]
    pub enable_symlinks: bool,
    /// A prefix for the artifact's key in its bucket.
    pub s3_prefix: Option<String>,
    /// Further artifacts by their identifiers.
    pub secondary_artifacts: BTreeMap<String, Artifacts>,
}

impl Artifacts {
    /// Chooses among a build's files: `(path, name in the artifact)`, ordered by name. Paths are relative to the
    /// source's folder, with `/`. Where discarding the folders makes two names equal, the last path wins, as on AWS.
    pub fn select(&self, paths: &[String]) -> Vec<(String, String)> {
        let base = Glob::new(self.base_directory.as_deref().unwrap_or(""));
        let globs = |patterns: &[String]| patterns.iter().map(|pattern| Glob::new(pattern)).collect::<Vec<_>>();
        let (files, excluded) = (globs(&self.files), globs(&self.exclude_paths));
        let any = |globs: &[Glob], path: &[&str]| globs.iter().any(|glob| glob.matches_parts(path));

        let mut chosen = BTreeMap::new();
        for path in paths {
            let parts: Vec<&str> = path.split('/').collect();
            let Some(start) = (0..parts.len()).find(|&end| base.matches_parts(&parts[..end])) else {
                continue;
            };
            let below = &parts[start..];
            if any(&files, below) && !any(&excluded, below) {
                let name = if self.discard_paths { &below[below.len() - 1..] } else { below };
                chosen.insert(name.join("/"), path.clone());
            }
        }
        chosen.into_iter().map(|(name, path)| (path, name)).collect()
    }
}

/// Reads `artifacts` and refuses what its shape alone does not: nothing to pack, artifacts within secondary ones.
pub(crate) fn checked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Artifacts>, D::Error> {
    let artifacts = Option::<Artifacts>::deserialize(deserializer)?;
    if let Some(artifacts) = &artifacts {
        if artifacts.files.is_empty() && artifacts.secondary_artifacts.is_empty() {
            return Err(D::Error::missing_field("files"));
        }
        for (name, secondary) in &artifacts.secondary_artifacts {
            if secondary.files.is_empty() {
                return Err(D::Error::custom(format_args!("the secondary artifact `{name}` has no `files`")));
            }
            if !secondary.secondary_artifacts.is_empty() {
                return Err(D::Error::custom(format_args!("the secondary artifact `{name}` cannot have secondary artifacts of its own")));
            }
        }
    }
    Ok(artifacts)
}
