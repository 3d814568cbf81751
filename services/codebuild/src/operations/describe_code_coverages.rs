use crate::{
    CodeBuild,
    error::invalid,
    groups::{COVERAGES, Place},
    model::{epoch, report::CodeCoverage},
    operations::list_builds::SortOrder,
    paging,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the coverage of a report's files.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_DescribeCodeCoverages.html>
pub struct DescribeCodeCoverages;

/// Which, and in which order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeCodeCoveragesInput {
    /// The report.
    pub report_arn: String,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// At most 100.
    pub max_results: Option<u64>,
    /// The first one first if not given.
    pub sort_order: Option<SortOrder>,
    /// `LINE_COVERAGE_PERCENTAGE` or `FILE_PATH`.
    pub sort_by: Option<String>,
    /// Files with no less.
    pub min_line_coverage_percentage: Option<f64>,
    /// Files with no more.
    pub max_line_coverage_percentage: Option<f64>,
}

/// A page of files.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeCodeCoveragesOutput {
    /// The files.
    pub code_coverages: Vec<DescribedCoverage>,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

/// A file of a report.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribedCoverage {
    /// Its place in the report.
    pub id: String,
    /// The report.
    #[serde(rename = "reportARN")]
    pub report_arn: base::Arn,
    /// The file.
    #[serde(flatten)]
    pub coverage: CodeCoverage,
    /// When it is deleted.
    pub expired: base::EpochTime,
}

impl Operation for DescribeCodeCoverages {
    type Service = CodeBuild;
    const NAME: &'static str = "DescribeCodeCoverages";
    const READ_ONLY: bool = true;
    type Input = DescribeCodeCoveragesInput;
    type Output = DescribeCodeCoveragesOutput;

    fn demands(input: &DescribeCodeCoveragesInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        paging::size(input.max_results)?;
        Ok(Place::of(&input.report_arn)?.group.demand("codebuild:DescribeCodeCoverages").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DescribeCodeCoveragesInput) -> Result<DescribeCodeCoveragesOutput, Error> {
        let place = Place::of(&input.report_arn)?;
        // AWS knows no error of its own here for what is not there.
        let row = place.find(call)?.ok_or_else(|| invalid(format!("Report does not exist: {}", place.arn())))?;
        let arn = place.arn();
        let expired = place.answer(row.clone()).expired;
        let (least, most) = (input.min_line_coverage_percentage.unwrap_or(0.0), input.max_line_coverage_percentage.unwrap_or(100.0));
        let files = call.scan(&COVERAGES, &place.group.owner.row(&place.place()))?;
        let mut files: Vec<(Vec<String>, CodeCoverage)> =
            files.into_iter().filter(|(_, file)| (least..=most).contains(&file.line_coverage_percentage)).collect();
        match input.sort_by.as_deref() {
            Some("FILE_PATH") => files.sort_by(|(_, a), (_, b)| a.file_path.cmp(&b.file_path)),
            Some("LINE_COVERAGE_PERCENTAGE") => {
                files.sort_by(|(_, a), (_, b)| a.line_coverage_percentage.total_cmp(&b.line_coverage_percentage));
            }
            _ => {}
        }
        if input.sort_order == Some(SortOrder::Descending) {
            files.reverse();
        }
        let (page, next_token) = paging::cut_numbered(files, input.next_token.as_deref(), input.max_results)?;
        let described = page.into_iter().map(|(mut key, coverage)| DescribedCoverage {
            id: key.pop().unwrap_or_default(),
            report_arn: arn.clone(),
            coverage,
            expired: epoch(expired.0),
        });
        Ok(DescribeCodeCoveragesOutput { code_coverages: described.collect(), next_token })
    }

    fn example() -> Example {
        Example::of(json!({"reportArn": "$1/report/arn"}))
            .after(
                "codebuild:CreateReportGroup",
                json!({"name": "tests", "type": "CODE_COVERAGE", "exportConfig": {"exportConfigType": "NO_EXPORT"}}),
            )
            .after(
                "codebuild:CreateReport",
                json!({"reportGroupArn": "$0/reportGroup/arn", "executionId": "arn:aws:codebuild:us-east-1:111111111111:build/example:1"}),
            )
    }
}
