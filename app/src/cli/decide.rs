use super::Output;
use crate::failure::{FAILED, Failure};
use crate::say::say;
use clap::Args;
use policy::cases;
use serde_json::json;
use std::{fs, path::PathBuf, process::ExitCode};

/// Decide authorization cases from files: unit tests for policies. Exits with 1 if an `expect` fails, with 2 if a file
/// cannot be used.
#[derive(Args)]
pub(crate) struct Decide {
    /// Files with an array of cases, one case, or a case a line
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How to write the decisions
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

impl Decide {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let mut results = Vec::new();
        for file in &self.files {
            let unusable = |e: &dyn std::fmt::Display| Failure::unusable(format!("{}: {e}", file.display()));
            let text = fs::read_to_string(file).map_err(|e| unusable(&e))?;
            let cases = cases::read(&text).map_err(|e| unusable(&e))?;
            for case in &cases {
                results.push(cases::run(case));
            }
        }
        let failed = results.iter().filter(|r| !r.passed).count();
        match self.output {
            Output::Json => say!("{}", json!(results)),
            Output::Text => {
                for result in &results {
                    let mark = match (result.passed, result.expect) {
                        (false, _) => "FAILED",
                        (true, Some(_)) => "ok    ",
                        (true, None) => "      ",
                    };
                    say!("{mark} {} {}", result.name, json!(result.decision).as_str().unwrap_or_default());
                    let reasons = json!(result.reasons);
                    for reason in reasons.as_array().into_iter().flatten() {
                        say!("         {reason}");
                    }
                }
                say!("{} cases, {failed} failed", results.len());
            }
        }
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
    }
}
