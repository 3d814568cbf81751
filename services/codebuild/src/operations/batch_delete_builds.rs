use super::{example_project, example_with_role};
use crate::{
    CodeBuild,
    error::invalid,
    names::{Owner, build_id, on_projects, project_of},
    state::{BUILDS, BUILDS_BY_PROJECT},
};
use gate::{Authorized, Demands, Error, Example, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes builds that have ended.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchDeleteBuilds.html>
pub struct BatchDeleteBuilds;

/// Which builds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BatchDeleteBuildsInput {
    /// Ids or ARNs.
    pub ids: Vec<String>,
}

/// What became of them.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchDeleteBuildsOutput {
    /// Those that are gone, by their ARNs.
    pub builds_deleted: Vec<String>,
    /// Those that are not.
    pub builds_not_deleted: Vec<BuildNotDeleted>,
}

/// A build that was not deleted.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildNotDeleted {
    /// Its id, as it was given.
    pub id: String,
    /// Why.
    pub status_code: String,
}

const MOST: usize = 100;

/// Deletes a build; or why not.
pub(crate) fn delete(
    scope: &mut Scope<'_, CodeBuild>,
    owner: &Owner,
    text: &str,
    output: &mut BatchDeleteBuildsOutput,
) -> Result<(), Error> {
    let id = build_id(text)?;
    let refused = |code: &str| BuildNotDeleted { id: text.into(), status_code: code.into() };
    match scope.get(&BUILDS, &owner.row(id))? {
        None => output.builds_not_deleted.push(refused("BUILD_NOT_FOUND")),
        Some(row) if row.ended.is_none() => output.builds_not_deleted.push(refused("BUILD_IN_PROGRESS")),
        Some(row) => {
            scope.delete(&BUILDS, &owner.row(id));
            scope.delete(&BUILDS_BY_PROJECT, &owner.row_of(&row.project, &format!("{:020}", row.number)));
            output.builds_deleted.push(owner.build_arn(id).to_string());
        }
    }
    Ok(())
}

impl Operation for BatchDeleteBuilds {
    type Service = CodeBuild;
    const NAME: &'static str = "BatchDeleteBuilds";
    const READ_ONLY: bool = false;
    type Input = BatchDeleteBuildsInput;
    type Output = BatchDeleteBuildsOutput;

    fn demands(input: &BatchDeleteBuildsInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        if input.ids.is_empty() || input.ids.len() > MOST {
            return Err(invalid(format!("{} builds were named; it must be 1 to {MOST}", input.ids.len())));
        }
        let ids: Result<Vec<&str>, Error> = input.ids.iter().map(|id| build_id(id)).collect();
        on_projects("codebuild:BatchDeleteBuilds", view, ids?.into_iter().map(project_of))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BatchDeleteBuildsInput) -> Result<BatchDeleteBuildsOutput, Error> {
        let owner = Owner::of(call)?;
        let mut output = BatchDeleteBuildsOutput::default();
        for id in &input.ids {
            delete(call, &owner, id, &mut output)?;
        }
        Ok(output)
    }

    fn example() -> Example {
        example_with_role(json!({"ids": ["$2/build/id"]}))
            .after("codebuild:CreateProject", example_project())
            .after("codebuild:StartBuild", json!({"projectName": "example"}))
    }
}
