//! What accounts hold already is there when the delivery comes, and decides as it does in reality.

use base::{Region, Timestamp};
use rehearsal::{
    Account, AccountState, Estate, Files, Given, Kind, Report, Setup, Stack, StateExport, StateGuardrail, StateKey, StatePoliced,
    StateTree, Value, rehearse,
};
use serde_json::json;
use std::collections::BTreeMap;

const DEV: &str = "111111111111";
const TOOLS: &str = "333333333333";
const KEY: &str = "arn:aws:kms:eu-west-1:333333333333:key/mrk-0123456789abcdef0123456789abcdef";

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
        organizations::service(),
        s3::service(),
        secretsmanager::service(),
        ssm::service(),
        sts::service(),
    ]
}

/// Rehearses a template in the account dev, over what is there already.
fn rehearsed(template: &str, state: AccountState) -> Report {
    let mut files = Files::default();
    files.add("app.yaml", template);
    let stack = Stack {
        account: "dev".into(),
        name: "app".into(),
        region: None,
        template: "app.yaml".into(),
        parameters: BTreeMap::<String, Value>::new(),
        capabilities: Vec::new(),
        tags: BTreeMap::new(),
    };
    let estate = Estate {
        region: Region::new("eu-west-1"),
        accounts: vec![Account { name: "dev".into(), id: DEV.parse().unwrap() }],
        stacks: vec![stack],
        pipelines: Vec::new(),
        sources: Vec::new(),
        files,
        given: Given { state, ..Given::default() },
    };
    let runtime = tempfile::tempdir().unwrap();
    let now = Timestamp::parse_iso("2026-11-23T05:00:00Z").unwrap();
    rehearse(&estate, &Setup { services, runtime_dir: runtime.path().into(), now }).unwrap()
}

fn denied(report: &Report) -> Vec<(String, String)> {
    let denied = report.findings.iter().filter(|finding| finding.kind == Kind::Denied).filter_map(|finding| finding.call.as_ref());
    denied.map(|call| (call.action.clone(), call.resource.clone())).collect()
}

/// A pipeline whose artifacts are encrypted under the tools account's key, named by its alias.
const PIPELINE: &str = r#"
Resources:
  Artifacts: { Type: AWS::S3::Bucket, Properties: { BucketName: artifacts, VersioningConfiguration: { Status: Enabled } } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: pipeline
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [ { Effect: Allow, Principal: { Service: codepipeline.amazonaws.com }, Action: "sts:AssumeRole" } ]
      Policies:
        - PolicyName: all
          PolicyDocument: { Version: "2012-10-17", Statement: [ { Effect: Allow, Action: [ "s3:*", "kms:*" ], Resource: "*" } ] }
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Name: docs
      RoleArn: !GetAtt Role.Arn
      ArtifactStore: { Type: S3, Location: !Ref Artifacts, EncryptionKey: { Type: KMS, Id: "arn:aws:kms:eu-west-1:333333333333:alias/artifacts" } }
      Stages:
        - Name: Source
          Actions:
            - Name: Source
              ActionTypeId: { Category: Source, Owner: AWS, Provider: S3, Version: "1" }
              Configuration: { S3Bucket: !Ref Artifacts, S3ObjectKey: source.zip, PollForSourceChanges: "false" }
              OutputArtifacts: [ { Name: Source } ]
        - Name: Deploy
          Actions:
            - Name: Deploy
              ActionTypeId: { Category: Deploy, Owner: AWS, Provider: S3, Version: "1" }
              Configuration: { BucketName: !Ref Artifacts, Extract: "false", ObjectKey: deployed.zip }
              InputArtifacts: [ { Name: Source } ]
"#;

fn key(actions: &[&str]) -> StateKey {
    let statements = json!([
        {"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{TOOLS}:root")}, "Action": "kms:*", "Resource": "*"},
        {"Sid": "Dev", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{DEV}:root")}, "Action": actions, "Resource": "*"},
    ]);
    StateKey {
        account: TOOLS.parse().unwrap(),
        arn: KEY.into(),
        policy: json!({"Version": "2012-10-17", "Statement": statements}),
        aliases: vec!["alias/artifacts".into()],
        file: "state.json".into(),
        line: 7,
    }
}

#[test]
fn the_key_policies_of_other_accounts_decide() {
    let with = |actions: &[&str]| AccountState { keys: vec![key(actions)], ..AccountState::default() };
    let report = rehearsed(PIPELINE, with(&["kms:Decrypt", "kms:GenerateDataKey*", "kms:Encrypt", "kms:ReEncrypt*", "kms:DescribeKey"]));
    assert!(report.findings.iter().all(|finding| finding.kind == Kind::Wide), "{:#?}", report.findings);
    assert_eq!(report.summary.pipelines, 1);
    let report = rehearsed(PIPELINE, with(&["kms:GenerateDataKey*", "kms:Encrypt", "kms:ReEncrypt*", "kms:DescribeKey"]));
    assert_eq!(denied(&report), [("kms:Decrypt".into(), KEY.into())]);
    let notes = &report.findings.iter().find(|finding| finding.kind == Kind::Denied).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("state.json, in the answer that begins in line 7")), "{notes:?}");
}

/// A policy that forbids what the pipeline's deployment does, attached to a unit.
fn guarded(account: &str) -> AccountState {
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "NoWriting", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::artifacts/deployed.zip"},
    ]});
    let node = |id: &str, parent: Option<&str>| (id.to_owned(), id.to_owned(), parent.map(str::to_owned));
    AccountState {
        keys: vec![key(&["kms:*"])],
        organization: vec![StateGuardrail {
            id: "p-examplepolicyid1".into(),
            name: "NoWriting".into(),
            kind: "SERVICE_CONTROL_POLICY".into(),
            document,
            targets: vec!["ou-ab12-exampleunit".into()],
            file: "state.json".into(),
            line: 30,
        }],
        tree: StateTree {
            id: Some("o-exampleorgid".into()),
            management: Some(TOOLS.parse().unwrap()),
            nodes: vec![node("r-ab12", None), node("ou-ab12-exampleunit", Some("r-ab12")), node(account, Some("ou-ab12-exampleunit"))],
        },
        ..AccountState::default()
    }
}

#[test]
fn an_organizations_policies_limit_the_accounts_below_them() {
    let report = rehearsed(PIPELINE, guarded(DEV));
    assert_eq!(denied(&report), [("s3:PutObject".into(), "arn:aws:s3:::artifacts/deployed.zip".into())]);
    let finding = report.findings.iter().find(|finding| finding.kind == Kind::Denied).unwrap();
    assert!(finding.causes.iter().any(|cause| cause.text.contains("NoWriting")), "{finding:#?}");
    assert!(finding.notes.iter().any(|note| note.contains("line 30")), "{finding:#?}");
    // Another account's unit is no limit to this one.
    assert_eq!(denied(&rehearsed(PIPELINE, guarded(TOOLS))), []);
}

#[test]
fn units_that_lead_nowhere_do_no_harm() {
    let mut state = guarded(DEV);
    state.tree.nodes[1].2 = Some("ou-ab12-exampleunit".into());
    assert_eq!(denied(&rehearsed(PIPELINE, state)).len(), 1);
}

#[test]
fn exports_and_repositories_are_there() {
    let template = r#"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !ImportValue name-of-the-role
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [ { Effect: Allow, Principal: { Service: codepipeline.amazonaws.com }, Action: "sts:AssumeRole" } ]
  Repository: { Type: AWS::ECR::Repository, Properties: { RepositoryName: web } }
"#;
    assert_eq!(rehearsed(template, AccountState::default()).findings.len(), 1);
    let export = StateExport { account: DEV.parse().unwrap(), name: "name-of-the-role".into(), value: "imported".into() };
    let exports = vec![export];
    assert_eq!(rehearsed(template, AccountState { exports: exports.clone(), ..AccountState::default() }).findings, []);
    let arn = format!("arn:aws:ecr:eu-west-1:{DEV}:repository/web");
    let policed = vec![StatePoliced { arn, policy: None, file: "state.json".into() }];
    let report = rehearsed(template, AccountState { exports, policed, ..AccountState::default() });
    let [taken] = &report.findings[..] else { panic!("{:#?}", report.findings) };
    assert_eq!(taken.kind, Kind::Undeployable);
    assert!(taken.title.contains("already exists"), "{}", taken.title);
}
