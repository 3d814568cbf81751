//! The report for people, as rustc writes its own.

use super::harmless::{cut, expanded, harmless};
use super::lines::Texts;
use super::summary::{CallInWords, count, depends, found, guardrail, mendable, rehearsed, subject, tightened};
use super::{Diff, Judged, excerpt};
use crate::{Finding, Layer, Repair, Severity};
use annotate_snippets::{Element, Group, Level, Renderer};
use anstyle::{AnsiColor, Style as Ink};
use std::fmt::Write;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// With the colours of terminals.
    pub colour: bool,
    /// Columns of the terminal: longer source lines are cut around what they are shown for.
    pub width: usize,
}

impl Default for Style {
    /// For files: no colours.
    fn default() -> Self {
        Self { colour: false, width: 120 }
    }
}

/// Narrower or wider than this, a terminal does not say what it is.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=1000;

const ERROR: Ink = AnsiColor::Red.on_default().bold();
const WARNING: Ink = AnsiColor::Yellow.on_default().bold();
const NOTE: Ink = AnsiColor::Cyan.on_default().bold();
const COMES: Ink = AnsiColor::Green.on_default();
const GOES: Ink = AnsiColor::Red.on_default();
pub(super) const HEAD: Ink = Ink::new().bold();
pub(super) const FAINT: Ink = AnsiColor::BrightBlack.on_default();

/// A text in a style, if there are colours.
pub(super) struct Painted<'a>(pub(super) Style, pub(super) Ink, pub(super) &'a str);

impl std::fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(style, ink, text) = self;
        if style.colour { write!(f, "{ink}{text}{ink:#}") } else { f.write_str(text) }
    }
}

const LAYERS: [(Layer, &str); 3] = [
    (Layer::Deployment, "Deployment: what stacks and pipelines meet while they are made"),
    (Layer::Run, "Run: what pipelines meet"),
    (Layer::Grants, "Grants: what policies give besides"),
];

impl Judged<'_> {
    /// The report for people: what nobody has accepted, what stops the deployment before what stops a run, and what it comes to.
    pub fn text(&self, style: &Style) -> String {
        let writer = Writer::new(self, *style);
        let mut text = String::new();
        for (layer, heading) in LAYERS {
            let mut findings = self.open().filter(|finding| finding.layer == layer).peekable();
            if findings.peek().is_some() {
                let _ = writeln!(text, "{}\n", Painted(*style, HEAD, heading));
            }
            for finding in findings {
                writer.finding(&mut text, finding);
                text.push('\n');
            }
        }
        writer.end(&mut text);
        text
    }
}

struct Writer<'a> {
    judged: &'a Judged<'a>,
    texts: Texts<'a>,
    style: Style,
    renderer: Renderer,
}

impl<'a> Writer<'a> {
    fn new(judged: &'a Judged<'a>, style: Style) -> Self {
        let style = Style { width: style.width.clamp(*WIDTHS.start(), *WIDTHS.end()), ..style };
        let renderer = match style.colour {
            true => Renderer::styled().error(ERROR).warning(WARNING).note(NOTE).help(COMES.bold()),
            false => Renderer::plain(),
        };
        Self { judged, texts: Texts::new(&judged.report.files), style, renderer: renderer.term_width(style.width) }
    }

    fn finding(&self, text: &mut String, finding: &Finding) {
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level.primary_title(harmless(&finding.title).into_owned()).id(finding.kind.name());
        let mut elements = excerpt::excerpts(&finding.causes, &self.texts);
        elements.extend(self.remarks(finding));
        let drawn = self.renderer.render(&[Group::with_title(title).elements(elements)]);
        text.push_str(&excerpt::without_bare_marks(&drawn));
        text.push('\n');
        if let [best, others @ ..] = finding.repairs.as_slice() {
            self.repair(text, best);
            for other in others {
                let _ = writeln!(text, "{}: {}", Painted(self.style, FAINT, "or"), harmless(&other.title));
            }
        }
    }

    fn repair(&self, text: &mut String, repair: &Repair) {
        let _ = writeln!(text, "{}: {}", Painted(self.style, COMES.bold(), "help"), harmless(&repair.title));
        if let Some(name) = &repair.guardrail {
            let _ = writeln!(text, "  {}", harmless(&guardrail(name)));
        }
        let diffs = repair.patches.iter().filter_map(|patch| Diff::new(self.texts.get(&patch.file)?.file, patch));
        let diffs: Vec<Diff> = diffs.collect();
        for diff in &diffs {
            self.diff(text, diff);
        }
        if diffs.is_empty() && !repair.statement.is_null() {
            let statement = serde_json::to_string_pretty(&repair.statement).unwrap_or_default();
            for line in statement.lines() {
                let _ = writeln!(text, "  {}", Painted(self.style, COMES, &harmless(line)));
            }
        }
    }

    fn diff(&self, text: &mut String, diff: &Diff) {
        let path = harmless(&diff.path);
        let _ = writeln!(text, "  {}", Painted(self.style, HEAD, &format!("--- {path}")));
        let _ = writeln!(text, "  {}", Painted(self.style, HEAD, &format!("+++ {path}")));
        for hunk in &diff.hunks {
            let _ = writeln!(text, "  {}", Painted(self.style, NOTE, &hunk.head()));
            for (sign, line) in shown(&hunk.lines, self.style.width) {
                let ink = match sign {
                    '+' => COMES,
                    '-' => GOES,
                    _ => Ink::new(),
                };
                let _ = writeln!(text, "  {}", Painted(self.style, ink, format!("{sign}{line}").trim_end()));
            }
        }
    }

    /// What is said below the excerpts.
    fn remarks(&self, finding: &Finding) -> Vec<Element<'static>> {
        let said = |name: &'static str, text: &str| Level::NOTE.with_name(name).message(harmless(text).into_owned()).into();
        let mut remarks = Vec::new();
        let unseen = finding.causes.iter().filter(|cause| !excerpt::is_shown(cause, &self.texts));
        remarks.extend(unseen.map(|cause| said("why", &cause.text)));
        if !finding.subject.is_empty() {
            remarks.push(said("in", &subject(finding)));
        }
        if let Some(words) = CallInWords::of(finding) {
            remarks.push(said("call", &words.call));
            remarks.push(said("by", words.caller));
            remarks.push(said("on", words.resource));
            remarks.extend(words.context.iter().map(|pair| said("with", pair)));
        }
        remarks.extend(finding.notes.iter().map(|note| said("note", note)));
        remarks.extend(depends(finding).map(|text| said("certainty", &text)));
        remarks
    }

    /// What it comes to, and which command goes on.
    fn end(&self, text: &mut String) {
        let judged = self.judged;
        for remark in &judged.remarks {
            let place = format!("{}:{}:{}", judged.baseline.unwrap_or_default(), remark.line, remark.column);
            let warning = Painted(self.style, WARNING, "warning");
            let _ = writeln!(text, "{warning}: {}\n  --> {}\n", harmless(&remark.text), harmless(&place));
        }
        for what in judged.not_rehearsed() {
            let _ = writeln!(text, "{}: {}", Painted(self.style, WARNING, "not rehearsed"), harmless(what));
        }
        let accepted = match (judged.accepted(), judged.baseline) {
            (0, _) | (_, None) => String::new(),
            (number, Some(path)) => format!(" Accepted by {}: {number}.", harmless(path)),
        };
        let found = found(judged).unwrap_or_else(|| "Nothing found".to_owned());
        let _ = writeln!(text, "{}\n{}.{accepted}", rehearsed(judged.report), Painted(self.style, HEAD, &found));
        match mendable(judged) {
            0 => {}
            number => {
                let them = count(number, "finding");
                let _ = writeln!(text, "`sekisho rehearse --diff` shows how {them} can be mended, `--fix` does it.");
            }
        }
        match tightened(judged) {
            0 => {}
            number => {
                let _ = writeln!(text, "`sekisho tighten --diff` shows how {} can be narrowed.", count(number, "grant"));
            }
        }
    }
}

/// A hunk's lines, cut where they are long: so that the first difference is seen.
pub(super) fn shown(lines: &[(char, String)], width: usize) -> Vec<(char, String)> {
    const BEFORE: usize = 30;
    let line = |wanted: char| lines.iter().find(|(sign, _)| *sign == wanted).map_or("", |(_, line)| line.as_str());
    let same = line('-').chars().zip(line('+').chars()).take_while(|(old, new)| old == new).count();
    let cut = |(sign, line): &(char, String)| {
        let from = if *sign == ' ' { 0 } else { same.saturating_sub(BEFORE) };
        (*sign, cut(&expanded(line.trim_end_matches(['\n', '\r'])), from, width).into_owned())
    };
    lines.iter().map(cut).collect()
}
