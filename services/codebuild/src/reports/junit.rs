//! JUnit's XML, as Ant made it and everybody writes it.

use super::{nanoseconds, no_root, short, xml::Node};
use crate::model::report::TestCase;

/// A case's status, and what is said about it.
fn outcome(case: &Node) -> (&'static str, String) {
    let told = |node: &Node| {
        let (message, text) = (node.attribute("message"), node.text.trim());
        // Most tools repeat the message in the text.
        if message.is_empty() || text.contains(message) { text.to_owned() } else { format!("{message}\n{text}") }
    };
    let of = |name: &str| case.child(name);
    if let Some(error) = of("error") {
        return ("ERROR", short(&told(error)));
    }
    if let Some(failure) = of("failure") {
        return ("FAILED", short(&told(failure)));
    }
    match of("skipped") {
        Some(skipped) => ("SKIPPED", short(&told(skipped))),
        None => ("SUCCEEDED", String::new()),
    }
}

fn suite(node: &Node, name: &str, cases: &mut Vec<TestCase>) {
    let own = node.attribute("name");
    let name = if own.is_empty() { name } else { own };
    for child in &node.children {
        match child.name.as_str() {
            "testsuite" => suite(child, name, cases),
            "testcase" => {
                let (status, message) = outcome(child);
                cases.push(TestCase {
                    prefix: short(child.attribute("classname")),
                    name: short(child.attribute("name")),
                    status: status.into(),
                    duration_in_nano_seconds: nanoseconds(child.attribute("time")),
                    message,
                    test_suite_name: short(name),
                    ..TestCase::default()
                });
            }
            _ => {}
        }
    }
}

pub(super) fn cases(root: &Node) -> Result<Vec<TestCase>, String> {
    if !["testsuites", "testsuite"].contains(&root.name.as_str()) {
        return Err(no_root(root, "<testsuites> or <testsuite>"));
    }
    let mut cases = Vec::new();
    // The name of all suites together is no suite's.
    let empty = root.name == "testsuites";
    if empty {
        root.children.iter().filter(|child| child.name == "testsuite").for_each(|child| suite(child, "", &mut cases));
    } else {
        suite(root, "", &mut cases);
    }
    Ok(cases)
}
