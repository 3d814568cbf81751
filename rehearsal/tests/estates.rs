//! Whole rehearsals of small estates: what is in the way is told all at once, and mended in the world alone.

use base::{Region, Timestamp};
use rehearsal::{Account, Estate, Files, Finding, Given, Kind, Report, Setup, Stack, Value, rehearse};
use std::collections::BTreeMap;

const DEV: &str = "111111111111";
const PROD: &str = "222222222222";

fn services() -> Vec<gate::Registration> {
    vec![
        cloudformation::service(),
        codebuild::service(),
        codecommit::service(),
        codepipeline::service(),
        ecr::service(),
        events::service(),
        iam::service(),
        kms::service(),
        logs::service(),
        s3::service(),
        secretsmanager::service(),
        ssm::service(),
        sts::service(),
    ]
}

/// Rehearses templates: account, stack's name, text.
fn rehearsed(stacks: &[(&str, &str, &str)]) -> Report {
    rehearsed_with(stacks, |_| {})
}

/// The same, with what else is to be said of the stacks.
fn rehearsed_with(stacks: &[(&str, &str, &str)], change: impl Fn(&mut Stack)) -> Report {
    let mut files = Files::default();
    let stack = |(account, name, text): &(&str, &str, &str)| {
        let template = format!("{name}.yaml");
        files.add(&template, text);
        Stack {
            account: (*account).into(),
            name: (*name).into(),
            region: None,
            template,
            parameters: BTreeMap::<String, Value>::new(),
            capabilities: Vec::new(),
            tags: BTreeMap::new(),
        }
    };
    let mut stacks: Vec<Stack> = stacks.iter().map(stack).collect();
    stacks.iter_mut().for_each(change);
    let account = |name: &str, id: &str| Account { name: name.into(), id: id.parse().unwrap() };
    let estate = Estate {
        region: Region::new("eu-west-1"),
        accounts: vec![account("dev", DEV), account("prod", PROD)],
        stacks,
        pipelines: Vec::new(),
        sources: Vec::new(),
        files,
        given: Given::default(),
    };
    let runtime = tempfile::tempdir().unwrap();
    let now = Timestamp::parse_iso("2026-11-23T05:00:00Z").unwrap();
    rehearse(&estate, &Setup { services, runtime_dir: runtime.path().into(), now }).unwrap()
}

/// A pipeline from a bucket to a bucket, whose role has these policies, and that boundary.
fn delivery(policies: &str, more: &str) -> String {
    format!(
        r#"
Resources:
  Site: {{ Type: AWS::S3::Bucket, Properties: {{ BucketName: site, VersioningConfiguration: {{ Status: Enabled }} }} }}
  Boundary:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: most
      PolicyDocument: {{ Version: "2012-10-17", Statement: [ {{ Effect: Allow, Action: [ "s3:Get*", "s3:Put*" ], Resource: "*" }} ] }}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: pipeline
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [ {{ Effect: Allow, Principal: {{ Service: codepipeline.amazonaws.com }}, Action: "sts:AssumeRole" }} ]
{policies}
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Name: docs
      RoleArn: !GetAtt Role.Arn
      ArtifactStore: {{ Type: S3, Location: !Ref Site }}
      Stages:
        - Name: Source
          Actions:
            - Name: Source
              ActionTypeId: {{ Category: Source, Owner: AWS, Provider: S3, Version: "1" }}
              Configuration: {{ S3Bucket: !Ref Site, S3ObjectKey: source.zip, PollForSourceChanges: "false" }}
              OutputArtifacts: [ {{ Name: Source }} ]
        - Name: Deploy
          Actions:
            - Name: Deploy
              ActionTypeId: {{ Category: Deploy, Owner: AWS, Provider: S3, Version: "1" }}
              Configuration: {{ BucketName: !Ref Site, Extract: "false", ObjectKey: deployed.zip }}
              InputArtifacts: [ {{ Name: Source }} ]
{more}
"#
    )
}

fn policy(statements: &str) -> String {
    format!(
        "      Policies:\n        - PolicyName: all\n          PolicyDocument: {{ Version: \"2012-10-17\", Statement: [ {statements} ] }}"
    )
}

const ALL: &str = r#"{ Effect: Allow, Action: "s3:*", Resource: "*" }"#;

fn denied(report: &Report) -> Vec<(String, String)> {
    let denied = report.findings.iter().filter(|finding| finding.kind == Kind::Denied).filter_map(|finding| finding.call.as_ref());
    denied.map(|call| (call.action.clone(), call.resource.clone())).collect()
}

fn of(report: &Report, kind: Kind) -> Vec<&Finding> {
    report.findings.iter().filter(|finding| finding.kind == kind).collect()
}

#[test]
fn what_is_right_is_clean() {
    let report = rehearsed(&[("dev", "delivery", &delivery(&policy(ALL), ""))]);
    // Everything of S3 on everything is more than it needs, and nothing else.
    let kinds: Vec<_> = report.findings.iter().map(|finding| (finding.kind, finding.severity)).collect();
    assert_eq!(kinds, [(Kind::Wide, rehearsal::Severity::Note)]);
    assert_eq!((report.summary.stacks, report.summary.pipelines), (1, 1));
    assert_eq!(report.summary.not_rehearsed, Vec::<String>::new());
}

#[test]
fn one_rehearsal_shows_every_call_that_is_denied() {
    let few = r#"{ Effect: Allow, Action: "s3:GetBucket*", Resource: "*" }"#;
    let report = rehearsed(&[("dev", "delivery", &delivery(&policy(few), ""))]);
    let found = denied(&report);
    let actions: Vec<&str> = found.iter().map(|(action, _)| action.as_str()).collect();
    assert!(actions.contains(&"s3:GetObject") && actions.contains(&"s3:PutObject"), "{found:?}");
    assert!(found.iter().any(|(_, resource)| resource == "arn:aws:s3:::site/deployed.zip"), "{found:?}");
    assert_eq!(report.summary.pipelines, 1, "it came to its end");
    let first = &of(&report, Kind::Denied)[0];
    assert_eq!(first.subject[..2], ["dev".to_owned(), "docs".to_owned()]);
    assert!(!first.repairs.is_empty() && first.repairs[0].guardrail.is_none());
}

#[test]
fn a_deny_and_a_boundary_are_guardrails() {
    let deny = format!(r#"{ALL}, {{ Sid: NotThere, Effect: Deny, Action: "s3:PutObject", Resource: !Sub "${{Site.Arn}}/deployed.zip" }}"#);
    let report = rehearsed(&[("dev", "delivery", &delivery(&policy(&deny), ""))]);
    assert_eq!(denied(&report), [("s3:PutObject".to_owned(), "arn:aws:s3:::site/deployed.zip".to_owned())]);
    assert_eq!(report.findings[0].repairs[0].guardrail.as_deref(), Some("the Deny NotThere"));

    let bounded = format!("{}\n      PermissionsBoundary: !Ref Boundary", policy(ALL));
    let narrow = delivery(&bounded, "").replace(r#""s3:Put*""#, r#""s3:PutNothing""#);
    let report = rehearsed(&[("dev", "delivery", &narrow)]);
    assert!(denied(&report).iter().all(|(action, _)| action == "s3:PutObject") && !denied(&report).is_empty(), "{:?}", denied(&report));
    let all_guarded = |finding: &&Finding| finding.repairs.iter().all(|repair| repair.guardrail.is_some());
    assert!(of(&report, Kind::Denied).iter().all(all_guarded));
    assert_eq!(report.summary.pipelines, 1);
}

#[test]
fn a_principal_that_comes_later_is_told_and_the_order_is_mended() {
    let key = r#"
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }, Action: "kms:*", Resource: "*" }
          - { Effect: Allow, Principal: { AWS: "arn:aws:iam::222222222222:role/reader" }, Action: kms:Decrypt, Resource: "*" }
          - { Effect: Allow, Principal: { AWS: "arn:aws:iam::222222222222:role/nobody" }, Action: kms:Decrypt, Resource: "*" }
"#;
    let reader = r#"
Resources:
  Reader:
    Type: AWS::IAM::Role
    Properties:
      RoleName: reader
      AssumeRolePolicyDocument:
        Statement: [ { Effect: Allow, Principal: { AWS: "111111111111" }, Action: "sts:AssumeRole" } ]
"#;
    let report = rehearsed(&[("dev", "key", key), ("prod", "reader", reader)]);
    assert_eq!(report.summary.stacks, 2, "{:?}", report.findings);
    let late = of(&report, Kind::Undeployable);
    assert_eq!(late.len(), 1, "{late:?}");
    assert!(late[0].title.contains("role/reader") && late[0].notes.iter().any(|note| note.contains("prod/reader")), "{:?}", late[0]);
    let place = late[0].place().unwrap();
    assert_eq!((place.file.as_str(), place.line), ("key.yaml", 10));
    let assumed = of(&report, Kind::Assumed);
    assert!(assumed.len() == 1 && assumed[0].title.contains("role/nobody"), "{assumed:?}");
}

#[test]
fn a_template_that_cannot_be_read_hides_nothing_else() {
    let report = rehearsed(&[("dev", "broken", "Resources:\n  A: 7\n"), ("dev", "delivery", &delivery(&policy(ALL), ""))]);
    assert_eq!((report.summary.stacks, report.summary.pipelines), (1, 1));
    let found = of(&report, Kind::Undeployable);
    assert!(found.len() == 1 && found[0].place().is_some_and(|place| place.file == "broken.yaml"), "{found:?}");
    assert_eq!(report.summary.not_rehearsed.len(), 1);
}

/// A pipeline whose stack action deploys a template that its source alone has, and nothing is known of the source.
fn releasing(statements: &str) -> String {
    let more = r#"        - Name: Stack
          Actions:
            - Name: Stack
              ActionTypeId: { Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: "1" }
              Configuration:
                ActionMode: CREATE_UPDATE
                StackName: service
                TemplatePath: Source::service.yaml
                RoleArn: !GetAtt Stacks.Arn
                ParameterOverrides: '{"Size": "3"}'
              InputArtifacts: [ { Name: Source } ]
  Stacks:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [ { Effect: Allow, Principal: { Service: cloudformation.amazonaws.com }, Action: "sts:AssumeRole" } ]"#;
    delivery(&policy(statements), more)
}

#[test]
fn a_template_of_which_nothing_is_known_stops_nothing() {
    let report = rehearsed(&[("dev", "tools", &releasing(ALL))]);
    let actions: Vec<String> = denied(&report).into_iter().map(|(action, _)| action).collect();
    assert!(actions.contains(&"cloudformation:CreateStack".to_owned()) && actions.contains(&"iam:PassRole".to_owned()), "{actions:?}");
    assert!(of(&report, Kind::Mismatch).is_empty(), "{:#?}", of(&report, Kind::Mismatch));
    let told = of(&report, Kind::Unknown);
    assert!(told.iter().any(|finding| finding.title.contains("the template service.yaml of the artifact Source")), "{told:#?}");
}

#[test]
fn what_lies_behind_an_action_that_fails_is_rehearsed() {
    let more = r#"        - Name: Broken
          Actions:
            - Name: Broken
              ActionTypeId: { Category: Deploy, Owner: AWS, Provider: S3, Version: "1" }
              Configuration: { BucketName: nowhere-at-all, Extract: "false", ObjectKey: deployed.zip }
              InputArtifacts: [ { Name: Source } ]
        - Name: Behind
          Actions:
            - Name: Behind
              ActionTypeId: { Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: "1" }
              Configuration: { ActionMode: DELETE_ONLY, StackName: service }"#;
    let report = rehearsed(&[("dev", "tools", &delivery(&policy(ALL), more))]);
    let failed: Vec<_> = of(&report, Kind::Mismatch).iter().map(|finding| finding.subject.clone()).collect();
    assert_eq!(failed, [["dev", "docs", "Broken", "Broken"]]);
    assert!(denied(&report).iter().any(|(action, _)| action == "cloudformation:DescribeStacks"), "{:?}", denied(&report));
    assert!(report.summary.not_rehearsed.is_empty(), "{:?}", report.summary.not_rehearsed);
}

#[test]
fn the_second_run_is_rehearsed_as_well() {
    let first = r#"{ Effect: Allow, Action: [ "s3:*", "iam:PassRole", "cloudformation:CreateStack", "cloudformation:DescribeStack*" ], Resource: "*" }"#;
    let report = rehearsed(&[("dev", "tools", &releasing(first))]);
    let found: Vec<_> =
        of(&report, Kind::Denied).iter().map(|found| (found.call.as_ref().unwrap().action.clone(), found.severity)).collect();
    assert_eq!(found, [("cloudformation:UpdateStack".to_owned(), rehearsal::Severity::Warning)]);
}

/// A pipeline that deploys by a role of the other account, and the template that makes the role, for which it takes the bucket.
#[test]
fn a_role_that_comes_later_is_told_once_and_what_follows_is_rehearsed() {
    let more = format!(
        r#"        - Name: Stack
          Actions:
            - Name: Stack
              ActionTypeId: {{ Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: "1" }}
              RoleArn: arn:aws:iam::{PROD}:role/deployer
              Configuration: {{ ActionMode: DELETE_ONLY, StackName: service }}"#
    );
    let target = format!(
        r#"
Parameters: {{ Site: {{ Type: String }} }}
Resources:
  Deployer:
    Type: AWS::IAM::Role
    Properties:
      RoleName: deployer
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [ {{ Effect: Allow, Principal: {{ AWS: "arn:aws:iam::{DEV}:role/pipeline" }}, Action: "sts:AssumeRole" }} ]
"#
    );
    let statements = r#"{ Effect: Allow, Action: [ "s3:*", "sts:AssumeRole" ], Resource: "*" }"#;
    let tools = delivery(&policy(statements), &more);
    let given = Value::Made("dev".into(), "tools".into(), "Site".into(), false);
    let report = rehearsed_with(&[("dev", "tools", &tools), ("prod", "target", &target)], |stack| {
        if stack.name == "target" {
            stack.parameters.insert("Site".into(), given.clone());
        }
    });
    let told: Vec<_> = of(&report, Kind::Undeployable).iter().map(|finding| finding.title.clone()).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].contains("role/deployer, which is made only later"), "{told:?}");
    // The role that is made at last has no right to look at the stack.
    let stack = format!("arn:aws:cloudformation:eu-west-1:{PROD}:stack/service/*");
    assert_eq!(denied(&report), [("cloudformation:DescribeStacks".to_owned(), stack)]);
}
