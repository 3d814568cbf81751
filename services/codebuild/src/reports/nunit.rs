//! NUnit's XML, of its versions 2 (`test-results`) and 3 (`test-run`).

use super::{nanoseconds, no_root, short, xml::Node};
use crate::model::report::TestCase;

pub(super) fn cases(root: &Node) -> Result<Vec<TestCase>, String> {
    if !["test-results", "test-run"].contains(&root.name.as_str()) {
        return Err(no_root(root, "<test-results> or <test-run>"));
    }
    let mut cases = Vec::new();
    suite(root, "", &mut cases);
    Ok(cases)
}

fn suite(node: &Node, name: &str, cases: &mut Vec<TestCase>) {
    for child in &node.children {
        match child.name.as_str() {
            "test-suite" => suite(child, child.attribute("name"), cases),
            "results" => suite(child, name, cases),
            "test-case" => cases.push(case(child, name)),
            _ => {}
        }
    }
}

fn case(node: &Node, suite: &str) -> TestCase {
    // Version 3 has `Passed`, version 2 `Success` and before it `executed` with `success`.
    let status = match (node.attribute("result"), node.attribute("success"), node.attribute("executed")) {
        ("Passed" | "Success", ..) => "SUCCEEDED",
        ("Failed" | "Failure", ..) => "FAILED",
        ("Error" | "NotRunnable" | "Invalid" | "Cancelled", ..) => "ERROR",
        ("Skipped" | "Ignored" | "Inconclusive", ..) => "SKIPPED",
        ("", _, "False") => "SKIPPED",
        ("", "True", _) => "SUCCEEDED",
        ("", "False", _) => "FAILED",
        _ => "UNKNOWN",
    };
    let why = ["failure", "reason"].into_iter().find_map(|name| node.child(name));
    let message = why.and_then(|why| why.child("message")).map(|message| short(&message.text));
    let (class, name) = (node.attribute("classname"), node.attribute("name"));
    let (prefix, name) = match name.rsplit_once('.') {
        Some((prefix, name)) if class.is_empty() => (prefix, name),
        _ => (class, name),
    };
    let time = if node.attribute("duration").is_empty() { node.attribute("time") } else { node.attribute("duration") };
    TestCase {
        prefix: short(prefix),
        name: short(name),
        status: status.into(),
        duration_in_nano_seconds: nanoseconds(time),
        message: message.unwrap_or_default(),
        test_suite_name: short(suite),
        ..TestCase::default()
    }
}
