//! What builds call is read from their commands, and decided.

use base::{Region, Timestamp};
use rehearsal::{Account, Estate, Files, Given, Kind, Layer, Report, Setup, Severity, Stack, rehearse};
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

/// A pipeline with a build of these commands, whose role may do this beside what the build itself needs.
fn template(commands: &str, statement: &str) -> String {
    let commands: String = commands.lines().map(|line| format!("                - {}\n", serde_json::json!(line))).collect();
    format!(
        r#"
Resources:
  Site: {{ Type: AWS::S3::Bucket, Properties: {{ BucketName: site, VersioningConfiguration: {{ Status: Enabled }} }} }}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: pipeline
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [ {{ Effect: Allow, Principal: {{ Service: codepipeline.amazonaws.com }}, Action: "sts:AssumeRole" }} ]
      Policies:
        - PolicyName: all
          PolicyDocument: {{ Version: "2012-10-17", Statement: [ {{ Effect: Allow, Action: "*", Resource: "*" }} ] }}
  Builder:
    Type: AWS::IAM::Role
    Properties:
      RoleName: build
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [ {{ Effect: Allow, Principal: {{ Service: codebuild.amazonaws.com }}, Action: "sts:AssumeRole" }} ]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {{ Effect: Allow, Action: [ "logs:*", "s3:GetObject", "s3:GetObjectVersion" ], Resource: "*" }}
              - {{ Effect: Allow, Action: "s3:PutObject", Resource: "arn:aws:s3:::site/docs/*" }}
              - {statement}
  Project:
    Type: AWS::CodeBuild::Project
    Properties:
      Name: project
      ServiceRole: !GetAtt Builder.Arn
      Artifacts: {{ Type: CODEPIPELINE }}
      Environment:
        Type: LINUX_CONTAINER
        ComputeType: BUILD_GENERAL1_SMALL
        Image: aws/codebuild/standard:7.0
        EnvironmentVariables: [ {{ Name: CLUSTER, Value: web }} ]
      Source:
        Type: CODEPIPELINE
        BuildSpec: |
          version: 0.2
          phases:
            build:
              commands:
{commands}
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
        - Name: Build
          Actions:
            - Name: Build
              ActionTypeId: {{ Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1" }}
              Configuration: {{ ProjectName: !Ref Project }}
              InputArtifacts: [ {{ Name: Source }} ]
"#
    )
}

/// A role of the other account that the build may assume, and what it may do there.
const DEPLOYER: &str = r#"
Resources:
  Deployer:
    Type: AWS::IAM::Role
    Properties:
      RoleName: deployer
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [ { Effect: Allow, Principal: { AWS: "arn:aws:iam::111111111111:role/build" }, Action: "sts:AssumeRole" } ]
      Policies:
        - PolicyName: own
          PolicyDocument: { Version: "2012-10-17", Statement: [ { Effect: Allow, Action: "ecs:UpdateService", Resource: "*" } ] }
"#;

fn rehearsed_text(text: String) -> Report {
    let texts = [("dev", "tools", text), ("prod", "roles", DEPLOYER.to_owned())];
    let mut files = Files::default();
    let stack = |(account, name, text): &(&str, &str, String)| {
        let template = format!("{name}.yaml");
        files.add(&template, text);
        Stack {
            account: (*account).into(),
            name: (*name).into(),
            region: None,
            template,
            parameters: BTreeMap::new(),
            capabilities: Vec::new(),
            tags: BTreeMap::new(),
        }
    };
    let stacks = texts.iter().map(stack).collect();
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

/// What is found: denials as `who action resource`, with `perhaps` where the script need not come to it, and what is unknown.
fn found(commands: &str, statement: &str) -> Vec<String> {
    shown(&rehearsed_text(template(commands, statement)))
}

fn shown(report: &Report) -> Vec<String> {
    let shown = report.findings.iter().filter_map(|finding| match (&finding.kind, &finding.call) {
        (Kind::Denied, Some(call)) => {
            let perhaps = if finding.severity == Severity::Error { "" } else { "perhaps " };
            let who = call.principal.rsplit('/').next().unwrap_or_default();
            Some(format!("{perhaps}{who} {} {}", call.action, call.resource))
        }
        (Kind::Unknown, _) if finding.title.starts_with("what the object") => None,
        // What its policies give besides is not what is asked here.
        _ if finding.layer == Layer::Grants => None,
        _ => Some(format!("? {}", finding.title)),
    });
    shown.collect()
}

const NOTHING: &str = r#"{ Effect: Allow, Action: "sts:GetCallerIdentity", Resource: "*" }"#;

#[test]
fn calls_of_services_that_are_not_here_are_decided() {
    let service = "arn:aws:ecs:eu-west-1:111111111111:service/web/site";
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "aws ecs update-service --cluster $CLUSTER --service site --force-new-deployment",
            NOTHING,
            &[&format!("build ecs:UpdateService {service}")],
        ),
        (
            "aws ecs update-service --cluster $CLUSTER --service site",
            r#"{ Effect: Allow, Action: "ecs:UpdateService", Resource: "arn:aws:ecs:*:*:service/web/site" }"#,
            &[],
        ),
        (
            "aws cloudfront create-invalidation --distribution-id E1 --paths '/*'",
            NOTHING,
            &["build cloudfront:CreateInvalidation arn:aws:cloudfront::111111111111:distribution/E1"],
        ),
        // What the object is called depends on the day.
        ("aws s3 cp a.zip s3://site/builds/$(date +%s).zip", NOTHING, &["build s3:PutObject arn:aws:s3:::site/builds/*.zip"]),
        (
            "aws s3 cp a.zip s3://site/$(date +%s).zip",
            NOTHING,
            &[
                "? whether arn:aws:iam::111111111111:role/build may s3:PutObject on arn:aws:s3:::site/*.zip depends on what is not known of the call (read from line 47 of tools.yaml)",
            ],
        ),
        ("if [ -f x ]; then aws s3 rm s3://site/a; fi", NOTHING, &["perhaps build s3:DeleteObject arn:aws:s3:::site/a"]),
        ("aws gamelift list-builds", NOTHING, &["build gamelift:ListBuilds arn:aws:gamelift:eu-west-1:111111111111:*"]),
    ];
    let all = cases.iter().map(|(commands, statement, expected)| (commands, found(commands, statement), expected));
    let wrong: Vec<_> = all.filter(|(_, found, expected)| found != *expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The function that the pipeline invokes, with code that stands in the template.
const FUNCTION: &str = r#"
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: notify
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt Builder.Arn
      Environment: { Variables: { TABLE: releases } }
      Code:
        ZipFile: |
          import boto3, os
          table = boto3.client("dynamodb")
          pipeline = boto3.client("codepipeline")
          def handler(event, context):
              table.put_item(TableName=os.environ["TABLE"], Item={})
              pipeline.put_job_success_result(jobId=event["CodePipeline.job"]["id"])
"#;

#[test]
fn a_grant_that_an_unknown_name_may_need_is_not_unused() {
    let unused = |commands: &str| {
        let report = rehearsed_text(template(commands, NOTHING));
        let unused = report.findings.iter().filter(|finding| finding.kind == Kind::Unused).map(|finding| finding.title.clone());
        unused.collect::<Vec<_>>()
    };
    let told = "no call needs statement 2 of own".to_owned();
    assert!(unused("echo").contains(&told));
    assert!(!unused("aws s3 cp a.zip s3://site/$(date +%s).zip").contains(&told));
}

#[test]
fn code_in_a_template_is_read() {
    let statement = r#"{ Effect: Allow, Action: "codepipeline:PutJobSuccessResult", Resource: "*" }"#;
    let text = template("echo", statement)
        .replace("Service: codebuild.amazonaws.com", "Service: [ codebuild.amazonaws.com, lambda.amazonaws.com ]");
    let stage = r#"        - Name: Tell
          Actions:
            - Name: Tell
              ActionTypeId: { Category: Invoke, Owner: AWS, Provider: Lambda, Version: "1" }
              Configuration: { FunctionName: !Ref Function }
"#;
    let report = rehearsed_text(text + stage + FUNCTION);
    assert_eq!(shown(&report), ["perhaps build dynamodb:PutItem arn:aws:dynamodb:eu-west-1:111111111111:table/releases"]);
    let notes = report.findings.iter().flat_map(|finding| &finding.notes).cloned().collect::<Vec<_>>();
    let line = template("echo", statement).lines().count() + stage.lines().count() + 16;
    assert!(notes.iter().any(|note| note.contains(&format!("read from line {line} of tools.yaml"))), "{notes:?}");
}

#[test]
fn calls_of_an_assumed_role_are_made_as_it() {
    let assume = "C=$(aws sts assume-role --role-arn arn:aws:iam::222222222222:role/deployer --role-session-name build)\n\
        export AWS_ACCESS_KEY_ID=$(echo $C | jq -r .Credentials.AccessKeyId)\n";
    let may = r#"{ Effect: Allow, Action: "sts:AssumeRole", Resource: "arn:aws:iam::222222222222:role/deployer" }"#;
    let calls = "aws ecs update-service --cluster web --service site\naws ecs delete-service --cluster web --service site";
    assert_eq!(found(&format!("{assume}{calls}"), may), ["deployer ecs:DeleteService arn:aws:ecs:eu-west-1:222222222222:service/web/site"]);
    assert_eq!(
        found(&format!("{assume}{calls}"), NOTHING),
        [
            "build sts:AssumeRole arn:aws:iam::222222222222:role/deployer",
            "deployer ecs:DeleteService arn:aws:ecs:eu-west-1:222222222222:service/web/site"
        ]
    );
}
