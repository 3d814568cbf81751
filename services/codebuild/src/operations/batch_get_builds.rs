use super::{example_project, example_with_role};
use crate::{
    CodeBuild,
    error::invalid,
    model::answer::Build,
    names::{Owner, build_id, on_projects, project_of},
    state::BUILDS,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Describes builds.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetBuilds.html>
pub struct BatchGetBuilds;

/// Which builds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BatchGetBuildsInput {
    /// Ids or ARNs.
    pub ids: Vec<String>,
}

/// The builds.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchGetBuildsOutput {
    /// Those that there are.
    pub builds: Vec<Build>,
    /// The ids of those that there are not.
    pub builds_not_found: Vec<String>,
}

const MOST: usize = 100;

impl Operation for BatchGetBuilds {
    type Service = CodeBuild;
    const NAME: &'static str = "BatchGetBuilds";
    const READ_ONLY: bool = true;
    type Input = BatchGetBuildsInput;
    type Output = BatchGetBuildsOutput;

    fn demands(input: &BatchGetBuildsInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        if input.ids.is_empty() || input.ids.len() > MOST {
            return Err(invalid(format!("{} builds were named; it must be 1 to {MOST}", input.ids.len())));
        }
        let ids: Result<Vec<&str>, Error> = input.ids.iter().map(|id| build_id(id)).collect();
        on_projects("codebuild:BatchGetBuilds", view, ids?.into_iter().map(project_of))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BatchGetBuildsInput) -> Result<BatchGetBuildsOutput, Error> {
        let owner = Owner::of(call)?;
        let mut output = BatchGetBuildsOutput { builds: Vec::new(), builds_not_found: Vec::new() };
        for text in input.ids {
            let id = build_id(&text)?;
            match call.get(&BUILDS, &owner.row(id))? {
                Some(row) => output.builds.push(Build::of(&owner, id, row)),
                None => output.builds_not_found.push(text),
            }
        }
        Ok(output)
    }

    fn example() -> Example {
        example_with_role(json!({"ids": ["$2/build/id"]}))
            .after("codebuild:CreateProject", example_project())
            .after("codebuild:StartBuild", json!({"projectName": "example"}))
    }
}
