//! Pipelines by name: what operations share.

use crate::{
    CodePipeline,
    declaration::{ActionDeclaration, PipelineDeclaration},
    error,
    state::{EXECUTIONS, ExecutionRow, PIPELINES, PipelineRow, VERSIONS, digits},
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

/// An action of a stage.
pub(crate) fn action<'p>(pipeline: &'p PipelineDeclaration, stage: &str, action: &str) -> Result<&'p ActionDeclaration, Error> {
    let found = pipeline.stages.iter().find(|s| s.name == stage).ok_or_else(|| error::no_stage(&pipeline.name, stage))?;
    found.actions.iter().find(|a| a.name == action).ok_or_else(|| error::no_action(stage, action))
}

/// The ARN of a pipeline that a tag operation names.
pub(crate) fn named(scope: &mut Scope<'_, CodePipeline>, arn: &Arn) -> Result<(AccountId, String, PipelineRow), Error> {
    let missing = || error::no_resource(arn.as_str());
    let account = arn.account().filter(|_| arn.service() == "codepipeline").ok_or_else(missing)?;
    let row = scope.get(&PIPELINES, &[account.as_str(), arn.resource()])?.ok_or_else(missing)?;
    Ok((account, arn.resource().to_string(), row))
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
