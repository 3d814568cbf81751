use super::{example_project, example_with_role};
use crate::{
    CodeBuild,
    error::no_build,
    model::answer::Build,
    names::{Owner, build_id, on_project, project_of},
    state::BUILDS,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Asks a build to stop; its programs are killed.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StopBuild.html>
pub struct StopBuild;

/// The build.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StopBuildInput {
    /// Its id or ARN.
    pub id: String,
}

/// The build.
#[derive(Debug, Clone, Serialize)]
pub struct StopBuildOutput {
    /// The build.
    pub build: Build,
}

impl Operation for StopBuild {
    type Service = CodeBuild;
    const NAME: &'static str = "StopBuild";
    const READ_ONLY: bool = false;
    type Input = StopBuildInput;
    type Output = StopBuildOutput;

    fn demands(input: &StopBuildInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(on_project("codebuild:StopBuild", view, project_of(build_id(&input.id)?))?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: StopBuildInput) -> Result<StopBuildOutput, Error> {
        let owner = Owner::of(call)?;
        let id = build_id(&input.id)?;
        let mut row = call.get(&BUILDS, &owner.row(id))?.ok_or_else(|| no_build(owner.build_arn(id).as_str()))?;
        if row.ended.is_none() && !row.stopping {
            row.stopping = true;
            call.put(&BUILDS, &owner.row(id), &row)?;
        }
        Ok(StopBuildOutput { build: Build::of(&owner, id, row) })
    }

    fn example() -> Example {
        example_with_role(json!({"id": "$2/build/id"}))
            .after("codebuild:CreateProject", example_project())
            .after("codebuild:StartBuild", json!({"projectName": "example"}))
    }
}
