//! All forms of ordinary reports.

use crate::made::{clean, kinds, many};
use rehearsal::{FailOn, Form, Judged, Report, Severity, Style};

fn forms(report: &Report) -> [(&'static str, String); 4] {
    let judged = Judged::plain(report);
    let written =
        |form: Form| Form::ALL.iter().find(|(known, _)| *known == form).map(|(_, name)| (*name, judged.write(form, &Style::default())));
    [Form::Text, Form::Json, Form::Markdown, Form::Junit].map(|form| written(form).expect("a name"))
}

#[test]
fn nothing_found() {
    for (form, text) in forms(&clean()) {
        insta::assert_snapshot!(format!("clean_{form}"), text);
    }
}

#[test]
fn one_of_each_kind() {
    for (form, text) in forms(&kinds()) {
        insta::assert_snapshot!(format!("kinds_{form}"), text);
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    let report = kinds();
    let judged = Judged::plain(&report);
    let coloured = judged.text(&Style { colour: true, ..Style::default() });
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, sequence)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = sequence.split_once('m').expect("a colour ends").1;
    }
    plain.push_str(rest);
    assert_ne!(coloured, plain);
    assert_eq!(plain, judged.text(&Style::default()));
}

#[test]
fn thousands_are_told_and_a_comment_still_holds_them() {
    let report = many(5_000);
    let judged = Judged::plain(&report);
    let text = judged.text(&Style::default());
    assert_eq!(text.matches("error[denied]").count(), 5_000);
    assert!(text.contains("--> many.yaml:4999:3\n"), "the place of one of them");
    assert!(text.contains("5000 errors (denied)"));
    let comment = judged.markdown();
    assert!(comment.chars().count() < 65_536, "{}", comment.len());
    let shown = comment.matches("<details>").count();
    assert!(shown > 100, "{shown}");
    assert!(comment.ends_with(&format!("\n{} more did not fit here: `sekisho rehearse` shows all.\n", 5_000 - shown)));
    assert_eq!(judged.junit().matches("<failure").count(), 5_000);
    assert_eq!(judged.json()["findings"].as_array().map(Vec::len), Some(5_000));
}

#[test]
fn a_run_fails_from_the_given_severity_on() {
    let of = |least: Option<Severity>| {
        let mut report = kinds();
        report.summary.not_rehearsed.clear();
        report.findings.retain(|finding| least.is_some_and(|least| finding.severity <= least));
        let judged = Judged::plain(&report);
        [FailOn::Note, FailOn::Warning, FailOn::Error, FailOn::Never].map(|on| judged.exit_code(on))
    };
    assert_eq!(of(None), [0, 0, 0, 0]);
    assert_eq!(of(Some(Severity::Note)), [1, 0, 0, 0]);
    assert_eq!(of(Some(Severity::Warning)), [1, 1, 0, 0]);
    assert_eq!(of(Some(Severity::Error)), [1, 1, 1, 0]);
}

#[test]
fn what_was_not_rehearsed_fails_a_run() {
    let mut report = clean();
    report.summary.not_rehearsed = vec!["stage Deploy".into()];
    let judged = Judged::plain(&report);
    assert_eq!([judged.exit_code(FailOn::Error), judged.exit_code(FailOn::Never)], [1, 0]);
}
