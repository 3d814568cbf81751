//! What builds leave: reports, other tries, and what the feed is told.

use crate::yard::{ALL, Yard, phase, zip};
use serde_json::{Value, json};

const WITH_REPORTS: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["logs:*","s3:*","codebuild:*"],"Resource":"*"}}"#;

fn source(yard: &Yard) {
    let spec = "version: 0.2
phases:
  build:
    commands: ['exit 3']
reports:
  unit: {files: ['*.xml'], base-directory: out}
  lines: {files: [cov.xml], file-format: cobertuRAxml}
";
    let tests = "<testsuite name='s'><testcase classname='c' name='good' time='1'/><testcase classname='c' name='bad'><failure message='why'/></testcase></testsuite>";
    let lines = "<coverage><packages><classes><class filename='a.py'><lines><line number='1' hits='1'/><line number='2' hits='0'/></lines></class></classes></packages></coverage>";
    yard.put("in.zip", &zip(&[("buildspec.yml", spec), ("out/t.xml", tests), ("cov.xml", lines)]));
    yard.project(json!({"source": {"type": "S3", "location": "goods/in.zip"}}));
}

#[test]
fn reports_are_filed_as_the_builds_role_and_described() {
    let yard = Yard::new(WITH_REPORTS);
    source(&yard);
    let build = yard.finish(&yard.start(json!({})));
    assert_eq!(phase(&build, "UPLOAD_ARTIFACTS").0, "SUCCEEDED", "{build:#}\n{}", yard.log(&build));
    assert_eq!(build["buildStatus"], "FAILED");
    assert_eq!(build["reportArns"].as_array().unwrap().len(), 2, "{build:#}");
    let reports = yard.call("codebuild:BatchGetReports", json!({"reportArns": build["reportArns"]}));
    let of = |kind: &str| reports["reports"].as_array().unwrap().iter().find(|r| r["type"] == kind).unwrap().clone();
    let (tests, lines) = (of("TEST"), of("CODE_COVERAGE"));
    assert_eq!((tests["status"].as_str(), tests["testSummary"]["total"].as_u64()), (Some("FAILED"), Some(2)), "{tests:#}");
    assert_eq!(tests["testSummary"]["statusCounts"], json!({"FAILED": 1, "SUCCEEDED": 1}));
    assert!(tests["reportGroupArn"].as_str().unwrap().ends_with(":report-group/shop-unit"), "{tests:#}");
    assert_eq!(lines["codeCoverageSummary"]["lineCoveragePercentage"], 50.0);
    let failed = yard.call("codebuild:DescribeTestCases", json!({"reportArn": tests["arn"], "filter": {"status": "FAILED"}}));
    assert_eq!(failed["testCases"][0]["name"], "bad");
    assert_eq!((failed["testCases"][0]["message"].as_str(), failed["testCases"].as_array().unwrap().len()), (Some("why"), 1));
    let files = yard.call("codebuild:DescribeCodeCoverages", json!({"reportArn": lines["arn"]}));
    assert_eq!(files["codeCoverages"][0]["filePath"], "a.py");
    let trend = yard.call("codebuild:GetReportGroupTrend", json!({"reportGroupArn": tests["reportGroupArn"], "trendField": "PASS_RATE"}));
    assert_eq!(trend["stats"]["average"], "50");
    let group = tests["reportGroupArn"].clone();
    let kept = yard.world.call(Some(&yard.admin), "codebuild:DeleteReportGroup", json!({"arn": group})).unwrap_err();
    assert_eq!(kept.code, "InvalidInputException");
    yard.call("codebuild:DeleteReportGroup", json!({"arn": group, "deleteReports": true}));
    assert_eq!(yard.call("codebuild:ListReports", json!({}))["reports"].as_array().unwrap().len(), 1);
}

#[test]
fn a_role_that_may_not_report_fails_the_phase() {
    let yard = Yard::new(ALL);
    source(&yard);
    let build = yard.finish(&yard.start(json!({})));
    let (status, context) = phase(&build, "UPLOAD_ARTIFACTS");
    assert_eq!(status, "FAILED");
    assert!(
        context.starts_with("CLIENT_ERROR Error in UPLOAD_ARTIFACTS phase: [") && context.contains("codebuild:CreateReportGroup"),
        "{context}"
    );
}

#[test]
fn builds_that_ask_for_it_are_tried_again_by_their_role() {
    let again = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["logs:*","codebuild:RetryBuild"],"Resource":"*"}}"#;
    let yard = Yard::new(again);
    yard.inline("version: 0.2\nphases:\n  build:\n    on-failure: RETRY-2-connection (lost|refused)\n    commands: ['echo connection lost; exit 1']\n");
    let id = yard.start(json!({}));
    let first = yard.finish(&id);
    assert_eq!(first["buildStatus"], "FAILED");
    let ids = yard.call("codebuild:ListBuildsForProject", json!({"projectName": "shop", "sortOrder": "ASCENDING"}));
    let builds = yard.call("codebuild:BatchGetBuilds", json!({"ids": ids["ids"]}));
    let numbers: Vec<Value> =
        builds["builds"].as_array().unwrap().iter().map(|b| b["autoRetryConfig"]["autoRetryNumber"].clone()).collect();
    assert_eq!(numbers, [json!(0), json!(1), json!(2)], "{builds:#}");
    assert_eq!(first["autoRetryConfig"]["nextAutoRetry"], builds["builds"][1]["arn"]);
    let gone = yard.call("codebuild:BatchDeleteBuilds", json!({"ids": [id, "shop:00000000-0000-0000-0000-000000000000"]}));
    assert_eq!(gone["buildsDeleted"], json!([first["arn"]]));
    assert_eq!(gone["buildsNotDeleted"][0]["statusCode"], "BUILD_NOT_FOUND");

    let yard = Yard::new(again);
    yard.inline("version: 0.2\nphases:\n  build:\n    on-failure: RETRY-2-connection lost\n    commands: ['echo other; exit 1']\n");
    yard.finish(&yard.start(json!({})));
    assert_eq!(yard.call("codebuild:ListBuilds", json!({}))["ids"].as_array().unwrap().len(), 1);
}
