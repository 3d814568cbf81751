//! Files and places that are not as one would wish.

use crate::made::{Seeded, behind, cause, finding, place, repair, report};
use rehearsal::{Edit, Finding, Form, Judged, Kind, Patch, Place, Report, Severity, Style};
use serde_json::{Value, json};

fn texts(report: &Report) -> String {
    let judged = Judged::plain(report);
    format!("{}\n=====\n\n{}", judged.text(&Style { width: 100, ..Style::default() }), judged.markdown())
}

fn one(title: &str, causes: Vec<rehearsal::Cause>, patches: Vec<Patch>) -> Finding {
    let mended = repair("Mend it", Value::Null, patches, None);
    Finding { causes, repairs: vec![mended], ..finding(Kind::Denied, Severity::Error, title) }
}

#[test]
fn wide_characters_do_not_shift_the_marks() {
    let text = "説明: 本番アカウント # 全角\nステートメント: { 許可: 's3:GetObject', 資源: 'arn:aws:s3:::成果物/*' }\n";
    let causes = vec![
        cause("この文は足りません", Some(place("配備/役割.yaml", text, "'s3:GetObject'"))),
        cause("ここも", Some(place("配備/役割.yaml", text, "成果物"))),
    ];
    let patch = behind("配備/役割.yaml", text, "成果物/", "本番/");
    insta::assert_snapshot!(texts(&report(vec![one("役割 build は復号できません", causes, vec![patch])], &[("配備/役割.yaml", text)])));
}

#[test]
fn carriage_returns_and_tabs() {
    let text = "{\r\n\t\"Action\":\t\"s3:GetObject\",\r\n\t\"Resource\": \"*\"\r\n}\r\n";
    let causes = vec![
        cause("too little", Some(place("policy.json", text, "\"s3:GetObject\""))),
        cause("too much", Some(Place { length: 0, ..place("policy.json", text, "\"*\"") })),
    ];
    let patch = behind("policy.json", text, "GetObject\",\r\n", "\t\"Effect\": \"Allow\",\r\n");
    insta::assert_snapshot!(texts(&report(vec![one("a file from Windows", causes, vec![patch])], &[("policy.json", text)])));
}

#[test]
fn a_file_of_one_long_line_is_cut_around_the_place() {
    let statements: Vec<Value> =
        (0..2_000).map(|n| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("r{n}")})).collect();
    let text = json!({"Statement": statements}).to_string();
    let causes = vec![
        cause("this one", Some(place("minified.json", &text, "\"r1234\""))),
        cause("and this one", Some(place("minified.json", &text, "\"r7\""))),
    ];
    let patch = behind("minified.json", &text, "\"r1234", "/*");
    insta::assert_snapshot!(texts(&report(vec![one("all in one line", causes, vec![patch])], &[("minified.json", &text)])));
}

#[test]
fn places_that_are_not_there_are_named_all_the_same() {
    let text = "short: 1\nlast: 2";
    let at = |file: &str, line, column, length| Some(Place { file: file.into(), line, column, length });
    let found = |title: &str, place| one(title, vec![cause("here", place)], Vec::new());
    let findings = vec![
        found("past the end of the line", at("a.yaml", 1, 40, 3)),
        found("longer than the line", at("a.yaml", 2, 5, u32::MAX)),
        found("past the end of the file", at("a.yaml", 99, 1, 3)),
        found("at the file's end", at("a.yaml", 2, 8, 0)),
        found("before its beginning", at("a.yaml", 0, 0, 0)),
        found("far out", at("a.yaml", u32::MAX, u32::MAX, u32::MAX)),
        found("in no file that was read", at("b.yaml", 3, 4, 5)),
        found("in an empty file", at("empty.yaml", 1, 1, 1)),
        found("nowhere", None),
    ];
    insta::assert_snapshot!(texts(&report(findings, &[("a.yaml", text), ("empty.yaml", "")])));
}

#[test]
fn what_would_control_a_terminal_or_a_page_is_shown() {
    let hostile = "key: \u{1b}]0;title\u{7} \u{202e}drawrof # `code` <script> @team [x](y)\r over\n";
    let causes = vec![cause("\u{1b}[2J <b>why</b> *it* @team\nsecond line", Some(place("\u{1b}[31mname.yaml", hostile, "title")))];
    let patch = behind("\u{1b}[31mname.yaml", hostile, "key: ", "\u{9b}2J```");
    let mut found = one("</summary> \u{1b}[31m``x`` | @team & ]]>", causes, vec![patch]);
    found.subject = vec!["\u{0}dev".into(), "a|b".into()];
    let mut report = report(vec![found], &[("\u{1b}[31mname.yaml", hostile)]);
    report.summary.not_rehearsed = vec!["\u{8}stage \u{fffe}".into()];
    let judged = Judged::plain(&report);
    let all = format!("{}\n=====\n\n{}", texts(&report), judged.junit());
    let controls = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!all.contains(controls), "{all:?}");
    assert!(!judged.junit().contains('\u{fffe}'), "XML has no such character");
    insta::assert_snapshot!(all);
    // In JSON strings nothing is changed: they are escaped.
    assert_eq!(judged.json()["findings"][0]["causes"][0]["place"]["file"], "\u{1b}[31mname.yaml");
    assert!(!judged.json().to_string().contains(|c| c < ' '));
}

#[test]
fn patches_that_do_not_fit_are_not_shown() {
    let edit = |start, end| Edit { start, end, text: "x".into() };
    for edits in [vec![edit(0, 999)], vec![edit(3, 1)], vec![edit(4, 6), edit(5, 7)], vec![edit(1, 2)], vec![edit(usize::MAX, usize::MAX)]]
    {
        let patch = Patch { file: "a.yaml".into(), edits };
        let report = report(vec![one("title", Vec::new(), vec![patch.clone()])], &[("a.yaml", "\u{e9}: text\n")]);
        let judged = Judged::plain(&report);
        assert!(!judged.text(&Style::default()).contains("+++"), "{patch:?}");
        assert!(judged.sarif()["runs"][0]["results"][0].get("fixes").is_none(), "{patch:?}");
        assert!(judged.json()["findings"][0]["repairs"][0]["patches"][0]["diff"].is_null(), "{patch:?}");
    }
}

/// Whatever stands in a file and wherever the places are, every form can be written, and XML can be read.
#[test]
fn no_file_and_no_place_is_too_odd() {
    let parts = [
        "a",
        "key: 'v'",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\u{feff}",
        "鍵",
        "é",
        "e\u{301}",
        "👩\u{200d}🔧",
        "\u{0}",
        "\u{1b}[31m",
        "\u{202e}",
        "\u{85}",
        "\u{2028}",
        "\u{200b}",
        "\u{fffe}",
        "```",
        "]]>",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ];
    let mut seeded = Seeded(11);
    for round in 0..1_000 {
        let most = [3, 30, 300, 3_000][seeded.below(4)];
        let text = seeded.text(most, &parts);
        let lines = text.lines().count();
        let number = |seeded: &mut Seeded, end: usize| match seeded.below(20) {
            0 => u32::MAX,
            _ => u32::try_from(seeded.below(end + 2)).expect("small"),
        };
        let causes = (0..seeded.below(5))
            .map(|_| {
                let (line, column, length) = (number(&mut seeded, lines), number(&mut seeded, 90), number(&mut seeded, 90));
                let file = if seeded.below(10) == 0 { "other" } else { "f" };
                cause(&seeded.text(4, &parts), Some(Place { file: file.into(), line, column, length }))
            })
            .collect();
        let mut cuts = [seeded.below(text.len() + 1), seeded.below(text.len() + 1)];
        cuts.sort_unstable();
        let edits = vec![Edit { start: cuts[0], end: cuts[1], text: seeded.text(9, &parts) }];
        let found = one("it", causes, vec![Patch { file: "f".into(), edits }]);
        let report = report(vec![found], &[("f", &text)]);
        let judged = Judged::plain(&report);
        let style = Style { colour: round % 2 == 0, width: [0, 1, 10, 40, 80, 200, usize::MAX][seeded.below(7)] };
        for (form, name) in Form::ALL {
            let written = judged.write(form, &style);
            assert!(written.contains("it"), "{name}");
        }
        let junit = judged.junit();
        let mut reader = quick_xml::Reader::from_str(&junit);
        let mut cases = 0;
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{error}: {junit}")) {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(start) => cases += usize::from(start.name().as_ref() == "testcase"),
                _ => {}
            }
        }
        assert_eq!(cases, 1, "{junit}");
    }
}
