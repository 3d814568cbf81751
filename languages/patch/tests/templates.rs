//! Real templates and pipelines: what repairs and narrowings do to them, as the lines that come and go.

use patch::{Change, Document, Path, Syntax, apply};
use serde_json::{Value, json};
use std::fmt::Write;

const PIPELINE: &str = include_str!("../../../examples/cross-account/pipeline.yaml");
const TARGET: &str = include_str!("../../../examples/cross-account/target.yaml");
const QUICKSTART: &str = include_str!("../../../examples/quickstart/template.yaml");
/// A bucket and its key as articles write them: single quotes, lists below their keys, and a policy that is a text.
const WRITTEN: &str = r#"Bucket:
  Type: AWS::S3::Bucket
  Properties:
    BucketName: 'deliveries'

BucketPolicy:
  Type: AWS::S3::BucketPolicy
  Properties:
    Bucket: !Ref Bucket
    PolicyDocument:
      Statement:
        # TLS だけ
        - Effect: Deny
          Action: 's3:*'
          Principal: '*'
          Resource:
            - !Sub '${Bucket.Arn}/*'
            - !GetAtt Bucket.Arn
          Condition:
            Bool:
              aws:SecureTransport: false

        - Effect: Allow
          Action:
            - 's3:Get*'
          Principal:
            AWS: 'arn:aws:iam::<アカウントBのアカウントID>:root'
          Resource: !Sub '${Bucket.Arn}/*'

Key:
  Type: AWS::KMS::Key
  Properties:
    KeyPolicy: !Sub |
      {
        "Version" : "2012-10-17",
        "Statement" : [
          {
            "Sid" : "Root",
            "Effect" : "Allow",
            "Principal" : {
              "AWS" : "arn:aws:iam::${AWS::AccountId}:root"
            },
            "Action" : "kms:*",
            "Resource" : "*"
          },
          {
            "Sid" : "Use",
            "Effect" : "Allow",
            "Principal" : {
              "AWS" : [
                "<CodePipelineのRoleArn>"
              ]
            },
            "Action" : [
              "kms:Encrypt"
            ],
            "Resource" : "*"
          }
        ]
      }
    Enabled: true
"#;
const PIPELINE_JSON: &str = r#"{
  "pipeline": {
    "name": "cross",
    "roleArn": "<CodePipelineのRoleArn>",
    "artifactStore": {
      "type": "S3",
      "location": "<bucket>"
    },
    "stages": [
      // the source is left out
      {
        "name": "Deploy",
        "actions": [
          {
            "name": "Deploy",
            "configuration": { "ApplicationName": "app" },
            "inputArtifacts": [{ "name": "BuildOutput" }],
          },
        ],
      },
    ],
  }
}
"#;
const POLICY_JSON: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Action": ["s3:GetObject*", "s3:PutObject"],
      "Resource": "<bucket>/*",
      "Effect": "Allow"
    },
    {
      "Action": "sts:AssumeRole",
      "Resource": "<role>",
      "Effect": "Allow"
    }
  ]
}
"#;

/// What a change takes away and brings, line by line.
fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    // The longest common lines, from the end.
    let mut longest = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for (i, was) in old.iter().enumerate().rev() {
        for (j, is) in new.iter().enumerate().rev() {
            longest[i][j] = if was == is { longest[i + 1][j + 1] + 1 } else { longest[i + 1][j].max(longest[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, String::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || i < old.len() && longest[i + 1][j] >= longest[i][j + 1] {
            _ = writeln!(out, "{:>4} -{}", i + 1, old[i]);
            i += 1;
        } else {
            _ = writeln!(out, "{:>4} +{}", i + 1, new[j]);
            j += 1;
        }
    }
    out
}

fn show(text: &str, changes: &[Change]) -> String {
    let document = Document::read(text, Syntax::of(text)).expect("a document");
    let after = apply(text, &document.change(changes).expect("a change")).expect("edits that fit");
    difference(text, &after)
}

fn append(path: &str, value: Value) -> Change {
    Change::Append { path: Path::pointer(path), value }
}
fn insert(path: &str, key: &str, value: Value) -> Change {
    Change::Insert { path: Path::pointer(path), key: key.into(), value }
}
fn replace(path: &str, value: Value) -> Change {
    Change::Replace { path: Path::pointer(path), value }
}
fn remove(path: &str) -> Change {
    Change::Remove { path: Path::pointer(path) }
}

fn statement() -> Value {
    json!({ "Sid": "ReadTheArtifacts", "Effect": "Allow", "Principal": { "AWS": { "Ref": "ProdRole" } },
        "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": { "Fn::Sub": "${Artifacts.Arn}/*" },
        "Condition": { "StringEquals": { "aws:SourceAccount": "111111111111" } } })
}

#[test]
fn the_cross_account_example() {
    let key = "/Resources/Key/Properties/KeyPolicy/Statement";
    insta::assert_snapshot!(show(
        PIPELINE,
        &[
            append(&format!("{key}/2/Action"), json!("kms:DescribeKey")),
            append(&format!("{key}/2/Principal/AWS"), json!({ "Fn::GetAtt": ["BuildRole", "Arn"] })),
            append("/Resources/ArtifactsPolicy/Properties/PolicyDocument/Statement", statement()),
            remove("/Resources/BuildBoundary/Properties/PolicyDocument/Statement/0/Action/3"),
            replace("/Resources/BuildBoundary/Properties/PolicyDocument/Statement/1/Action", json!(["iam:*"])),
        ]
    ));
    insta::assert_snapshot!(show(
        TARGET,
        &[
            append("/Resources/DeployRole/Properties/AssumeRolePolicyDocument/Statement/0/Action", json!("sts:TagSession")),
            insert(
                "/Resources/DeployRole/Properties/AssumeRolePolicyDocument/Statement/0/Condition",
                "StringEquals",
                json!({ "sts:ExternalId": "one" })
            ),
            append("/Resources/DeployRole/Properties/Policies/0/PolicyDocument/Statement", statement()),
            remove("/Resources/SitePolicy/Properties/PolicyDocument/Statement/0"),
        ]
    ));
}

#[test]
fn every_list_of_statements_in_the_examples() {
    let mut out = String::new();
    for text in [PIPELINE, TARGET, QUICKSTART] {
        let document = Document::read(text, Syntax::Yaml).expect("a document");
        let mut paths = Vec::new();
        statements(&document.value(&Path::root()).expect("a value"), &Path::root(), &mut paths);
        for path in paths {
            let list = document.value(&path).expect("statements");
            let more = Change::Append { path: path.clone(), value: statement() };
            let count = list.as_array().map_or(1, Vec::len);
            _ = writeln!(out, "{path}\n{}", show(text, std::slice::from_ref(&more)));
            let undone = [more, Change::Remove { path: path.then(count) }];
            assert_eq!(show(text, &undone), "", "{path}");
            for number in 0..count {
                show(text, &[Change::Remove { path: path.then(number) }]);
            }
        }
    }
    insta::assert_snapshot!(out);
}

/// The paths of all lists of statements.
fn statements(value: &Value, path: &Path, all: &mut Vec<Path>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if key == "Statement" {
                    all.push(path.then("Statement"));
                }
                statements(value, &path.then(key.as_str()), all);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| statements(item, &path.then(index), all)),
        _ => {}
    }
}

#[test]
fn as_articles_write_them() {
    insta::assert_snapshot!(show(
        WRITTEN,
        &[
            append("/BucketPolicy/Properties/PolicyDocument/Statement/1/Action", json!("s3:PutObject")),
            append("/BucketPolicy/Properties/PolicyDocument/Statement/1/Principal/AWS", json!({ "Fn::GetAtt": "Role.Arn" })),
            append(
                "/BucketPolicy/Properties/PolicyDocument/Statement",
                json!({ "Effect": "Allow", "Action": "s3:ListBucket",
            "Principal": { "AWS": "*" }, "Resource": { "Fn::GetAtt": ["Bucket", "Arn"] } })
            ),
            insert("/BucketPolicy/Properties/PolicyDocument", "Version", json!("2012-10-17")),
            append("/Key/Properties/KeyPolicy/Statement/1/Principal/AWS", json!({ "Fn::GetAtt": ["Role", "Arn"] })),
            append("/Key/Properties/KeyPolicy/Statement/1/Action", json!("kms:Decrypt")),
            append(
                "/Key/Properties/KeyPolicy/Statement",
                json!({ "Sid": "More", "Effect": "Allow",
            "Principal": { "AWS": { "Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/deploy" } }, "Action": ["kms:Decrypt"], "Resource": "*" })
            ),
        ]
    ));
    insta::assert_snapshot!(show(
        PIPELINE_JSON,
        &[
            insert("/pipeline/artifactStore", "encryptionKey", json!({ "id": "<key>", "type": "KMS" })),
            insert("/pipeline/stages/0/actions/0", "roleArn", json!("<role>")),
            append("/pipeline/stages/0/actions/0/inputArtifacts", json!({ "name": "SourceOutput" })),
        ]
    ));
    insta::assert_snapshot!(show(
        POLICY_JSON,
        &[
            append("/Statement/1/Action", json!("sts:TagSession")),
            append("/Statement", json!({ "Action": ["kms:Decrypt"], "Resource": "<key>", "Effect": "Allow" })),
            replace("/Statement/0/Action", json!(["s3:GetObject"])),
        ]
    ));
}
