//! Triggers of V2 pipelines: which pushes and pull requests start one.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html>

mod glob;
mod matching;

pub use matching::{GitChange, PullRequestEvent, matches};

use crate::{declaration::PipelineDeclaration, error::structure};
use gate::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One trigger.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineTriggerDeclaration.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PipelineTriggerDeclaration {
    /// `CodeStarSourceConnection`.
    pub provider_type: String,
    /// What it is about.
    pub git_configuration: GitConfiguration,
}

/// Which source action, and which of its changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitConfiguration {
    /// The source action.
    pub source_action_name: String,
    /// Pushes; any of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub push: Vec<GitPushFilter>,
    /// Pull requests; any of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pull_request: Vec<GitPullRequestFilter>,
}

/// Which pushes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitPushFilter {
    /// Of tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<GitPatterns>,
    /// To branches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branches: Option<GitPatterns>,
    /// That change files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_paths: Option<GitPatterns>,
}

/// Which pull requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitPullRequestFilter {
    /// What became of them; any if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<PullRequestEvent>,
    /// Into branches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branches: Option<GitPatterns>,
    /// That change files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_paths: Option<GitPatterns>,
}

/// Glob patterns: what is included and not excluded; excludes count more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitPatterns {
    /// One of these; any if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub includes: Vec<String>,
    /// None of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excludes: Vec<String>,
}

/// AWS's limits.
const MAX_TRIGGERS: usize = 50;
const MAX_FILTERS: usize = 3;
const MAX_PATTERNS: usize = 8;
const MAX_PATTERN: usize = 255;

/// Checks the triggers of a pipeline.
pub(crate) fn check(pipeline: &PipelineDeclaration, v2: bool) -> Result<(), Error> {
    if pipeline.triggers.is_empty() {
        return Ok(());
    }
    if !v2 {
        return Err(structure("Triggers are only supported for pipelines of type V2"));
    }
    if pipeline.triggers.len() > MAX_TRIGGERS {
        return Err(Error::new("LimitExceededException", format!("A pipeline has at most {MAX_TRIGGERS} triggers")));
    }
    let mut actions = BTreeSet::new();
    for trigger in &pipeline.triggers {
        if trigger.provider_type != "CodeStarSourceConnection" {
            return Err(Error::validation(format!(
                "Value '{}' at 'pipeline.triggers.member.providerType' failed to satisfy constraint: Member must satisfy enum value set: [CodeStarSourceConnection]",
                trigger.provider_type
            )));
        }
        let git = &trigger.git_configuration;
        let name = &git.source_action_name;
        let sources = pipeline.stages.first().map_or(&[][..], |s| &s.actions);
        if !sources.iter().any(|a| a.name == *name && a.action_type_id.provider == "CodeStarSourceConnection") {
            return Err(structure(format!(
                "The trigger's sourceActionName '{name}' is not a source action of the pipeline with the provider CodeStarSourceConnection"
            )));
        }
        if !actions.insert(name) {
            return Err(structure(format!("The source action '{name}' has more than one trigger")));
        }
        check_git(git)?;
    }
    Ok(())
}

fn check_git(git: &GitConfiguration) -> Result<(), Error> {
    let name = &git.source_action_name;
    if git.push.len() > MAX_FILTERS || git.pull_request.len() > MAX_FILTERS {
        return Err(structure(format!("The trigger of '{name}' has more than {MAX_FILTERS} filters of one kind")));
    }
    for push in &git.push {
        match (&push.tags, &push.branches, &push.file_paths) {
            (Some(_), None, None) | (None, Some(_), _) => {}
            (None, None, _) => return Err(structure(format!("A push filter of the trigger of '{name}' names neither tags nor branches"))),
            (Some(_), ..) => {
                return Err(structure(format!("A push filter of the trigger of '{name}' names tags together with branches or file paths")));
            }
        }
        [&push.tags, &push.branches, &push.file_paths].into_iter().flatten().try_for_each(|p| check_patterns(name, p))?;
    }
    for request in &git.pull_request {
        if request.branches.is_none() {
            return Err(structure(format!("A pull request filter of the trigger of '{name}' names no branches")));
        }
        if request.events.len() > MAX_FILTERS {
            return Err(structure(format!("A pull request filter of the trigger of '{name}' names an event twice")));
        }
        [&request.branches, &request.file_paths].into_iter().flatten().try_for_each(|p| check_patterns(name, p))?;
    }
    Ok(())
}

fn check_patterns(name: &str, patterns: &GitPatterns) -> Result<(), Error> {
    if patterns.includes.is_empty() && patterns.excludes.is_empty() {
        return Err(structure(format!("A filter of the trigger of '{name}' has neither includes nor excludes")));
    }
    for list in [&patterns.includes, &patterns.excludes] {
        if list.len() > MAX_PATTERNS {
            return Err(structure(format!("A filter of the trigger of '{name}' has more than {MAX_PATTERNS} patterns in a list")));
        }
        if let Some(bad) = list.iter().find(|p| p.is_empty() || p.chars().count() > MAX_PATTERN || !glob::is_pattern(p)) {
            return Err(structure(format!("'{bad}' in the trigger of '{name}' is not a glob pattern of 1 to {MAX_PATTERN} characters")));
        }
    }
    Ok(())
}
