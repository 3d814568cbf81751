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
    let stacks = stacks.iter().map(stack).collect();
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
    assert_eq!(report.findings, []);
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
    assert!(report.findings.iter().all(|finding| finding.repairs.iter().all(|repair| repair.guardrail.is_some())));
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
    let report = rehearsed(&[
        ("dev", "broken", "Resources:\n  A: { Type: AWS::S3::Bucket, DependsOn: B }\n"),
        ("dev", "delivery", &delivery(&policy(ALL), "")),
    ]);
    assert_eq!((report.summary.stacks, report.summary.pipelines), (1, 1));
    let found = of(&report, Kind::Undeployable);
    assert!(found.len() == 1 && found[0].place().is_some_and(|place| place.file == "broken.yaml"), "{found:?}");
    assert_eq!(report.summary.not_rehearsed.len(), 1);
}
