use crate::{BranchInfo, CodeCommit, error, examples, names, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells at which commit a branch stands.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetBranch.html>
pub struct GetBranch;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetBranchInput {
    /// The repository's name.
    pub repository_name: String,
    /// The branch's name.
    pub branch_name: String,
}

/// The branch.
#[derive(Debug, Serialize)]
pub struct GetBranchOutput {
    /// Its name and tip.
    pub branch: BranchInfo,
}

impl Operation for GetBranch {
    type Service = CodeCommit;
    const NAME: &'static str = "GetBranch";
    const READ_ONLY: bool = true;
    type Input = GetBranchInput;
    type Output = GetBranchOutput;

    fn demands(input: &GetBranchInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::branch(&input.branch_name)?;
        Ok(Demand::new("codecommit:GetBranch", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetBranchInput) -> Result<GetBranchOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let reference = format!("{}{}", state::HEADS, input.branch_name);
        let commit_id =
            call.get(&state::REFERENCES, &[row.id.as_str(), reference.as_str()])?.ok_or_else(|| error::no_branch(&input.branch_name))?;
        Ok(GetBranchOutput { branch: BranchInfo { branch_name: input.branch_name, commit_id } })
    }

    fn example() -> Example {
        examples::with_commit(json!({"repositoryName": "shop", "branchName": "main"}))
    }
}
