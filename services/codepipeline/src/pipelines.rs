//! Pipelines by name: what operations share.

use crate::{
    CodePipeline, SourceRevisionOverride,
    declaration::{ActionDeclaration, PipelineDeclaration},
    error,
    state::{EXECUTIONS, ExecutionRow, PIPELINES, PipelineRow, SourceOverride, VERSIONS, digits},
    webhooks,
};
use base::{AccountId, Arn};
use gate::{Demand, Error, ResourceFacts, Scope, View};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A tag.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

/// AWS's limits.
const MAX_TAGS: usize = 50;

pub(crate) fn pairs(tags: &[Tag]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|t| (t.key.as_str(), t.value.as_str()))
}

pub(crate) fn check_tags(tags: &[Tag]) -> Result<(), Error> {
    if tags.len() > MAX_TAGS {
        return Err(Error::new("TooManyTagsException", format!("A resource has at most {MAX_TAGS} tags")));
    }
    match tags.iter().find(|t| {
        t.key.is_empty() || t.key.chars().count() > 128 || t.value.chars().count() > 256 || t.key.to_ascii_lowercase().starts_with("aws:")
    }) {
        Some(bad) => Err(Error::new("InvalidTagsException", format!("The tag '{}' has a key or value that is not allowed", bad.key))),
        None => Ok(()),
    }
}

pub(crate) fn shown(tags: &[(String, String)]) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

/// The right to an action on a pipeline of the caller's account, or on a part of it (`stage`, `stage/action`).
pub(crate) fn demand(action: &'static str, view: &View<'_, CodePipeline>, resource: &str) -> Result<Demand, Error> {
    Ok(Demand::new(action, view.arn(resource)?))
}

/// What decisions need to know of a pipeline's ARN, or that of a part of it.
pub(crate) fn facts(view: &mut View<'_, CodePipeline>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    if webhooks::name_in(arn).is_some() {
        return webhooks::facts(view, arn);
    }
    let Some(account) = arn.account() else { return Ok(None) };
    let name = arn.resource().split('/').next().unwrap_or_default();
    let Some(row) = view.get(&PIPELINES, &[account.as_str(), name])? else { return Ok(None) };
    Ok(Some(ResourceFacts { tags: row.tags, ..ResourceFacts::owned_by(account) }))
}

/// The pipeline of this name in the caller's account.
pub(crate) fn found(scope: &mut Scope<'_, CodePipeline>, name: &str) -> Result<(AccountId, PipelineRow), Error> {
    let account = scope.account()?;
    let row = scope.get(&PIPELINES, &[account.as_str(), name])?.ok_or_else(|| error::no_pipeline(name, account.as_str()))?;
    Ok((account, row))
}

/// A version of a pipeline.
pub(crate) fn declaration(
    scope: &mut Scope<'_, CodePipeline>,
    account: AccountId,
    name: &str,
    version: u64,
) -> Result<PipelineDeclaration, Error> {
    scope.get(&VERSIONS, &[account.as_str(), name, digits(version).as_str()])?.ok_or_else(|| error::no_version(name, version))
}

/// An execution of a pipeline.
pub(crate) fn execution(scope: &mut Scope<'_, CodePipeline>, account: AccountId, name: &str, id: &str) -> Result<ExecutionRow, Error> {
    scope.get(&EXECUTIONS, &[account.as_str(), name, id])?.ok_or_else(|| error::no_execution(name, id))
}

/// The pipeline's variables that have defaults.
pub(crate) fn defaults(pipeline: &PipelineDeclaration) -> BTreeMap<String, String> {
    pipeline.variables.iter().filter_map(|v| Some((v.name.clone(), v.default_value.clone()?))).collect()
}

/// AWS's limit.
const MAX_VARIABLE: usize = 1000;

/// The pipeline's variables of a start that gives these.
pub(crate) fn variables(pipeline: &PipelineDeclaration, given: Vec<(String, String)>) -> Result<BTreeMap<String, String>, Error> {
    let mut variables = defaults(pipeline);
    for (name, value) in given {
        if !pipeline.variables.iter().any(|v| v.name == name) {
            return Err(Error::validation(format!("The pipeline '{}' has no variable '{name}'", pipeline.name)));
        }
        if !(1..=MAX_VARIABLE).contains(&value.chars().count()) {
            return Err(Error::validation(format!("The value of the variable '{name}' must have 1 to {MAX_VARIABLE} characters")));
        }
        variables.insert(name, value);
    }
    match pipeline.variables.iter().find(|v| !variables.contains_key(&v.name)) {
        Some(missing) => Err(Error::validation(format!(
            "The variable '{}' of the pipeline '{}' has no default value and is not given",
            missing.name, pipeline.name
        ))),
        None => Ok(variables),
    }
}

/// The types of revisions that a source may be asked for.
pub(crate) fn revision_types(provider: &str) -> &'static [&'static str] {
    match provider {
        "CodeCommit" | "CodeStarSourceConnection" => &["COMMIT_ID"],
        "ECR" => &["IMAGE_DIGEST"],
        "S3" => &["S3_OBJECT_VERSION_ID", "S3_OBJECT_KEY"],
        _ => &[],
    }
}

/// What a start asks the sources for.
pub(crate) fn overrides(pipeline: &PipelineDeclaration, asked: Vec<SourceRevisionOverride>) -> Result<Vec<SourceOverride>, Error> {
    let mut all: Vec<SourceOverride> = Vec::new();
    for one in asked {
        let SourceRevisionOverride { action_name, revision_type, revision_value } = one;
        let source = pipeline.stages.first().and_then(|s| s.actions.iter().find(|a| a.name == action_name));
        let Some(source) = source else {
            return Err(Error::validation(format!("The pipeline '{}' has no source action '{action_name}'", pipeline.name)));
        };
        let provider = &source.action_type_id.provider;
        if !revision_types(provider).contains(&revision_type.as_str()) {
            return Err(Error::validation(format!(
                "The revision type '{revision_type}' is not one of the provider {provider} of the action '{action_name}'"
            )));
        }
        if revision_type == "S3_OBJECT_KEY" && source.setting("AllowOverrideForS3ObjectKey") != Some("true") {
            return Err(Error::validation(format!(
                "The action '{action_name}' does not allow another object key: AllowOverrideForS3ObjectKey is not true"
            )));
        }
        if revision_value.is_empty() || all.iter().any(|o| o.action_name == action_name && o.revision_type == revision_type) {
            return Err(Error::validation(format!("The revision of type {revision_type} of '{action_name}' is empty or given twice")));
        }
        all.push(SourceOverride { action_name, revision_type, revision_value });
    }
    Ok(all)
}

/// An action of a stage.
pub(crate) fn action<'p>(pipeline: &'p PipelineDeclaration, stage: &str, action: &str) -> Result<&'p ActionDeclaration, Error> {
    let found = pipeline.stages.iter().find(|s| s.name == stage).ok_or_else(|| error::no_stage(&pipeline.name, stage))?;
    found.actions.iter().find(|a| a.name == action).ok_or_else(|| error::no_action(stage, action))
}

/// One page of rows whose last key parts are in `from`: the size asked for, and at most AWS's.
pub(crate) fn page_size(asked: Option<usize>, most: usize) -> Result<usize, Error> {
    match asked.unwrap_or(most) {
        size if (1..=most).contains(&size) => Ok(size),
        size => Err(Error::validation(format!(
            "Value '{size}' at 'maxResults' failed to satisfy constraint: Member must be between 1 and {most}"
        ))),
    }
}

/// The last item of the page before, as a token tells it.
pub(crate) fn after(token: Option<&str>) -> Result<Option<String>, Error> {
    token.map(|token| base::place_of_token(token).ok_or_else(error::bad_next_token)).transpose()
}
