use crate::{CodeCommit, error, names, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Gives a repository another name, and so another ARN and URL.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdateRepositoryName.html>
pub struct UpdateRepositoryName;

/// The names.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateRepositoryNameInput {
    /// The present name.
    pub old_name: String,
    /// The new name.
    pub new_name: String,
}

/// No members.
#[derive(Debug, Serialize)]
pub struct UpdateRepositoryNameOutput {}

impl Operation for UpdateRepositoryName {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdateRepositoryName";
    const READ_ONLY: bool = false;
    type Input = UpdateRepositoryNameInput;
    type Output = UpdateRepositoryNameOutput;

    fn demands(input: &UpdateRepositoryNameInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::repository(&input.new_name)?;
        Ok(Demand::new("codecommit:UpdateRepositoryName", state::arn(facts, &input.old_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UpdateRepositoryNameInput) -> Result<UpdateRepositoryNameOutput, Error> {
        let mut row = state::repository(call, &input.old_name)?;
        if call.get(&state::REPOSITORIES, &[row.account.as_str(), input.new_name.as_str()])?.is_some() {
            return Err(error::repository_exists(&input.new_name));
        }
        call.delete(&state::REPOSITORIES, &[row.account.as_str(), input.old_name.as_str()]);
        row.name = input.new_name;
        row.modified = call.now();
        state::keep(call, &row)?;
        Ok(UpdateRepositoryNameOutput {})
    }

    fn example() -> Example {
        Example::of(json!({"oldName": "shop", "newName": "store"})).after("codecommit:CreateRepository", json!({"repositoryName": "shop"}))
    }
}
