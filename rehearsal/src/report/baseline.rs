//! The baseline: findings that are known and accepted, each with a reason, and with an end if it has one.
//!
//! ```yaml
//! accepted:
//!   - id: wide:111111111111:role/Deploy
//!     reason: The bucket's name is made at run time
//!     expires: 2027-03-31
//! ```

use super::{Judged, Remark, Report, verdict::not_rehearsed_id};
use crate::Severity;
use base::Timestamp;
use serde::{Deserialize, Serialize};
use serde_saphyr::{Location, Spanned};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::time::Duration;
use yaml::Fault;

/// The largest baseline that is read.
const MAX_LENGTH: usize = 4 << 20;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Accepted findings.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    path: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    id: String,
    acceptance: Acceptance,
    line: u64,
    column: u64,
}

/// Why a finding is accepted, and how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Acceptance {
    /// In the user's words.
    pub reason: String,
    /// The last day (of UTC) on which it is, as `2027-03-31`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping with the key `accepted`")]
struct Raw {
    #[serde(default)]
    accepted: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    id: Spanned<String>,
    reason: Spanned<String>,
    expires: Option<Spanned<String>>,
}

impl Acceptance {
    fn is_over(&self, now: Timestamp) -> bool {
        self.expires.as_deref().and_then(midnight).is_some_and(|day| now >= day.plus(DAY))
    }
}

/// The beginning of a day, `2027-03-31`.
fn midnight(day: &str) -> Option<Timestamp> {
    (day.len() == "2027-03-31".len()).then(|| Timestamp::parse_iso(&format!("{day}T00:00:00Z"))).flatten()
}

/// The path of keys to a value, without what is there for its place.
fn place(path: &yaml::Path) -> String {
    let path = path.to_string();
    path.strip_suffix(".value").unwrap_or(path.trim_start_matches('.')).to_owned()
}

fn fault(at: Location, message: String, help: &str) -> Fault {
    Fault { message, help: Some(help.to_owned()), line: at.line().max(1), column: at.column().max(1) }
}

impl Baseline {
    /// Reads a baseline; `path` is what reports call it. The fault says what is wrong, and where.
    pub fn read(text: &str, path: &str) -> Result<Self, Fault> {
        if text.len() > MAX_LENGTH {
            let message = format!("the file has {} bytes, more than {MAX_LENGTH}", text.len());
            return Err(fault(Location::UNKNOWN, message, "accept what matters, and mend the rest"));
        }
        let raw: Raw = yaml::read(text, place, |_, _| None)?;
        let mut seen = HashMap::new();
        let entries = raw.accepted.into_iter().map(|raw| {
            let at = raw.id.referenced;
            if let Some(first) = seen.insert(raw.id.value.clone(), at.line()) {
                return Err(fault(at, format!("`{}` is accepted in line {first} already", raw.id.value), "keep one of them"));
            }
            if raw.reason.value.trim().is_empty() {
                return Err(fault(raw.reason.referenced, "the reason is empty".into(), "say why the finding is accepted"));
            }
            if let Some(day) = raw.expires.as_ref().filter(|day| midnight(&day.value).is_none()) {
                return Err(fault(day.referenced, format!("`{}` is not a day", day.value), "write it as 2027-03-31"));
            }
            let acceptance = Acceptance { reason: raw.reason.value, expires: raw.expires.map(|day| day.value) };
            Ok(Entry { id: raw.id.value, acceptance, line: at.line().max(1), column: at.column().max(1) })
        });
        Ok(Self { path: path.to_owned(), entries: entries.collect::<Result<_, _>>()? })
    }

    /// The report, with what is accepted now, and with what this baseline says in vain.
    pub fn judge<'a>(&'a self, report: &'a Report, now: Timestamp) -> Judged<'a> {
        let valid: HashMap<&str, &Acceptance> =
            self.entries.iter().filter(|e| !e.acceptance.is_over(now)).map(|e| (e.id.as_str(), &e.acceptance)).collect();
        let ids = ids(report, Severity::Note);
        let ids: HashSet<&str> = ids.iter().map(|(id, _)| id.as_str()).collect();
        let remarks = self.entries.iter().filter_map(|entry| {
            let day = entry.acceptance.expires.as_deref().unwrap_or_default();
            let text = match (ids.contains(entry.id.as_str()), entry.acceptance.is_over(now)) {
                (false, _) => format!("`{}` is accepted, and is not found any more: remove it", entry.id),
                (true, true) => format!("`{}` was accepted until {day}: mend it, or accept it anew", entry.id),
                (true, false) => return None,
            };
            Some(Remark { text, line: entry.line, column: entry.column })
        });
        Judged::by(report, &self.path, remarks.collect(), |id| valid.get(id).copied())
    }

    /// The text of a baseline that accepts a report's findings of that severity or graver, and what was not rehearsed. What
    /// is accepted already keeps its reason and its end, if that has not come; `reason` is of all others.
    pub fn of(report: &Report, least: Severity, known: &Self, reason: &str, now: Timestamp) -> String {
        let known: HashMap<&str, &Acceptance> =
            known.entries.iter().filter(|e| !e.acceptance.is_over(now)).map(|e| (e.id.as_str(), &e.acceptance)).collect();
        let new = Acceptance { reason: reason.to_owned(), expires: None };
        let mut seen = HashSet::new();
        let mut text = String::from("# What `sekisho rehearse` finds and we accept: why, and until when.\naccepted:");
        for (id, about) in ids(report, least).into_iter().filter(|(id, _)| seen.insert(id.clone())) {
            let acceptance = known.get(id.as_str()).copied().unwrap_or(&new);
            // A comment is one line; a text in JSON is a text in YAML.
            let about = super::harmless::harmless(about);
            let quoted = |text: &str| serde_json::Value::from(text).to_string();
            let _ = write!(text, "\n  # {about}\n  - id: {}\n    reason: {}", quoted(&id), quoted(&acceptance.reason));
            if let Some(day) = &acceptance.expires {
                let _ = write!(text, "\n    expires: {day}");
            }
        }
        text.push_str(if seen.is_empty() { " []\n" } else { "\n" });
        text
    }
}

/// What can be accepted, with what it is about.
fn ids(report: &Report, least: Severity) -> Vec<(String, &str)> {
    let findings = report.findings.iter().filter(|finding| finding.severity >= least);
    let mut ids: Vec<(String, &str)> = findings.map(|finding| (finding.id.clone(), finding.title.as_str())).collect();
    ids.extend(report.summary.not_rehearsed.iter().map(|what| (not_rehearsed_id(what), "not rehearsed")));
    ids
}
