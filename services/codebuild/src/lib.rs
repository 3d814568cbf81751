//! CodeBuild: projects, and builds that run for real in a sandbox, under the project's role.
//!
//! A build is a row and a workflow; its programs run beside it, as an outbox command of [`workflows`]. The image of a
//! project is a name: what runs is the userland of this machine, seen through the sandbox.
//!
//! Must not know pipelines: a build of a pipeline is told where its sources lie and where its artifacts go.

mod batches;
mod checks;
mod conditions;
mod configuration;
mod credentials;
mod error;
mod events;
mod groups;
mod model;
mod names;
mod operations;
mod overrides;
mod paging;
mod reports;
mod resources;
mod runner;
mod starting;
mod state;
mod sums;
mod variables;
mod webhook;
mod workflows;

use base::Arn;
use gate::{Error, Protocol, Registration, ResourceFacts, Service, View};

pub use configuration::{ProjectInput, ProjectOutput};
pub use credentials::Kind as SourceCredentialKind;
pub use model::{
    Cache, CloudWatchLogsConfig, Environment, EnvironmentVariable, GitSubmodulesConfig, LogsConfig, PhaseContext, PipelineArtifact,
    PipelineSource, ProjectArtifacts, ProjectSource, S3LogsConfig, Sorting, SourceAuth, SourceVersion, Tag,
    answer::{Build, BuildArtifacts, BuildPhase, ExportedVariable, LogsLocation, Project},
    batch::{BatchPart, BatchRestrictions, BuildBatch, BuildBatchConfig, BuildGroup, BuildSummary, ResolvedArtifact},
    report::{
        CodeCoverage, CodeCoverageReportSummary, Report, ReportExportConfig, ReportGroup, S3ReportExportConfig, TestCase, TestReportSummary,
    },
};
pub use operations::{
    batch_delete_builds::{BatchDeleteBuilds, BatchDeleteBuildsInput, BatchDeleteBuildsOutput, BuildNotDeleted},
    batch_get_build_batches::{BatchGetBuildBatches, BatchGetBuildBatchesInput, BatchGetBuildBatchesOutput},
    batch_get_builds::{BatchGetBuilds, BatchGetBuildsInput, BatchGetBuildsOutput},
    batch_get_projects::{BatchGetProjects, BatchGetProjectsInput, BatchGetProjectsOutput},
    batch_get_report_groups::{BatchGetReportGroups, BatchGetReportGroupsInput, BatchGetReportGroupsOutput},
    batch_get_reports::{BatchGetReports, BatchGetReportsInput, BatchGetReportsOutput},
    batch_put_code_coverages::{BatchPutCodeCoverages, BatchPutCodeCoveragesInput},
    batch_put_test_cases::{BatchPutTestCases, BatchPutTestCasesInput},
    create_project::CreateProject,
    create_report::{CreateReport, CreateReportInput, CreateReportOutput},
    create_report_group::{CreateReportGroup, CreateReportGroupInput, CreateReportGroupOutput},
    create_webhook::{CreateWebhook, CreateWebhookInput, WebhookOutput},
    delete_build_batch::{DeleteBuildBatch, DeleteBuildBatchInput, DeleteBuildBatchOutput},
    delete_project::{DeleteProject, DeleteProjectInput},
    delete_report::{DeleteReport, DeleteReportInput},
    delete_report_group::{DeleteReportGroup, DeleteReportGroupInput},
    delete_source_credentials::{DeleteSourceCredentials, DeleteSourceCredentialsInput},
    delete_webhook::{DeleteWebhook, DeleteWebhookInput},
    describe_code_coverages::{DescribeCodeCoverages, DescribeCodeCoveragesInput, DescribeCodeCoveragesOutput, DescribedCoverage},
    describe_test_cases::{DescribeTestCases, DescribeTestCasesInput, DescribeTestCasesOutput, DescribedCase, TestCaseFilter},
    get_build_provenance::{BuildProvenance, GetBuildProvenance, GetBuildProvenanceInput, GetBuildProvenanceOutput},
    get_report_group_trend::{GetReportGroupTrend, GetReportGroupTrendInput, GetReportGroupTrendOutput, RawData, TrendStats},
    import_source_credentials::{ImportSourceCredentials, ImportSourceCredentialsInput, SourceCredentialsArn},
    invalidate_project_cache::{InvalidateProjectCache, InvalidateProjectCacheInput},
    list_build_batches::{BuildBatchFilter, ListBuildBatches, ListBuildBatchesInput},
    list_build_batches_for_project::{ListBuildBatchesForProject, ListBuildBatchesForProjectInput},
    list_builds::{ListBuilds, ListBuildsInput, ListBuildsOutput, SortOrder},
    list_builds_for_project::{ListBuildsForProject, ListBuildsForProjectInput},
    list_projects::{ListProjects, ListProjectsInput, ListProjectsOutput},
    list_report_groups::{ListReportGroups, ListReportGroupsInput, ListReportGroupsOutput},
    list_reports::{ListReports, ListReportsInput, ListReportsOutput, ReportFilter},
    list_reports_for_report_group::{ListReportsForReportGroup, ListReportsForReportGroupInput},
    list_source_credentials::{ListSourceCredentials, ListSourceCredentialsInput, ListSourceCredentialsOutput, SourceCredentialsInfo},
    receive_webhook::{ReceiveWebhook, ReceiveWebhookInput, ReceiveWebhookOutput},
    retry_build::{RetryBuild, RetryBuildInput, RetryBuildOutput},
    retry_build_batch::{RetryBuildBatch, RetryBuildBatchInput, RetryBuildBatchOutput},
    run_commands::{RunCommands, RunCommandsInput, RunCommandsOutput},
    start_build::{StartBuild, StartBuildInput, StartBuildOutput},
    start_build_batch::{StartBuildBatch, StartBuildBatchInput, StartBuildBatchOutput},
    stop_build::{StopBuild, StopBuildInput, StopBuildOutput},
    stop_build_batch::{StopBuildBatch, StopBuildBatchInput, StopBuildBatchOutput},
    update_project::UpdateProject,
    update_report::{UpdateReport, UpdateReportInput},
    update_report_group::{UpdateReportGroup, UpdateReportGroupInput, UpdateReportGroupOutput},
    update_webhook::{UpdateWebhook, UpdateWebhookInput},
};
pub use runner::{
    Egress, Endpoint, GitHosts, GitReach, GitSource, Imagine, ImaginedBuild, ImaginedEnd, Runner, imagined_workflows, workflows,
    workflows_with,
};
pub use state::AutoRetry;
pub use webhook::{Webhook, WebhookFilter};

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
        .operation::<BatchDeleteBuilds>()
        .operation::<BatchGetBuildBatches>()
        .operation::<BatchGetBuilds>()
        .operation::<BatchGetProjects>()
        .operation::<BatchGetReportGroups>()
        .operation::<BatchGetReports>()
        .operation::<BatchPutCodeCoverages>()
        .operation::<BatchPutTestCases>()
        .operation::<CreateProject>()
        .operation::<CreateReport>()
        .operation::<CreateReportGroup>()
        .operation::<CreateWebhook>()
        .operation::<DeleteBuildBatch>()
        .operation::<DeleteProject>()
        .operation::<DeleteReport>()
        .operation::<DeleteReportGroup>()
        .operation::<DeleteSourceCredentials>()
        .operation::<DeleteWebhook>()
        .operation::<DescribeCodeCoverages>()
        .operation::<DescribeTestCases>()
        .operation::<GetBuildProvenance>()
        .operation::<GetReportGroupTrend>()
        .operation::<ImportSourceCredentials>()
        .operation::<InvalidateProjectCache>()
        .operation::<ListBuildBatches>()
        .operation::<ListBuildBatchesForProject>()
        .operation::<ListBuilds>()
        .operation::<ListBuildsForProject>()
        .operation::<ListProjects>()
        .operation::<ListReportGroups>()
        .operation::<ListReports>()
        .operation::<ListReportsForReportGroup>()
        .operation::<ListSourceCredentials>()
        .operation::<ReceiveWebhook>()
        .operation::<RetryBuild>()
        .operation::<RetryBuildBatch>()
        .operation::<RunCommands>()
        .operation::<StartBuild>()
        .operation::<StartBuildBatch>()
        .operation::<StopBuild>()
        .operation::<StopBuildBatch>()
        .operation::<UpdateProject>()
        .operation::<UpdateReport>()
        .operation::<UpdateReportGroup>()
        .operation::<UpdateWebhook>()
        .resource_type(resources::project::ProjectType)
        .resource_type(resources::report_group::ReportGroupType)
        .resources::<CodeBuild>(facts)
}

/// Projects and report groups; builds and batches are their project's, reports their group's.
fn facts(view: &mut View<'_, CodeBuild>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let Some(account) = arn.account() else { return Ok(None) };
    let place = [account.as_str(), arn.region()];
    let (tags, policy) = match (arn.resource_of("project"), arn.resource_of("report-group")) {
        (Some(name), _) => match view.get(&state::PROJECTS, &[place[0], place[1], name])? {
            Some(row) => (row.tags, row.webhook.map(|_| webhook::policy())),
            None => return Ok(None),
        },
        (_, Some(name)) => match view.get(&groups::GROUPS, &[place[0], place[1], name])? {
            Some(row) => (row.tags, None),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    let tags = tags.into_iter().map(|t| (t.key, t.value)).collect();
    Ok(Some(ResourceFacts { tags, policy, ..ResourceFacts::owned_by(account) }))
}
