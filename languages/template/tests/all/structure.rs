//! What is refused before a stack exists: one snapshot of findings as a user sees them.

use crate::common;
use std::fmt::Write as _;

use template::{Diagnostic, Severity, Template};

/// Name, template.
const CASES: &[(&str, &str)] = &[
    ("empty", "  \n"),
    ("no object", "just text"),
    ("no resources", "Description: nothing\n"),
    ("unknown section", "Resource:\n  A: {Type: T::T::T}\nResources:\n  B: {Type: T::T::T}\n"),
    ("version", "AWSTemplateFormatVersion: 2011-01-01\nResources:\n  B: {Type: T::T::T}\n"),
    ("no type", "Resources:\n  Bucket:\n    Properties:\n      Name: x\n"),
    ("unknown attribute", "Resources:\n  Bucket:\n    Type: T::T::T\n    DependOn: Other\n    BucketName: x\n"),
    (
        "wrong kinds",
        "Resources:\n  A: text\n  B:\n    Type: T::T::T\n    Properties: [a]\n  C:\n    Type: T::T::T\n    DependsOn: {a: b}\nOutputs: [a]\n",
    ),
    ("null", "Resources:\n  A:\n    Type: T::T::T\n    Properties:\n      Name:\n      Tags: [~]\n"),
    ("names", "Resources:\n  my-bucket: {Type: T::T::T}\nParameters:\n  a_b: {Type: String}\n"),
    ("one name twice", "Parameters:\n  A: {Type: String, Default: x}\nResources:\n  A: {Type: T::T::T}\n"),
    ("duplicate keys", "Resources:\n  A:\n    Type: T::T::T\n  B:\n    Type: T::T::T\n  A:\n    Type: T::T::T\n"),
    ("duplicate keys in JSON", "{\"Resources\": {\"A\": {\"Type\": \"T::T::T\"},\n \"A\": {\"Type\": \"T::T::T\"}}}"),
    ("policies", "Resources:\n  A:\n    Type: T::T::T\n    DeletionPolicy: Retian\n    UpdateReplacePolicy: RetainExceptOnCreate\n"),
    (
        "parameter",
        "Parameters:\n  P: {Default: x}\n  Q: {Type: Strin}\n  R: {Type: String, AllowedPattern: '(a'}\n  S: {Type: String, MinLength: few, Defualt: x}\nResources:\n  A: {Type: T::T::T}\n",
    ),
    (
        "outputs",
        "Resources:\n  A: {Type: T::T::T}\nOutputs:\n  O: {Description: x}\n  P: {Value: x, Exports: y}\n  Q: {Value: x, Export: name}\n",
    ),
    ("mapping", "Mappings:\n  M: {a: {b: {c: d}}, e: f}\nResources:\n  A: {Type: T::T::T}\n"),
    (
        "transform",
        "Transform: [AWS::LanguageExtensions, Mine, {Name: AWS::Include, Parameters: {Location: x}}]\nResources:\n  A: {Type: T::T::T}\n",
    ),
    (
        "serverless",
        "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Timeout: 3}}\nResources:\n  A: {Type: AWS::Serverless::Function}\n  B: {Type: T::T::T}\n",
    ),
    ("loops without their transform", "Resources:\n  Fn::ForEach::Loop: [X, [a], {'R${X}': {Type: T::T::T}}]\n"),
    ("no resource", "Resources: {}\n"),
    ("comments only", "# nothing\n# at all\n"),
    (
        "bounds",
        "Parameters:\n  P: {Type: String, MinLength: 3, MaxLength: 2}\n  Q: {Type: Number, MinValue: 3, MaxValue: 2}\n  R: {Type: AWS::EC2::Vpc::Id}\nResources:\n  A: {Type: T::T::T}\n",
    ),
    ("function as a policy", "Resources:\n  A: {Type: T::T::T, DeletionPolicy: !Ref AWS::Region, DependsOn: [[B]]}\n"),
    (
        "several unresolved",
        "Resources:\n  A: {Type: T::T::T, Properties: {X: [!Ref One, !Ref Two, !Ref One]}}\nOutputs:\n  O: {Value: !Ref Three}\n",
    ),
    (
        "rules only",
        "Resources:\n  A: {Type: T::T::T, Properties: {X: {Fn::Contains: [[a], a]}}}\nRules:\n  R: {Assertions: [{Assert: {Fn::ValueOf: [P, VpcId]}}]}\n",
    ),
    (
        "condition of a resource",
        "Conditions:\n  C: !Equals [!Ref A, !GetAtt A.B]\n  D: !Condition E\nResources:\n  A: {Type: T::T::T, Condition: Cc}\n",
    ),
    ("condition that is no function", "Conditions:\n  C: true\n  D: !Sub x\nResources:\n  A: {Type: T::T::T}\n"),
    (
        "unresolved",
        "Resources:\n  A:\n    Type: T::T::T\n    DependsOn: [Buckt, Bucket]\n    Properties: {X: !Sub '${Bukket}-${Bukket.Arn}'}\n  Bucket: {Type: T::T::T}\nOutputs:\n  O: {Value: !Ref Nothing}\n",
    ),
    (
        "cycle",
        "Resources:\n  A:\n    Type: T::T::T\n    Properties: {X: !Ref B}\n  B:\n    Type: T::T::T\n    Properties: {X: !Sub '${C.Arn}'}\n  C:\n    Type: T::T::T\n    DependsOn: A\n",
    ),
    ("cycle of one", "Resources:\n  A:\n    Type: T::T::T\n    Properties: {X: !GetAtt A.Arn}\n"),
    (
        "cycle of conditions",
        "Conditions:\n  A: !Not [!Condition B]\n  B: !Or [!Condition A, !Equals [a, b]]\nResources:\n  R: {Type: T::T::T}\n",
    ),
    ("broken YAML", "Resources:\n  A:\n    Type: T::T::T\n   B:\n    Type: x\n"),
    ("unclosed quote", "Resources:\n  A:\n    Type: 'T::T::T\n"),
    ("tab", "Resources:\n  A:\n\tType: T::T::T\n"),
    ("two documents", "Resources:\n  A: {Type: T::T::T}\n---\nResources: {}\n"),
    ("merge", "Resources:\n  A: &a {Type: T::T::T}\n  B:\n    <<: *a\n"),
    ("key that is a list", "Resources:\n  ? [a]\n  : b\n"),
    ("alias within itself", "Resources: &r\n  A: *r\n"),
    ("unknown alias", "Resources: *nobody\n"),
    ("broken JSON: comma", "{\n  \"Resources\": {\n    \"A\": {\"Type\": \"T::T::T\",}\n  }\n}"),
    ("broken JSON: quotes", "{'Resources': {}}"),
    ("broken JSON: end", "{\n\t\"Resources\": {\n\t\t\"A\": [1, 2"),
    ("broken JSON: comment", "{\n  // resources\n  \"Resources\": {}\n}"),
    ("broken JSON: after", "{\"Resources\": {\"A\": {\"Type\": \"T\"}}}\n}"),
    ("broken JSON: words", "{\"Resources\": {\"A\": {\"Type\": T}}}"),
    ("broken JSON: string", "{\"Resources\": {\"A\": \"open\n}}"),
];

#[test]
fn findings_say_what_where_and_what_to_do() {
    let mut all = String::new();
    for (name, source) in CASES {
        let findings = match Template::parse(source, "stack.yaml") {
            Ok(_) => panic!("{name} was accepted"),
            Err(findings) => findings,
        };
        writeln!(all, "## {name}").unwrap();
        findings.iter().for_each(|finding| writeln!(all, "{}", finding.render(source)).unwrap());
        all.push('\n');
    }
    insta::assert_snapshot!("findings", all);
}

#[test]
fn a_finding_is_one_line_and_its_help() {
    let finding = &Template::parse("Resources:\n  A: {Type: T::T::T}\nOutput: {}\n", "a/b.yaml").unwrap_err()[0];
    assert_eq!(finding.to_string(), "a/b.yaml:3:1: Invalid template property or properties [Output]\n  help: did you mean 'Outputs'?");
}

#[test]
fn what_is_never_used_is_a_warning() {
    let source = "Parameters:\n  P: {Type: String}\nMappings:\n  M: {a: {b: c}}\nConditions:\n  C: !Equals [a, b]\nResources:\n  A: {Type: T::T::T}\n";
    let template = Template::parse(source, "t").unwrap();
    let warnings: Vec<&str> = template.warnings().iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(warnings, ["Parameter P is never used", "Condition C is never used", "Mapping M is never used"]);
    assert!(template.warnings().iter().all(|warning| warning.severity == Severity::Warning));
}

#[test]
fn what_the_template_declares_is_listed() {
    let source = "AWSTemplateFormatVersion: 2010-09-09
Description: A shop
Metadata: {Team: web}
Parameters:
  Size: {Type: Number, Default: 3, MinValue: 1, NoEcho: true, AllowedValues: [1, 3]}
Conditions:
  Big: !Equals [!Ref Size, 3]
Resources:
  Role: {Type: 'AWS::IAM::Role', Properties: {RoleName: x}, DeletionPolicy: Retain}
  Policy: {Type: 'AWS::IAM::Policy', Condition: Big, DependsOn: Role}
Outputs:
  Name: {Value: !Ref Role, Condition: Big, Description: The role}
";
    let template = Template::parse(source, "t").unwrap();
    assert_eq!(template.description(), Some("A shop"));
    assert_eq!(template.metadata().map(|metadata| metadata.to_json()), Some(serde_json::json!({"Team": "web"})));
    let size = &template.parameters()[0];
    assert_eq!((size.name.as_str(), size.default.as_deref(), size.no_echo, size.min_value), ("Size", Some("3"), true, Some(1.0)));
    assert_eq!(size.allowed_values, ["1", "3"]);
    let policy = template.resource("Policy").unwrap();
    assert_eq!(
        (policy.condition.as_deref(), policy.depends_on.as_slice(), policy.span.line),
        (Some("Big"), ["Role".to_owned()].as_slice(), 10)
    );
    assert_eq!(template.resource("Role").unwrap().deletion_policy.as_deref(), Some("Retain"));
    assert_eq!(template.outputs()[0].condition.as_deref(), Some("Big"));
    let reason = "The following resource(s) require capabilities: [AWS::IAM::Policy, AWS::IAM::Role]".to_owned();
    assert_eq!(template.capabilities_needed(), [("CAPABILITY_NAMED_IAM", reason)]);
    let unnamed = Template::parse(&source.replace("RoleName", "Path"), "t").unwrap();
    assert_eq!(unnamed.capabilities_needed()[0].0, "CAPABILITY_IAM");
    let none = Template::parse(&common::with_property("", "x"), "t").unwrap();
    assert!(none.capabilities_needed().is_empty());
}

/// Findings of a template that must be refused, quickly and without a panic.
#[track_caller]
fn refused(source: &str, message: &str) {
    let findings: Vec<Diagnostic> = Template::parse(source, "t").err().unwrap_or_default();
    assert!(findings.len() <= 100 && common::shown(&findings).contains(message), "{}", common::shown(&findings));
}

#[test]
fn limits_hold() {
    let mut bomb = "Metadata:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("  a{level}: &a{level} [{items}]\n"));
    }
    refused(&bomb, "values once its aliases are expanded");
    let long = format!("Metadata:\n  a: &a {}\n  b: [{}]\n", "x".repeat(400_000), vec!["*a"; 100_000].join(", "));
    refused(&long, "values once its aliases are expanded");
    refused(&format!("Metadata: {}", "[".repeat(50_000)), "nested 100 deep");
    refused(&format!("Metadata: {}x{}", "[".repeat(300), "]".repeat(300)), "nested 100 deep");
    refused(&format!("{{\"Metadata\": {}", "[".repeat(500_000)), "nested 100 deep");
    let stairs: String = (0..300).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    refused(&stairs, "nested 100 deep");
    refused(&format!("Description: {}", "x".repeat(1 << 20)), "may not exceed 1048576 bytes");
    let many: String = (0..501).map(|n| format!("  R{n}: {{Type: T::T::T}}\n")).collect();
    refused(&format!("Resources:\n{many}"), "Number of resources, 501, is greater than maximum allowed, 500");
    let wrong: String = (0..400).map(|n| format!("  R{n}: {{Typo: x}}\n")).collect();
    refused(&format!("Resources:\n{wrong}"), "Invalid template resource property 'Typo'");
}

#[test]
fn deep_but_allowed_values_are_evaluated() {
    let value = format!("{}x{}", "[".repeat(90), "]".repeat(90));
    assert!(common::evaluate(&common::with_property("", &value), &[]).is_ok());
    let mut value = "x".to_owned();
    for _ in 0..45 {
        value = format!("!Join ['', [{value}]]");
    }
    assert_eq!(common::evaluate(&common::with_property("", &value), &[]).unwrap().text(), Some("x"));
}

#[test]
fn aliases_repeat_what_they_name() {
    let source = common::with_property("", "[&a {k: [1, &b two]}, *a, *b]");
    let value = common::evaluate(&source, &[]).unwrap();
    assert_eq!(value.to_json(), serde_json::json!([{"k": [1, "two"]}, {"k": [1, "two"]}, "two"]));
    assert_eq!(value.pointer("/1/k/1").unwrap().span, value.pointer("/0/k/1").unwrap().span);
}

#[test]
fn documents_come_in_many_shapes() {
    let made = |source: &str| {
        let inputs = common::inputs(&[]);
        let template = Template::parse(source, "t").unwrap_or_else(|findings| panic!("{source:?}: {}", common::shown(&findings)));
        template.plan(&inputs).unwrap().properties("R", &common::Existing).unwrap().to_json()
    };
    let plain = "Resources:\n  R:\n    Type: T::T::T\n    Properties:\n      V: |\n        a\n        b\n      W: 012345678901\n";
    let expected = serde_json::json!({"V": "a\nb\n", "W": "012345678901"});
    for source in [
        plain.to_owned(),
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        format!("---\n{plain}"),
        format!("# a remark\n\n---\n{plain}...\n"),
        format!("%YAML 1.1\n---\n{plain}"),
        plain.trim_end().to_owned(),
        "\u{feff} \t\r\n{\t\"Resources\"\r\n:{\"R\":{ \"Type\" :\"T::T::T\",\"Properties\":{\"V\":\"a\\nb\\u000a\",\"W\":\"012345678901\"}}}}\n\n".to_owned(),
    ] {
        assert_eq!(made(&source), expected, "{source:?}");
    }
    let tagged = "Resources:\n  R:\n    Type: T::T::T\n    Properties:\n      A: !Join\n        - '-'\n        - - a\n          - !Sub\n            - '${x}'\n            - x: y\n      B: !Sub [c, {}]\n      C: !GetAtt R2.B.C\n      D: !!map {k: !!seq [v]}\n  R2: {Type: T::T::T}\n";
    assert_eq!(made(tagged), serde_json::json!({"A": "a-y", "B": "c", "C": "R2/B.C", "D": {"k": ["v"]}}));
    refused(&format!("{plain}---\n{plain}"), "a template is one YAML document");
    refused("Resources: {R: {Type: T::T::T, ? [a] : b}}", "a key must be a string");
    refused("Resources:\n  R: !Unknown {Type: T::T::T}\n", "Encountered unsupported function: !Unknown");
    refused("Resources:\n  <<: {R: {Type: T::T::T}}\n", "YAML hash merges (<<) are not supported");
    refused("Resources:\n  R: &r {Type: T::T::T, Properties: {Own: *r}}\n", "an anchor cannot contain itself");
    refused("Resources:\n  R: {Type: \u{1}}\n", "YAML not well-formed");
}

#[test]
fn no_input_panics() {
    let yaml = common::with_property(
        "Parameters:\n  P: {Type: String, Default: 'é'}\nConditions:\n  C: !And [!Equals [a, !Ref P], !Condition D]\n  D: !Equals [1, 2]\n",
        "[!Sub 'x${P}é${!L}', !If [C, !GetAtt R.A, !Split [',', \"a\\u00e9,b\"]], &a |\n    tëxt\n\n  , *a]",
    );
    let json =
        r#"{"Resources": {"R": {"Type": "T", "Properties": {"V": ["\ud83d\ude00é", -1.5e3, {"Fn::Sub": "${AWS::Region}"}, null, true]}}}}"#;
    let pieces = [
        "", "!", "&a ", "*a", "{", "}", "[", "]", ": ", "- ", "\"", "'", "|", "\t", "\u{feff}", "${", "!Sub ", "Fn::", "\r\n", "\\u", "é",
        "---\n",
    ];
    for source in [yaml.as_str(), json] {
        for (at, _) in source.char_indices() {
            let (before, after) = source.split_at(at);
            let skipped = after.chars().skip(1).collect::<String>();
            let _ = common::evaluate(before, &[]);
            let _ = common::evaluate(&format!("{before}{skipped}"), &[]);
            let mutated = format!("{before}{}{after}", pieces[at % pieces.len()]);
            if let Err(findings) = common::evaluate(&mutated, &[]) {
                assert!(findings.iter().all(|finding| finding.render(&mutated).contains(&finding.message)));
            }
        }
    }
}
