//! What a build has otherwise than its project.

use crate::{
    StartBuild, StartBuildInput,
    checks::refuse_rest,
    configuration,
    error::invalid,
    model::{EnvironmentVariable, ProjectArtifacts, ProjectSource},
    state::ProjectRow,
};
use gate::{Error, Operation};

const MAX_PIPELINE_ARTIFACTS: usize = 5;
/// The type of the sources and artifacts that pipelines bring and take.
const OF_PIPELINES: &str = "CODEPIPELINE";

fn set<T: Clone>(place: &mut T, given: Option<&T>) {
    if let Some(given) = given {
        place.clone_from(given);
    }
}

fn set_some<T: Clone>(place: &mut Option<T>, given: Option<&T>) {
    if let Some(given) = given {
        *place = Some(given.clone());
    }
}

/// Adds variables; one of the same name takes the other's place.
pub(crate) fn add_variables(variables: &mut Vec<EnvironmentVariable>, more: &[EnvironmentVariable]) {
    for variable in more {
        variables.retain(|v| v.name != variable.name);
        variables.push(variable.clone());
    }
}

/// The project as this build has it.
pub(crate) fn apply(project: &mut ProjectRow, input: &StartBuildInput) -> Result<(), Error> {
    let operation = StartBuild::NAME;
    refuse_rest(operation, "", &input.rest)?;
    let source = &mut project.source;
    set(&mut source.kind, input.source_type_override.as_ref());
    set_some(&mut source.location, input.source_location_override.as_ref());
    set_some(&mut source.buildspec, input.buildspec_override.as_ref());
    set_some(&mut source.auth, input.source_auth_override.as_ref());
    set_some(&mut source.git_clone_depth, input.git_clone_depth_override.as_ref());
    set_some(&mut source.git_submodules_config, input.git_submodules_config_override.as_ref());
    set_some(&mut source.insecure_ssl, input.insecure_ssl_override.as_ref());
    set_some(&mut source.report_build_status, input.report_build_status_override.as_ref());
    set_some(&mut source.build_status_config, input.build_status_config_override.as_ref());
    set(&mut project.secondary_sources, input.secondary_sources_override.as_ref());
    set(&mut project.secondary_source_versions, input.secondary_sources_version_override.as_ref());
    set(&mut project.artifacts, input.artifacts_override.as_ref());
    set(&mut project.secondary_artifacts, input.secondary_artifacts_override.as_ref());
    set_some(&mut project.cache, input.cache_override.as_ref());
    set_some(&mut project.logs_config, input.logs_config_override.as_ref());
    set_some(&mut project.encryption_key, input.encryption_key_override.as_ref());
    set(&mut project.service_role, input.service_role_override.as_ref());
    let environment = &mut project.environment;
    set(&mut environment.kind, input.environment_type_override.as_ref());
    set(&mut environment.image, input.image_override.as_ref());
    set(&mut environment.compute_type, input.compute_type_override.as_ref());
    set_some(&mut environment.privileged_mode, input.privileged_mode_override.as_ref());
    set_some(&mut environment.image_pull_credentials_type, input.image_pull_credentials_type_override.as_ref());
    set(&mut project.timeout_in_minutes, input.timeout_in_minutes_override.as_ref());
    set(&mut project.queued_timeout_in_minutes, input.queued_timeout_in_minutes_override.as_ref());
    set_some(&mut project.auto_retry_limit, input.auto_retry_limit_override.as_ref());
    add_variables(&mut project.environment.environment_variables, &input.environment_variables_override);
    take_over(project, input)?;
    configuration::check(operation, project)
}

/// A pipeline brings its sources and takes the artifacts along, whatever the project has of its own.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html>
fn take_over(project: &mut ProjectRow, input: &StartBuildInput) -> Result<(), Error> {
    if input.pipeline_source.is_empty() {
        if project.source.kind == OF_PIPELINES {
            return Err(invalid(format!(
                "Build cannot be started: the source of project {} is CODEPIPELINE, so only a pipeline can start it. Override its source and artifacts to build without one",
                input.project_name
            )));
        }
        if !input.pipeline_artifacts.is_empty() || input.pipeline_name.is_some() || input.pipeline_execution_id.is_some() {
            return Err(invalid("pipelineArtifacts and pipelineName come with the pipelineSource that is built"));
        }
        return Ok(());
    }
    if input.pipeline_source.len() > MAX_PIPELINE_ARTIFACTS || input.pipeline_artifacts.len() > MAX_PIPELINE_ARTIFACTS {
        return Err(invalid(format!(
            "a build action has at most {MAX_PIPELINE_ARTIFACTS} input and {MAX_PIPELINE_ARTIFACTS} output artifacts"
        )));
    }
    input.pipeline_source.iter().skip(1).try_for_each(|source| crate::variables::check_name(&source.name)).map_err(invalid)?;
    if project.source.kind != OF_PIPELINES {
        let buildspec = project.source.buildspec.take();
        project.source = ProjectSource { kind: OF_PIPELINES.into(), buildspec, ..ProjectSource::default() };
        project.secondary_sources.clear();
        project.secondary_source_versions.clear();
    }
    if project.artifacts.kind != OF_PIPELINES {
        project.artifacts = ProjectArtifacts { kind: OF_PIPELINES.into(), ..ProjectArtifacts::default() };
        project.secondary_artifacts.clear();
    }
    Ok(())
}
