//! Who can do something to something, and by which way.

use base::Timestamp;
use rehearsal::{
    Access, How, Question, Setup, Unanswerable, access,
    inputs::{self, Held, Options, Reader},
};
use std::collections::BTreeMap;

/// Roles around a key, each with one way to it or none.
const TEMPLATE: &str = r#"
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - { Sid: Own, Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }, Action: "kms:*", Resource: "*" }
          - Sid: Prod
            Effect: Allow
            Principal: { AWS: "arn:aws:iam::222222222222:root" }
            Action: kms:Decrypt
            Resource: "*"
            Condition: { StringEquals: { "kms:ViaService": s3.eu-west-1.amazonaws.com } }
  Alias: { Type: AWS::KMS::Alias, Properties: { AliasName: alias/goods, TargetKeyId: !Ref Key } }
  Goods: { Type: AWS::S3::Bucket, Properties: { BucketName: goods } }
  Builder:
    Type: AWS::IAM::Role
    Properties:
      RoleName: builder
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [ { Effect: Allow, Principal: { Service: codebuild.amazonaws.com }, Action: "sts:AssumeRole" } ]
      Policies: [ { PolicyName: own, PolicyDocument: { Version: "2012-10-17", Statement: [ { Effect: Allow, Action: "kms:Decrypt", Resource: !GetAtt Key.Arn } ] } } ]
  Project:
    Type: AWS::CodeBuild::Project
    Properties:
      Name: project
      ServiceRole: !GetAtt Builder.Arn
      Artifacts: { Type: NO_ARTIFACTS }
      Environment: { Type: LINUX_CONTAINER, ComputeType: BUILD_GENERAL1_SMALL, Image: aws/codebuild/standard:7.0 }
      Source: { Type: NO_SOURCE, BuildSpec: "version: 0.2\nphases: { build: { commands: [ ':' ] } }\n" }
  Boundary:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: boundary
      PolicyDocument: { Version: "2012-10-17", Statement: [ { Effect: Allow, Action: "s3:*", Resource: "*" } ] }
  Bounded:
    Type: AWS::IAM::Role
    Properties:
      RoleName: bounded
      PermissionsBoundary: !Ref Boundary
      AssumeRolePolicyDocument: &people
        Version: "2012-10-17"
        Statement: [ { Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }, Action: "sts:AssumeRole" } ]
      Policies: [ { PolicyName: own, PolicyDocument: { Version: "2012-10-17", Statement: [ { Effect: Allow, Action: "kms:Decrypt", Resource: "*" } ] } } ]
  Starter:
    Type: AWS::IAM::Role
    Properties:
      RoleName: starter
      AssumeRolePolicyDocument: *people
      Policies: [ { PolicyName: own, PolicyDocument: { Version: "2012-10-17", Statement: [ { Sid: Start, Effect: Allow, Action: "codebuild:StartBuild", Resource: !GetAtt Project.Arn } ] } } ]
  Passer:
    Type: AWS::IAM::Role
    Properties:
      RoleName: passer
      AssumeRolePolicyDocument: *people
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - { Effect: Allow, Action: "codebuild:CreateProject", Resource: !Sub "arn:aws:codebuild:*:${AWS::AccountId}:project/mine-*" }
              - { Effect: Allow, Action: "iam:PassRole", Resource: !GetAtt Builder.Arn, Condition: { StringEquals: { "iam:PassedToService": codebuild.amazonaws.com } } }
  # It may make projects, and may pass no role on.
  Maker:
    Type: AWS::IAM::Role
    Properties:
      RoleName: maker
      AssumeRolePolicyDocument: *people
      Policies: [ { PolicyName: own, PolicyDocument: { Version: "2012-10-17", Statement: [ { Effect: Allow, Action: "codebuild:CreateProject", Resource: "*" } ] } } ]
  Assumer:
    Type: AWS::IAM::Role
    Properties:
      RoleName: assumer
      AssumeRolePolicyDocument: *people
      Policies: [ { PolicyName: own, PolicyDocument: { Version: "2012-10-17", Statement: [ { Effect: Allow, Action: "sts:AssumeRole", Resource: !GetAtt Starter.Arn } ] } } ]
  Keeper:
    Type: AWS::IAM::Role
    Properties:
      RoleName: keeper
      AssumeRolePolicyDocument: *people
      Policies: [ { PolicyName: own, PolicyDocument: { Version: "2012-10-17", Statement: [ { Effect: Allow, Action: "kms:PutKeyPolicy", Resource: "*" } ] } } ]
  Eve: { Type: AWS::IAM::User, Properties: { UserName: eve } }
"#;

const PROD: &str = r#"
Resources:
  Reader:
    Type: AWS::IAM::Role
    Properties:
      RoleName: reader
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [ { Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/none" }, Action: "sts:AssumeRole" } ]
      Policies: [ { PolicyName: own, PolicyDocument: { Version: "2012-10-17", Statement: [ { Effect: Allow, Action: "kms:Decrypt", Resource: "*" } ] } } ]
"#;

struct Texts;

impl Reader for Texts {
    fn held(&self, path: &str) -> Held {
        if ["dev.yaml", "prod.yaml"].contains(&path) { Held::File } else { Held::Nothing }
    }
    fn read(&self, path: &str, _most: usize) -> Result<Vec<u8>, String> {
        Ok(if path == "dev.yaml" { TEMPLATE } else { PROD }.as_bytes().to_vec())
    }
    fn list(&self, _folder: &str) -> Result<Vec<(String, Held)>, String> {
        Ok(Vec::new())
    }
}

fn services() -> Vec<gate::Registration> {
    vec![
        cloudformation::service(),
        codebuild::service(),
        codecommit::service(),
        codepipeline::service(),
        iam::service(),
        kms::service(),
        s3::service(),
        sts::service(),
    ]
}

fn asked(who: Option<&str>, can: &str, on: &str) -> Result<Access, Unanswerable> {
    let options = Options {
        paths: vec!["dev.yaml".into(), "prod.yaml".into()],
        accounts: vec!["dev=111111111111:dev.yaml".into(), "prod=222222222222:prod.yaml".into()],
        region: Some("eu-west-1".into()),
        ..Options::default()
    };
    let (estate, _) = inputs::read(&options, &Texts).unwrap();
    let runtime = tempfile::tempdir().unwrap();
    let now = Timestamp::parse_iso("2026-11-23T05:00:00Z").unwrap();
    let question = Question { who: who.map(Into::into), can: can.into(), on: on.into() };
    access(&estate, &Setup { services, runtime_dir: runtime.path().into(), now }, &question).unwrap()
}

fn names(access: &Access) -> BTreeMap<String, (How, usize)> {
    let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
    access.can.iter().map(|way| (name(&way.principal), (way.how, way.steps.len()))).collect()
}

#[test]
fn each_way_is_found_and_no_other() {
    let access = asked(None, "kms:decrypt", "Key").unwrap();
    assert_eq!(access.action, "kms:Decrypt");
    let expected = [
        ("assumer", (How::ByBecoming, 3)),
        ("builder", (How::Directly, 1)),
        ("keeper", (How::ByGranting, 1)),
        ("passer", (How::ByBecoming, 2)),
        ("reader", (How::Directly, 1)),
        ("starter", (How::ByBecoming, 2)),
    ];
    assert_eq!(names(&access), expected.into_iter().map(|(name, way)| (name.to_owned(), way)).collect(), "{access:#?}");
    let barred: Vec<&str> = access.cannot.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(barred, ["role Bounded (dev/dev)", "role Maker (dev/dev)", "user Eve (dev/dev)"]);
}

#[test]
fn steps_name_their_statements_and_conditions() {
    let access = asked(None, "kms:Decrypt", "alias/goods").unwrap();
    let way = |name: &str| access.can.iter().find(|way| way.principal.ends_with(name)).unwrap();
    let reader = &way("/reader").steps[0];
    assert_eq!(reader.conditions, [("kms:ViaService".to_owned(), "s3.eu-west-1.amazonaws.com".to_owned())]);
    let place = |text: &str| reader.statements.iter().find(|one| one.text.contains(text)).unwrap().place.clone().unwrap();
    assert_eq!((place("the statement Prod of").file, place("of inline policy own").file), ("dev.yaml".into(), "prod.yaml".into()));
    let starter = way("/starter");
    assert!(starter.steps[0].text.contains("codebuild:StartBuild"), "{starter:#?}");
    assert!(starter.steps[0].statements[0].text.contains("the statement Start"), "{starter:#?}");
    let passer = &way("/passer").steps[0];
    assert_eq!(passer.statements.iter().filter(|one| one.place.is_some()).count(), passer.statements.len(), "{passer:#?}");
}

#[test]
fn of_one_who_cannot_it_is_said_why() {
    let access = asked(Some("bounded"), "kms:Decrypt", "Key").unwrap();
    assert!(access.can.is_empty(), "{access:#?}");
    let reasons: Vec<&str> = access.cannot[0].reasons.iter().map(|cause| cause.text.as_str()).collect();
    assert!(reasons.iter().any(|text| text.contains("permissions boundary")), "{reasons:?}");
    assert!(!asked(Some("Builder"), "kms:Decrypt", "Key").unwrap().can.is_empty());
}

#[test]
fn what_is_not_known_is_named() {
    let said = |can: &str, on: &str| {
        let unanswerable = asked(None, can, on).unwrap_err();
        format!("{} ({})", unanswerable.message, unanswerable.help.unwrap_or_default())
    };
    assert_eq!(said("kms:Decryp", "Key"), "AWS has no action 'kms:Decryp' (did you mean `Decrypt`?)");
    assert!(said("kms:*", "Key").contains("is a pattern"));
    assert!(said("nosuch:Thing", "Key").contains("no service"));
    assert!(said("Decrypt", "Key").contains("is no action"));
    assert!(said("kms:Decrypt", "Kee").contains("did you mean `Key`?"));
    assert!(said("kms:Decrypt", "arn:aws:kms").contains("is no ARN"));
    assert!(said("s3:GetObject", "Goods").contains("is not done on arn:aws:s3:::goods"));
    assert_eq!(asked(None, "s3:GetObject", "Goods/a/b").unwrap().resource, "arn:aws:s3:::goods/a/b");
    let nobody = asked(Some("nobody"), "kms:Decrypt", "Key").unwrap_err();
    assert!(nobody.message.contains("no role or user 'nobody'"));
}
