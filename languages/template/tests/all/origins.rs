//! Where values come from, through nested functions: one snapshot of a table of cases.

use crate::common;
use std::fmt::Write as _;

use template::{Located, LocatedValue, Span};

const HEAD: &str = r#"Parameters:
  Stage: {Type: String, Default: test}
  Owner: {Type: String}
  Zones: {Type: CommaDelimitedList, Default: "one, two"}
Mappings:
  Accounts:
    test: {Id: "111111111111", Names: [alpha, beta]}
    prod: {Id: 012345678901, Names: [gamma, delta]}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Transform: AWS::LanguageExtensions
"#;

/// Name, the value of a property, parameters.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    ("plain", "hello", &[]),
    ("quoted", r#""he said \"yes\"""#, &[]),
    ("account numbers and dates keep their text", "[012345678901, 2012-10-17, yes, 1.10, 0x1F]", &[]),
    ("default of a parameter", "!Ref Stage", &[]),
    ("given parameter", "!Ref Owner", &[]),
    ("list parameter", "!Ref Zones", &[]),
    ("pseudo parameter", "!Ref AWS::AccountId", &[]),
    ("resource", "!Ref Other", &[]),
    ("attribute", "!GetAtt Other.Arn", &[]),
    ("attribute that is a list", "Fn::GetAtt: [Other, List]", &[]),
    ("sub of everything", "!Sub 'arn:${AWS::Partition}:x:${Stage}:${Other}/${Other.Arn}-${!Kept}'", &[]),
    ("sub with variables", "!Sub ['${A}/${B}', {A: !Ref Stage, B: !Join ['+', [x, !Ref Owner]]}]", &[]),
    ("join in join", "!Join ['-', [a, !Join [':', [b, !Ref Stage]], c]]", &[]),
    ("join of a list parameter", "!Join [',', !Ref Zones]", &[]),
    ("if, first branch", "!If [IsProd, live, !Ref Stage]", &[("Stage", "prod")]),
    ("if, second branch", "!If [IsProd, live, !Ref Stage]", &[]),
    ("if in if in sub", "!Sub ['<${X}>', {X: !If [IsProd, p, !If [IsProd, q, 'r s']]}]", &[]),
    ("no value in a list and an object", "\n- !If [IsProd, a, !Ref AWS::NoValue]\n- {k: !Ref AWS::NoValue, l: m}", &[]),
    ("mapping by parameter", "!FindInMap [Accounts, !Ref Stage, Id]", &[("Stage", "prod")]),
    ("select of a mapping", "!Select [1, !FindInMap [Accounts, !Ref Stage, Names]]", &[]),
    ("split of a join", "!Split ['-', !Join ['-', [ab, !Ref Stage, 'cd']]]", &[]),
    ("split inside a text", "!Split ['/', 'left/middle/right']", &[]),
    ("select of a split of a sub", "!Select [2, !Split [':', !Sub 'arn:aws:${Stage}:z']]", &[]),
    ("base64 of a sub", "Fn::Base64: !Sub 'run ${Stage}'", &[]),
    ("import by sub", "Fn::ImportValue: !Sub 'shared-${Owner}'", &[("Owner", "Key")]),
    ("literal block", "|\n  {\n    \"Effect\": \"Allow\"\n  }", &[]),
    (
        "sub of a literal block",
        "!Sub |\n  {\n    \"Principal\": \"arn:aws:iam::${AWS::AccountId}:root\",\n    \"Sid\": \"${Stage}\"\n  }",
        &[],
    ),
    ("folded block is one place", "!Sub >-\n  one\n  ${Stage}", &[]),
    ("dynamic reference in a sub", "!Sub 'db-{{resolve:ssm:/${Stage}/name:3}}!'", &[]),
    ("secret", "'{{resolve:secretsmanager:db:SecretString:password}}'", &[]),
    (
        "policy",
        "\n  Version: 2012-10-17\n  Statement:\n    - Effect: Allow\n      Action: ['s3:Get*', !Sub 's3:${Stage}']\n      Resource: !Sub ${Other.Arn}/*\n      Condition:\n        Bool: {aws:SecureTransport: false}",
        &[],
    ),
    ("text of an object", "Fn::ToJsonString: {Effect: Allow, Principal: {AWS: !Sub 'arn:${Stage}'}, Action: [!Ref Owner, 's3:\"x']}", &[]),
    ("text of an object in a sub", "!Sub ['policy=${P}', {P: {Fn::ToJsonString: {Sid: !FindInMap [Accounts, !Ref Stage, Id]}}}]", &[]),
    ("items of a loop", "Fn::ForEach::Loop: [Item, [first, 'second'], {'${Item}': !Ref Item}]", &[]),
    (
        "loop over a parameter",
        "Fn::ForEach::Loop: [Item, !Ref Zones, {'${Item}': !Sub 'zone ${Item} of ${Stage}', 'Plain${Item}': 'in ${Item}!'}]",
        &[("Zones", "one, two")],
    ),
    (
        "loop in a loop",
        "Fn::ForEach::A: [A, [x], {Fn::ForEach::B: [B, !FindInMap [Accounts, test, Names], {'${A}${B}': !Join ['/', [!Ref A, !Ref B, !Ref Owner]]}]}]",
        &[],
    ),
    ("default of a mapping", "!FindInMap [Accounts, none, Id, {DefaultValue: !Select [1, !Split ['-', !Sub 'a-${Stage}-c']]}]", &[]),
    ("length", "Fn::Length: !Split ['-', !Ref Owner]", &[]),
    ("select of an if of lists", "!Select [1, !If [IsProd, [a, b], !Split [',', 'c,d']]]", &[]),
    ("cidr and zones", "[!Select [0, !Cidr [10.0.0.0/16, 2, 8]], !Select [1, !GetAZs {Ref: 'AWS::Region'}]]", &[]),
    ("sub with a literal and colons", "!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${!aws:username}-${Owner}'", &[]),
    ("wide characters", "!Sub '東京-${Stage}-府'", &[]),
];

#[test]
fn values_know_where_they_were_written() {
    let mut all = format!("{}\n", number(HEAD, 1));
    let head_lines = HEAD.lines().count() + 7;
    for (name, value, parameters) in CASES {
        let parameters = [&[("Owner", "me")], *parameters].concat();
        let source = common::with_property(HEAD, value);
        let body: Vec<&str> = source.lines().skip(head_lines - 1).collect();
        let located = common::evaluate(&source, &parameters).unwrap_or_else(|findings| panic!("{name}: {}", common::shown(&findings)));
        writeln!(all, "## {name}\n{}\n", number(&body.join("\n"), head_lines)).unwrap();
        describe(&located, "", &mut all);
        all.push('\n');
    }
    insta::assert_snapshot!("origins", all);
}

fn number(text: &str, from: usize) -> String {
    text.lines().enumerate().map(|(at, line)| format!("{:>3} | {line}\n", at + from)).collect()
}

fn place(span: &Span) -> String {
    format!("{}:{}-{}:{}", span.line, span.column, span.end_line, span.end_column)
}

fn describe(located: &Located, pointer: &str, out: &mut String) {
    let at = place(&located.span);
    let via: String = located.via.iter().map(|span| format!(" via {}", place(span))).collect();
    match &located.value {
        LocatedValue::List(items) => {
            writeln!(out, "{pointer}/ list {at}{via}").unwrap();
            items.iter().enumerate().for_each(|(index, item)| describe(item, &format!("{pointer}/{index}"), out));
        }
        LocatedValue::Map(members) => {
            writeln!(out, "{pointer}/ object {at}{via}").unwrap();
            members.iter().for_each(|(key, value)| describe(value, &format!("{pointer}/{key}"), out));
        }
        scalar => {
            let shown = if located.secret { "***".to_owned() } else { format!("{scalar:?}") };
            writeln!(out, "{pointer} {shown} {at}{via}").unwrap();
            for part in &located.parts {
                let text = if located.secret { "***" } else { &located.text().unwrap()[part.start..part.end] };
                writeln!(out, "    {text:?} {}", place(&part.span)).unwrap();
            }
        }
    }
}

#[test]
fn origins_are_listed_by_pointer() {
    let source = common::with_property("", "{a/b: [1, {c~d: x}], e: !Ref AWS::Region}");
    let located = common::evaluate(&source, &[]).unwrap();
    let origins: Vec<String> = located.origins().iter().map(|(pointer, span)| format!("{pointer} {}", place(span))).collect();
    assert_eq!(
        origins,
        [" 7:10-7:51", "/a~1b 7:16-7:29", "/a~1b/0 7:17-7:18", "/a~1b/1 7:20-7:28", "/a~1b/1/c~0d 7:26-7:27", "/e 7:34-7:50"]
    );
    assert_eq!(located.pointer("/a~1b/1/c~0d").and_then(Located::text), Some("x"));
}

#[test]
fn a_policy_that_is_written_as_text_leads_to_its_lines() {
    let source = common::with_property("", "!Sub |\n  {\"Statement\": [\n    {\"Sid\": \"${AWS::Region}\", \"Effect\": \"Deny\"}\n  ]}");
    let located = common::evaluate(&source, &[]).unwrap();
    let text = located.text().unwrap();
    let line_of = |needle: &str| {
        let span = located.place(text.find(needle).unwrap());
        (span.line, span.column)
    };
    assert_eq!(line_of("\"Statement\""), (8, 10));
    assert_eq!(line_of("eu-west-1"), (9, 20));
    assert_eq!(line_of("\"Deny\""), (9, 47));
    assert_eq!(line_of("]}"), (10, 9));
}

#[test]
fn the_statements_of_a_policy_that_is_text_have_places() {
    let source =
        common::with_property("", "!Sub |\n  {\"Statement\": [\n    {\"Sid\": \"${AWS::Region}\",\n     \"Effect\": \"Deny\"}\n  ]}");
    let origins = common::evaluate(&source, &[]).unwrap().origins();
    let found: Vec<String> = origins.iter().map(|(pointer, span)| format!("{pointer} {}:{}", span.line, span.column)).collect();
    assert_eq!(found, [" 7:10", "/Statement 8:23", "/Statement/0 9:11", "/Statement/0/Sid 9:19", "/Statement/0/Effect 10:22"]);
    let source = common::with_property(
        "Transform: AWS::LanguageExtensions\n",
        "Fn::ToJsonString:\n    Statement:\n      - Sid: x\n        Effect: Allow",
    );
    let origins = common::evaluate(&source, &[]).unwrap().origins();
    let found: Vec<String> = origins.iter().map(|(pointer, span)| format!("{pointer} {}", span.line)).collect();
    assert_eq!(found, [" 9", "/Statement 11", "/Statement/0 11", "/Statement/0/Sid 11", "/Statement/0/Effect 12"]);
}

#[test]
fn places_outlive_their_template() {
    let source = common::with_property("", "[x]");
    let origins = common::evaluate(&source, &[]).unwrap().origins();
    let kept = serde_json::to_string(&origins).unwrap();
    assert_eq!(kept, r#"[["","t:7:10-7:13"],["/0","t:7:11-7:12"]]"#);
    assert_eq!(serde_json::from_str::<Vec<(String, Span)>>(&kept).unwrap(), origins);
    let odd = Span::on_line("a-b:c/d.yaml".into(), 3, 4, 5);
    assert_eq!(serde_json::from_str::<Span>(&serde_json::to_string(&odd).unwrap()).unwrap(), odd);
    assert!(serde_json::from_str::<Span>("\"nowhere\"").is_err());
}

#[test]
fn json_has_the_same_origins() {
    let source = "{\n\t\"Resources\": {\n\t\t\"R\": {\"Type\": \"T::T::T\", \"Properties\": {\"V\": {\"Fn::Sub\": \"in ${AWS::Region}\\u0021\"}}}\n\t}\n}";
    let located = common::evaluate(source, &[]).unwrap();
    assert_eq!(located.text(), Some("in eu-west-1!"));
    assert_eq!(place(&located.span), "3:48-3:86");
    assert_eq!(located.parts.len(), 3);
}

#[test]
fn secrets_do_not_show_in_debug() {
    let head = "Parameters:\n  Password: {Type: String, NoEcho: true}\n";
    let source = common::with_property(head, "[!Sub 'x${Password}', !Split ['-', !Ref Password]]");
    let located = common::evaluate(&source, &[("Password", "hunter-2")]).unwrap();
    let lookup = common::with_property(
        "Parameters:\n  Password: {Type: String, NoEcho: true}\nMappings:\n  M: {a: {b: c}}\n",
        "!FindInMap [M, !Ref Password, b]",
    );
    let refused = common::shown(&common::evaluate(&lookup, &[("Password", "hunter-2")]).unwrap_err());
    assert!(refused.contains("M::****::b"), "{refused}");
    let debug = format!("{located:?}");
    assert!(!debug.contains("hunter"), "{debug}");
    assert_eq!(located.to_json(), serde_json::json!(["xhunter-2", ["hunter", "2"]]));
}
