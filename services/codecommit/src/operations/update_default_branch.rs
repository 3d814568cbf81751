use crate::{CodeCommit, error, examples, names, state};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Makes another branch the default: what a clone checks out.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_UpdateDefaultBranch.html>
pub struct UpdateDefaultBranch;

/// The new default.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateDefaultBranchInput {
    /// The repository's name.
    pub repository_name: String,
    /// A branch that there is.
    pub default_branch_name: String,
}

/// No members.
#[derive(Debug, Serialize)]
pub struct UpdateDefaultBranchOutput {}

impl Operation for UpdateDefaultBranch {
    type Service = CodeCommit;
    const NAME: &'static str = "UpdateDefaultBranch";
    const READ_ONLY: bool = false;
    type Input = UpdateDefaultBranchInput;
    type Output = UpdateDefaultBranchOutput;

    fn demands(input: &UpdateDefaultBranchInput, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        names::branch(&input.default_branch_name)?;
        Ok(Demand::new("codecommit:UpdateDefaultBranch", state::arn(facts, &input.repository_name)?).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UpdateDefaultBranchInput) -> Result<UpdateDefaultBranchOutput, Error> {
        let mut row = state::repository(call, &input.repository_name)?;
        let reference = format!("{}{}", state::HEADS, input.default_branch_name);
        if call.get(&state::REFERENCES, &[row.id.as_str(), reference.as_str()])?.is_none() {
            return Err(error::no_branch(&input.default_branch_name));
        }
        row.default_branch = Some(input.default_branch_name);
        row.modified = call.now();
        state::keep(call, &row)?;
        Ok(UpdateDefaultBranchOutput {})
    }

    fn example() -> Example {
        examples::with_branch(json!({"repositoryName": "shop", "defaultBranchName": "next"}))
    }
}
