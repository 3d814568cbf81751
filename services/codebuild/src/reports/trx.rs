//! Visual Studio's TRX.

use super::{no_root, short, xml::Node};
use crate::model::report::TestCase;
use std::collections::HashMap;

pub(super) fn cases(root: &Node) -> Result<Vec<TestCase>, String> {
    if root.name != "TestRun" {
        return Err(no_root(root, "<TestRun>"));
    }
    let (mut results, mut definitions) = (Vec::new(), Vec::new());
    root.below("UnitTestResult", &mut results);
    root.below("UnitTest", &mut definitions);
    let class = |test: &&Node| Some((test.attribute("id").to_owned(), test.child("TestMethod")?.attribute("className").to_owned()));
    let classes: HashMap<String, String> = definitions.iter().filter_map(class).collect();
    Ok(results.into_iter().map(|result| case(result, classes.get(result.attribute("testId")).map_or("", String::as_str))).collect())
}

/// `00:00:01.2345678`
fn time(text: &str) -> u64 {
    let parts: Vec<f64> = text.split(':').filter_map(|part| part.parse().ok()).collect();
    let [hours, minutes, seconds] = parts[..] else { return 0 };
    ((hours * 3600.0 + minutes * 60.0 + seconds) * 1e9).max(0.0) as u64
}

fn case(result: &Node, class: &str) -> TestCase {
    let status = match result.attribute("outcome") {
        "Passed" | "Completed" | "PassedButRunAborted" | "Warning" => "SUCCEEDED",
        "Failed" => "FAILED",
        "Error" | "Timeout" | "Aborted" | "Disconnected" => "ERROR",
        "NotExecuted" | "Inconclusive" | "NotRunnable" | "Pending" => "SKIPPED",
        _ => "UNKNOWN",
    };
    let error = result.child("Output").and_then(|output| output.child("ErrorInfo"));
    let message = error.and_then(|error| error.child("Message")).map(|message| short(&message.text));
    TestCase {
        prefix: short(class),
        name: short(result.attribute("testName")),
        status: status.into(),
        duration_in_nano_seconds: time(result.attribute("duration")),
        message: message.unwrap_or_default(),
        test_suite_name: short(class),
        ..TestCase::default()
    }
}
