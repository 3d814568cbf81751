use crate::{
    CodeBuild,
    error::invalid,
    groups::{CASES, Place},
    model::report::TestCase,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Puts test cases into a report. AWS documents the permission, which a build's role needs; input and output are ours.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchPutTestCases.html>
pub struct BatchPutTestCases;

/// What, and into which.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchPutTestCasesInput {
    /// The report.
    pub report_arn: String,
    /// What is put in.
    pub test_cases: Vec<TestCase>,
}

const MOST: usize = 100;

impl Operation for BatchPutTestCases {
    type Service = CodeBuild;
    const NAME: &'static str = "BatchPutTestCases";
    const READ_ONLY: bool = false;
    type Input = BatchPutTestCasesInput;
    type Output = ();

    fn demands(input: &BatchPutTestCasesInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(Place::of(&input.report_arn)?.group.demand("codebuild:BatchPutTestCases").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BatchPutTestCasesInput) -> Result<(), Error> {
        let place = Place::of(&input.report_arn)?;
        let mut row = place.row(call)?;
        if row.kind != "TEST" || row.status != "GENERATING" {
            return Err(invalid(format!(
                "Report {} is of type {} and has the status {}: nothing of this kind can be put in",
                place.arn(),
                row.kind,
                row.status
            )));
        }
        if input.test_cases.len() > MOST {
            return Err(invalid(format!("{} items were given; at most {MOST} are taken", input.test_cases.len())));
        }
        for item in &input.test_cases {
            call.put(&CASES, &place.group.owner.row_of(&place.place(), &format!("{:020}", row.items)), item)?;
            row.items += 1;
        }
        place.put(call, &row)
    }

    fn example() -> Example {
        Example::of(json!({"reportArn": "$1/report/arn", "testCases": [{"name": "works", "status": "SUCCEEDED"}]}))
            .after(
                "codebuild:CreateReportGroup",
                json!({"name": "tests", "type": "TEST", "exportConfig": {"exportConfigType": "NO_EXPORT"}}),
            )
            .after(
                "codebuild:CreateReport",
                json!({"reportGroupArn": "$0/reportGroup/arn", "executionId": "arn:aws:codebuild:us-east-1:111111111111:build/example:1"}),
            )
    }
}
