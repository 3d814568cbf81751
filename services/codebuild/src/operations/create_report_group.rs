use crate::{
    CodeBuild,
    error::{group_exists, invalid},
    groups::{GROUPS, Group, GroupRow, check_export, check_name, with_export},
    model::{
        Tag,
        report::{ReportExportConfig, ReportGroup},
    },
    names::Owner,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Makes a report group.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateReportGroup.html>
pub struct CreateReportGroup;

/// The group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateReportGroupInput {
    /// Its name.
    pub name: String,
    /// `TEST` or `CODE_COVERAGE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where raw files go.
    pub export_config: ReportExportConfig,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// The group.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateReportGroupOutput {
    /// The group.
    pub report_group: ReportGroup,
}

impl Operation for CreateReportGroup {
    type Service = CodeBuild;
    const NAME: &'static str = "CreateReportGroup";
    const READ_ONLY: bool = false;
    type Input = CreateReportGroupInput;
    type Output = CreateReportGroupOutput;

    fn demands(input: &CreateReportGroupInput, view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        check_name(&input.name)?;
        let tags = input.tags.iter().map(|t| (t.key.as_str(), t.value.as_str()));
        let demand = Demand::new("codebuild:CreateReportGroup", view.arn(&format!("report-group/{}", input.name))?).with_tags(tags);
        Ok(with_export(demand, Some(&input.export_config)).into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreateReportGroupInput) -> Result<CreateReportGroupOutput, Error> {
        let group = Group { owner: Owner::of(call)?, name: input.name };
        if call.get(&GROUPS, &group.owner.row(&group.name))?.is_some() {
            return Err(group_exists(group.arn().as_str()));
        }
        crate::checks::one_of(&input.kind, "report group type", &["CODE_COVERAGE", "TEST"], &[])?;
        check_export(&input.export_config)?;
        if input.tags.len() > crate::checks::MAX_TAGS {
            return Err(invalid(format!("{} tags were given; a report group has at most {}", input.tags.len(), crate::checks::MAX_TAGS)));
        }
        let now = call.now();
        let row = GroupRow { kind: input.kind, export: input.export_config, tags: input.tags, created: now, last_modified: now };
        call.put(&GROUPS, &group.owner.row(&group.name), &row)?;
        Ok(CreateReportGroupOutput { report_group: group.answer(row) })
    }

    fn example() -> Example {
        Example::of(json!({"name": "tests", "type": "TEST", "exportConfig": {"exportConfigType": "NO_EXPORT"}}))
    }
}
