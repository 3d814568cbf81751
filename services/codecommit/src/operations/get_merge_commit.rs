use crate::{
    CodeCommit, examples,
    git::objects,
    merging::{
        self,
        compare::Sides,
        options::{Detail, Strategy},
    },
    state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells of the merge by which a commit came into another.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetMergeCommit.html>
pub struct GetMergeCommit;

/// Which commits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    source_commit_specifier: String,
    destination_commit_specifier: String,
    conflict_detail_level: Option<Detail>,
    conflict_resolution_strategy: Option<Strategy>,
}

/// The commits.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    source_commit_id: String,
    destination_commit_id: String,
    base_commit_id: Option<String>,
    merged_commit_id: Option<String>,
}

impl Operation for GetMergeCommit {
    type Service = CodeCommit;
    const NAME: &'static str = "GetMergeCommit";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(state::demand(facts, "codecommit:GetMergeCommit", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        let sides = merging::sides(&objects, &row, &input.source_commit_specifier, &input.destination_commit_specifier)?;

        let merged_commit_id = if sides.merged_already() { objects.merge_of(&sides.source, &sides.destination)? } else { None };
        let Sides { source, destination, base } = sides;
        Ok(Output { source_commit_id: source, destination_commit_id: destination, base_commit_id: base, merged_commit_id })
    }

    fn example() -> Example {
        examples::with_change(json!({"repositoryName": "shop", "sourceCommitSpecifier": "next", "destinationCommitSpecifier": "main"}))
    }
}
