use super::{example_project, example_with_role};
use crate::{
    CodeBuild,
    error::{invalid, no_build, no_project},
    model::answer::Build,
    names::{Owner, build_id, on_project, project_of},
    starting::{begin, check_concurrency, initiator, keep_token, log_of, started_before},
    state::{AutoRetry, BUILDS, BuildRow, PROJECTS},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// Makes a build again, with all that it was started with.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_RetryBuild.html>
pub struct RetryBuild;

/// Which one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryBuildInput {
    /// Its id or ARN.
    pub id: String,
    /// The same one, within five minutes, starts nothing more.
    pub idempotency_token: Option<String>,
    /// The limit of retries, where the service tries again by itself.
    pub auto: Option<u64>,
}

/// The new build.
#[derive(Debug, Clone, Serialize)]
pub struct RetryBuildOutput {
    /// The build.
    pub build: Build,
}

impl Operation for RetryBuild {
    type Service = CodeBuild;
    const NAME: &'static str = "RetryBuild";
    const READ_ONLY: bool = false;
    type Input = RetryBuildInput;
    type Output = RetryBuildOutput;

    fn demands(input: &RetryBuildInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(on_project("codebuild:RetryBuild", view, project_of(build_id(&input.id)?))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: RetryBuildInput) -> Result<RetryBuildOutput, Error> {
        let owner = Owner::of(call)?;
        let id = build_id(&input.id)?;
        let old = call.get(&BUILDS, &owner.row(id))?.ok_or_else(|| no_build(owner.build_arn(id).as_str()))?;
        let token = input.idempotency_token.as_deref();
        if let Some(id) = started_before(call, &owner, Self::NAME, token, &input)?
            && let Some(row) = call.get(&BUILDS, &owner.row(&id))?
        {
            return Ok(RetryBuildOutput { build: Build::of(&owner, &id, row) });
        }
        if !old.pipeline_sources.is_empty() || old.part.is_some() || old.session.is_some() {
            return Err(invalid(format!("Build {id} belongs to a pipeline or to a batch, which alone can retry it")));
        }
        let project = call.get(&PROJECTS, &owner.row(&old.project))?.ok_or_else(|| no_project(owner.project_arn(&old.project).as_str()))?;
        check_concurrency(call, &owner, &old.project, project.concurrent_build_limit)?;
        let number = old.auto_retry.as_ref().map_or(0, |auto| auto.auto_retry_number);
        let previous = owner.build_arn(id);
        let auto_retry = match input.auto {
            Some(limit) => Some(AutoRetry {
                auto_retry_limit: limit,
                auto_retry_number: number + 1,
                next_auto_retry: None,
                previous_auto_retry: Some(previous),
            }),
            None => old.auto_retry.as_ref().map(|auto| AutoRetry { auto_retry_limit: auto.auto_retry_limit, ..AutoRetry::default() }),
        };
        let uuid = base::uuid(call.entropy());
        let mut row = BuildRow {
            ended: None,
            resolved_source_version: None,
            placed: None,
            log: old.log.as_ref().and_then(|_| log_of(&project, &old.project, &uuid)),
            initiator: initiator(call.caller(), None),
            exported: Vec::new(),
            stopping: false,
            attempts: 0,
            secondary_placed: BTreeMap::new(),
            s3_log_object: None,
            reports: Vec::new(),
            tasks: None,
            auto_retry,
            retry_wanted: None,
            session: None,
            ..old
        };
        let new = begin(call, &owner, &uuid, &mut row)?;
        keep_token(call, &owner, Self::NAME, token, &input, &new)?;
        Ok(RetryBuildOutput { build: Build::of(&owner, &new, row) })
    }

    fn example() -> Example {
        example_with_role(json!({"id": "$2/build/id"}))
            .after("codebuild:CreateProject", example_project())
            .after("codebuild:StartBuild", json!({"projectName": "example"}))
    }
}
