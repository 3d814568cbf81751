use crate::{
    CodeBuild,
    error::invalid,
    groups::{GROUPS, Group, check_export, with_export},
    model::{
        Tag,
        report::{ReportExportConfig, ReportGroup},
    },
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes where the raw files of a report group go, and its tags.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateReportGroup.html>
pub struct UpdateReportGroup;

/// What is changed; what is not given stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateReportGroupInput {
    /// The group.
    pub arn: String,
    /// Where raw files go.
    pub export_config: Option<ReportExportConfig>,
    /// Its tags.
    pub tags: Option<Vec<Tag>>,
}

/// The group.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateReportGroupOutput {
    /// The group.
    pub report_group: ReportGroup,
}

impl Operation for UpdateReportGroup {
    type Service = CodeBuild;
    const NAME: &'static str = "UpdateReportGroup";
    const READ_ONLY: bool = false;
    type Input = UpdateReportGroupInput;
    type Output = UpdateReportGroupOutput;

    fn demands(input: &UpdateReportGroupInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        let tags = input.tags.iter().flatten().map(|t| (t.key.as_str(), t.value.as_str()));
        let demand = Group::of(&input.arn)?.demand("codebuild:UpdateReportGroup").with_tags(tags);
        Ok(with_export(demand, input.export_config.as_ref()).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: UpdateReportGroupInput) -> Result<UpdateReportGroupOutput, Error> {
        let group = Group::of(&input.arn)?;
        let mut row = group.row(call)?;
        if let Some(export) = input.export_config {
            check_export(&export)?;
            row.export = export;
        }
        if let Some(tags) = input.tags {
            if tags.len() > crate::checks::MAX_TAGS {
                return Err(invalid(format!("{} tags were given; a report group has at most {}", tags.len(), crate::checks::MAX_TAGS)));
            }
            row.tags = tags;
        }
        row.last_modified = call.now();
        call.put(&GROUPS, &group.owner.row(&group.name), &row)?;
        Ok(UpdateReportGroupOutput { report_group: group.answer(row) })
    }

    fn example() -> Example {
        Example::of(json!({"arn": "$0/reportGroup/arn", "tags": [{"key": "team", "value": "shop"}]})).after(
            "codebuild:CreateReportGroup",
            json!({"name": "tests", "type": "TEST", "exportConfig": {"exportConfigType": "NO_EXPORT"}}),
        )
    }
}
