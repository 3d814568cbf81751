//! Where the policies behind a denial were written: the line of the template, whatever the text went through.

mod setup;

use serde_json::{Value, json};
use setup::{ACCOUNT, Setup, with_template};
use testworld::Credentials;

/// Everything that the tests look for is marked with its name at the end of its line.
const TEMPLATE: &str = r#"Parameters:
  Stage: {Type: String, Default: test}
Conditions:
  Strict: !Equals [!Ref Stage, test]
Resources:
  Deployer:
    Type: AWS::IAM::Role
    Properties: # owner
      RoleName: deployer
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow # trust
            Principal: {AWS: !Sub "arn:aws:iam::${AWS::AccountId}:role/sekisho-administrator"}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - !If
                - Strict
                - Sid: Guard # deny
                  Effect: Deny
                  Action: s3:CreateBucket
                  Resource: !Sub "arn:aws:s3:::${Stage}-*"
                - !Ref AWS::NoValue
              - {Effect: Allow, Action: "s3:CreateBucket", Resource: "*"}
  Beside:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: beside
      Roles: [!Ref Deployer]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          Effect: Allow
          Action: s3:ListAllMyBuckets
          Resource: "*"
          Condition:
            StringEquals:
              aws:PrincipalTag/team: !Ref Stage # condition
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref Deployer]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: s3:GetBucketLocation
            Resource: !Join ["", ["arn:aws:s3:::", !Ref Stage, "-other"]] # resource
"#;

/// The line that has this mark, from 1.
fn line(template: &str, mark: &str) -> u64 {
    let at = template.lines().position(|line| line.ends_with(mark)).unwrap_or_else(|| panic!("no {mark}"));
    at as u64 + 1
}

/// The reasons of a denial.
#[track_caller]
fn reasons(s: &Setup, caller: &Credentials, operation: &str, input: Value) -> Vec<Value> {
    let error = s.world.call(Some(caller), operation, input).expect_err("it must be denied");
    let denial = error.denial.unwrap_or_else(|| panic!("{operation} failed otherwise"));
    denial.decision["reasons"].as_array().unwrap().clone()
}

fn origin<'r>(reasons: &'r [Value], role: &str, kind: &str) -> &'r Value {
    let found = reasons.iter().find(|reason| reason["role"] == role && reason["kind"] == kind && !reason["origin"].is_null());
    &found.unwrap_or_else(|| panic!("no {role} {kind} with its origin in {reasons:#?}"))["origin"]
}

/// Who may assume the role of the template, and does.
fn deployer(s: &Setup) -> Credentials {
    s.world.assume(&s.admin, &format!("arn:aws:iam::{ACCOUNT}:role/deployer")).unwrap()
}

fn administrators_role(s: &Setup, template: &str) -> String {
    let arn = s.ok("sts:GetCallerIdentity", json!({}))["Arn"].as_str().unwrap().to_owned();
    let name = arn.split('/').nth(1).unwrap().to_owned();
    template.replace("sekisho-administrator", &name)
}

#[track_caller]
fn checked(s: &Setup, template: &str) {
    let caller = deployer(s);
    let denied = reasons(s, &caller, "s3:CreateBucket", json!({"Bucket": "test-1"}));
    let deny = origin(&denied, "decided", "identity");
    assert_eq!((deny["logicalId"].as_str(), deny["line"].as_u64()), (Some("Deployer"), Some(line(template, "# deny"))), "{deny}");
    assert!(deny["stack"].as_str().unwrap().contains(":stack/app/"), "{deny}");

    let lacking = reasons(s, &caller, "s3:ListBuckets", json!({}));
    let near = origin(&lacking, "nearMiss", "identity");
    assert_eq!(near["logicalId"], "Beside");
    assert_eq!(near["element"][0].as_u64(), Some(line(template, "# condition")), "{near}");
    let owner = origin(&lacking, "missing", "identity");
    assert_eq!(owner["logicalId"], "Deployer", "where to add what is missing: {owner}");

    let other = reasons(s, &caller, "s3:GetBucketLocation", json!({"Bucket": "third"}));
    let near = origin(&other, "nearMiss", "identity");
    assert_eq!((near["logicalId"].as_str(), near["element"][0].as_u64()), (Some("Managed"), Some(line(template, "# resource"))), "{near}");
}

#[test]
fn a_denial_leads_to_the_line_of_the_template() {
    let s = Setup::new();
    let template = administrators_role(&s, TEMPLATE);
    s.create("app", &template);
    assert_eq!(s.status("app"), "CREATE_COMPLETE", "{:?}", s.events("app"));
    checked(&s, &template);

    // An update of nothing but the lines moves the places with them; one of a value as well.
    let moved = template.replacen("Resources:\n", "# a remark\n# that takes two lines\nResources:\n", 1);
    s.update("app", &moved.replace("s3:GetBucketLocation", "[s3:GetBucketLocation, s3:GetBucketTagging]"));
    assert_eq!(s.status("app"), "UPDATE_COMPLETE");
    checked(&s, &moved);

    // A trust policy's principals are kept as unique ids; its statement is found all the same.
    let trusted = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
    let stranger = s.role("stranger", trusted, json!("sts:AssumeRole"));
    let stranger = s.world.assume(&s.admin, &stranger).unwrap();
    let role = json!({"RoleArn": format!("arn:aws:iam::{ACCOUNT}:role/deployer"), "RoleSessionName": "stranger"});
    let refused = reasons(&s, &stranger, "sts:AssumeRole", role);
    let trust = origin(&refused, "nearMiss", "trust");
    assert_eq!(trust["line"].as_u64(), Some(line(&moved, "# trust")), "{trust}");

    // A policy that was changed by hand is no longer the template's.
    let by_hand = json!({"Version": "2012-10-17", "Statement": {"Sid": "ByHand", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}});
    s.ok("iam:PutRolePolicy", json!({"RoleName": "deployer", "PolicyName": "own", "PolicyDocument": by_hand.to_string()}));
    let caller = deployer(&s);
    let denied = reasons(&s, &caller, "s3:CreateBucket", json!({"Bucket": "test-1"}));
    assert!(denied.iter().all(|reason| reason["origin"].is_null()), "{denied:#?}");
}

/// The roles of a loop, with a policy that a function writes as text.
const LOOP: &str = r#"Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "deployer, other"}
Resources:
  Fn::ForEach::Roles:
    - Name
    - !Ref Names
    - "Role${Name}":
        Type: AWS::IAM::Role
        Properties:
          RoleName: !Ref Name
          AssumeRolePolicyDocument: !Sub |
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::${AWS::AccountId}:role/sekisho-administrator"},
               "Action": "sts:AssumeRole"}]}
          Policies:
            - PolicyName: own
              PolicyDocument:
                Fn::ToJsonString:
                  Version: "2012-10-17"
                  Statement:
                    - Effect: Deny # deny
                      Action: s3:CreateBucket
                      Resource: !Sub "arn:aws:s3:::${Name}-*"
                    - {Effect: Allow, Action: "s3:CreateBucket", Resource: "*"}
            - PolicyName: written
              PolicyDocument: !Sub |
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Deny", "Action": "s3:ListAllMyBuckets", # list
                   "Resource": "*"}]}
"#;

#[test]
fn a_denial_leads_through_loops_and_text() {
    let s = Setup::new();
    let template = administrators_role(&s, LOOP);
    let mut input = with_template("app", &template.replace(" # list", ""));
    input["Capabilities"] = json!(["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]);
    s.ok("cloudformation:CreateStack", input);
    s.run();
    assert_eq!(s.status("app"), "CREATE_COMPLETE", "{:?}", s.events("app"));
    let caller = deployer(&s);
    for (operation, input, mark, column) in
        [("s3:CreateBucket", json!({"Bucket": "deployer-1"}), "# deny", 23), ("s3:ListBuckets", json!({}), "# list", 19)]
    {
        let denied = reasons(&s, &caller, operation, input);
        let deny = origin(&denied, "decided", "identity");
        assert_eq!(deny["logicalId"], "Roledeployer", "{deny}");
        assert_eq!((deny["line"].as_u64(), deny["column"].as_u64()), (Some(line(&template, mark)), Some(column)), "{deny}");
    }
}

#[test]
fn templates_in_json_lead_there_too() {
    let s = Setup::new();
    let arn = s.ok("sts:GetCallerIdentity", json!({}))["Arn"].as_str().unwrap().to_owned();
    let trusted = format!("arn:aws:iam::{ACCOUNT}:role/{}", arn.split('/').nth(1).unwrap());
    let template = format!(
        r#"{{"Resources": {{"Deployer": {{"Type": "AWS::IAM::Role", "Properties": {{
  "RoleName": "deployer",
  "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": {{
    "Effect": "Allow", "Principal": {{"AWS": "{trusted}"}}, "Action": "sts:AssumeRole"}}}},
  "Policies": [{{"PolicyName": "own", "PolicyDocument": {{"Version": "2012-10-17", "Statement": [
    {{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}]}}}}]
}}}}}}}}"#
    );
    s.ok("cloudformation:CreateStack", with_template("app", &template));
    s.run();
    let denied = reasons(&s, &deployer(&s), "s3:ListBuckets", json!({}));
    let deny = origin(&denied, "decided", "identity");
    assert_eq!((deny["line"].as_u64(), deny["column"].as_u64()), (Some(6), Some(5)), "{deny}");
    // Without the stack there is nothing to point at: neither is there a role.
    s.ok("cloudformation:DeleteStack", json!({"StackName": "app"}));
    s.run();
    assert!(!s.role_exists("deployer"));
}
