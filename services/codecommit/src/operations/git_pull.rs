use crate::{CodeCommit, encryption, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Reads a repository by git: one call for each request that git makes. What is read follows the decision, from
/// [`crate::GitServer`].
/// Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html>
pub struct GitPull;

/// Which repository.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GitPullInput {
    /// Its name.
    pub repository_name: String,
}

/// The repository that may be read.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GitPullOutput {
    /// Its owner.
    pub account_id: base::AccountId,
    /// Where it is.
    pub region: base::Region,
}

impl Operation for GitPull {
    type Service = CodeCommit;
    const NAME: &'static str = "GitPull";
    const READ_ONLY: bool = true;
    type Input = GitPullInput;
    type Output = GitPullOutput;

    fn demands(input: &GitPullInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(Demand::new("codecommit:GitPull", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GitPullInput) -> Result<GitPullOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        encryption::enter(call, &row)?;
        Ok(GitPullOutput { account_id: row.account, region: row.region })
    }

    fn example() -> Example {
        Example::of(json!({"repositoryName": "shop"})).after("codecommit:CreateRepository", json!({"repositoryName": "shop"}))
    }
}
