//! Code scanning's form: what the standard demands and what GitHub needs.

use crate::made::{TARGET, finding, kinds, many, report};
use rehearsal::{Finding, Judged, Kind, Place, Severity};
use serde_json::{Value, json};

fn run(report: &rehearsal::Report) -> Value {
    Judged::plain(report).sarif()["runs"][0].clone()
}

#[test]
fn one_of_each_kind() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&Judged::plain(&kinds()).sarif()).expect("a value"));
}

#[test]
fn each_result_has_its_rule_a_place_and_a_fingerprint_of_its_own() {
    let mut report = kinds();
    let again = report.findings[0].clone();
    report.findings.push(again);
    let run = run(&report);
    let results = run["results"].as_array().expect("a list");
    assert_eq!(results.len(), 10);
    let mut fingerprints = Vec::new();
    for result in results {
        let index = result["ruleIndex"].as_u64().and_then(|n| usize::try_from(n).ok()).expect("a number");
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let physical = &result["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"], json!({"uri": "target.yaml", "uriBaseId": "%SRCROOT%"}));
        let region = &physical["region"];
        assert!(region["startColumn"].as_u64() < region["endColumn"].as_u64() && region["startLine"] == region["endLine"], "{region}");
        assert!(!result["message"]["text"].as_str().expect("a text").is_empty());
        fingerprints.push(result["partialFingerprints"]["primaryLocationLineHash"].to_string());
    }
    fingerprints.sort();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 10);
}

/// Applies the replacements of a fix as an editor would: by lines and columns.
#[test]
fn fixes_change_what_the_patches_change() {
    let report = kinds();
    let results = run(&report)["results"].clone();
    let denial = results.as_array().and_then(|all| all.iter().find(|r| r["ruleId"] == "denied")).expect("a denial");
    let replacement = &denial["fixes"][0]["artifactChanges"][0]["replacements"][0];
    let region = &replacement["deletedRegion"];
    assert_eq!([&region["startLine"], &region["startColumn"]], [&region["endLine"], &region["endColumn"]]);
    let line = region["startLine"].as_u64().and_then(|n| usize::try_from(n).ok()).expect("a number");
    let mut lines: Vec<&str> = TARGET.split_inclusive('\n').collect();
    lines.insert(line - 1, replacement["insertedContent"]["text"].as_str().expect("a text"));
    let edit = &report.findings[2].repairs[0].patches[0].edits[0];
    let mut patched = TARGET.to_owned();
    patched.replace_range(edit.start..edit.end, &edit.text);
    assert_eq!(lines.concat(), patched);
    // A guardrail is weakened by nobody's click.
    let deputy = results.as_array().and_then(|all| all.iter().find(|r| r["ruleId"] == "deputy")).expect("a deputy");
    assert!(deputy.get("fixes").is_none());
}

#[test]
fn paths_are_uris() {
    let uri = |path: &str| {
        let at = Place { file: path.into(), line: 3, column: 2, length: 0 };
        let causes = vec![crate::made::cause("here", Some(at))];
        let report = report(vec![Finding { causes, ..finding(Kind::Denied, Severity::Error, "no") }], &[]);
        run(&report)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].clone()
    };
    let inside = |uri: &str| json!({"uri": uri, "uriBaseId": "%SRCROOT%"});
    assert_eq!(uri("./stacks/a b.yaml"), inside("stacks/a%20b.yaml"));
    assert_eq!(uri("配備.yaml"), inside("%E9%85%8D%E5%82%99.yaml"));
    assert_eq!(uri("a:b#c?d%e.yaml"), inside("a%3Ab%23c%3Fd%25e.yaml"));
    assert_eq!(uri("/srv/x.yaml"), json!({"uri": "file:///srv/x.yaml"}));
    assert_eq!(uri("../x.yaml"), json!({"uri": "../x.yaml"}));
}

#[test]
fn no_more_results_than_code_scanning_takes() {
    let mut report = many(25_010);
    report.findings.iter_mut().take(30).for_each(|finding| finding.severity = Severity::Note);
    let run = run(&report);
    let results = run["results"].as_array().expect("a list");
    assert_eq!(results.len(), 25_000);
    assert_eq!(results.iter().filter(|result| result["level"] == "note").count(), 20);
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().expect("a text").to_owned();
    assert!(said.starts_with("10 findings"), "{said}");
}
