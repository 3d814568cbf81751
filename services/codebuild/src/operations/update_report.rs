use crate::{
    CodeBuild,
    groups::Place,
    model::report::{CodeCoverageReportSummary, TestReportSummary},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Ends a report. AWS documents the permission, which a build's role needs; input and output are ours.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateReport.html>
pub struct UpdateReport;

/// How it ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateReportInput {
    /// The report.
    pub report_arn: String,
    /// `SUCCEEDED`, `FAILED` or `INCOMPLETE`.
    pub status: String,
    /// Whether it has not all that there was.
    #[serde(default)]
    pub truncated: bool,
    /// Of a test report.
    pub test_summary: Option<TestReportSummary>,
    /// Of a coverage report.
    pub code_coverage_summary: Option<CodeCoverageReportSummary>,
}

impl Operation for UpdateReport {
    type Service = CodeBuild;
    const NAME: &'static str = "UpdateReport";
    const READ_ONLY: bool = false;
    type Input = UpdateReportInput;
    type Output = ();

    fn demands(input: &UpdateReportInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(Place::of(&input.report_arn)?.group.demand("codebuild:UpdateReport").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UpdateReportInput) -> Result<(), Error> {
        let place = Place::of(&input.report_arn)?;
        let mut row = place.row(call)?;
        crate::checks::one_of(&input.status, "report status", &["FAILED", "INCOMPLETE", "SUCCEEDED"], &[])?;
        let of_tests = row.kind == "TEST";
        row.status = input.status;
        row.truncated = input.truncated;
        row.tests = input.test_summary.filter(|_| of_tests);
        row.coverage = input.code_coverage_summary.filter(|_| !of_tests);
        place.put(call, &row)
    }

    fn example() -> Example {
        Example::of(json!({"reportArn": "$1/report/arn", "status": "SUCCEEDED"}))
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
