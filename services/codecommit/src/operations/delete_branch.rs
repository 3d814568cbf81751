use crate::{
    BranchInfo, CodeCommit, examples, moves, names,
    state::{self, HEADS},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a branch; the default branch cannot be. A branch that is not there is deleted already.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_DeleteBranch.html>
pub struct DeleteBranch;

/// Which one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteBranchInput {
    /// The repository's name.
    pub repository_name: String,
    /// The branch's name.
    pub branch_name: String,
}

/// What was deleted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteBranchOutput {
    /// The branch and where it stood; None: there was none.
    pub deleted_branch: Option<BranchInfo>,
}

impl Operation for DeleteBranch {
    type Service = CodeCommit;
    const NAME: &'static str = "DeleteBranch";
    const READ_ONLY: bool = false;
    type Input = DeleteBranchInput;
    type Output = DeleteBranchOutput;

    fn demands(input: &DeleteBranchInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::branch(&input.branch_name)?;
        let reference = format!("{HEADS}{}", input.branch_name);
        Ok(Demand::new("codecommit:DeleteBranch", state::arn(facts, &input.repository_name)?)
            .with("codecommit:References", reference)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteBranchInput) -> Result<DeleteBranchOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let reference = format!("{HEADS}{}", input.branch_name);
        let Some(commit_id) = call.get(&state::REFERENCES, &[row.id.as_str(), reference.as_str()])? else {
            return Ok(DeleteBranchOutput { deleted_branch: None });
        };
        let update = moves::Move { name: &reference, old: Some(&commit_id), new: None };
        moves::apply(call, row, &[update])?;
        Ok(DeleteBranchOutput { deleted_branch: Some(BranchInfo { branch_name: input.branch_name, commit_id }) })
    }

    fn example() -> Example {
        examples::with_branch(json!({"repositoryName": "shop", "branchName": "next"}))
    }
}
