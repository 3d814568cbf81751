use crate::{
    CodeBuild,
    groups::{CASES, Place},
    model::{epoch, report::TestCase},
    paging,
};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Lists the test cases of a report.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/APIReference/API_DescribeTestCases.html>
pub struct DescribeTestCases;

/// Which.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeTestCasesInput {
    /// The report.
    pub report_arn: String,
    /// Where the page before ended.
    pub next_token: Option<String>,
    /// At most 100.
    pub max_results: Option<u64>,
    /// Some of them.
    pub filter: Option<TestCaseFilter>,
}

/// Some of the cases.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TestCaseFilter {
    /// Of one status.
    pub status: Option<String>,
    /// With this in their names.
    pub keyword: Option<String>,
}

/// A page of cases.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeTestCasesOutput {
    /// The cases.
    pub test_cases: Vec<DescribedCase>,
    /// Where the next page begins.
    pub next_token: Option<String>,
}

/// A case of a report.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribedCase {
    /// The report.
    pub report_arn: base::Arn,
    /// The case.
    #[serde(flatten)]
    pub case: TestCase,
    /// When it is deleted.
    pub expired: base::EpochTime,
}

impl Operation for DescribeTestCases {
    type Service = CodeBuild;
    const NAME: &'static str = "DescribeTestCases";
    const READ_ONLY: bool = true;
    type Input = DescribeTestCasesInput;
    type Output = DescribeTestCasesOutput;

    fn demands(input: &DescribeTestCasesInput, _view: &mut View<'_, CodeBuild>) -> Result<Demands, Error> {
        paging::size(input.max_results)?;
        Ok(Place::of(&input.report_arn)?.group.demand("codebuild:DescribeTestCases").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DescribeTestCasesInput) -> Result<DescribeTestCasesOutput, Error> {
        let place = Place::of(&input.report_arn)?;
        let row = place.row(call)?;
        let arn = place.arn();
        let expired = place.answer(row.clone()).expired;
        let filter = input.filter.unwrap_or_default();
        let taken = |case: &TestCase| {
            filter.status.as_ref().is_none_or(|status| *status == case.status)
                && filter.keyword.as_ref().is_none_or(|word| case.name.contains(word) || case.prefix.contains(word))
        };
        let cases = call.scan(&CASES, &place.group.owner.row(&place.place()))?;
        let cases: Vec<TestCase> = cases.into_iter().map(|(_, case)| case).filter(taken).collect();
        let (page, next_token) = paging::cut_numbered(cases, input.next_token.as_deref(), input.max_results)?;
        let described = page.into_iter().map(|case| DescribedCase { report_arn: arn.clone(), case, expired: epoch(expired.0) });
        Ok(DescribeTestCasesOutput { test_cases: described.collect(), next_token })
    }

    fn example() -> Example {
        Example::of(json!({"reportArn": "$1/report/arn"}))
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
