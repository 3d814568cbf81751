use super::{example_project, example_with_role};
use crate::{
    CodeBuild,
    names::{Owner, check_project, on_project},
    state::{BUILDS, BUILDS_BY_PROJECT, NUMBERS, PROJECTS},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a project. Its builds that have ended go with it, those under way come to their end. One that is not there is
/// no error.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_DeleteProject.html>
pub struct DeleteProject;

/// The project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeleteProjectInput {
    /// Its name.
    pub name: String,
}

impl Operation for DeleteProject {
    type Service = CodeBuild;
    const NAME: &'static str = "DeleteProject";
    const READ_ONLY: bool = false;
    type Input = DeleteProjectInput;
    type Output = ();

    fn demands(input: &DeleteProjectInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        check_project(&input.name)?;
        Ok(on_project("codebuild:DeleteProject", view, &input.name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteProjectInput) -> Result<(), Error> {
        let owner = Owner::of(call)?;
        for (key, id) in call.scan(&BUILDS_BY_PROJECT, &owner.row(&input.name))? {
            call.delete(&BUILDS_BY_PROJECT, &owner.row_of(&input.name, &key[3]));
            if call.get(&BUILDS, &owner.row(&id))?.is_some_and(|build| build.ended.is_some()) {
                call.delete(&BUILDS, &owner.row(&id));
            }
        }
        call.delete(&NUMBERS, &owner.row(&input.name));
        call.delete(&PROJECTS, &owner.row(&input.name));
        Ok(())
    }

    fn example() -> Example {
        example_with_role(json!({"name": "example"})).after("codebuild:CreateProject", example_project())
    }
}
