use crate::{
    CodeBuild,
    groups::{Group, Place, REPORTS},
    operations::list_builds::SortOrder,
    operations::list_reports::{ListReportsOutput, ReportFilter, taken},
    paging,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the reports of a report group, by their making.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListReportsForReportGroup.html>
pub struct ListReportsForReportGroup;

/// Which, and in which order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListReportsForReportGroupInput {
    /// The group.
    pub report_group_arn: String,
    /// The last one first if not given.
    pub sort_order: Option<SortOrder>,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// At most 100.
    pub max_results: Option<u64>,
    /// Those of one status.
    pub filter: Option<ReportFilter>,
}

impl Operation for ListReportsForReportGroup {
    type Service = CodeBuild;
    const NAME: &'static str = "ListReportsForReportGroup";
    const READ_ONLY: bool = true;
    type Input = ListReportsForReportGroupInput;
    type Output = ListReportsOutput;

    fn demands(input: &ListReportsForReportGroupInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        paging::size(input.max_results)?;
        Ok(Group::of(&input.report_group_arn)?.demand("codebuild:ListReportsForReportGroup").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListReportsForReportGroupInput) -> Result<ListReportsOutput, Error> {
        let group = Group::of(&input.report_group_arn)?;
        group.row(call)?;
        let mut found = Vec::new();
        for (key, row) in call.scan(&REPORTS, &group.owner.row(&group.name))? {
            if taken(input.filter.as_ref(), &row.status) {
                found.push(Place { group: group.clone(), id: key[3].clone() }.place());
            }
        }
        if input.sort_order != Some(SortOrder::Ascending) {
            found.reverse();
        }
        let (page, next_token) = paging::cut(found, input.next_token.as_deref(), input.max_results)?;
        Ok(ListReportsOutput { reports: page.iter().map(|place| group.owner.report_arn(place)).collect(), next_token })
    }

    fn example() -> Example {
        Example::of(json!({"reportGroupArn": "$0/reportGroup/arn"})).after(
            "codebuild:CreateReportGroup",
            json!({"name": "tests", "type": "TEST", "exportConfig": {"exportConfigType": "NO_EXPORT"}}),
        )
    }
}
