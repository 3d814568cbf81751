//! SimpleCov's JSON (`.resultset.json`): of each run the files with how often each line ran.

use super::file;
use crate::model::report::CodeCoverage;
use serde_json::Value;

/// (run, not run) of a list of counts; `null` is no code.
fn lines(counts: &[Value]) -> (u64, u64) {
    counts.iter().filter_map(Value::as_u64).fold((0, 0), |(run, not), count| if count > 0 { (run + 1, not) } else { (run, not + 1) })
}

/// Branches are maps of maps of counts.
fn branches(value: &Value) -> (u64, u64) {
    let counts = value.as_object().into_iter().flat_map(|all| all.values()).filter_map(Value::as_object).flat_map(|arms| arms.values());
    lines(&counts.cloned().collect::<Vec<_>>())
}

pub(super) fn files(text: &str) -> Result<Vec<CodeCoverage>, String> {
    let runs: Value = serde_json::from_str(text).map_err(|e| format!("it is no JSON: {e}"))?;
    let runs = runs.as_object().ok_or("it is no map of runs")?;
    let mut files = Vec::new();
    for run in runs.values() {
        let coverage =
            run["coverage"].as_object().ok_or("a run has no coverage: simplecov's own result is expected, not simplecov-json's")?;
        for (path, counts) in coverage {
            // Before version 0.18 the list stood there by itself.
            let counted = counts.as_array().or_else(|| counts["lines"].as_array()).map(Vec::as_slice).unwrap_or_default();
            files.push(file(path, lines(counted), branches(&counts["branches"])));
        }
    }
    Ok(files)
}
