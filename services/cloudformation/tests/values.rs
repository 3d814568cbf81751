//! Values that templates take from Systems Manager and Secrets Manager.

mod setup;

use gate::RecordKind;
use serde_json::{Value, json};
use setup::{ACCOUNT, Setup, with_template};

fn world() -> Setup {
    Setup::with_all(vec![kms::service(), logs::service(), secretsmanager::service(), ssm::service()], |engine| {
        kms::workflows(engine);
        ssm::workflows(engine);
    })
}

fn put(s: &Setup, name: &str, kind: &str, value: &str) {
    s.ok("ssm:PutParameter", json!({"Name": name, "Type": kind, "Value": value, "Overwrite": true}));
}

fn value(s: &Setup, name: &str) -> Value {
    s.ok("ssm:GetParameter", json!({"Name": name}))["Parameter"]["Value"].clone()
}

fn refused(s: &Setup, body: &str) -> String {
    s.fails("ValidationError", "cloudformation:CreateStack", with_template("refused", body))
}

const STORED: &str = "Parameters:
  One: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /one}
  Many: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /many}
  Hidden: {Type: 'AWS::SSM::Parameter::Value<String>', Default: '/one:1', NoEcho: true}
Resources:
  Target:
    Type: AWS::SSM::Parameter
    Properties: {Name: /target, Type: String, Value: !Sub ['${One} ${Second}', {Second: !Select [1, !Ref Many]}]}
";

#[test]
fn stored_parameters_are_looked_up_at_each_operation() {
    let s = world();
    put(&s, "/one", "String", "first");
    put(&s, "/many", "StringList", "a, b ,c");
    s.create("app", STORED);
    assert_eq!(value(&s, "/target"), "first b");
    let shown = s.stack("app")["Parameters"].clone();
    assert_eq!(
        shown,
        json!([
            {"ParameterKey": "One", "ParameterValue": "/one", "ResolvedValue": "first"},
            {"ParameterKey": "Many", "ParameterValue": "/many", "ResolvedValue": "a,b,c"},
            {"ParameterKey": "Hidden", "ParameterValue": "****", "ResolvedValue": "****"},
        ])
    );
    let again = json!({"StackName": "app", "UsePreviousTemplate": true, "Parameters": [{"ParameterKey": "One", "UsePreviousValue": true}]});
    s.fails("ValidationError", "cloudformation:UpdateStack", again.clone());
    put(&s, "/one", "String", "second");
    let mut change_set = again.clone();
    change_set["ChangeSetName"] = json!("next");
    s.ok("cloudformation:CreateChangeSet", change_set);
    let shown = s.ok("cloudformation:DescribeChangeSet", json!({"StackName": "app", "ChangeSetName": "next"}));
    assert_eq!(shown["Parameters"][0]["ResolvedValue"], "second");
    assert_eq!(shown["Changes"][0]["ResourceChange"]["LogicalResourceId"], "Target");
    s.ok("cloudformation:UpdateStack", again);
    s.run();
    assert_eq!(value(&s, "/target"), "second b");
}

#[test]
fn stored_parameters_that_cannot_be_taken_are_told_in_awss_words() {
    let s = world();
    put(&s, "/list", "StringList", "a,b");
    put(&s, "/secret", "SecureString", "hidden");
    let of = |kind: &str, name: &str| {
        format!("Parameters:\n  P: {{Type: '{kind}', Default: {name}}}\nResources:\n  L: {{Type: 'AWS::Logs::LogGroup'}}\n")
    };
    for (kind, name, message) in [
        ("AWS::SSM::Parameter::Value<String>", "/none", "Unable to fetch parameters [/none] from parameter store for this account."),
        (
            "AWS::SSM::Parameter::Value<String>",
            "/secret",
            "Parameters [/secret] referenced by template have types not supported by CloudFormation.",
        ),
        (
            "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
            "/list",
            "Types for SSM parameters [/list] defined in CFN template and SSM are incompatible",
        ),
        ("AWS::SSM::Parameter::Name", "/none", "parameter value /none for parameter name P does not exist"),
    ] {
        assert!(refused(&s, &of(kind, name)).contains(message), "{kind} {name}: {}", refused(&s, &of(kind, name)));
    }
    s.create("named", &of("AWS::SSM::Parameter::Name", "/secret"));
    assert_eq!(s.stack("named")["Parameters"][0], json!({"ParameterKey": "P", "ParameterValue": "/secret"}));
    // The caller reads the parameters, whatever role the stack has.
    let role = s.role("Stack", json!({"Service": "cloudformation.amazonaws.com"}), json!("*"));
    s.role("Deployer", json!({"AWS": ACCOUNT}), json!(["cloudformation:*", "iam:PassRole"]));
    let deployer = s.world.assume(&s.admin, &format!("arn:aws:iam::{ACCOUNT}:role/Deployer")).unwrap();
    let mut input = with_template("app", &of("AWS::SSM::Parameter::Value<CommaDelimitedList>", "/list"));
    input["RoleARN"] = json!(role);
    s.world.records();
    let error = s.world.call(Some(&deployer), "cloudformation:CreateStack", input.clone()).unwrap_err();
    assert!(error.message.starts_with("AccessDenied. User doesn't have permission to call ssm:GetParameters\n"), "{error}");
    assert_eq!(s.recorded("ssm:GetParameters")[0].kind, RecordKind::Denied);
    s.allow("Deployer", json!(["cloudformation:*", "iam:PassRole", "ssm:GetParameters"]));
    s.world.call(Some(&deployer), "cloudformation:CreateStack", input).unwrap();
}

/// As the CDK writes it into each template.
const BOOTSTRAPPED: &str = r#"{
  "Parameters": {"BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/hnb659fds/version"}},
  "Rules": {"CheckBootstrapVersion": {"Assertions": [{
    "Assert": {"Fn::Not": [{"Fn::Contains": [["1", "2", "3", "4", "5"], {"Ref": "BootstrapVersion"}]}]},
    "AssertDescription": "CDK bootstrap stack version 6 required."}]}},
  "Resources": {"Logs": {"Type": "AWS::Logs::LogGroup"}}
}"#;

#[test]
fn the_bootstrap_rule_of_the_cdk_holds_or_not() {
    let s = world();
    put(&s, "/cdk-bootstrap/hnb659fds/version", "String", "5");
    assert!(refused(&s, BOOTSTRAPPED).contains("CDK bootstrap stack version 6 required."));
    put(&s, "/cdk-bootstrap/hnb659fds/version", "String", "21");
    s.create("app", BOOTSTRAPPED);
    assert_eq!(s.status("app"), "CREATE_COMPLETE");
}

#[test]
fn plain_references_are_looked_up_at_each_operation() {
    let s = world();
    put(&s, "/a", "String", "one");
    put(&s, "/b", "StringList", "x, y");
    put(&s, "/secret", "SecureString", "hidden");
    put(&s, "/of/app-Name", "String", "found late");
    let body = |more: &str| {
        format!(
            "Resources:
  Name:
    Type: AWS::SSM::Parameter
    Properties: {{Name: app-Name, Type: String, Value: 'A={{{{resolve:ssm:/a}}}} B={{{{resolve:ssm:/b:1}}}}'}}
  Late:
    Type: AWS::SSM::Parameter
    Properties: {{Name: /late, Type: String, Value: !Sub '{{{{resolve:ssm:/of/${{Name}}}}}}'}}
Outputs:
  Literal: {{Value: '{{{{resolve:ssm:/a}}}}'}}
{more}"
        )
    };
    s.create("app", &body(""));
    assert_eq!((value(&s, "app-Name"), value(&s, "/late")), (json!("A=one B=x, y"), json!("found late")));
    assert_eq!(s.stack("app")["Outputs"][0]["OutputValue"], "{{resolve:ssm:/a}}");
    s.fails("ValidationError", "cloudformation:UpdateStack", with_template("app", &body("")));
    put(&s, "/a", "String", "two");
    s.update("app", &body(""));
    assert_eq!(value(&s, "app-Name"), "A=two B=x, y");
    let one = |reference: &str| {
        format!("Resources:\n  P: {{Type: 'AWS::SSM::Parameter', Properties: {{Type: String, Value: '{{{{resolve:{reference}}}}}'}}}}\n")
    };
    for (reference, message) in [
        ("ssm:/none", "Parameters: [ssm:/none] cannot be found."),
        ("ssm:/a:9", "Parameters: [ssm:/a:9] cannot be found."),
        ("ssm:/a:label", "Incorrect format is used in the following SSM reference: [{{resolve:ssm:/a:label}}]"),
        ("ssm:/secret", "Non-secure ssm prefix was used for secure parameter /secret"),
        ("ssm-secure:/secret", "SSM Secure reference is not supported in: [AWS::SSM::Parameter/Properties/Value]"),
    ] {
        assert!(refused(&s, &one(reference)).contains(message), "{reference}: {}", refused(&s, &one(reference)));
    }
    let default = "Parameters:\n  P: {Type: String, Default: '{{resolve:ssm:/a}}'}\nResources:\n  L: {Type: 'AWS::Logs::LogGroup'}\n";
    assert!(refused(&s, default).contains("Template error: parameter P should not contain ssm versionless resolver"));
}

const MARKER: &str = "marker-of-a-secret";

const SECRETS: &str = "Resources:
  Copy:
    Type: AWS::SecretsManager::Secret
    Properties: {Name: copy, Description: one, SecretString: 'is {{resolve:secretsmanager:db:SecretString:password}}!'}
  User:
    Type: AWS::IAM::User
    Properties: {UserName: someone, LoginProfile: {Password: '{{resolve:ssm-secure:/password}}'}}
";

#[test]
fn secrets_are_fetched_when_they_are_needed_and_kept_nowhere() {
    let s = world();
    let secret = |value: &str| json!({"password": value}).to_string();
    s.ok("secretsmanager:CreateSecret", json!({"Name": "db", "SecretString": secret(MARKER)}));
    put(&s, "/password", "SecureString", &format!("A1!{MARKER}"));
    let copied = || s.ok("secretsmanager:GetSecretValue", json!({"SecretId": "copy"}))["SecretString"].clone();
    s.create("app", SECRETS);
    assert_eq!(s.status("app"), "CREATE_COMPLETE", "{:?}", s.events("app"));
    assert_eq!(copied(), format!("is {MARKER}!"));
    // A secret that is changed is not seen, until its resource is changed for another reason.
    s.ok("secretsmanager:PutSecretValue", json!({"SecretId": "db", "SecretString": secret(&format!("{MARKER}-2"))}));
    s.fails("ValidationError", "cloudformation:UpdateStack", with_template("app", SECRETS));
    let changed = SECRETS.replace("Description: one", "Description: two");
    let mut change_set = with_template("app", &changed);
    change_set["ChangeSetName"] = json!("next");
    s.ok("cloudformation:CreateChangeSet", change_set);
    s.update("app", &changed);
    assert_eq!(copied(), format!("is {MARKER}-2!"));
    let named = json!({"StackName": "app"});
    for operation in ["DescribeStacks", "DescribeStackEvents", "GetTemplate", "DescribeStackResources"] {
        let answer = s.ok(&format!("cloudformation:{operation}"), named.clone()).to_string();
        assert!(!answer.contains(MARKER), "{operation}: {answer}");
    }
    assert!(!format!("{:?}", s.world.records()).contains(MARKER));
    assert_eq!(s.rows_with(MARKER), [""; 0]);
}

#[test]
fn secrets_that_cannot_be_fetched_fail_their_resource() {
    let s = world();
    s.ok("secretsmanager:CreateSecret", json!({"Name": "db", "SecretString": "no json"}));
    s.ok("secretsmanager:CreateSecret", json!({"Name": "json", "SecretString": "{\"a\": \"b\"}"}));
    let role = s.role("Stack", json!({"Service": "cloudformation.amazonaws.com"}), json!(["secretsmanager:*"]));
    let fails = |reference: &str, why: &str| {
        let body = format!(
            "Resources:\n  P: {{Type: 'AWS::SecretsManager::Secret', Properties: {{SecretString: '{{{{resolve:secretsmanager:{reference}}}}}'}}}}\n"
        );
        let mut input = with_template("app", &body);
        input["RoleARN"] = json!(role);
        input["OnFailure"] = json!("DELETE");
        let id = s.ok("cloudformation:CreateStack", input)["StackId"].as_str().unwrap().to_string();
        s.run();
        assert!(s.reason(&id, "CREATE_FAILED").contains(why), "{reference}: {}", s.reason(&id, "CREATE_FAILED"));
    };
    fails("db:SecretString:key", "Could not parse SecretString JSON");
    fails("json:SecretString:b", "Could not find a value associated with JSONKey in SecretString");
    fails("none", "Secrets Manager can't find the specified secret. (Service: AWSSecretsManager; Status Code: 400");
    s.allow("Stack", json!(["secretsmanager:CreateSecret"]));
    s.world.records();
    fails("db", "is not authorized to perform: secretsmanager:GetSecretValue on resource: ");
    let denied = s.recorded("secretsmanager:GetSecretValue");
    assert_eq!(denied[0].principal, format!("arn:aws:sts::{ACCOUNT}:assumed-role/Stack/AWSCloudFormation"));
}
