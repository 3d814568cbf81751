use super::{example_batch, example_with_role};
use crate::{
    CodeBuild,
    error::no_project,
    names::{Owner, check_project, on_project},
    operations::list_build_batches::{BuildBatchFilter, found},
    operations::list_builds::{ListBuildsOutput, SortOrder},
    paging,
    state::PROJECTS,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the ids of a project's batches, by their start.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListBuildBatchesForProject.html>
pub struct ListBuildBatchesForProject;

/// Which, and in which order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListBuildBatchesForProjectInput {
    /// The project.
    pub project_name: String,
    /// Those of one status.
    pub filter: Option<BuildBatchFilter>,
    /// At most 100.
    pub max_results: Option<u64>,
    /// The last one first if not given.
    pub sort_order: Option<SortOrder>,
    /// Where the page before ended.
    pub next_token: Option<String>,
}

impl Operation for ListBuildBatchesForProject {
    type Service = CodeBuild;
    const NAME: &'static str = "ListBuildBatchesForProject";
    const READ_ONLY: bool = true;
    type Input = ListBuildBatchesForProjectInput;
    type Output = ListBuildsOutput;

    fn demands(input: &ListBuildBatchesForProjectInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        check_project(&input.project_name)?;
        Ok(on_project("codebuild:ListBuildBatchesForProject", view, &input.project_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListBuildBatchesForProjectInput) -> Result<ListBuildsOutput, Error> {
        let owner = Owner::of(call)?;
        if call.get(&PROJECTS, &owner.row(&input.project_name))?.is_none() {
            return Err(no_project(owner.project_arn(&input.project_name).as_str()));
        }
        let ids = found(call, &owner, Some(&input.project_name), input.filter.as_ref(), input.sort_order)?;
        let (ids, next_token) = paging::cut(ids, input.next_token.as_deref(), input.max_results)?;
        Ok(ListBuildsOutput { ids, next_token })
    }

    fn example() -> Example {
        example_with_role(json!({"projectName": "example"})).after("codebuild:CreateProject", example_batch())
    }
}
