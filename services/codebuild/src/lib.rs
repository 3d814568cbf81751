//! CodeBuild: projects, and builds that run for real in a sandbox, under the project's role.
//!
//! A build is a row and a workflow; its programs run beside it, as an outbox command of [`workflows`]. The image of a
//! project is a name: what runs is the userland of this machine, seen through the sandbox.
//!
//! Must not know pipelines: a build of a pipeline is told where its sources lie and where its artifacts go.

mod configuration;
mod error;
mod events;
mod model;
mod names;
mod operations;
mod resources;
mod runner;
mod state;
mod variables;
mod workflows;

use base::Arn;
use gate::{Error, Protocol, Registration, ResourceFacts, Service, View};

pub use configuration::{ProjectInput, ProjectOutput};
pub use model::{
    Cache, CloudWatchLogsConfig, Environment, EnvironmentVariable, LogsConfig, PhaseContext, PipelineArtifact, PipelineSource,
    ProjectArtifacts, ProjectSource, Tag,
    answer::{Build, BuildPhase, ExportedVariable, LogsLocation, Project},
};
pub use operations::{
    batch_get_builds::{BatchGetBuilds, BatchGetBuildsInput, BatchGetBuildsOutput},
    batch_get_projects::{BatchGetProjects, BatchGetProjectsInput, BatchGetProjectsOutput},
    create_project::CreateProject,
    delete_project::{DeleteProject, DeleteProjectInput},
    list_builds::{ListBuilds, ListBuildsInput, ListBuildsOutput, SortOrder},
    list_builds_for_project::{ListBuildsForProject, ListBuildsForProjectInput},
    list_projects::{ListProjects, ListProjectsInput, ListProjectsOutput},
    start_build::{StartBuild, StartBuildInput, StartBuildOutput},
    stop_build::{StopBuild, StopBuildInput, StopBuildOutput},
    update_project::UpdateProject,
};
pub use runner::{Egress, Endpoint, Runner, workflows, workflows_with};

/// The service's token.
pub struct CodeBuild(());

impl Service for CodeBuild {
    const NAME: &'static str = "codebuild";
    const PRINCIPAL: &'static str = "codebuild.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<CodeBuild>()
        .operation::<BatchGetBuilds>()
        .operation::<BatchGetProjects>()
        .operation::<CreateProject>()
        .operation::<DeleteProject>()
        .operation::<ListBuilds>()
        .operation::<ListBuildsForProject>()
        .operation::<ListProjects>()
        .operation::<StartBuild>()
        .operation::<StopBuild>()
        .operation::<UpdateProject>()
        .resource_type(resources::project::ProjectType)
        .resources::<CodeBuild>(facts)
}

fn facts(view: &mut View<'_, CodeBuild>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let (Some(account), Some(name)) = (arn.account(), arn.resource_of("project")) else { return Ok(None) };
    let row = view.get(&state::PROJECTS, &[account.as_str(), arn.region(), name])?;
    Ok(row.map(|row| ResourceFacts { tags: row.tags.into_iter().map(|t| (t.key, t.value)).collect(), ..ResourceFacts::owned_by(account) }))
}
