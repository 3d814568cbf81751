use crate::{CodeCommit, names, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes a repository's description.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdateRepositoryDescription.html>
pub struct UpdateRepositoryDescription;

/// The new description.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateRepositoryDescriptionInput {
    /// The repository's name.
    pub repository_name: String,
    /// None: it has none from now on.
    pub repository_description: Option<String>,
}

/// No members.
#[derive(Debug, Serialize)]
pub struct UpdateRepositoryDescriptionOutput {}

impl Operation for UpdateRepositoryDescription {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdateRepositoryDescription";
    const READ_ONLY: bool = false;
    type Input = UpdateRepositoryDescriptionInput;
    type Output = UpdateRepositoryDescriptionOutput;

    fn demands(input: &UpdateRepositoryDescriptionInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::description(input.repository_description.as_deref())?;
        Ok(Demand::new("codecommit:UpdateRepositoryDescription", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(
        call: &mut Authorized<'_, Self>,
        input: UpdateRepositoryDescriptionInput,
    ) -> Result<UpdateRepositoryDescriptionOutput, Error> {
        let mut row = state::repository(call, &input.repository_name)?;
        row.description = input.repository_description;
        row.modified = call.now();
        state::keep(call, &row)?;
        Ok(UpdateRepositoryDescriptionOutput {})
    }

    fn example() -> Example {
        Example::of(json!({"repositoryName": "shop", "repositoryDescription": "The new shop"}))
            .after("codecommit:CreateRepository", json!({"repositoryName": "shop"}))
    }
}
