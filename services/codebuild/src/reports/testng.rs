//! TestNG's XML: suites, tests, classes, and methods.

use super::{no_root, short, xml::Node};
use crate::model::report::TestCase;

pub(super) fn cases(root: &Node) -> Result<Vec<TestCase>, String> {
    if root.name != "testng-results" {
        return Err(no_root(root, "<testng-results>"));
    }
    let mut cases = Vec::new();
    for suite in root.children.iter().filter(|child| child.name == "suite") {
        let mut classes = Vec::new();
        suite.below("class", &mut classes);
        for class in classes {
            let methods = class.children.iter().filter(|child| child.name == "test-method" && child.attribute("is-config") != "true");
            cases.extend(methods.map(|method| case(suite, class, method)));
        }
    }
    Ok(cases)
}

fn case(suite: &Node, class: &Node, method: &Node) -> TestCase {
    let status = match method.attribute("status") {
        "PASS" => "SUCCEEDED",
        "FAIL" => "FAILED",
        "SKIP" => "SKIPPED",
        _ => "UNKNOWN",
    };
    let message = method.child("exception").map(|exception| {
        let message = exception.child("message").map_or("", |node| node.text.trim());
        if message.is_empty() { short(exception.attribute("class")) } else { short(message) }
    });
    TestCase {
        prefix: short(class.attribute("name")),
        name: short(method.attribute("name")),
        status: status.into(),
        duration_in_nano_seconds: method.number("duration-ms").saturating_mul(1_000_000),
        message: message.unwrap_or_default(),
        test_suite_name: short(suite.attribute("name")),
        ..TestCase::default()
    }
}
