//! Deliveries that cannot be deployed as they stand: each fault is told where it stands, and what lies behind it is rehearsed.

use base::{Region, Timestamp};
use rehearsal::{Account, Estate, Files, Finding, Given, Kind, Pipeline, Report, Setup, Stack, rehearse};
use serde_json::json;
use std::collections::BTreeMap;

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

fn rehearsed(template: &str, pipeline: Option<serde_json::Value>) -> Report {
    let mut files = Files::default();
    files.add("shop.yaml", template);
    let pipelines = pipeline.map(|input| {
        files.add("pipeline.json", &serde_json::to_string_pretty(&input).unwrap());
        Pipeline { account: "dev".into(), file: "pipeline.json".into(), input, outputs: Vec::new() }
    });
    let estate = Estate {
        region: Region::new("eu-west-1"),
        accounts: vec![Account { name: "dev".into(), id: "111111111111".parse().unwrap() }],
        stacks: vec![Stack {
            account: "dev".into(),
            name: "shop".into(),
            region: None,
            template: "shop.yaml".into(),
            parameters: BTreeMap::new(),
            capabilities: Vec::new(),
            tags: BTreeMap::new(),
        }],
        pipelines: pipelines.into_iter().collect(),
        sources: Vec::new(),
        files,
        given: Given::default(),
    };
    let runtime = tempfile::tempdir().unwrap();
    let setup = Setup { services, runtime_dir: runtime.path().into(), now: Timestamp::parse_iso("2026-03-01T09:00:00Z").unwrap() };
    rehearse(&estate, &setup).unwrap()
}

fn told(report: &Report) -> Vec<&Finding> {
    report.findings.iter().filter(|finding| finding.kind == Kind::Undeployable).collect()
}

fn lines(finding: &Finding) -> Vec<u32> {
    finding.causes.iter().filter_map(|cause| cause.place.as_ref()).map(|place| place.line).collect()
}

/// A role, the bucket that it reads and the key that trusts it; a pipeline without its role; a property that nobody knows.
const SHOP: &str = r#"Resources:
  Runner:
    Type: AWS::IAM::Role
    Properties:
      RoleName: runner
      AssumeRolePolicyDocument:
        Statement: [ { Effect: Allow, Principal: { Service: codepipeline.amazonaws.com }, Action: "sts:AssumeRole" } ]
      Policies:
        - PolicyName: artifacts
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: ["s3:GetObject", "s3:PutObject", "codecommit:*"]
                Resource: [ !Sub "${Store.Arn}/*", !GetAtt Code.Arn ]
  Store:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: store
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: { SSEAlgorithm: aws:kms, KMSMasterKeyID: !GetAtt Lock.Arn }
  Lock:
    Type: AWS::KMS::Key
    Properties:
      Descriptoin: for the artifacts
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }, Action: "kms:*", Resource: "*" }
          - { Effect: Allow, Principal: { AWS: !GetAtt Runner.Arn }, Action: "kms:Decrypt", Resource: "*" }
  Code:
    Type: AWS::CodeCommit::Repository
    Properties: { RepositoryName: code }
  Line:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Name: line
      ArtifactStore: { Type: S3, Location: !Ref Store, EncryptionKey: { Id: !GetAtt Lock.Arn, Type: KMS } }
      Stages:
        - Name: Source
          Actions:
            - Name: Source
              ActionTypeId: { Category: Source, Owner: AWS, Provider: CodeCommit, Version: "1" }
              Configuration: { RepositoryName: !GetAtt Code.Name, BranchName: main, PollForSourceChanges: false }
              OutputArtifacts: [ { Name: Source } ]
        - Name: Ship
          Actions:
            - Name: Ship
              ActionTypeId: { Category: Deploy, Owner: AWS, Provider: S3, Version: "1" }
              Configuration: { BucketName: !Ref Store, Extract: "true" }
              InputArtifacts: [ { Name: Surce } ]
"#;

#[test]
fn one_rehearsal_shows_the_whole_ladder() {
    let report = rehearsed(SHOP, None);
    let told = told(&report);
    let titles: Vec<&str> = told.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(told.len(), 4, "{titles:#?}");
    let find = |what: &str| *told.iter().find(|finding| finding.title.contains(what)).unwrap_or_else(|| panic!("{what}: {titles:#?}"));
    let cycle = find("Circular dependency between resources: Runner needs Store needs Lock needs Runner");
    assert_eq!(lines(cycle), [14, 21, 30]);
    assert!(cycle.repairs[0].title.contains("Move the inline policies of Runner"), "{:?}", cycle.repairs);
    assert_eq!(lines(find("takes no Descriptoin: did you mean Description")), [25]);
    let role = find("Line has no RoleArn");
    assert!(lines(role) == [34] && role.repairs[0].title.contains("!GetAtt Runner.Arn"), "{role:?}");
    let artifact = find("Input Artifact Bundle Surce");
    assert!(lines(artifact) == [51] && artifact.repairs[0].title == "Write Source instead of Surce", "{artifact:?}");
    // What lies behind: the role may decrypt, and may not encrypt.
    let denied: Vec<&str> = report.findings.iter().filter_map(|finding| Some(finding.call.as_ref()?.action.as_str())).collect();
    assert!(denied.contains(&"kms:GenerateDataKey") && !denied.contains(&"kms:Decrypt"), "{denied:?}");
    assert!(report.summary.not_rehearsed.is_empty(), "{:?}", report.summary.not_rehearsed);
    assert_eq!((report.summary.stacks, report.summary.pipelines), (1, 1));
}

#[test]
fn resources_that_fail_are_told_once_and_stood_for() {
    let template = r#"Resources:
  Bad:
    Type: AWS::S3::Bucket
    Properties: { BucketName: NotAllowed }
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [ { Effect: Allow, Principal: { Service: codebuild.amazonaws.com }, Action: "sts:AssumeRole" } ]
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement: [ { Effect: Allow, Action: "s3:GetObject", Resource: !Sub "${Bad.Arn}/*" } ]
Outputs:
  Name: { Value: !Ref Bad }
"#;
    let report = rehearsed(template, None);
    let told = told(&report);
    assert!(told.len() == 1 && told[0].title.contains("Bad cannot be made") && lines(told[0]) == [2], "{told:#?}");
    assert_eq!(report.summary.stacks, 1);
    assert!(report.summary.not_rehearsed.is_empty());
}

#[test]
fn stages_that_were_left_out_are_imagined() {
    let template = r#"Resources:
  Runner:
    Type: AWS::IAM::Role
    Properties:
      RoleName: runner
      AssumeRolePolicyDocument:
        Statement: [ { Effect: Allow, Principal: { Service: codepipeline.amazonaws.com }, Action: "sts:AssumeRole" } ]
  Store: { Type: AWS::S3::Bucket, Properties: { BucketName: store } }
"#;
    let pipeline = json!({"pipeline": {
        "name": "line", "roleArn": "arn:aws:iam::111111111111:role/runner", "artifactStore": {"type": "S3", "location": "store"},
        "stages": [{"name": "Ship", "actions": [{
            "name": "Ship", "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "S3", "version": "1"},
            "configuration": {"BucketName": "store", "Extract": "true"}, "inputArtifacts": [{"name": "Site"}],
        }]}],
    }});
    let report = rehearsed(template, Some(pipeline));
    let told = told(&report);
    assert!(told.len() == 1 && told[0].title.contains("There should be a minimum of 2 stages"), "{told:#?}");
    assert!(told[0].notes[0].contains("Site") && told[0].place().unwrap().file == "pipeline.json", "{:?}", told[0]);
    let callers: Vec<&str> = report.findings.iter().filter_map(|finding| Some(finding.call.as_ref()?.principal.as_str())).collect();
    assert!(!callers.is_empty() && callers.iter().all(|who| who.ends_with("role/runner")), "{callers:?}");
    let actions: Vec<&str> = report.findings.iter().filter_map(|finding| Some(finding.call.as_ref()?.action.as_str())).collect();
    assert!(actions.contains(&"s3:PutObject") && !actions.iter().any(|action| action.starts_with("codecommit:")), "{actions:?}");
    assert!(report.summary.not_rehearsed.is_empty(), "{:?}", report.summary.not_rehearsed);
}
