use super::{example_project, example_with_role, without_values};
use crate::{
    CodeBuild, ProjectInput, ProjectOutput,
    error::no_project,
    model::answer::Project,
    names::Owner,
    operations::create_project::{check_role, declaring},
    state::PROJECTS,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde_json::{Value, json};

/// Changes a project; what is not given stays.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateProject.html>
pub struct UpdateProject;

impl Operation for UpdateProject {
    type Service = CodeBuild;
    const NAME: &'static str = "UpdateProject";
    const READ_ONLY: bool = false;
    type Input = ProjectInput;
    type Output = ProjectOutput;

    fn demands(input: &ProjectInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        declaring("codebuild:UpdateProject", view, input)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ProjectInput) -> Result<ProjectOutput, Error> {
        let owner = Owner::of(call)?;
        let name = input.name.clone();
        let before = call.get(&PROJECTS, &owner.row(&name))?.ok_or_else(|| no_project(owner.project_arn(&name).as_str()))?;
        let role_given = input.service_role.is_some();
        let row = input.into_row(Self::NAME, Some(before), call.now())?;
        if role_given {
            check_role(call, &owner, &name, &row.service_role)?;
        }
        call.put(&PROJECTS, &owner.row(&name), &row)?;
        Ok(ProjectOutput { project: Project::of(call.server_url(), &owner, &name, row) })
    }

    fn example() -> Example {
        example_with_role(json!({"name": "example", "description": "another"})).after("codebuild:CreateProject", example_project())
    }

    fn recorded(input: &ProjectInput) -> Value {
        without_values(serde_json::to_value(input).unwrap_or_default())
    }
}
