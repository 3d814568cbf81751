use crate::{CodeCommit, error, examples, imagined, names, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use crate::git::objects::{Commit, UserInfo};

/// Tells of a commit.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetCommit.html>
pub struct GetCommit;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetCommitInput {
    /// The repository's name.
    pub repository_name: String,
    /// The full commit id.
    pub commit_id: String,
}

/// The commit.
#[derive(Debug, Serialize)]
pub struct GetCommitOutput {
    /// What it holds.
    pub commit: Commit,
}

impl Operation for GetCommit {
    type Service = CodeCommit;
    const NAME: &'static str = "GetCommit";
    const READ_ONLY: bool = true;
    type Input = GetCommitInput;
    type Output = GetCommitOutput;

    fn demands(input: &GetCommitInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::commit(&input.commit_id)?;
        Ok(Demand::new("codecommit:GetCommit", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetCommitInput) -> Result<GetCommitOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let commit = imagined::commit(call, &row, &input.commit_id)?;
        Ok(GetCommitOutput { commit: commit.ok_or_else(|| error::no_commit_id(&input.commit_id))? })
    }

    fn example() -> Example {
        examples::with_commit(json!({"repositoryName": "shop", "commitId": examples::COMMIT}))
    }
}
