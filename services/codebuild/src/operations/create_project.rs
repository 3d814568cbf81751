use super::{example_project, example_with_role, without_values};
use crate::{
    CodeBuild, ProjectInput, ProjectOutput, conditions,
    error::{cannot_assume, project_exists},
    model::answer::Project,
    names::{Owner, check_project, on_project},
    state::PROJECTS,
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, Scope, View};
use serde_json::Value;

/// Makes a project, whose role CodeBuild must be able to assume.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html>
pub struct CreateProject;

pub(crate) fn pass_role(role: Option<&Arn>) -> Option<Demand> {
    role.map(|role| Demand::new("iam:PassRole", role.clone()).with("iam:PassedToService", "codebuild.amazonaws.com"))
}

/// The demands of declaring a project: the project's own, and that of handing its role to the service.
pub(crate) fn declaring(action: &'static str, view: &View<'_, CodeBuild>, input: &ProjectInput) -> Result<Demands, Error> {
    check_project(&input.name)?;
    let tags = input.tags.iter().flatten().map(|t| (t.key.as_str(), t.value.as_str()));
    let declare = conditions::of_project(on_project(action, view, &input.name)?.with_tags(tags), input);
    Ok(Demands::all([declare].into_iter().chain(pass_role(input.service_role.as_ref()))))
}

/// AWS asks of the role itself, when a project gets it.
pub(crate) fn check_role(scope: &mut Scope<'_, CodeBuild>, owner: &Owner, name: &str, role: &Arn) -> Result<(), Error> {
    let service = scope.as_service(owner.account, Some(&owner.project_arn(name)));
    let session = format!("AWSCodeBuild-{}", base::uuid(scope.entropy()));
    scope.assume(&service, role.as_str(), &session).map(drop).map_err(|_| cannot_assume())
}

impl Operation for CreateProject {
    type Service = CodeBuild;
    const NAME: &'static str = "CreateProject";
    const READ_ONLY: bool = false;
    type Input = ProjectInput;
    type Output = ProjectOutput;

    fn demands(input: &ProjectInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        declaring("codebuild:CreateProject", view, input)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ProjectInput) -> Result<ProjectOutput, Error> {
        let owner = Owner::of(call)?;
        let name = input.name.clone();
        if call.get(&PROJECTS, &owner.row(&name))?.is_some() {
            return Err(project_exists(owner.project_arn(&name).as_str()));
        }
        let row = input.into_row(Self::NAME, None, call.now())?;
        check_role(call, &owner, &name, &row.service_role)?;
        call.put(&PROJECTS, &owner.row(&name), &row)?;
        Ok(ProjectOutput { project: Project::of(call.server_url(), &owner, &name, row) })
    }

    fn example() -> Example {
        example_with_role(example_project()).inside(["sts:AssumeRole"])
    }

    fn recorded(input: &ProjectInput) -> Value {
        without_values(serde_json::to_value(input).unwrap_or_default())
    }
}
