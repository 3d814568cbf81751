use crate::{
    CodeCommit, examples,
    git::objects,
    merging::{
        self,
        compare::Sides,
        options::{Detail, MergeOption, Strategy},
        shapes,
    },
    state,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells how two commits can be merged.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetMergeOptions.html>
pub struct GetMergeOptions;

/// Which commits, and what counts as a conflict.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    repository_name: String,
    source_commit_specifier: String,
    destination_commit_specifier: String,
    conflict_detail_level: Option<Detail>,
    conflict_resolution_strategy: Option<Strategy>,
}

/// The ways, and the commits.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    merge_options: Vec<MergeOption>,
    source_commit_id: String,
    destination_commit_id: String,
    base_commit_id: String,
}

impl Operation for GetMergeOptions {
    type Service = CodeCommit;
    const NAME: &'static str = "GetMergeOptions";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, CodeCommit>) -> Result<Demands, Error> {
        Ok(state::demand(facts, "codecommit:GetMergeOptions", &input.repository_name)?.into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = state::repository(call, &input.repository_name)?;
        let objects = objects::of(call, &row)?;
        let sides = merging::sides(&objects, &row, &input.source_commit_specifier, &input.destination_commit_specifier)?;
        let (detail, strategy) = (input.conflict_detail_level.unwrap_or_default(), input.conflict_resolution_strategy.unwrap_or_default());

        let mut merge_options = Vec::new();
        for option in [MergeOption::FastForward, MergeOption::Squash, MergeOption::ThreeWay] {
            if shapes::judged(&objects, &sides, option, detail, strategy)?.0 {
                merge_options.push(option);
            }
        }
        let Sides { source, destination, base } = sides;
        Ok(Output { merge_options, source_commit_id: source, destination_commit_id: destination, base_commit_id: base.unwrap_or_default() })
    }

    fn example() -> Example {
        examples::with_change(json!({"repositoryName": "shop", "sourceCommitSpecifier": "next", "destinationCommitSpecifier": "main"}))
    }
}
