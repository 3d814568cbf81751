//! Templates of the size and shape that deliveries have.

use crate::common;
use crate::common::Existing;
use template::{Span, Template};

/// A pipeline's own account: key, bucket, bucket policy, roles.
const TOOLS: &str = r#"AWSTemplateFormatVersion: '2010-09-09'
Description: Artifacts of a delivery across accounts
Parameters:
  TargetAccount:
    Type: String
    AllowedPattern: '\d{12}'
    ConstraintDescription: twelve digits
  Administrator:
    Type: String
    Default: ops
Resources:
  Artifacts:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketName: !Sub ${AWS::StackName}-artifacts-${AWS::AccountId}
      VersioningConfiguration:
        Status: Enabled
      PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault:
              SSEAlgorithm: aws:kms
              KMSMasterKeyID: !GetAtt Key.Arn

  ArtifactsPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Artifacts
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          # Nothing over plain HTTP.
          - Effect: Deny
            Principal: '*'
            Action: 's3:*'
            Resource: [!GetAtt Artifacts.Arn, !Sub '${Artifacts.Arn}/*']
            Condition:
              Bool:
                aws:SecureTransport: false
          - Effect: Allow
            Principal:
              AWS: !Sub 'arn:${AWS::Partition}:iam::${TargetAccount}:root'
            Action: ['s3:Get*', 's3:Put*']
            Resource: !Sub '${Artifacts.Arn}/*'

  Key:
    Type: AWS::KMS::Key
    Properties:
      Description: artifacts
      KeyPolicy: !Sub |
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "Owner", "Effect": "Allow",
              "Principal": {"AWS": "arn:aws:iam::${AWS::AccountId}:root"},
              "Action": "kms:*", "Resource": "*"
            },
            {
              "Sid": "Target", "Effect": "Allow",
              "Principal": {"AWS": ["arn:aws:iam::${TargetAccount}:root", "${PipelineRole.Arn}"]},
              "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"], "Resource": "*"
            }
          ]
        }

  KeyAlias:
    Type: AWS::KMS::Alias
    Properties: {AliasName: alias/artifacts, TargetKeyId: !Ref Key}

  PipelineRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: pipeline-service
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Principal: {Service: codepipeline.amazonaws.com}, Action: 'sts:AssumeRole'}
      Policies:
        - PolicyName: deliver
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action: sts:AssumeRole
                Resource: !Join [':', ['arn', !Ref AWS::Partition, 'iam:', !Ref TargetAccount, role/deploy]]
              - Effect: Allow
                Action: codebuild:StartBuild
                Resource: !Sub arn:aws:codebuild:${AWS::Region}:${AWS::AccountId}:project/*

  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    DependsOn: [ArtifactsPolicy]
    Properties:
      RoleArn: !GetAtt PipelineRole.Arn
      ArtifactStore:
        Type: S3
        Location: !Ref Artifacts
        EncryptionKey: {Id: !GetAtt Key.Arn, Type: KMS}
      Stages:
        - Name: Approval
          Actions:
            - Name: Ask
              ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}
              Configuration:
                CustomData: "本番環境へ"
Outputs:
  KeyArn:
    Value: !GetAtt Key.Arn
    Export: {Name: !Sub '${AWS::StackName}-key'}
"#;

/// The line of the template that a place is on.
fn written(span: &Span) -> &'static str {
    TOOLS.lines().nth(span.line as usize - 1).unwrap().trim()
}

#[test]
fn a_delivery_is_planned_and_its_policies_lead_to_lines() {
    let template = Template::parse(TOOLS, "tools.yaml").unwrap_or_else(|findings| panic!("{}", common::shown(&findings)));
    assert_eq!(template.capabilities_needed()[0].0, "CAPABILITY_NAMED_IAM");
    let warnings: Vec<&str> = template.warnings().iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(warnings, ["Parameter Administrator is never used"]);
    let inputs = common::inputs(&[("TargetAccount", "098765432109")]);
    let plan = template.plan(&inputs).unwrap();
    assert_eq!(plan.order(), ["PipelineRole", "Key", "Artifacts", "ArtifactsPolicy", "KeyAlias", "Pipeline"]);
    assert_eq!(plan.dependencies("Pipeline"), ["ArtifactsPolicy", "PipelineRole", "Artifacts", "Key"]);

    let bucket = plan.properties("Artifacts", &Existing).unwrap().to_json();
    assert_eq!(bucket["BucketName"], "shop-artifacts-012345678901");
    assert_eq!(bucket["PublicAccessBlockConfiguration"]["BlockPublicAcls"], true);

    let policy = plan.properties("ArtifactsPolicy", &Existing).unwrap();
    let document = policy.get("PolicyDocument").unwrap();
    assert_eq!(document.to_json()["Version"], "2012-10-17");
    assert_eq!(document.to_json()["Statement"][1]["Principal"]["AWS"], "arn:aws:iam::098765432109:root");
    let origins = document.origins();
    let line = |pointer: &str| {
        let span = origins.iter().find(|(at, _)| at == pointer).map(|(_, span)| span).unwrap();
        written(span)
    };
    assert_eq!(line("/Statement/0/Condition/Bool/aws:SecureTransport"), "aws:SecureTransport: false");
    assert_eq!(line("/Statement/1/Action/1"), "Action: ['s3:Get*', 's3:Put*']");

    let key = plan.properties("Key", &Existing).unwrap();
    let text = key.get("KeyPolicy").unwrap();
    let json: serde_json::Value = serde_json::from_str(text.text().unwrap()).unwrap();
    assert_eq!(json["Statement"][1]["Principal"]["AWS"][1], "PipelineRole/Arn");
    let sid = text.text().unwrap().find("\"Target\"").unwrap();
    assert!(written(&text.place(sid)).starts_with("\"Sid\": \"Target\""));

    let role = plan.properties("PipelineRole", &Existing).unwrap();
    let resource = role.pointer("/Policies/0/PolicyDocument/Statement/0/Resource").unwrap();
    assert_eq!(resource.text(), Some("arn:aws:iam::098765432109:role/deploy"));
    assert!(written(&resource.span).starts_with("Resource: !Join"));
    let outputs = plan.outputs(&Existing).unwrap();
    assert_eq!((outputs[0].value.as_str(), outputs[0].export_name.as_deref()), ("Key/Arn", Some("shop-key")));
}

/// The other account's role, in JSON that is indented with tabs.
const TARGET: &str = "{
\t\"Parameters\": {\"ExternalId\": {\"Type\": \"String\", \"NoEcho\": true, \"MinLength\": 8}},
\t\"Resources\": {
\t\t\"DeployRole\": {
\t\t\t\"Type\": \"AWS::IAM::Role\",
\t\t\t\"Properties\": {
\t\t\t\t\"AssumeRolePolicyDocument\": {
\t\t\t\t\t\"Version\": \"2012-10-17\",
\t\t\t\t\t\"Statement\": [{
\t\t\t\t\t\t\"Effect\": \"Allow\",
\t\t\t\t\t\t\"Principal\": {\"AWS\": {\"Fn::Join\": [\"\", [\"arn:aws:iam::\", \"111122223333\", \":root\"]]}},
\t\t\t\t\t\t\"Action\": \"sts:AssumeRole\",
\t\t\t\t\t\t\"Condition\": {\"StringEquals\": {\"sts:ExternalId\": {\"Ref\": \"ExternalId\"}}}
\t\t\t\t\t}]
\t\t\t\t}
\t\t\t}
\t\t}
\t}
}
";

#[test]
fn json_with_tabs_is_a_template_too() {
    let template = Template::parse(TARGET, "target.json").unwrap();
    assert_eq!(template.capabilities_needed()[0].0, "CAPABILITY_IAM");
    let inputs = common::inputs(&[("ExternalId", "very-secret")]);
    let plan = template.plan(&inputs).unwrap();
    let role = plan.properties("DeployRole", &Existing).unwrap();
    let statement = role.pointer("/AssumeRolePolicyDocument/Statement/0").unwrap();
    assert_eq!(statement.to_json()["Condition"]["StringEquals"]["sts:ExternalId"], "very-secret");
    assert_eq!(statement.span.to_string(), "target.json:9:20");
    assert!(!format!("{role:?}").contains("very-secret"));
    let short = common::inputs(&[("ExternalId", "sesame")]);
    let refused = common::shown(&template.plan(&short).err().unwrap());
    assert_eq!(refused, "target.json:2:17: Parameter 'ExternalId' must contain at least 8 characters");
    assert_eq!(common::evaluate(&TARGET.replace("DeployRole", "R"), &[]).unwrap_err().len(), 1);
}
