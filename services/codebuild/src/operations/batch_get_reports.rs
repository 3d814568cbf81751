use crate::{
    CodeBuild,
    error::invalid,
    groups::{Place, on_groups},
    model::report::Report,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Describes reports.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetReports.html>
pub struct BatchGetReports;

/// Which reports.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchGetReportsInput {
    /// Their ARNs.
    pub report_arns: Vec<String>,
}

/// The reports.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchGetReportsOutput {
    /// Those that there are.
    pub reports: Vec<Report>,
    /// Those that there are not.
    pub reports_not_found: Vec<String>,
}

const MOST: usize = 100;

impl Operation for BatchGetReports {
    type Service = CodeBuild;
    const NAME: &'static str = "BatchGetReports";
    const READ_ONLY: bool = true;
    type Input = BatchGetReportsInput;
    type Output = BatchGetReportsOutput;

    fn demands(input: &BatchGetReportsInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        if input.report_arns.is_empty() || input.report_arns.len() > MOST {
            return Err(invalid(format!("{} reports were named; it must be 1 to {MOST}", input.report_arns.len())));
        }
        let groups: Result<Vec<_>, Error> = input.report_arns.iter().map(|arn| Place::of(arn).map(|place| place.group)).collect();
        Ok(on_groups("codebuild:BatchGetReports", groups?))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: BatchGetReportsInput) -> Result<BatchGetReportsOutput, Error> {
        let mut output = BatchGetReportsOutput { reports: Vec::new(), reports_not_found: Vec::new() };
        for arn in input.report_arns {
            let place = Place::of(&arn)?;
            match place.find(call)? {
                Some(row) => output.reports.push(place.answer(row)),
                None => output.reports_not_found.push(arn),
            }
        }
        Ok(output)
    }

    fn example() -> Example {
        Example::of(json!({"reportArns": ["$1/report/arn"]}))
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
