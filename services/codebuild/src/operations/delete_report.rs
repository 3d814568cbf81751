use crate::{CodeBuild, groups::Place};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes a report. One that is not there is no error.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_DeleteReport.html>
pub struct DeleteReport;

/// Which report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeleteReportInput {
    /// Its ARN.
    pub arn: String,
}

impl Operation for DeleteReport {
    type Service = CodeBuild;
    const NAME: &'static str = "DeleteReport";
    const READ_ONLY: bool = false;
    type Input = DeleteReportInput;
    type Output = ();

    fn demands(input: &DeleteReportInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(Place::of(&input.arn)?.group.demand("codebuild:DeleteReport").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteReportInput) -> Result<(), Error> {
        Place::of(&input.arn)?.delete(call)
    }

    fn example() -> Example {
        Example::of(json!({"arn": "$1/report/arn"}))
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
