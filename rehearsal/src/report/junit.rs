//! The report for build servers: JUnit's XML, as Jenkins, GitLab and their like read it.
//! The form: <https://github.com/testmoapp/junitxml>

use super::summary::{rehearsed, severity, subject};
use super::{Acceptance, Judged};
use crate::{Finding, Layer, Severity};
use quick_xml::escape::escape;
use std::fmt::Write;

impl Judged<'_> {
    /// A suite for each layer: each error is a failed case, and each stack and pipeline without errors is one that passed.
    pub fn junit(&self) -> String {
        let suites = [Layer::Deployment, Layer::Run, Layer::Grants].map(|layer| Suite::of(self, layer));
        let [tests, failures] = [suites.iter().map(|s| s.cases.len()).sum::<usize>(), suites.iter().map(|s| s.failures).sum()];
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let _ = writeln!(xml, "<testsuites name=\"sekisho rehearse\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
        for suite in suites.iter().filter(|suite| !suite.cases.is_empty() || !suite.out.is_empty()) {
            suite.write(&mut xml);
        }
        xml.push_str("</testsuites>\n");
        xml
    }
}

struct Suite {
    name: &'static str,
    cases: Vec<String>,
    failures: usize,
    skipped: usize,
    /// What is said besides.
    out: String,
}

impl Suite {
    fn of(judged: &Judged<'_>, layer: Layer) -> Self {
        let name = match layer {
            Layer::Deployment => "deployment",
            Layer::Run => "run",
            Layer::Grants => "grants",
        };
        let mut suite = Self { name, cases: Vec::new(), failures: 0, skipped: 0, out: String::new() };
        let findings: Vec<_> = judged.findings().filter(|(finding, _)| finding.layer == layer).collect();
        for (finding, accepted) in &findings {
            match (accepted, finding.severity) {
                (Some(accepted), _) => suite.skip(finding, accepted),
                (None, Severity::Error) => suite.fail(finding),
                (None, severity_of) => {
                    let _ = writeln!(suite.out, "{}[{}]: {}", severity(severity_of), finding.kind.name(), about(finding));
                }
            }
        }
        let failed = |path: &[String]| {
            let grave = |(f, accepted): &&(&Finding, Option<&Acceptance>)| f.severity == Severity::Error && accepted.is_none();
            findings.iter().filter(grave).any(|(finding, _)| finding.subject.starts_with(path))
        };
        for passed in judged.report.summary.subjects.iter().filter(|s| s.layer == layer && !failed(&s.path)) {
            suite.cases.push(format!("{}/>", case(name, &passed.path.join(" > "))));
        }
        if layer == Layer::Run {
            for what in judged.not_rehearsed() {
                suite.failures += 1;
                suite.cases.push(format!("{}><failure message=\"{}\"/></testcase>", case(name, "not rehearsed"), attribute(what)));
            }
            let _ = writeln!(suite.out, "{}", rehearsed(judged.report));
        }
        suite
    }

    fn skip(&mut self, finding: &Finding, accepted: &Acceptance) {
        self.skipped += 1;
        let why = attribute(&format!("accepted: {}", accepted.reason));
        self.cases.push(format!("{}><skipped message=\"{why}\"/></testcase>", case(self.name, &named(finding))));
    }

    fn fail(&mut self, finding: &Finding) {
        self.failures += 1;
        let [kind, title] = [finding.kind.name(), &finding.title];
        let head = format!("{}><failure type=\"{kind}\" message=\"{}\">", case(self.name, &named(finding)), attribute(title));
        self.cases.push(format!("{head}{}</failure></testcase>", escape(allowed(&about(finding)))));
    }

    fn write(&self, xml: &mut String) {
        let Self { name, cases, failures, skipped, out } = self;
        let tests = cases.len();
        let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"");
        let _ = writeln!(xml, "  <testsuite name=\"{name}\" {counts}>");
        for case in cases {
            let _ = writeln!(xml, "    {case}");
        }
        if !out.is_empty() {
            let _ = writeln!(xml, "    <system-out>{}</system-out>", escape(allowed(out)));
        }
        xml.push_str("  </testsuite>\n");
    }
}

/// The beginning of a case.
fn case(suite: &str, name: &str) -> String {
    format!("<testcase classname=\"{suite}\" name=\"{}\"", attribute(name))
}

fn named(finding: &Finding) -> String {
    format!("{}: {}: {}", subject(finding), finding.kind.name(), finding.title)
}

/// Where, what, and why, and what mends it.
fn about(finding: &Finding) -> String {
    let mut text = match finding.place() {
        Some(place) => format!("{}:{}:{}: {}", place.file, place.line, place.column, finding.title),
        None => finding.title.clone(),
    };
    for cause in &finding.causes {
        let _ = match &cause.place {
            Some(place) => write!(text, "\n{}:{}:{}: {}", place.file, place.line, place.column, cause.text),
            None => write!(text, "\n{}", cause.text),
        };
    }
    if let Some(call) = &finding.call {
        let _ = write!(text, "\ncall: {} by {} on {}", call.action, call.caller, call.resource);
    }
    if let Some(repair) = finding.repairs.first() {
        let _ = write!(text, "\nhelp: {}", repair.title);
    }
    text
}

/// A text as the value of an attribute: a line.
fn attribute(text: &str) -> String {
    escape(allowed(&text.replace(['\n', '\r', '\t'], " "))).into_owned()
}

/// A text of characters that XML 1.0 has at all: <https://www.w3.org/TR/xml/#charsets>
fn allowed(text: &str) -> String {
    let known = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if known(c) { c } else { '\u{fffd}' }).collect()
}
