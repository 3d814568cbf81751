use crate::{
    CodeCommit, error, examples,
    git::objects,
    moves, names,
    state::{self, HEADS},
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Makes a branch at a commit.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateBranch.html>
pub struct CreateBranch;

/// The new branch.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateBranchInput {
    /// The repository's name.
    pub repository_name: String,
    /// The branch's name.
    pub branch_name: String,
    /// The commit it is to stand at.
    pub commit_id: String,
}

/// No members.
#[derive(Debug, Serialize)]
pub struct CreateBranchOutput {}

impl Operation for CreateBranch {
    type Service = CodeCommit;
    const NAME: &'static str = "CreateBranch";
    const READ_ONLY: bool = false;
    type Input = CreateBranchInput;
    type Output = CreateBranchOutput;

    fn demands(input: &CreateBranchInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::branch(&input.branch_name)?;
        names::commit(&input.commit_id)?;
        let reference = format!("{HEADS}{}", input.branch_name);
        Ok(Demand::new("codecommit:CreateBranch", state::arn(facts, &input.repository_name)?)
            .with("codecommit:References", reference)
            .into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateBranchInput) -> Result<CreateBranchOutput, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let reference = format!("{HEADS}{}", input.branch_name);
        if call.get(&state::REFERENCES, &[row.id.as_str(), reference.as_str()])?.is_some() {
            return Err(error::branch_exists(&input.branch_name));
        }
        let objects = objects::of(call, &row)?;
        objects.commit(&input.commit_id)?.ok_or_else(|| error::no_commit(&input.commit_id))?;
        let update = moves::Move { name: &reference, old: None, new: Some(&input.commit_id) };
        moves::apply(call, row, &[update])?;
        Ok(CreateBranchOutput {})
    }

    fn example() -> Example {
        examples::with_commit(json!({"repositoryName": "shop", "branchName": "next", "commitId": examples::COMMIT}))
    }
}
