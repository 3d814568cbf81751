//! The report for code scanning: SARIF 2.1.0, in the part of it that GitHub reads.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>,
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

mod fixes;
mod place;
mod rules;

use super::summary::{CallInWords, depends, guardrail, severity, subject};
use super::{Acceptance, Judged, lines::Texts};
use crate::{Finding, Kind, Repair};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt::Write;

/// GitHub refuses a run of more results.
const MOST: usize = 25_000;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

impl Judged<'_> {
    /// The report as a SARIF log of one run. A finding whose place is not known points at the first line of the delivery's first
    /// file, since GitHub takes no result without a place.
    pub fn sarif(&self) -> Value {
        let texts = Texts::new(&self.report.files);
        let mut results = Results { texts: &texts, judged: self, seen: HashMap::new() };
        // The gravest stay if there are too many; the sort is stable.
        let mut findings: Vec<_> = self.findings().collect();
        let left_out = findings.len().saturating_sub(MOST);
        if left_out > 0 {
            findings.sort_by_key(|(finding, accepted)| (accepted.is_some(), std::cmp::Reverse(finding.severity)));
            findings.truncate(MOST);
        }
        let mut notifications: Vec<Value> = self.not_rehearsed().map(|what| notification(&format!("Not rehearsed: {what}"))).collect();
        notifications.extend(self.remarks.iter().map(|remark| notification(&remark.text)));
        if left_out > 0 {
            notifications.push(notification(&format!("{left_out} findings of lesser severity are left out: a run has at most {MOST}.")));
        }
        let results: Vec<Value> = findings.iter().map(|(finding, accepted)| results.result(finding, *accepted)).collect();
        json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "Sekisho",
                    "version": env!("CARGO_PKG_VERSION"),
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules::all(),
                }},
                "automationDetails": {"id": "sekisho-rehearse/"},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {place::BASE: {"description": {"text": "The folder that the delivery was rehearsed in"}}},
                "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notifications}],
                "results": results,
                "properties": {"summary": self.report.summary},
            }],
        })
    }
}

fn notification(text: &str) -> Value {
    json!({"level": "warning", "message": {"text": text}})
}

struct Results<'a> {
    texts: &'a Texts<'a>,
    judged: &'a Judged<'a>,
    /// How often each id has come.
    seen: HashMap<&'a str, usize>,
}

impl<'a> Results<'a> {
    fn result(&mut self, finding: &'a Finding, accepted: Option<&Acceptance>) -> Value {
        let nth = self.seen.entry(&finding.id).or_default();
        *nth += 1;
        let fingerprint = format!("{}:{nth}", finding.id);
        let mut result = json!({
            "ruleId": finding.kind.name(),
            "ruleIndex": Kind::ALL.iter().position(|(kind, ..)| *kind == finding.kind),
            "level": severity(finding.severity),
            "message": {"text": message(finding)},
            "locations": [self.location(finding)],
            "partialFingerprints": {"primaryLocationLineHash": fingerprint, "sekishoFinding/v1": fingerprint},
            "properties": {
                "id": finding.id,
                "layer": finding.layer,
                "subject": finding.subject,
                "call": finding.call,
                "certainty": finding.certainty,
            },
        });
        let related = self.related(finding);
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        let fixes: Vec<Value> = finding.repairs.iter().filter_map(|repair| fixes::fix(repair, self.texts)).collect();
        if !fixes.is_empty() {
            result["fixes"] = fixes.into();
        }
        if self.judged.baseline.is_some() {
            // Where one result tells of suppressions all do: section 3.27.23.
            let suppression = |a: &Acceptance| json!({"kind": "external", "status": "accepted", "justification": a.reason});
            result["suppressions"] = accepted.map(suppression).into_iter().collect();
        }
        result
    }

    fn location(&self, finding: &Finding) -> Value {
        let physical = match finding.place() {
            Some(at) => place::physical(at, self.texts),
            None => {
                let file = self.judged.report.files.iter().next().map_or("sekisho.yaml", |file| &file.path);
                place::physical(&crate::Place { file: file.to_owned(), line: 1, column: 1, length: 0 }, self.texts)
            }
        };
        let mut location = json!({"physicalLocation": physical});
        if let Some(name) = finding.subject.last() {
            location["logicalLocations"] = json!([{"name": name, "fullyQualifiedName": finding.subject.join("/")}]);
        }
        location
    }

    /// The causes besides the one that the result points at.
    fn related(&self, finding: &Finding) -> Vec<Value> {
        let main = finding.causes.iter().position(|cause| cause.place.is_some());
        let others = finding.causes.iter().enumerate().filter(|(nth, _)| Some(*nth) != main);
        let placed = others.filter_map(|(_, cause)| Some((cause, cause.place.as_ref()?)));
        let location = |(nth, (cause, at)): (usize, (&crate::Cause, &crate::Place))| json!({"id": nth + 1, "physicalLocation": place::physical(at, self.texts), "message": {"text": cause.text}});
        placed.enumerate().map(location).collect()
    }
}

/// What the result says, in sentences and lines.
fn message(finding: &Finding) -> String {
    // Brackets begin a link in a message: section 3.11.6.
    let plain = |text: &str| text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    let mut text = format!("{}.", plain(&finding.title).trim_end_matches('.'));
    for cause in &finding.causes {
        let _ = write!(text, "\n{}", plain(&cause.text));
    }
    if !finding.subject.is_empty() {
        let _ = write!(text, "\nIn: {}", plain(&subject(finding)));
    }
    if let Some(words) = CallInWords::of(finding) {
        let _ = write!(text, "\nCall: {}\nBy: {}\nOn: {}", plain(&words.call), plain(words.caller), plain(words.resource));
        words.context.iter().for_each(|pair| {
            let _ = write!(text, "\nWith: {}", plain(pair));
        });
    }
    for note in finding.notes.iter().cloned().chain(depends(finding)) {
        let _ = write!(text, "\n{}", plain(&note));
    }
    if let Some(Repair { title, guardrail: name, .. }) = finding.repairs.first() {
        let _ = write!(text, "\nRepair: {}", plain(title));
        if let Some(name) = name {
            let _ = write!(text, " ({})", plain(&guardrail(name)));
        }
    }
    text
}
