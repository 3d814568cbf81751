//! Cucumber's JSON: features, their scenarios, and the steps of these.

use super::short;
use crate::model::report::TestCase;
use serde_json::Value;

fn items<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}

/// A scenario's status is the worst of its steps'; its time that of all.
fn scenario(feature: &Value, element: &Value) -> TestCase {
    let parts = ["before", "steps", "after"].into_iter().flat_map(|name| items(element, name));
    let (mut status, mut time, mut message) = ("SUCCEEDED", 0u64, String::new());
    for part in parts {
        let result = &part["result"];
        time = time.saturating_add(result["duration"].as_f64().unwrap_or(0.0).max(0.0) as u64);
        let told = result["error_message"].as_str().unwrap_or_default();
        let (now, rank) = match result["status"].as_str().unwrap_or_default() {
            "passed" => ("SUCCEEDED", 0),
            "skipped" | "pending" => ("SKIPPED", 1),
            "undefined" | "ambiguous" => ("ERROR", 2),
            "failed" => ("FAILED", 3),
            _ => ("UNKNOWN", 1),
        };
        let before = match status {
            "FAILED" => 3,
            "ERROR" => 2,
            "SKIPPED" | "UNKNOWN" => 1,
            _ => 0,
        };
        if rank > before {
            status = now;
        }
        if message.is_empty() {
            message = short(told);
        }
    }
    let feature = short(feature["name"].as_str().unwrap_or_default());
    TestCase {
        prefix: feature.clone(),
        name: short(element["name"].as_str().unwrap_or_default()),
        status: status.into(),
        duration_in_nano_seconds: time,
        message,
        test_suite_name: feature,
        ..TestCase::default()
    }
}

pub(super) fn cases(text: &str) -> Result<Vec<TestCase>, String> {
    let features: Value = serde_json::from_str(text).map_err(|e| format!("it is no JSON: {e}"))?;
    let features = features.as_array().ok_or("it is no list of features")?;
    let scenarios = features.iter().flat_map(|feature| items(feature, "elements").map(move |element| (feature, element)));
    let own = scenarios.filter(|(_, element)| element["type"].as_str() != Some("background"));
    Ok(own.map(|(feature, element)| scenario(feature, element)).collect())
}
