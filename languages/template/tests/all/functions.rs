//! What each function gives, and each mistake in using it.

use crate::common;
use serde_json::{Value, json};
use template::Template;

const HEAD: &str = "Transform: AWS::LanguageExtensions
Parameters:
  Stage: {Type: String, Default: test}
  Zones: {Type: CommaDelimitedList, Default: 'one, two'}
Mappings:
  M: {a: {b: c, list: [x, y]}}
Conditions:
  Holds: !Equals [!Ref Stage, test]
  Fails: !Not [!Condition Holds]
";

#[track_caller]
fn gives(value: &str, expected: Value) {
    match common::evaluate(&common::with_property(HEAD, value), &[]) {
        Ok(located) => assert_eq!(located.to_json(), expected, "{value}"),
        Err(findings) => panic!("{value}: {}", common::shown(&findings)),
    }
}

#[track_caller]
fn refuses(value: &str, message: &str) {
    match common::evaluate(&common::with_property(HEAD, value), &[]) {
        Ok(located) => panic!("{value} gave {located:?}"),
        Err(findings) => assert!(common::shown(&findings).contains(message), "{value}: {}", common::shown(&findings)),
    }
}

#[test]
fn scalars() {
    gives("[1, -2, 1.5, true, False, text, '1', \"true\"]", json!([1, -2, 1.5, true, false, "text", "1", "true"]));
    gives(
        "[012345678901, 2012-10-17, 1e3, 1.10, 123456789012345678901]",
        json!(["012345678901", "2012-10-17", "1e3", "1.10", "123456789012345678901"]),
    );
    gives("{yes: yes, on: [No, off, 'yes', ! no, y]}", json!({"yes": true, "on": [false, false, "yes", "no", "y"]}));
    gives("[!!str 1, !!int 2, ! plain]", json!(["1", 2, "plain"]));
    refuses("!!binary aGk=", "the YAML tag !!binary is not supported");
}

#[test]
fn a_dash_alone_in_brackets_is_text() {
    gives("!Join [-, [a, b]]", json!("a-b"));
    gives("!Join [ - , [!Ref Stage, 'x,-,y', \"[-]\"]]", json!("test-x,-,y-[-]"));
    gives("[-, -, -1, -a, [-]]", json!(["-", "-", -1, "-a", ["-"]]));
    refuses("!Join [-, [!Ref Nothing]]", "t:16:26: Template format error: Unresolved");
}

#[test]
fn ref_and_get_att() {
    gives("!Ref Stage", json!("test"));
    gives("Ref: Zones", json!(["one", "two"]));
    gives(
        "[!Ref AWS::Region, !Ref AWS::AccountId, !Ref AWS::Partition, !Ref AWS::StackName, !Ref AWS::URLSuffix]",
        json!(["eu-west-1", "012345678901", "aws", "shop", "amazonaws.com"]),
    );
    gives("!Ref AWS::StackId", json!("arn:aws:cloudformation:eu-west-1:012345678901:stack/shop/1"));
    gives("!Ref AWS::NotificationARNs", json!(["arn:topic"]));
    gives("!Ref AWS::NoValue", Value::Null);
    gives(
        "[!GetAtt Other.Arn, !GetAtt Other.Outputs.X, !GetAtt [Other, !Ref Stage], {Fn::GetAtt: [Other, Arn]}]",
        json!(["Other/Arn", "Other/Outputs.X", "Other/test", "Other/Arn"]),
    );
    refuses("!Ref Nowhere", "Unresolved resource dependencies [Nowhere] in the Resources block of the template");
    refuses("!Ref Stag", "did you mean 'Stage'?");
    refuses("!Ref [a]", "every Ref object must have a single String value");
    refuses("!GetAtt Othr.Arn", "did you mean 'Other'?");
    refuses("!GetAtt Stage.Arn", "'Stage' is a parameter");
    refuses("!GetAtt Other", "requires two non-empty parameters");
    refuses("!GetAtt Other.Missing", "resource Other does not support attribute type Missing in Fn::GetAtt");
    refuses("{Ref: Stage, Fn::Sub: x}", "Fn::Sub must be the only key of its object");
}

#[test]
fn text_functions() {
    gives(
        "!Sub '${Stage}/${Other}/${Other.Arn}/${AWS::Region}/${!Stage}/$$/$Stage/${'",
        json!("test/ref-Other/Other/Arn/eu-west-1/${Stage}/$$/$Stage/${"),
    );
    gives("!Sub ['${A}${Stage}', {A: 1}]", json!("1test"));
    gives("!Join ['', [a, 1, true, !Ref Stage]]", json!("a1truetest"));
    gives("!Join [', ', !Ref Zones]", json!("one, two"));
    gives("!Split [',', 'a,,b']", json!(["a", "", "b"]));
    gives("!Select ['1', [a, b]]", json!("b"));
    gives("!Base64 héllo", json!("aMOpbGxv"));
    gives("Fn::ToJsonString: {a: [1, !Ref Stage]}", json!(r#"{"a":[1,"test"]}"#));
    gives("Fn::Length: !Ref Zones", json!(2));
    refuses("!Sub '${Nowhere}'", "Unresolved resource dependencies [Nowhere]");
    refuses("!Sub '${Other Thing}'", "must contain only alphanumeric characters, underscores, periods, and colons");
    refuses("!Sub '${Zones}'", "not by a list");
    refuses("!Sub [a, b, c]", "don't specify expected arguments");
    refuses("!Join [a, b, c]", "Every Fn::Join object requires two parameters");
    refuses("!Join ['', [[a]]]", "can only join strings");
    refuses("!Split ['', abc]", "a delimiter that is not empty");
    refuses("!Select [2, [a, b]]", "cannot select nonexistent value at index 2");
    refuses("!Select [x, [a, b]]", "an integer index and a list");
}

#[test]
fn conditions_and_mappings() {
    gives("!If [Holds, 1, 2]", json!(1));
    gives("!If [Fails, 1, 2]", json!(2));
    gives("[!If [Fails, 1, !Ref AWS::NoValue], {k: !Ref AWS::NoValue}]", json!([{}]));
    gives("!FindInMap [M, a, b]", json!("c"));
    gives("!FindInMap [M, a, list]", json!(["x", "y"]));
    gives("!FindInMap [M, z, b, {DefaultValue: !Ref Stage}]", json!("test"));
    gives("{Condition: {Bool: {a: b}}}", json!({"Condition": {"Bool": {"a": "b"}}}));
    refuses("!If [Nope, 1, 2]", "Unresolved condition dependency Nope in the Resources block");
    refuses("!If [Holds, 1]", "Fn::If requires a list argument with three elements");
    refuses("!FindInMap [M, A, b]", "Unable to get mapping for M::A::b");
    refuses("!FindInMap [N, a, b]", "Mapping named 'N' is not present in the 'Mappings' section of template.");
    refuses("!FindInMap [M, a]", "every Fn::FindInMap object requires three parameters");
    refuses("!Equals [a, b]", "Encountered unsupported function: Fn::Equals");
}

#[test]
fn the_rest() {
    gives("Fn::ImportValue: shared-Key", json!("arn:key"));
    gives("!Select [0, !GetAZs '']", json!("eu-west-1a"));
    gives("!Select [3, !Cidr [10.0.0.0/16, 6, 8]]", json!("10.0.3.0/24"));
    gives("!Cidr ['2001:db8::/56', 2, 64]", json!(["2001:db8::/64", "2001:db8:0:1::/64"]));
    gives("'{{resolve:ssm:/a/b:7}}'", json!("ssm</a/b@7>"));
    let secret = "{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:db-x:SecretString:user}}";
    gives(&format!("'{secret}'"), json!(secret));
    gives(
        "'{{resolve:ssm:/a}}-{{resolve:ssm-secure:/b:1}}-{{resolve:ssm:/c}}'",
        json!("ssm</a@latest>-{{resolve:ssm-secure:/b:1}}-ssm</c@latest>"),
    );
    refuses("!ImportValue nothing", "No export named nothing found.");
    refuses("!Cidr [10.0.0.0/30, 9, 2]", "do not fit");
    refuses("!GetAZs us-east-1", "the zones of this region alone are known");
    refuses("'{{resolve:ssm:absent}}'", "there is no parameter absent");
    refuses("'{{resolve:vault:x}}'", "Incorrect format is used in the following dynamic reference");
    refuses("'{{resolve:ssm:/a:label}}'", "Incorrect format is used in the following SSM reference: [{{resolve:ssm:/a:label}}]");
    refuses("!Transform {Name: AWS::Include}", "Fn::Transform is not available in Sekisho: no transform named AWS::Include found");
    gives("{Fn::ForEach::X: [a, [b, c], {'${a}': !Ref a}]}", json!({"b": "b", "c": "c"}));
    refuses("{Fn::Gettatt: x}", "Encountered unsupported function: Fn::Gettatt Supported functions are: [");
    refuses("!GettAtt Other.Arn", "did you mean '!GetAtt'?");
    refuses("!Base64 !Sub x", "write the outer one in full");
}

#[test]
fn language_extensions_are_asked_for() {
    let source = common::with_property("", "Fn::Length: [a]");
    let findings = Template::parse(&source, "t").unwrap_err();
    assert!(common::shown(&findings).contains("add 'Transform: AWS::LanguageExtensions'"));
}

#[test]
fn doubling_text_ends_at_a_limit() {
    let mut value = "'0123456789'".to_owned();
    for _ in 0..24 {
        value = format!("!Sub ['${{a}}${{a}}', {{a: {value}}}]");
    }
    refuses(&value, "bytes");
}

#[test]
fn a_list_parameter_that_is_left_empty_has_one_empty_item() {
    let source = common::with_property(HEAD, "[!Select [0, !Ref Zones], !If [Fails, x, !Join ['-', !Ref Zones]]]");
    let located = common::evaluate(&source, &[("Zones", "")]).unwrap_or_else(|findings| panic!("{}", common::shown(&findings)));
    assert_eq!(located.to_json(), json!(["", ""]));
}
