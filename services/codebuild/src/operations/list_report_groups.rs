use crate::{CodeBuild, groups::GROUPS, model::Sorting, names::Owner, operations::list_builds::SortOrder, paging};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the report groups of the account.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListReportGroups.html>
pub struct ListReportGroups;

/// In which order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListReportGroupsInput {
    /// The first one first if not given.
    pub sort_order: Option<SortOrder>,
    /// `NAME`, `CREATED_TIME` or `LAST_MODIFIED_TIME`.
    pub sort_by: Option<Sorting>,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// At most 100.
    pub max_results: Option<u64>,
}

/// A page of ARNs.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListReportGroupsOutput {
    /// The ARNs.
    pub report_groups: Vec<base::Arn>,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

impl Operation for ListReportGroups {
    type Service = CodeBuild;
    const NAME: &'static str = "ListReportGroups";
    const READ_ONLY: bool = true;
    type Input = ListReportGroupsInput;
    type Output = ListReportGroupsOutput;

    fn demands(input: &ListReportGroupsInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        paging::size(input.max_results)?;
        Ok(Demand::any("codebuild:ListReportGroups").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListReportGroupsInput) -> Result<ListReportGroupsOutput, Error> {
        let owner = Owner::of(call)?;
        let mut rows = call.scan(&GROUPS, &owner.all())?;
        match input.sort_by.unwrap_or_default() {
            Sorting::Name => {}
            Sorting::CreatedTime => rows.sort_by_key(|(_, row)| row.created),
            Sorting::LastModifiedTime => rows.sort_by_key(|(_, row)| row.last_modified),
        }
        if input.sort_order == Some(SortOrder::Descending) {
            rows.reverse();
        }
        let names = rows.into_iter().filter_map(|(mut key, _)| key.pop()).collect();
        let (page, next_token) = paging::cut(names, input.next_token.as_deref(), input.max_results)?;
        Ok(ListReportGroupsOutput { report_groups: page.iter().map(|name| owner.group_arn(name)).collect(), next_token })
    }

    fn example() -> Example {
        Example::of(json!({}))
    }
}
