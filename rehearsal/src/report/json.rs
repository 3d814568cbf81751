//! The report for programs: `--output json`. What its members are is in `docs/rehearse.md`.

use super::{Diff, Judged, Remark, lines::Texts};
use crate::Finding;
use serde_json::{Value, json};

/// Rises when a member goes or means something else; new members do not count.
const VERSION: u32 = 1;

impl Judged<'_> {
    /// The report as JSON, findings in the order in which a user would meet them.
    pub fn json(&self) -> Value {
        let texts = Texts::new(&self.report.files);
        let findings: Vec<Value> = self
            .findings()
            .map(|(finding, accepted)| {
                let mut value = value(finding, &texts);
                if let Some(accepted) = accepted {
                    value["accepted"] = json!(accepted);
                }
                value
            })
            .collect();
        let mut report = json!({
            "version": VERSION,
            "summary": self.report.summary,
            "findings": findings,
        });
        if let Some(path) = self.baseline {
            let remark = |remark: &Remark| json!({"text": remark.text, "line": remark.line, "column": remark.column});
            let remarks: Vec<Value> = self.remarks.iter().map(remark).collect();
            let not_rehearsed: Vec<&str> = self.not_rehearsed().collect();
            report["baseline"] = json!({"file": path, "accepted": self.accepted(), "remarks": remarks, "stillNotRehearsed": not_rehearsed});
        }
        report
    }
}

/// A finding, its patches with what they look like.
fn value(finding: &Finding, texts: &Texts<'_>) -> Value {
    let mut value = json!(finding);
    for (nth, repair) in finding.repairs.iter().enumerate() {
        for (mth, patch) in repair.patches.iter().enumerate() {
            let diff = texts.get(&patch.file).and_then(|lines| Diff::new(lines.file, patch));
            value["repairs"][nth]["patches"][mth]["diff"] = json!(diff.map(|diff| diff.to_string()));
        }
    }
    value
}
