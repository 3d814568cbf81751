//! What a report comes to, in words.

use super::{Judged, Report};
use crate::{Finding, Kind, Layer, Severity};

/// `1 pipeline`, `2 pipelines`.
pub(super) fn count(number: usize, one: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {one}{ending}")
}

/// The severities, the gravest first, with what they are called.
pub(super) const SEVERITIES: [(Severity, &str); 3] = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];

pub(super) fn severity(of: Severity) -> &'static str {
    SEVERITIES.iter().find(|(severity, _)| *severity == of).map_or("", |(_, name)| name)
}

/// What was rehearsed: `Rehearsed 2 stacks and 1 pipeline in 2 accounts: 412 calls, 3 denied.`
pub(super) fn rehearsed(report: &Report) -> String {
    let summary = &report.summary;
    let calls = match (summary.calls, summary.denied) {
        (calls, 0) => format!("{}, none denied", count(calls, "call")),
        (calls, denied) => format!("{}, {denied} denied", count(calls, "call")),
    };
    let [stacks, pipelines] = [count(summary.stacks, "stack"), count(summary.pipelines, "pipeline")];
    format!("Rehearsed {stacks} and {pipelines} in {}: {calls}.", count(summary.accounts, "account"))
}

/// What was found: `2 errors (1 undeployable, 1 denied), 1 note (unused)`. None: nothing.
pub(super) fn found(judged: &Judged<'_>) -> Option<String> {
    let parts: Vec<String> = SEVERITIES.iter().filter_map(|(severity, name)| of_severity(judged, *severity, name)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn of_severity(judged: &Judged<'_>, severity: Severity, name: &str) -> Option<String> {
    let all = count(number(judged, severity, None), name);
    let kinds: Vec<(usize, &str)> =
        Kind::ALL.iter().map(|(kind, name, _)| (number(judged, severity, Some(*kind)), *name)).filter(|(n, _)| *n > 0).collect();
    match kinds.as_slice() {
        [] => None,
        [(_, only)] => Some(format!("{all} ({only})")),
        many => Some(format!("{all} ({})", many.iter().map(|(n, name)| format!("{n} {name}")).collect::<Vec<_>>().join(", "))),
    }
}

/// How many findings nobody accepts are of a severity, and of a kind.
pub(super) fn number(judged: &Judged<'_>, severity: Severity, kind: Option<Kind>) -> usize {
    judged.open().filter(|finding| finding.severity == severity && kind.is_none_or(|kind| finding.kind == kind)).count()
}

/// How many findings `--fix` mends.
pub(super) fn mendable(judged: &Judged<'_>) -> usize {
    let patched = |finding: &&Finding| finding.repairs.iter().any(|repair| repair.guardrail.is_none() && !repair.patches.is_empty());
    judged.open().filter(|finding| finding.layer != Layer::Grants).filter(patched).count()
}

/// How many findings `sekisho tighten` mends.
pub(super) fn tightened(judged: &Judged<'_>) -> usize {
    let patched = |finding: &&Finding| finding.repairs.iter().any(|repair| !repair.patches.is_empty());
    judged.open().filter(|finding| finding.layer == Layer::Grants).filter(patched).count()
}

/// What is said of a call, besides who makes it and on what.
pub(super) struct CallInWords<'a> {
    /// `kms:Decrypt, which s3:GetObject demands`.
    pub(super) call: String,
    pub(super) caller: &'a str,
    pub(super) resource: &'a str,
    /// `kms:ViaService = s3.us-east-1.amazonaws.com`.
    pub(super) context: Vec<String>,
}

impl<'a> CallInWords<'a> {
    pub(super) fn of(finding: &'a Finding) -> Option<Self> {
        let call = finding.call.as_ref()?;
        let mut around: Vec<&str> = call.within.iter().map(String::as_str).collect();
        if call.operation != call.action {
            around.push(&call.operation);
        }
        let words = match around.as_slice() {
            [] => call.action.clone(),
            around => format!("{}, which {} demands", call.action, around.join(" > ")),
        };
        let context = call.context.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        Some(Self { call: words, caller: &call.caller, resource: &call.resource, context })
    }
}

/// Where in the delivery.
pub(super) fn subject(finding: &Finding) -> String {
    finding.subject.join(" > ")
}

/// How a guardrail is spoken of.
pub(super) fn guardrail(name: &str) -> String {
    format!("a guardrail decides, {name}: intended? If not, name it by `--allow '{name}'`")
}

/// On what a finding depends, where AWS's documentation does not settle it.
pub(super) fn depends(finding: &Finding) -> Option<String> {
    match &finding.certainty {
        crate::Certainty::Certain => None,
        crate::Certainty::DependsOn { options, otherwise } => {
            Some(format!("depends on {}, which AWS does not document; otherwise {otherwise}", options.join(", ")))
        }
    }
}
