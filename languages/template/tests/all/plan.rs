//! Parameters, conditions, rules, order and outputs.

use crate::common;
use crate::common::Existing;
use template::{Inputs, ResourceAttribute, Template};

fn plan_error(source: &str, parameters: &[(&str, &str)]) -> String {
    let template = Template::parse(source, "t").unwrap_or_else(|findings| panic!("{}", common::shown(&findings)));
    let inputs = common::inputs(parameters);
    match template.plan(&inputs) {
        Ok(_) => "accepted".to_owned(),
        Err(findings) => findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn parameters_are_checked_in_the_words_of_aws() {
    let check = |declaration: &str, value: &str| {
        plan_error(&format!("Parameters:\n  P: {declaration}\nResources:\n  A: {{Type: T::T::T}}\n"), &[("P", value)])
    };
    let cases = [
        ("{Type: String, AllowedValues: [a, b]}", "c", "Parameter 'P' must be one of AllowedValues"),
        ("{Type: String, AllowedValues: [1, true]}", "true", "accepted"),
        ("{Type: String, AllowedPattern: '[a-z]+'}", "ab1", "Parameter 'P' must match pattern [a-z]+"),
        ("{Type: String, AllowedPattern: 'a|bc'}", "bc", "accepted"),
        ("{Type: String, AllowedPattern: 'a', ConstraintDescription: say a}", "b", "Parameter P failed to satisfy constraint: say a"),
        ("{Type: String, MinLength: 3}", "ab", "Parameter 'P' must contain at least 3 characters"),
        ("{Type: String, MaxLength: 3}", "abcd", "Parameter 'P' must contain at most 3 characters"),
        ("{Type: Number}", "ten", "Parameter 'P' must be a number"),
        ("{Type: Number, MinValue: 2}", "1", "Parameter 'P' must be a number not less than 2"),
        ("{Type: Number, MaxValue: 2.5}", "3", "Parameter 'P' must be a number not greater than 2.5"),
        ("{Type: Number, MaxValue: 2.5}", "2.5", "accepted"),
        ("{Type: List<Number>}", "1, 2, x", "Parameter 'P' must be a number"),
        ("{Type: CommaDelimitedList, AllowedValues: [a, b]}", "a, b", "accepted"),
        ("{Type: CommaDelimitedList, AllowedValues: [a, b]}", "a,c", "Parameter 'P' must be one of AllowedValues"),
        ("{Type: AWS::EC2::VPC::Id}", "vpc-1", "Parameter validation failed: parameter value vpc-1 for parameter name P does not exist"),
        (
            "{Type: List<AWS::EC2::Subnet::Id>, NoEcho: true}",
            "a,b",
            "Parameter validation failed: parameter value **** for parameter name P does not exist",
        ),
        ("{Type: List<AWS::EC2::AvailabilityZone::Name>}", "eu-west-1a, eu-west-1c", "accepted"),
        (
            "{Type: AWS::EC2::AvailabilityZone::Name}",
            "us-east-1a",
            "Parameter validation failed: parameter value us-east-1a for parameter name P does not exist",
        ),
        ("{Type: List<String>}", "a,b", "accepted"),
        ("{Type: AWS::SSM::Parameter::Name}", "/x", "accepted"),
        (
            "{Type: 'AWS::SSM::Parameter::Value<String>'}",
            "absent",
            "Unable to fetch parameters [absent] from parameter store for this account.",
        ),
    ];
    for (declaration, value, expected) in cases {
        assert_eq!(check(declaration, value), expected, "{declaration} {value}");
    }
    assert_eq!(check("{Type: String}", &"x".repeat(4097)), "Parameter 'P' must be 4096 bytes or less");
    let two = "Parameters:\n  P: {Type: String}\n  Q: {Type: String}\nResources:\n  A: {Type: T::T::T}\n";
    assert_eq!(plan_error(two, &[]), "Parameters: [P, Q] must have values");
    assert_eq!(plan_error(two, &[("P", "x"), ("Q", "y"), ("R", "z")]), "Parameters: [R] do not exist in the template");
}

#[test]
fn values_of_the_parameter_store_are_fetched() {
    let head = "Parameters:\n  P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /ami}\n  L: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /list}\n  S: {Type: String, NoEcho: true}\n";
    let source = common::with_property(head, "[!Ref P, !Ref L, !Ref S]");
    let template = Template::parse(&source, "t").unwrap();
    let inputs = common::inputs(&[("S", "hidden")]);
    let plan = template.plan(&inputs).unwrap();
    assert_eq!(plan.properties("R", &Existing).unwrap().to_json()["V"], serde_json::json!(["ssm</ami@latest>", ["x", "y"], "hidden"]));
    let shown = format!("{:?}", plan.parameters());
    assert_eq!(shown, "[P=/ami, L=/list, S=****]");
    assert_eq!(plan.parameters()[0].resolved_value.as_deref(), Some("ssm</ami@latest>"));
    let without = Inputs { resolver: None, ..common::inputs(&[("S", "x")]) };
    assert!(common::shown(&template.plan(&without).err().unwrap()).contains("there is no parameter store here"));
}

const CONDITIONAL: &str = "Parameters:
  Stage: {Type: String}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Test: !Not [!Condition Prod]
  Either: !Or [!Condition Prod, !Condition Test]
  Both: !And [{Condition: Prod}, {Condition: Test}]
Resources:
  Last:
    Type: T::T::T
    DependsOn: [Alarm, Queue]
    Properties: {X: !If [Prod, !Ref Alarm, !Ref Queue]}
  Queue:
    Type: T::T::T
    Metadata: {Owner: !Ref Stage}
  Alarm:
    Type: T::T::T
    Condition: Prod
    DeletionPolicy: Retain
  Never:
    Type: T::T::T
    Condition: Both
Outputs:
  Alarm: {Value: !Ref Alarm, Condition: Prod}
  Name: {Value: !Sub '${Queue.Arn}', Description: The queue, Export: {Name: !Sub '${AWS::StackName}-queue'}}
  Number: {Value: 012}
";

#[test]
fn conditions_decide_what_there_is() {
    let template = Template::parse(CONDITIONAL, "t").unwrap();
    let inputs = common::inputs(&[("Stage", "prod")]);
    let plan = template.plan(&inputs).unwrap();
    assert_eq!(plan.order(), ["Alarm", "Queue", "Last"]);
    assert_eq!(plan.dependencies("Last"), ["Alarm", "Queue"]);
    assert_eq!(plan.resource("Alarm").unwrap().deletion_policy.as_deref(), Some("Retain"));
    assert_eq!((plan.condition("Either"), plan.condition("Both"), plan.condition("X")), (Some(true), Some(false), None));
    let outputs = plan.outputs(&Existing).unwrap();
    let seen: Vec<(&str, &str, Option<&str>)> =
        outputs.iter().map(|o| (o.key.as_str(), o.value.as_str(), o.export_name.as_deref())).collect();
    assert_eq!(seen, [("Alarm", "ref-Alarm", None), ("Name", "Queue/Arn", Some("shop-queue")), ("Number", "012", None)]);
    assert_eq!((outputs[1].description.as_deref(), outputs[1].span.line), (Some("The queue"), 25));
    let metadata = plan.attribute("Queue", ResourceAttribute::Metadata, &Existing).unwrap().unwrap();
    assert_eq!(metadata.to_json(), serde_json::json!({"Owner": "prod"}));
    assert!(plan.attribute("Queue", ResourceAttribute::UpdatePolicy, &Existing).unwrap().is_none());

    let inputs = common::inputs(&[("Stage", "test")]);
    let plan = template.plan(&inputs).unwrap();
    assert_eq!(plan.order(), ["Queue", "Last"]);
    assert_eq!(plan.dependencies("Last"), ["Queue"]);
    assert!(plan.resource("Alarm").is_none() && plan.properties("Alarm", &Existing).is_err());
    assert_eq!(plan.outputs(&Existing).unwrap().len(), 2);
}

#[test]
fn what_a_condition_drops_cannot_be_referred_to() {
    let source = "Conditions:\n  Never: !Equals [a, b]\nResources:\n  A: {Type: T::T::T, Condition: Never}\n  B: {Type: T::T::T, Properties: {X: !GetAtt A.Arn}}\nOutputs:\n  O: {Value: !Ref A}\n";
    let template = Template::parse(source, "t").unwrap();
    let inputs = common::inputs(&[]);
    assert_eq!(
        common::shown(&template.plan(&inputs).err().unwrap()),
        "t:5:46: Template format error: Unresolved resource dependencies [A] in the Resources block of the template
  help: A is not created, because its condition Never is false; use Fn::If with Never here
t:7:19: Template format error: Unresolved resource dependencies [A] in the Outputs block of the template
  help: A is not created, because its condition Never is false; use Fn::If with Never here"
    );
}

#[test]
fn a_cycle_through_a_condition_shows_when_it_holds() {
    let source = "Parameters:\n  P: {Type: String}\nConditions:\n  C: !Equals [!Ref P, x]\nResources:
  A: {Type: T::T::T, Properties: {X: !If [C, !Ref B, none]}}\n  B: {Type: T::T::T, Properties: {X: !Ref A}}\n";
    assert_eq!(plan_error(source, &[("P", "y")]), "accepted");
    assert_eq!(plan_error(source, &[("P", "x")]), "Circular dependency between resources: [A, B]");
}

#[test]
fn rules_hold_or_say_why() {
    let source = "Parameters:
  Stage: {Type: String}
  Zones: {Type: CommaDelimitedList, Default: 'a,b'}
Rules:
  ProdIsWide:
    RuleCondition: !Equals [!Ref Stage, prod]
    Assertions:
      - Assert: {Fn::EachMemberIn: [!Ref Zones, [a, b, c]]}
      - Assert: {Fn::Contains: [!Ref Zones, c]}
        AssertDescription: production needs zone c
Resources:
  A: {Type: T::T::T}
";
    assert_eq!(plan_error(source, &[("Stage", "test")]), "accepted");
    assert_eq!(plan_error(source, &[("Stage", "prod"), ("Zones", "b,c")]), "accepted");
    assert_eq!(plan_error(source, &[("Stage", "prod")]), "Template validation error: Rule ProdIsWide failed: production needs zone c");
}

#[test]
fn imports_are_known_before_anything_exists() {
    let source = common::with_property(
        "Parameters:\n  N: {Type: String, Default: Key}\n",
        "[Fn::ImportValue: !Sub 'shared-${N}', !If [C, !ImportValue x, y]]",
    )
    .replace("Resources:", "Conditions:\n  C: !Equals [a, b]\nResources:");
    let template = Template::parse(&source, "t").unwrap();
    let inputs = common::inputs(&[]);
    let imports = template.plan(&inputs).unwrap().imports().unwrap();
    assert_eq!(imports.into_iter().collect::<Vec<_>>(), ["shared-Key"]);
    assert!(common::shown(&common::evaluate(&source, &[("N", "Other")]).unwrap_err()).contains("No export named shared-Other found."));
}

#[test]
fn outputs_are_strings_whose_references_stay() {
    let outputs = |value: &str| {
        let source = format!("Resources:\n  A: {{Type: T::T::T}}\nOutputs:\n  O: {{Value: {value}}}\n");
        let template = Template::parse(&source, "t").unwrap();
        let inputs = common::inputs(&[]);
        template
            .plan(&inputs)
            .unwrap()
            .outputs(&Existing)
            .map(|outputs| outputs[0].value.clone())
            .map_err(|findings| common::shown(&findings))
    };
    assert_eq!(outputs("true").unwrap(), "true");
    assert_eq!(outputs("'{{resolve:ssm:x}}'").unwrap(), "{{resolve:ssm:x}}");
    assert_eq!(outputs("'{{resolve:secretsmanager:x}}'").unwrap(), "{{resolve:secretsmanager:x}}");
    assert!(outputs("[a]").unwrap_err().contains("The Value field of every Outputs member must evaluate to a String."));
}

#[test]
fn a_given_parameter_may_have_a_place_of_its_own() {
    let source = common::with_property("Parameters:\n  P: {Type: String}\n", "!Sub 'a-${P}'");
    let template = Template::parse(&source, "t").unwrap();
    let mut inputs = common::inputs(&[("P", "x")]);
    let place = template::Span::on_line("parameters.json".into(), 3, 20, 3);
    inputs.parameter_spans.insert("P".to_owned(), place);
    let properties = template.plan(&inputs).unwrap().properties("R", &Existing).unwrap();
    assert_eq!(properties.get("V").unwrap().place(2).to_string(), "parameters.json:3:21");
}

#[test]
fn long_chains_are_ordered_without_recursion() {
    let resources: String = (0..499).map(|n| format!("  R{n}: {{Type: T::T::T, DependsOn: R{}}}\n", n + 1)).collect();
    let conditions: String = (0..15_000).map(|n| format!("  C{n}: !Not [!Condition C{}]\n", n + 1)).collect();
    let source = format!("Conditions:\n{conditions}  C15000: !Equals [a, a]\nResources:\n{resources}  R499: {{Type: T::T::T}}\n");
    let template = Template::parse(&source, "t").unwrap();
    let inputs = common::inputs(&[]);
    let plan = template.plan(&inputs).unwrap();
    assert_eq!((plan.order()[0].as_str(), plan.order()[499].as_str()), ("R499", "R0"));
    assert_eq!(plan.condition("C0"), Some(true));
}
