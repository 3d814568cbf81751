//! Many repairs at once.

use crate::made::{TARGET, behind, finding, kinds, removal, repair, report};
use rehearsal::{Edit, Finding, Fixes, Judged, Kind, Patch, Report, Severity};
use serde_json::Value;

const FILE: &str = "one\ntwo\nthree\n";

fn found(title: &str, repairs: Vec<rehearsal::Repair>) -> Finding {
    Finding { repairs, ..finding(Kind::Denied, Severity::Error, title) }
}

fn mend(edits: Vec<Edit>, guardrail: Option<&str>) -> rehearsal::Repair {
    repair("Mend it", Value::Null, vec![Patch { file: "f".into(), edits }], guardrail)
}

fn edit(start: usize, end: usize, text: &str) -> Edit {
    Edit { start, end, text: text.into() }
}

fn names<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<&'a str> {
    findings.into_iter().map(|finding| finding.title.as_str()).collect()
}

fn applied(report: &Report, allowed: &[&str]) -> (String, Vec<String>, Vec<String>, Vec<String>) {
    let judged = Judged::plain(report);
    let allowed: Vec<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
    let fixes = Fixes::of(&judged, &report.files, &allowed);
    let text = fixes.patches.first().map_or(FILE.to_owned(), |patch| patch.apply(FILE).expect("it fits"));
    let owned = |names: Vec<&str>| names.into_iter().map(ToOwned::to_owned).collect();
    let mended = owned(names(fixes.mended.iter().map(|(finding, _)| *finding)));
    let guarded = owned(names(fixes.guarded.iter().map(|(finding, _)| *finding)));
    (text, mended, guarded, owned(names(fixes.later)))
}

#[test]
fn what_fits_together_is_done_together() {
    let findings = vec![
        found("end", vec![mend(vec![edit(8, 8, "x\n")], None)]),
        found("same", vec![mend(vec![edit(8, 8, "x\n")], None)]),
        found("beside", vec![mend(vec![edit(8, 8, "y\n")], None)]),
        found("begin", vec![mend(vec![edit(0, 3, "ONE"), edit(14, 14, "four\n")], None)]),
        found("overlap", vec![mend(vec![edit(2, 5, "")], None)]),
        found("misfit", vec![mend(vec![edit(90, 95, "")], None)]),
        found("no patch", vec![repair("Think", Value::Null, Vec::new(), None)]),
    ];
    let (text, mended, guarded, later) = applied(&report(findings, &[("f", FILE)]), &[]);
    assert_eq!(text, "ONE\ntwo\nx\ny\nthree\nfour\n");
    assert_eq!(mended, ["end", "same", "beside", "begin"]);
    assert!(guarded.is_empty());
    assert_eq!(later, ["overlap", "misfit"]);
}

#[test]
fn a_guardrail_is_weakened_only_by_name() {
    let weaken = || mend(vec![edit(0, 3, "")], Some("boundary of build"));
    let another_way = || mend(vec![edit(4, 7, "TWO")], None);
    let report = report(vec![found("kept", vec![weaken()]), found("both", vec![weaken(), another_way()])], &[("f", FILE)]);
    assert_eq!(applied(&report, &["boundary"]), ("one\nTWO\nthree\n".into(), vec!["both".into()], vec!["kept".into()], vec![]));
    let all = vec!["kept".to_owned(), "both".to_owned()];
    assert_eq!(applied(&report, &["boundary of build"]), ("\ntwo\nthree\n".into(), all, vec![], vec![]));
}

#[test]
fn accepted_findings_are_left_alone() {
    let report = kinds();
    let baseline = format!("accepted:\n- id: {:?}\n  reason: known\n", report.findings[2].id);
    let baseline = rehearsal::Baseline::read(&baseline, "b.yaml").expect("it is right");
    let judged = baseline.judge(&report, base::Timestamp(0));
    let fixes = Fixes::of(&judged, &report.files, &[]);
    assert_eq!(names(fixes.mended.iter().map(|(finding, _)| *finding)), ["nothing needs s3:PutObject"]);
    assert_eq!(fixes.patches[0].edits, [removal(TARGET, ", s3:PutObject")]);
}

#[test]
fn a_patch_that_does_not_fit_changes_nothing() {
    let patch = behind("f", FILE, "one\n", "new\n");
    assert_eq!(patch.apply(FILE).as_deref(), Some("one\nnew\ntwo\nthree\n"));
    for edits in [vec![edit(0, 99, "")], vec![edit(3, 1, "")], vec![edit(4, 6, ""), edit(5, 7, "")], vec![edit(1, 2, "")]] {
        assert_eq!(Patch { file: "f".into(), edits }.apply("\u{e9}"), None);
    }
}

#[test]
fn two_members_of_one_name_are_not_written_together() {
    const MAP: &str = "a: 1\nlist:\n  - one\n";
    let at = MAP.len();
    let findings = vec![
        found("first", vec![mend(vec![edit(5, 5, "b: 2\n")], None)]),
        found("of the same name", vec![mend(vec![edit(5, 5, "b: 3\n")], None)]),
        found("of another name", vec![mend(vec![edit(5, 5, "c: 3\n")], None)]),
        found("an item", vec![mend(vec![edit(at, at, "  - two\n")], None)]),
        found("another item", vec![mend(vec![edit(at, at, "  - three\n")], None)]),
    ];
    let report = report(findings, &[("f", MAP)]);
    let judged = Judged::plain(&report);
    let fixes = Fixes::of(&judged, &report.files, &[]);
    assert_eq!(fixes.patches[0].apply(MAP).as_deref(), Some("a: 1\nb: 2\nc: 3\nlist:\n  - one\n  - two\n  - three\n"));
    assert_eq!(names(fixes.later), ["of the same name"]);
}
