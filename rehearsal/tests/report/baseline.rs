//! Accepted findings.

use crate::made::{clean, finding, kinds};
use base::Timestamp;
use rehearsal::{Baseline, FailOn, Judged, Kind, Report, Severity, Style};

fn day(text: &str) -> Timestamp {
    Timestamp::parse_iso(text).expect("a time")
}

fn now() -> Timestamp {
    day("2026-11-23T10:00:00Z")
}

fn read(text: &str) -> Baseline {
    Baseline::read(text, "sekisho-baseline.yaml").expect("it is right")
}

fn error() -> Report {
    crate::made::report(vec![finding(Kind::Denied, Severity::Error, "no")], &[])
}

#[test]
fn an_accepted_finding_fails_no_run_and_is_counted() {
    let report = error();
    let baseline = read("accepted:\n  - id: denied:no\n    reason: It never runs\n");
    let judged = baseline.judge(&report, now());
    assert_eq!([judged.exit_code(FailOn::Note), Judged::plain(&report).exit_code(FailOn::Note)], [0, 1]);
    let text = judged.text(&Style::default());
    assert!(text.contains("Nothing found. Accepted by sekisho-baseline.yaml: 1."), "{text}");
    assert_eq!(judged.json()["findings"][0]["accepted"]["reason"], "It never runs");
    let result = &judged.sarif()["runs"][0]["results"][0];
    assert_eq!(result["suppressions"][0]["justification"], "It never runs");
    assert!(judged.junit().contains("<skipped message=\"accepted: It never runs\"/>"));
    assert!(judged.markdown().contains("| denied | 0 | 0 | 0 | 1 |"));
}

#[test]
fn an_acceptance_ends_with_its_last_day() {
    let report = error();
    let baseline = read("accepted:\n- {id: 'denied:no', reason: soon, expires: 2026-11-23}\n");
    assert_eq!(baseline.judge(&report, day("2026-11-23T23:59:59Z")).exit_code(FailOn::Error), 0);
    let judged = baseline.judge(&report, day("2026-11-24T00:00:00Z"));
    assert_eq!(judged.exit_code(FailOn::Error), 1);
    let text = judged.text(&Style::default());
    let said = "warning: `denied:no` was accepted until 2026-11-23: mend it, or accept it anew\n  --> sekisho-baseline.yaml:2:8\n";
    assert!(text.contains(said), "{text}");
}

#[test]
fn what_is_found_no_more_is_said() {
    let report = clean();
    let baseline = read("accepted:\n  - id: gone\n    reason: it was there\n");
    let judged = baseline.judge(&report, now());
    assert_eq!(judged.exit_code(FailOn::Note), 0);
    let text = judged.text(&Style::default());
    assert!(text.contains("`gone` is accepted, and is not found any more: remove it\n  --> sekisho-baseline.yaml:2:9\n"), "{text}");
}

#[test]
fn what_is_not_rehearsed_can_be_accepted_by_name() {
    let mut report = clean();
    report.summary.not_rehearsed = vec!["stage Release".into()];
    let baseline = read("accepted:\n  - id: 'not-rehearsed:stage Release'\n    reason: by hand\n");
    let judged = baseline.judge(&report, now());
    assert_eq!(judged.exit_code(FailOn::Error), 0);
    assert!(!judged.text(&Style::default()).contains("not rehearsed"));
}

#[test]
fn a_written_baseline_accepts_what_it_was_written_from() {
    let report = kinds();
    let known = read(
        "accepted:\n- {id: 'wide:role-deploy-reads-more-than-the-pipeline''s-artifacts', reason: \"names, made \\\"at\\\" run time\", expires: 2027-01-31}\n",
    );
    let text = Baseline::of(&report, Severity::Warning, &known, "known on 23 November", now());
    insta::assert_snapshot!(text);
    let baseline = read(&text);
    let judged = baseline.judge(&report, now());
    assert_eq!([judged.exit_code(FailOn::Warning), judged.exit_code(FailOn::Note)], [0, 1]);
    assert_eq!(Baseline::of(&report, Severity::Warning, &baseline, "another", now()), text);
    assert!(read(&Baseline::of(&clean(), Severity::Note, &Baseline::default(), "none", now())).judge(&report, now()).fails(FailOn::Note));
    // Whatever ids and reasons hold.
    let mut odd = error();
    odd.findings[0].id = "a: #b \"c\" \u{1b} \u{85} \u{2028} 鍵\n- d".into();
    odd.findings[0].title = "two\nlines \u{2028} - id: x".into();
    let text = Baseline::of(&odd, Severity::Error, &Baseline::default(), "why: \"not\"\n", now());
    assert_eq!(read(&text).judge(&odd, now()).exit_code(FailOn::Note), 0, "{text}");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let cases = [
        "accepted:\n  - id: a\n",
        "accepted:\n  - id: a\n    reason: ' '\n",
        "accepted:\n  - id: a\n    reason: b\n    expires: 2026-02-30\n",
        "accepted:\n  - id: a\n    reason: b\n    expires: soon\n",
        "accepted:\n  - id: a\n    reason: b\n    until: 2026-02-03\n",
        "accepted:\n  - {id: a, reason: b}\n  - {id: a, reason: c}\n",
        "accepted: a\n",
        "accept: []\n",
        "accepted:\n  - id: [\n",
        "- a\n",
        "accepted: &a [*a]\n",
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|text| {
            let fault = Baseline::read(text, "b.yaml").expect_err("it is wrong");
            format!("{text}{}:{}: {}\n  help: {}\n", fault.line, fault.column, fault.message, fault.help.unwrap_or_default())
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
    let long = format!("accepted: []\n#{}", "x".repeat(5 << 20));
    assert!(Baseline::read(&long, "b.yaml").expect_err("too long").message.contains("more than"));
    for empty in ["{}", "accepted: []"] {
        assert_eq!(read(empty).judge(&error(), now()).exit_code(FailOn::Error), 1, "{empty}");
    }
}
