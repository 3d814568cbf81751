use crate::{
    CodeBuild,
    groups::{Group, Place, REPORTS_BY_TIME},
    names::Owner,
    operations::list_builds::SortOrder,
    paging,
};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the reports of the account, by their making.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListReports.html>
pub struct ListReports;

/// Those of one status.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ReportFilter {
    /// `GENERATING`, `SUCCEEDED`, `FAILED` or `INCOMPLETE`.
    pub status: Option<String>,
}

/// Which, and in which order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListReportsInput {
    /// The last one first if not given.
    pub sort_order: Option<SortOrder>,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// At most 100.
    pub max_results: Option<u64>,
    /// Those of one status.
    pub filter: Option<ReportFilter>,
}

/// A page of ARNs.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListReportsOutput {
    /// The ARNs.
    pub reports: Vec<base::Arn>,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

/// Whether a filter takes a report.
pub(crate) fn taken(filter: Option<&ReportFilter>, status: &str) -> bool {
    filter.and_then(|filter| filter.status.as_deref()).is_none_or(|wanted| wanted == status)
}

impl Operation for ListReports {
    type Service = CodeBuild;
    const NAME: &'static str = "ListReports";
    const READ_ONLY: bool = true;
    type Input = ListReportsInput;
    type Output = ListReportsOutput;

    fn demands(input: &ListReportsInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        paging::size(input.max_results)?;
        Ok(Demand::any("codebuild:ListReports").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListReportsInput) -> Result<ListReportsOutput, Error> {
        let owner = Owner::of(call)?;
        let mut found = Vec::new();
        for (key, name) in call.scan(&REPORTS_BY_TIME, &owner.all())? {
            let place = Place { group: Group { owner: owner.clone(), name }, id: key[2].clone() };
            if place.find(call)?.is_some_and(|row| taken(input.filter.as_ref(), &row.status)) {
                found.push(place.place());
            }
        }
        if input.sort_order != Some(SortOrder::Ascending) {
            found.reverse();
        }
        let (page, next_token) = paging::cut(found, input.next_token.as_deref(), input.max_results)?;
        Ok(ListReportsOutput { reports: page.iter().map(|place| owner.report_arn(place)).collect(), next_token })
    }

    fn example() -> Example {
        Example::of(json!({}))
    }
}
