use super::{
    example_project, example_with_role,
    list_builds::{ListBuildsOutput, PAGE, SortOrder, after, edge, ids},
};
use crate::{
    CodeBuild,
    error::no_project,
    names::{Owner, check_project, on_project},
    state::{BUILDS_BY_PROJECT, PROJECTS},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the ids of a project's builds, by their numbers.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListBuildsForProject.html>
pub struct ListBuildsForProject;

/// Which project, in which order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListBuildsForProjectInput {
    /// The project.
    pub project_name: String,
    /// The last one first if not given.
    pub sort_order: Option<SortOrder>,
    /// Where the page before ended.
    pub next_token: Option<String>,
}

impl Operation for ListBuildsForProject {
    type Service = CodeBuild;
    const NAME: &'static str = "ListBuildsForProject";
    const READ_ONLY: bool = true;
    type Input = ListBuildsForProjectInput;
    type Output = ListBuildsOutput;

    fn demands(input: &ListBuildsForProjectInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        check_project(&input.project_name)?;
        Ok(on_project("codebuild:ListBuildsForProject", view, &input.project_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListBuildsForProjectInput) -> Result<ListBuildsOutput, Error> {
        let owner = Owner::of(call)?;
        let key = owner.row(&input.project_name);
        if call.get(&PROJECTS, &key)?.is_none() {
            return Err(no_project(owner.project_arn(&input.project_name).as_str()));
        }
        let after = after(input.next_token.as_deref())?;
        let descending = input.sort_order != Some(SortOrder::Ascending);
        Ok(ids(call.page(&BUILDS_BY_PROJECT, &key, edge(&after.as_deref()), PAGE + 1, descending)?))
    }

    fn example() -> Example {
        example_with_role(json!({"projectName": "example"})).after("codebuild:CreateProject", example_project())
    }
}
