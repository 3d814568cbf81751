//! `AWS::LanguageExtensions`: loops, names made by functions, and the processed template.

use crate::common::{self, Existing};
use serde_json::{Value, json};
use template::Template;

const HEAD: &str = "Transform: AWS::LanguageExtensions
Parameters:
  Stage: {Type: String, Default: test}
  Zones: {Type: CommaDelimitedList, Default: 'eu-1, eu-2'}
  Secret: {Type: CommaDelimitedList, Default: 'a,b', NoEcho: true}
Mappings:
  Sizes: {eu-1: {Size: small, Zones: [x, y]}, eu-2: {Size: large, Zones: [z]}}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
";

/// What a stack's template comes to: the properties of its resources, in their order.
#[track_caller]
fn made(body: &str, parameters: &[(&str, &str)]) -> Value {
    let source = format!("{HEAD}{body}");
    let inputs = common::inputs(parameters);
    let template = Template::process(&source, "t", &inputs).unwrap_or_else(|findings| panic!("{body}: {}", common::shown(&findings)));
    let plan = template.plan(&inputs).unwrap_or_else(|findings| panic!("{body}: {}", common::shown(&findings)));
    let properties = |id: &String| match plan.properties(id, &Existing) {
        Ok(properties) => (id.clone(), properties.to_json()),
        Err(findings) => panic!("{body}: {}", common::shown(&findings)),
    };
    Value::Object(plan.order().iter().map(properties).collect())
}

#[track_caller]
fn refused(body: &str, message: &str) {
    let inputs = common::inputs(&[]);
    match Template::process(&format!("{HEAD}{body}"), "t", &inputs) {
        Ok(_) => panic!("{body} was accepted"),
        Err(findings) => assert!(common::shown(&findings).contains(message), "{body}: {}", common::shown(&findings)),
    }
}

#[test]
fn resources_are_made_by_loops() {
    let body = "Resources:
  First: {Type: T::T::T}
  Fn::ForEach::Buckets:
    - Name
    - [alpha, 'be-ta']
    - 'Bucket&{Name}':
        Type: T::T::T
        DependsOn: First
        Properties: {Name: !Ref Name, Sub: !Sub '${AWS::Region}-${Name}-${!Name}', Plain: 'x-${Name}', 'Key${Name}': 1}
      'Policy&{Name}':
        Type: T::T::T
        Properties: {Of: !GetAtt ['Bucket&{Name}', Arn], Also: !Ref 'Bucket&{Name}', Full: !Sub '${Bucket&{Name}.Arn}'}
";
    let expected = json!({
        "First": {},
        "Bucketalpha": {"Name": "alpha", "Sub": "eu-west-1-alpha-${Name}", "Plain": "x-alpha", "Keyalpha": 1},
        "Policyalpha": {"Of": "Bucketalpha/Arn", "Also": "ref-Bucketalpha", "Full": "Bucketalpha/Arn"},
        "Bucketbeta": {"Name": "be-ta", "Sub": "eu-west-1-be-ta-${Name}", "Plain": "x-be-ta", "Keybe-ta": 1},
        "Policybeta": {"Of": "Bucketbeta/Arn", "Also": "ref-Bucketbeta", "Full": "Bucketbeta/Arn"},
    });
    assert_eq!(made(body, &[]), expected);
}

#[test]
fn loops_stand_in_loops_and_in_properties() {
    let body = "Resources:
  Fn::ForEach::Outer:
    - Zone
    - !Ref Zones
    - Fn::ForEach::Inner:
        - Kind
        - !If [Prod, [a, b, c], [a, b]]
        - '${Kind}&{Zone}':
            Type: T::T::T
            Properties:
              Fixed: yes
              Fn::ForEach::Properties:
                - Property
                - [Size]
                - '${Property}': !FindInMap [Sizes, !Ref Zone, !Ref Property]
                  'All${Property}': {Fn::Length: !FindInMap [Sizes, !Ref Zone, Zones]}
";
    let one = |size: &str, all: u32| json!({"Fixed": true, "Size": size, "AllSize": all});
    let expected = json!({"aeu1": one("small", 2), "beu1": one("small", 2), "aeu2": one("large", 1), "beu2": one("large", 1)});
    assert_eq!(made(body, &[]), expected);
    assert_eq!(made(body, &[("Stage", "prod"), ("Zones", "eu-2")]).as_object().unwrap().len(), 3);
    assert_eq!(made(&format!("{body}  Alone: {{Type: T::T::T}}\n"), &[("Zones", "")]), json!({"Alone": {}}));
}

#[test]
fn conditions_and_outputs_are_made_by_loops() {
    let source = "Transform: [AWS::LanguageExtensions]
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'A,B'}
Conditions:
  Fn::ForEach::Each:
    - Name
    - !Ref Names
    - 'Is${Name}': !Equals [!Ref Name, A]
Resources:
  Fn::ForEach::Resources:
    - Name
    - !Ref Names
    - 'Resource${Name}':
        Type: T::T::T
        Condition: !Sub 'Is${Name}'
        DeletionPolicy: !If ['Is${Name}', Retain, Delete]
Outputs:
  Fn::ForEach::Outputs:
    - Name
    - !Ref Names
    - 'Output${Name}': {Condition: 'Is${Name}', Value: !Ref {'Fn::Sub': 'Resource${Name}'}, Export: {Name: !Sub 'x-${Name}'}}
";
    let inputs = common::inputs(&[]);
    let template = Template::process(source, "t", &inputs).unwrap_or_else(|findings| panic!("{}", common::shown(&findings)));
    let plan = template.plan(&inputs).unwrap();
    assert_eq!(plan.order(), ["ResourceA"]);
    assert_eq!(plan.resource("ResourceA").unwrap().deletion_policy.as_deref(), Some("Retain"));
    let outputs = plan.outputs(&Existing).unwrap();
    assert_eq!((outputs.len(), outputs[0].value.as_str(), outputs[0].export_name.as_deref()), (1, "ref-ResourceA", Some("x-A")));
    // Without the stack's inputs nothing is made up: what depends on them is not there yet.
    let declared = Template::parse(source, "t").unwrap();
    assert!(declared.resources().is_empty() && declared.outputs().is_empty());
    assert_eq!((declared.transforms(), declared.parameters().len()), (["AWS::LanguageExtensions".to_owned()].as_slice(), 1));
}

#[test]
fn names_and_policies_may_be_functions() {
    let body = "Resources:
  A: {Type: T::T::T, DeletionPolicy: !FindInMap [None, x, y, {DefaultValue: Retain}], UpdateReplacePolicy: !Ref Stage}
";
    refused(body, "Unrecognized UpdateReplacePolicy test for resource A");
    let body = "Resources:
  A: {Type: T::T::T, DeletionPolicy: !FindInMap [Sizes, x, y, {DefaultValue: !If [Prod, Retain, Delete]}]}
  B:
    Type: T::T::T
    DeletionPolicy: !If [Prod, Retain, !Ref AWS::NoValue]
    DependsOn: [!Sub A]
    Properties: {X: !GetAtt [!Join ['', [A]], !Sub 'Arn'], Y: !Ref {'Fn::Select': [0, [A]]}}
";
    assert_eq!(made(body, &[])["B"], json!({"X": "A/Arn", "Y": "ref-A"}));
    let inputs = common::inputs(&[("Stage", "prod")]);
    let template = Template::process(&format!("{HEAD}{body}"), "t", &inputs).unwrap();
    let policy = |id: &str| template.resource(id).unwrap().deletion_policy.clone();
    assert_eq!((policy("A").as_deref(), policy("B").as_deref()), (Some("Retain"), Some("Retain")));
}

#[test]
fn mistakes_are_named_in_the_words_of_the_transform() {
    let resources = |text: &str| format!("Resources:\n  {text}\n  Z: {{Type: T::T::T}}\n");
    let thing = "{'R${X}': {Type: T::T::T}}";
    for (text, message) in [
        (format!("Fn::ForEach::L: [X, [a], {thing}, more]"), "failed with: Fn::ForEach layout is incorrect"),
        (format!("Fn::ForEach::L: [X, a, {thing}]"), "failed with: Fn::ForEach layout is incorrect"),
        (format!("Fn::ForEach::L: [X, [[a]], {thing}]"), "failed with: Fn::ForEach layout is incorrect"),
        ("Fn::ForEach::L: [X, [a], text]".to_owned(), "failed with: Fn::ForEach layout is incorrect"),
        (format!("Fn::ForEach::a-b: [X, [a], {thing}]"), "failed with: Fn::ForEach layout is incorrect"),
        (format!("Fn::ForEach::L: [X, !Ref Stage, {thing}]"), "Could not find a collection or could not be resolved for Fn::ForEach"),
        (format!("Fn::ForEach::L: [X, !GetAtt Z.List, {thing}]"), "Could not find a collection or could not be resolved for Fn::ForEach"),
        (format!("Fn::ForEach::L: [X, !Ref Secret, {thing}]"), "holds a NoEcho parameter"),
        (format!("Fn::ForEach::L: [X, [a-b], {thing}]"), "LogicalId 'Ra-b' should be alphanumeric"),
        (format!("Fn::ForEach::L: [X, [a, a], {thing}]"), "Duplicate key 'Ra' when merging keys to parent object in Fn::ForEach"),
        (format!("Fn::ForEach::Z: [X, [a], {thing}]"), "the loop name Z is not unique"),
        ("Fn::ForEach::L: [X, [a], {'R${X}': {Type: T::T::T, Condition: 'Is${X}'}}]".to_owned(), "Unresolved condition dependency Isa"),
        ("Q: {Type: T::T::T, Properties: {V: !Ref {Fn::GetAtt: [Z, Arn]}}}".to_owned(), "could not be resolved"),
    ] {
        refused(&resources(&text), message);
    }
    refused(
        "Metadata: {Fn::ForEach::L: [X, [a], {'R${X}': 1}]}\nResources: {Z: {Type: T::T::T}}\n",
        "Fn::ForEach is not supported in Metadata",
    );
    let many = (0..200).map(|n| format!("i{n}")).collect::<Vec<_>>().join(", ");
    let loops = format!(
        "Fn::ForEach::A: [A, [{many}], {{Fn::ForEach::B: [B, [{many}], {{Fn::ForEach::C: [C, [{many}], {{'R${{A}}${{B}}${{C}}': {{Type: T::T::T}}}}]}}]}}]"
    );
    refused(&resources(&loops), "Template may not exceed 1048576 bytes in size.");
    let without = "Resources:\n  Fn::ForEach::L: [X, [a], {'R${X}': {Type: T::T::T}}]\n";
    let shown = common::shown(&Template::parse(without, "t").unwrap_err());
    assert!(shown.contains("[/Resources/Fn::ForEach::L] resource definition is malformed"), "{shown}");
    assert!(shown.contains("add 'Transform: AWS::LanguageExtensions'"), "{shown}");
}

#[test]
fn the_processed_template_is_without_the_transform() {
    let body = "Resources:
  Fn::ForEach::L:
    - X
    - [a, b]
    - 'R${X}':
        Type: T::T::T
        Properties:
          Count: {Fn::Length: !Ref Zones}
          Text: {Fn::ToJsonString: {k: [1, !Ref Stage]}}
          Hidden: {Fn::ToJsonString: !Ref Secret}
          Later: {Fn::ToJsonString: {k: !GetAtt Ra.Arn}}
          Size: !FindInMap [Sizes, none, none, {DefaultValue: medium}]
          Kept: !Sub '${AWS::Region}-${X}'
";
    let inputs = common::inputs(&[]);
    let text = Template::processed(&format!("{HEAD}{body}"), "t", &inputs).unwrap().unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let expected = |item: &str| {
        json!({"Type": "T::T::T", "Properties": {
            "Count": 2, "Text": "{\"k\":[1,\"test\"]}", "Hidden": {"Fn::ToJsonString": {"Ref": "Secret"}},
            "Later": {"Fn::ToJsonString": {"k": {"Fn::GetAtt": ["Ra", "Arn"]}}}, "Size": "medium",
            "Kept": {"Fn::Sub": format!("${{AWS::Region}}-{item}")},
        }})
    };
    assert_eq!(value["Resources"], json!({"Ra": expected("a"), "Rb": expected("b")}));
    assert!(value.get("Transform").is_none() && value["Mappings"]["Sizes"].is_object());
    assert!(Template::process(&text, "t", &inputs).is_err(), "what is left of the transform's functions needs it");
    assert_eq!(Template::processed("Resources: {A: {Type: T::T::T}}", "t", &inputs).unwrap(), None);
}
