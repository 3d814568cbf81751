use super::{Output, reasons::in_words};
use crate::{
    deliver::{BAD, GOOD, plain, styled},
    failure::{FAILED, Failure},
    say::say,
};
use clap::Args;
use policy::cases::{self, CaseResult};
use serde_json::json;
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

const HELP: &str = r#"A case is a request, the policies that bear on it, and what is expected:
  {
    "name": "a build may not read production",
    "request": {
      "principal": "arn:aws:sts::111111111111:assumed-role/Build/run-1",
      "action": "s3:GetObject", "resource": "arn:aws:s3:::production/app.zip",
      "resourceAccount": "222222222222", "context": {"aws:SecureTransport": "true"}
    },
    "policies": {
      "identity": [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}]
    },
    "expect": "implicitDeny"
  }
Policies are identity, boundary, session, resource (a trust policy for sts:AssumeRole, a key policy for kms:*), serviceControl
and resourceControl (levels, outermost first), vpcEndpoint; grants as kms:ListGrants shows them. Beside them: blockPublicAccess
and options, the settings of points that AWS does not document. What decides on one says so (dependsOn).

Exit status: 0 all as expected, 1 an expectation failed, 2 a file cannot be used.

Examples:
  sekisho decide examples/decide/*.json
  sekisho decide cases.json --output json | jq '.[] | select(.decision == "allow") | .name'
  generate-cases | sekisho decide -"#;

/// Decide authorization cases from files: unit tests for policies
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Decide {
    /// Files with an array of cases, one case, or a case a line; `-` is the standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How to write the decisions
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

fn read(file: &Path) -> Result<String, Failure> {
    let unusable = |e: std::io::Error| Failure::unusable(format!("{}: {e}", file.display()));
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map_err(unusable)?;
        text
    } else {
        fs::read_to_string(file).map_err(unusable)?
    };
    if text.trim().is_empty() {
        let failure = Failure::unusable(format!("{}: it is empty, so that nothing is decided", file.display()));
        return Err(failure.help("sekisho decide --help shows a case; an array of no cases is []"));
    }
    Ok(text)
}

impl Decide {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let mut results = Vec::new();
        for file in &self.files {
            let cases = cases::read(&read(file)?).map_err(|e| {
                let path = if e.path.is_empty() { String::new() } else { format!("{}: ", e.path) };
                Failure::unusable(format!("{}:{}:{}: {path}{}", file.display(), e.line, e.column, e.message))
            })?;
            results.extend(cases.iter().map(cases::run));
        }
        let failed = results.iter().filter(|r| !r.passed).count();
        match self.output {
            Output::Json => say!("{}", json!(results)),
            Output::Text => {
                results.iter().for_each(print);
                let count = if results.len() == 1 { "1 case".to_owned() } else { format!("{} cases", results.len()) };
                say!("{count}, {failed} failed");
            }
        }
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
    }
}

fn print(result: &CaseResult) {
    let word = |verdict: policy::Verdict| json!(verdict).as_str().unwrap_or_default().to_owned();
    let (mark, expected) = match (result.passed, result.expect) {
        (false, Some(expected)) => (styled(BAD, "FAILED"), format!(", expected {}", word(expected))),
        (false, None) => (styled(BAD, "FAILED"), String::new()),
        (true, Some(_)) => (styled(GOOD, "ok    "), String::new()),
        (true, None) => ("      ".to_owned(), String::new()),
    };
    say!("{mark} {}: {}{expected}", plain(&result.name), word(result.decision));
    for reason in &result.reasons {
        say!("         {}", in_words(&json!(reason)).replace('\n', "\n       "));
    }
    if !result.depends_on.is_empty() {
        say!("         depends on {} (AWS does not document this point)", result.depends_on.join(", "));
    }
}
