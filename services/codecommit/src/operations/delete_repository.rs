use crate::{CodeCommit, comments, requests, state, templates};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a repository with all its content. One that is not there is deleted already.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_DeleteRepository.html>
pub struct DeleteRepository;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteRepositoryInput {
    /// Its name.
    pub repository_name: String,
}

/// What was deleted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteRepositoryOutput {
    /// Its id; None if there was no such repository.
    pub repository_id: Option<String>,
}

impl Operation for DeleteRepository {
    type Service = CodeCommit;
    const NAME: &'static str = "DeleteRepository";
    const READ_ONLY: bool = false;
    type Input = DeleteRepositoryInput;
    type Output = DeleteRepositoryOutput;

    fn demands(input: &DeleteRepositoryInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(Demand::new("codecommit:DeleteRepository", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteRepositoryInput) -> Result<DeleteRepositoryOutput, Error> {
        let account = call.account()?;
        let key = [account.as_str(), input.repository_name.as_str()];
        let Some(row) = call.get(&state::REPOSITORIES, &key)? else { return Ok(DeleteRepositoryOutput { repository_id: None }) };
        call.delete(&state::REPOSITORIES, &key);
        let id = row.id.as_str();
        for (name, _) in state::references(call, &row, "")? {
            call.delete(&state::REFERENCES, &[id, name.as_str()]);
        }
        for (key, _) in call.scan(&state::PACKS, id)? {
            call.delete(&state::PACKS, &[id, key[1].as_str()]);
            call.delete_body(&key[1])?;
        }
        for (key, _) in call.scan(&state::ARCHIVES, id)? {
            call.delete(&state::ARCHIVES, &[id, key[1].as_str()]);
        }
        requests::forget(call, &row)?;
        comments::forget(call, &row)?;
        templates::forget(call, &row)?;
        call.delete(&state::NAMES, &[row.account.as_str(), id]);
        Ok(DeleteRepositoryOutput { repository_id: Some(row.id) })
    }

    fn example() -> Example {
        Example::of(json!({"repositoryName": "shop"})).after("codecommit:CreateRepository", json!({"repositoryName": "shop"}))
    }
}
