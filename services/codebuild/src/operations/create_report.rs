use crate::{
    CodeBuild,
    groups::{Group, Place, REPORTS_BY_TIME, ReportRow},
    model::report::Report,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Begins a report. AWS documents the permission, which a build's role needs; input and output are ours.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateReport.html>
pub struct CreateReport;

/// Whose.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateReportInput {
    /// The group.
    pub report_group_arn: String,
    /// The build.
    pub execution_id: String,
}

/// The report.
#[derive(Debug, Clone, Serialize)]
pub struct CreateReportOutput {
    /// The report.
    pub report: Report,
}

impl Operation for CreateReport {
    type Service = CodeBuild;
    const NAME: &'static str = "CreateReport";
    const READ_ONLY: bool = false;
    type Input = CreateReportInput;
    type Output = CreateReportOutput;

    fn demands(input: &CreateReportInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        Ok(Group::of(&input.report_group_arn)?.demand("codebuild:CreateReport").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateReportInput) -> Result<CreateReportOutput, Error> {
        let group = Group::of(&input.report_group_arn)?;
        let (row, now) = (group.row(call)?, call.now());
        let place = Place { id: base::uuid_v7(call.entropy(), now), group };
        let report = ReportRow {
            kind: row.kind,
            export: row.export,
            execution: input.execution_id,
            status: "GENERATING".into(),
            created: now,
            truncated: false,
            tests: None,
            coverage: None,
            items: 0,
        };
        place.put(call, &report)?;
        call.put(&REPORTS_BY_TIME, &place.group.owner.row(&place.id), &place.group.name)?;
        Ok(CreateReportOutput { report: place.answer(report) })
    }

    fn example() -> Example {
        Example::of(
            json!({"reportGroupArn": "$0/reportGroup/arn", "executionId": "arn:aws:codebuild:us-east-1:111111111111:build/example:1"}),
        )
        .after("codebuild:CreateReportGroup", json!({"name": "tests", "type": "TEST", "exportConfig": {"exportConfigType": "NO_EXPORT"}}))
    }
}
