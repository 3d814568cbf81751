use crate::{
    CodeCommit, error, examples,
    git::objects::{self, Commit},
    names, state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells of up to 100 commits.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_BatchGetCommits.html>
pub struct BatchGetCommits;

/// Which ones.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    #[serde(default)]
    commit_ids: Vec<String>,
    repository_name: String,
}

/// Why a commit is not told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    commit_id: String,
    error_code: String,
    error_message: String,
}

/// The commits.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    commits: Vec<Commit>,
    errors: Vec<Failure>,
}

const MAX_IDS: usize = 100;

impl Operation for BatchGetCommits {
    type Service = CodeCommit;
    const NAME: &'static str = "BatchGetCommits";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        match input.commit_ids.len() {
            0 => Err(Error::new("CommitIdsListRequiredException", "A list of commit ids is required")),
            1..=MAX_IDS => Ok(state::demand(facts, "codecommit:BatchGetCommits", &input.repository_name)?.into()),
            _ => Err(Error::new("CommitIdsLimitExceededException", format!("The maximum number of commit ids is {MAX_IDS}"))),
        }
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        let (known, malformed): (Vec<String>, Vec<String>) = input.commit_ids.into_iter().partition(|id| names::is_object(id));
        let failure =
            |commit_id: String, error: Error| Failure { commit_id, error_code: error.code.into_owned(), error_message: error.message };
        let mut output = Output { commits: Vec::new(), errors: Vec::new() };
        for (id, commit) in known.iter().zip(objects.commits(&known)?) {
            match commit {
                Some(commit) => output.commits.push(commit),
                None => output.errors.push(failure(id.clone(), error::no_commit(id))),
            }
        }
        output.errors.extend(malformed.into_iter().filter_map(|id| names::commit(&id).err().map(|error| failure(id, error))));
        Ok(output)
    }

    fn example() -> Example {
        examples::with_commit(json!({"repositoryName": "shop", "commitIds": [examples::COMMIT]}))
    }
}
