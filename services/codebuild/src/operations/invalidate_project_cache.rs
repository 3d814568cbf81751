use super::{example_project, example_with_role};
use crate::{
    CodeBuild,
    error::no_project,
    names::{Owner, check_project},
    state::PROJECTS,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lets the next builds of a project begin without its cache. What lies in the bucket stays, as on AWS.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_InvalidateProjectCache.html>
pub struct InvalidateProjectCache;

/// Which project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvalidateProjectCacheInput {
    /// Its name.
    pub project_name: String,
}

impl Operation for InvalidateProjectCache {
    type Service = CodeBuild;
    const NAME: &'static str = "InvalidateProjectCache";
    const READ_ONLY: bool = false;
    type Input = InvalidateProjectCacheInput;
    type Output = ();

    fn demands(input: &InvalidateProjectCacheInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        check_project(&input.project_name)?;
        Ok(Demand::any("codebuild:InvalidateProjectCache").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: InvalidateProjectCacheInput) -> Result<(), Error> {
        let owner = Owner::of(call)?;
        let name = &input.project_name;
        let mut row = call.get(&PROJECTS, &owner.row(name))?.ok_or_else(|| no_project(owner.project_arn(name).as_str()))?;
        row.cache_generation += 1;
        call.put(&PROJECTS, &owner.row(name), &row)
    }

    fn example() -> Example {
        example_with_role(json!({"projectName": "example"})).after("codebuild:CreateProject", example_project())
    }
}
