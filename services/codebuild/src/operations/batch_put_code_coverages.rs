use crate::{
    CodeBuild,
    error::invalid,
    groups::{COVERAGES, Place},
    model::report::CodeCoverage,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Puts the coverage of files into a report. AWS documents the permission, which a build's role needs; input and output are ours.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchPutCodeCoverages.html>
pub struct BatchPutCodeCoverages;

/// What, and into which.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchPutCodeCoveragesInput {
    /// The report.
    pub report_arn: String,
    /// What is put in.
    pub code_coverages: Vec<CodeCoverage>,
}

const MOST: usize = 100;

impl Operation for BatchPutCodeCoverages {
    type Service = CodeBuild;
    const NAME: &'static str = "BatchPutCodeCoverages";
    const READ_ONLY: bool = false;
    type Input = BatchPutCodeCoveragesInput;
    type Output = ();

    fn demands(input: &BatchPutCodeCoveragesInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(Place::of(&input.report_arn)?.group.demand("codebuild:BatchPutCodeCoverages").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BatchPutCodeCoveragesInput) -> Result<(), Error> {
        let place = Place::of(&input.report_arn)?;
        let mut row = place.row(call)?;
        if row.kind != "CODE_COVERAGE" || row.status != "GENERATING" {
            return Err(invalid(format!(
                "Report {} is of type {} and has the status {}: nothing of this kind can be put in",
                place.arn(),
                row.kind,
                row.status
            )));
        }
        if input.code_coverages.len() > MOST {
            return Err(invalid(format!("{} items were given; at most {MOST} are taken", input.code_coverages.len())));
        }
        for item in &input.code_coverages {
            call.put(&COVERAGES, &place.group.owner.row_of(&place.place(), &format!("{:020}", row.items)), item)?;
            row.items += 1;
        }
        place.put(call, &row)
    }

    fn example() -> Example {
        Example::of(json!({"reportArn": "$1/report/arn", "codeCoverages": [{"filePath": "a.rs", "lineCoveragePercentage": 50.0, "linesCovered": 1, "linesMissed": 1, "branchCoveragePercentage": 100.0, "branchesCovered": 0, "branchesMissed": 0}]}))
            .after("codebuild:CreateReportGroup", json!({"name": "tests", "type": "CODE_COVERAGE", "exportConfig": {"exportConfigType": "NO_EXPORT"}}))
            .after("codebuild:CreateReport", json!({"reportGroupArn": "$0/reportGroup/arn", "executionId": "arn:aws:codebuild:us-east-1:111111111111:build/example:1"}))
    }
}
