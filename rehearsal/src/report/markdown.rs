//! The report for a pull request: GitHub's Markdown.
//! <https://docs.github.com/en/get-started/writing-on-github>

use super::harmless::harmless;
use super::lines::Texts;
use super::summary::{CallInWords, SEVERITIES, depends, found, guardrail, number, rehearsed, severity, subject};
use super::{Diff, Judged, text};
use crate::{Finding, Kind, Layer, Place, Repair};
use std::fmt::Write;

/// A comment on GitHub has at most 65 536 characters; what leads to the rest must fit as well.
const MOST: usize = 60_000;

/// Longer source lines are cut.
const WIDTH: usize = 160;

impl Judged<'_> {
    /// The report as Markdown, no longer than a comment may be: what does not fit is counted.
    pub fn markdown(&self) -> String {
        let mut text = format!("## Rehearsal: {}\n\n{}\n", found(self).unwrap_or_else(|| "nothing found".into()), rehearsed(self.report));
        self.table(&mut text);
        for what in self.not_rehearsed() {
            let _ = writeln!(text, "\n> **Not rehearsed**: {}", escaped(what));
        }
        for remark in &self.remarks {
            let place = format!("{}:{}", self.baseline.unwrap_or_default(), remark.line);
            let _ = writeln!(text, "\n> {}: {}", code(&place), escaped(&remark.text));
        }
        let texts = Texts::new(&self.report.files);
        let mut left_out = 0;
        for (layer, heading) in [(Layer::Deployment, "Deployment"), (Layer::Run, "Run"), (Layer::Grants, "Grants")] {
            let mut sections = self.open().filter(|finding| finding.layer == layer).map(|finding| section(finding, &texts)).peekable();
            if sections.peek().is_some() && text.len() < MOST {
                let _ = writeln!(text, "\n### {heading}");
            }
            for section in sections {
                match text.len() + section.len() <= MOST {
                    true => text.push_str(&section),
                    false => left_out += 1,
                }
            }
        }
        if left_out > 0 {
            let _ = writeln!(text, "\n{left_out} more did not fit here: `sekisho rehearse` shows all.");
        }
        text
    }

    fn table(&self, text: &mut String) {
        let accepted = |kind: Kind| self.findings().filter(|(finding, by)| finding.kind == kind && by.is_some()).count();
        let rows = Kind::ALL.iter().map(|(kind, name, _)| {
            let counts = SEVERITIES.map(|(severity, _)| number(self, severity, Some(*kind)));
            (name, counts, accepted(*kind))
        });
        let rows: Vec<_> = rows.filter(|(_, counts, accepted)| counts.iter().sum::<usize>() + accepted > 0).collect();
        if rows.is_empty() {
            return;
        }
        text.push_str("\n| kind | errors | warnings | notes | accepted |\n|---|--:|--:|--:|--:|\n");
        for (name, [errors, warnings, notes], accepted) in rows {
            let _ = writeln!(text, "| {name} | {errors} | {warnings} | {notes} | {accepted} |");
        }
    }
}

fn section(finding: &Finding, texts: &Texts<'_>) -> String {
    let head = format!("<b>{}[{}]</b>: {}", severity(finding.severity), finding.kind.name(), in_html(&finding.title));
    let mut text = format!("\n<details><summary>{head}</summary>\n");
    for cause in &finding.causes {
        let _ = match &cause.place {
            Some(place) => write!(text, "\n{}: {}\n{}", code(&place_of(place)), escaped(&cause.text), excerpt(place, texts)),
            None => writeln!(text, "\n{}", escaped(&cause.text)),
        };
    }
    let mut list: Vec<String> = Vec::new();
    if !finding.subject.is_empty() {
        list.push(format!("in {}", escaped(&subject(finding))));
    }
    if let Some(words) = CallInWords::of(finding) {
        list.push(format!("call {}", code(&words.call)));
        list.push(format!("by {}", code(words.caller)));
        list.push(format!("on {}", code(words.resource)));
        list.extend(words.context.iter().map(|pair| format!("with {}", code(pair))));
    }
    list.extend(finding.notes.iter().map(|note| escaped(note)));
    list.extend(depends(finding).map(|text| escaped(&text)));
    if !list.is_empty() {
        let _ = writeln!(text, "\n- {}", list.join("\n- "));
    }
    for repair in &finding.repairs {
        text.push_str(&mended(repair, texts));
    }
    text.push_str("\n</details>\n");
    text
}

fn mended(repair: &Repair, texts: &Texts<'_>) -> String {
    let mut text = format!("\n**Repair**: {}\n", escaped(&repair.title));
    if let Some(name) = &repair.guardrail {
        let _ = writeln!(text, "\n> {}", escaped(&guardrail(name)));
    }
    let mut lines = String::new();
    for diff in repair.patches.iter().filter_map(|patch| Diff::new(texts.get(&patch.file)?.file, patch)) {
        let path = harmless(&diff.path).into_owned();
        let _ = writeln!(lines, "--- {path}\n+++ {path}");
        for hunk in &diff.hunks {
            let _ = writeln!(lines, "{}", hunk.head());
            for (sign, line) in text::shown(&hunk.lines, WIDTH) {
                let _ = writeln!(lines, "{sign}{line}");
            }
        }
    }
    match (lines.is_empty(), repair.statement.is_null()) {
        (false, _) => text.push_str(&fenced("diff", &lines)),
        (true, false) => {
            let statement = serde_json::to_string_pretty(&repair.statement).unwrap_or_default();
            text.push_str(&fenced("json", &statement));
        }
        (true, true) => {}
    }
    text
}

fn place_of(place: &Place) -> String {
    format!("{}:{}:{}", place.file, place.line, place.column)
}

/// The line of a place, as a block of code; nothing where it is not at hand.
fn excerpt(place: &Place, texts: &Texts<'_>) -> String {
    let Some(line) = texts.get(&place.file).and_then(|lines| lines.line(place.line as usize)) else { return String::new() };
    let from = if line.len() <= WIDTH { 0 } else { (place.column as usize).saturating_sub(WIDTH / 2) };
    let line = super::harmless::expanded(line);
    fenced("", super::harmless::cut(line.trim_end(), from, WIDTH).trim_start())
}

/// A block of code, whatever it holds.
fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("\n{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// A code span, whatever it holds.
fn code(text: &str) -> String {
    let text = harmless(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A text as text: no markup, no link, nobody mentioned.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|' | '~' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // An empty comment parts it from the name that would be notified.
            '@' => out.push_str("@<!-- -->"),
            c => out.push(c),
        }
    }
    out
}

/// A text within a summary, where Markdown does not reach.
fn in_html(text: &str) -> String {
    let text = harmless(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "@<!-- -->")
}
