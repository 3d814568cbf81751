use super::{example_project, example_with_role};
use crate::{
    CodeBuild,
    error::invalid,
    model::answer::Project,
    names::{Owner, on_projects},
    state::PROJECTS,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Describes projects.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetProjects.html>
pub struct BatchGetProjects;

/// Which projects.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BatchGetProjectsInput {
    /// Names or ARNs.
    pub names: Vec<String>,
}

/// The projects.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchGetProjectsOutput {
    /// Those that there are.
    pub projects: Vec<Project>,
    /// The names of those that there are not.
    pub projects_not_found: Vec<String>,
}

const MOST: usize = 100;

fn name_of(text: &str) -> &str {
    text.rsplit_once(":project/").map_or(text, |(_, name)| name)
}

impl Operation for BatchGetProjects {
    type Service = CodeBuild;
    const NAME: &'static str = "BatchGetProjects";
    const READ_ONLY: bool = true;
    type Input = BatchGetProjectsInput;
    type Output = BatchGetProjectsOutput;

    fn demands(input: &BatchGetProjectsInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        if input.names.is_empty() || input.names.len() > MOST {
            return Err(invalid(format!("{} projects were named; it must be 1 to {MOST}", input.names.len())));
        }
        on_projects("codebuild:BatchGetProjects", view, input.names.iter().map(|n| name_of(n)))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BatchGetProjectsInput) -> Result<BatchGetProjectsOutput, Error> {
        let owner = Owner::of(call)?;
        let mut output = BatchGetProjectsOutput { projects: Vec::new(), projects_not_found: Vec::new() };
        for text in input.names {
            let name = name_of(&text);
            match call.get(&PROJECTS, &owner.row(name))? {
                Some(row) => output.projects.push(Project::of(call.server_url(), &owner, name, row)),
                None => output.projects_not_found.push(text),
            }
        }
        Ok(output)
    }

    fn example() -> Example {
        example_with_role(json!({"names": ["example"]})).after("codebuild:CreateProject", example_project())
    }
}
