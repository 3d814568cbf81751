use crate::{
    CodeBuild,
    error::invalid,
    groups::{Group, Place, REPORTS, ReportRow},
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Tells how a figure of a report group's reports went.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_GetReportGroupTrend.html>
pub struct GetReportGroupTrend;

/// Which figure.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetReportGroupTrendInput {
    /// The group.
    pub report_group_arn: String,
    /// Of so many reports, the newest; at most 100.
    pub num_of_reports: Option<u64>,
    /// The figure: `PASS_RATE`, `DURATION`, `TOTAL`, or one of coverage's.
    pub trend_field: String,
}

/// The figure.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetReportGroupTrendOutput {
    /// Of all reports together.
    pub stats: TrendStats,
    /// Of each, the newest first.
    pub raw_data: Vec<RawData>,
}

/// A figure of several reports.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct TrendStats {
    pub average: Option<String>,
    pub max: Option<String>,
    pub min: Option<String>,
}

/// The figure of a report.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the members are AWS's own")]
pub struct RawData {
    pub report_arn: base::Arn,
    pub data: String,
}

const MOST: u64 = 100;

/// None: there is no such figure in this kind of report.
fn figure(row: &ReportRow, field: &str) -> Option<f64> {
    let tests = row.tests.as_ref();
    let coverage = row.coverage.as_ref();
    match field {
        "PASS_RATE" => tests.map(|t| {
            let passed = t.status_counts.get("SUCCEEDED").copied().unwrap_or(0);
            if t.total == 0 { 0.0 } else { passed as f64 * 100.0 / t.total as f64 }
        }),
        "DURATION" => tests.map(|t| t.duration_in_nano_seconds as f64),
        "TOTAL" => tests.map(|t| t.total as f64),
        "LINE_COVERAGE" => coverage.map(|c| c.line_coverage_percentage),
        "LINES_COVERED" => coverage.map(|c| c.lines_covered as f64),
        "LINES_MISSED" => coverage.map(|c| c.lines_missed as f64),
        "BRANCH_COVERAGE" => coverage.map(|c| c.branch_coverage_percentage),
        "BRANCHES_COVERED" => coverage.map(|c| c.branches_covered as f64),
        "BRANCHES_MISSED" => coverage.map(|c| c.branches_missed as f64),
        _ => None,
    }
}

fn told(figure: f64) -> String {
    let text = format!("{figure:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Operation for GetReportGroupTrend {
    type Service = CodeBuild;
    const NAME: &'static str = "GetReportGroupTrend";
    const READ_ONLY: bool = true;
    type Input = GetReportGroupTrendInput;
    type Output = GetReportGroupTrendOutput;

    fn demands(input: &GetReportGroupTrendInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        if input.num_of_reports.is_some_and(|count| !(1..=MOST).contains(&count)) {
            return Err(invalid(format!("numOfReports must be 1 to {MOST}")));
        }
        Ok(Group::of(&input.report_group_arn)?.demand("codebuild:GetReportGroupTrend").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetReportGroupTrendInput) -> Result<GetReportGroupTrendOutput, Error> {
        let group = Group::of(&input.report_group_arn)?;
        let of_tests = group.row(call)?.kind == "TEST";
        let known: &[&str] = if of_tests {
            &["DURATION", "PASS_RATE", "TOTAL"]
        } else {
            &["BRANCHES_COVERED", "BRANCHES_MISSED", "BRANCH_COVERAGE", "LINES_COVERED", "LINES_MISSED", "LINE_COVERAGE"]
        };
        crate::checks::one_of(&input.trend_field, "trendField", known, &[])?;
        let most = usize::try_from(input.num_of_reports.unwrap_or(MOST)).unwrap_or(usize::MAX);
        let rows = call.page(&REPORTS, &group.owner.row(&group.name), None, most, true)?;
        let figures: Vec<(String, f64)> =
            rows.into_iter().filter_map(|(mut key, row)| Some((key.pop()?, figure(&row, &input.trend_field)?))).collect();
        let all = || figures.iter().map(|(_, figure)| *figure);
        let stats = if figures.is_empty() {
            TrendStats::default()
        } else {
            TrendStats {
                average: Some(told(all().sum::<f64>() / figures.len() as f64)),
                max: all().reduce(f64::max).map(told),
                min: all().reduce(f64::min).map(told),
            }
        };
        let raw = figures.iter().map(|(id, figure)| {
            let place = Place { group: group.clone(), id: id.clone() };
            RawData { report_arn: place.arn(), data: told(*figure) }
        });
        Ok(GetReportGroupTrendOutput { stats, raw_data: raw.collect() })
    }

    fn example() -> Example {
        Example::of(json!({"reportGroupArn": "$0/reportGroup/arn", "trendField": "PASS_RATE"})).after(
            "codebuild:CreateReportGroup",
            json!({"name": "tests", "type": "TEST", "exportConfig": {"exportConfigType": "NO_EXPORT"}}),
        )
    }
}
