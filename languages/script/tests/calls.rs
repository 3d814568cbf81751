//! Lines as builds have them, and the calls that are read from them.

use script::{Caller, Line, Source, Word, calls, read};
use std::collections::BTreeMap;

const PYTHON: &str = r#"
import boto3, os
BUCKET = "b"
s3 = boto3.client('s3')
# s3.delete_bucket(Bucket="commented")
pipeline = boto3.client("codepipeline", region_name="eu-west-1")

def handler(event, context):
    """ s3.delete_bucket(Bucket="documented") """
    for one in s3.list_objects_v2(Bucket=BUCKET, Prefix=event["prefix"])["Contents"]:
        print(one)
    pipeline.put_job_success_result(jobId=event["CodePipeline.job"]["id"])
    s3.upload_file("x.zip", "b", "k")
    s3.no_such_thing()

boto3.client("ssm").get_parameter(Name=os.environ["PARAMETER"])
"#;

const JAVASCRIPT: &str = r#"
import { S3Client, PutObjectCommand } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
const s3 = new S3Client({});
const secrets = new SecretsManager();
// new DeleteObjectCommand({ Bucket: "b" })
await s3.send(new PutObjectCommand({ Bucket: "b", Key: `${name}.zip` }));
await secrets.getSecretValue({ SecretId: process.env.STAGE });
"#;

fn source(text: &str) -> Source {
    let files = [
        ("deploy.sh", "#!/bin/bash\nset -e\naws s3 sync dist s3://site-$1 --delete\n"),
        ("Makefile", "all: push\n\nlogin:\n\taws ecr get-login-password\n\npush: login\n\tdocker push $(REPO):1\n"),
        ("package.json", "{\"scripts\": {\"release\": \"aws s3 ls s3://b\"}}"),
        ("in.json", "{\"name\": \"p\"}"),
        ("tool.py", PYTHON),
        ("tool.mjs", JAVASCRIPT),
    ];
    Source {
        lines: vec![Line { text: text.into(), line: 10 }],
        variables: BTreeMap::from([
            ("REPO".into(), Word::known("111111111111.dkr.ecr.eu-west-1.amazonaws.com/app")),
            ("PARAMETER".into(), Word::known("/prod")),
            ("STAGE".into(), Word::known("prod")),
        ]),
        files: files.into_iter().map(|(path, text)| (path.into(), text.into())).collect(),
        account: Some("111111111111".into()),
        region: Some("eu-west-1".into()),
    }
}

/// Each call as `service:Operation input`, with what is unknown and who calls.
fn shown(text: &str) -> Vec<String> {
    let source = source(text);
    let found = calls(&read(&source), &|path| source.files.get(path).cloned());
    let mut lines: Vec<String> = found
        .calls
        .iter()
        .map(|call| {
            let unknown: String = call.unknown.iter().map(|(path, word)| format!(" {path}={}", word.shown())).collect();
            let caller = match &call.caller {
                Caller::Own => String::new(),
                Caller::Role(role) => format!(" as {}", role.shown()),
                Caller::Profile(profile) => format!(" by {}", profile.shown()),
                Caller::Unknown => " by ?".into(),
            };
            let maybe = if call.certain { "" } else { " maybe" };
            format!("{}:{} {}{unknown}{caller}{maybe}", call.service, call.operation, call.input)
        })
        .collect();
    lines.extend(found.unread.iter().map(|unread| format!("? {}", unread.why)));
    lines
}

#[test]
fn lines_give_their_calls() {
    let cases: &[(&str, &[&str])] = &[
        ("aws codepipeline start-pipeline-execution --name p", &[r#"codepipeline:StartPipelineExecution {"name":"p"}"#]),
        ("aws ssm get-parameter --name /a --with-decryption", &[r#"ssm:GetParameter {"Name":"/a","WithDecryption":true}"#]),
        ("A=1; aws s3 cp x.zip \"s3://b-$A/$KEY\"", &[r#"s3:PutObject {"Bucket":"b-1"} /Key=${KEY}"#]),
        ("aws s3 cp x.zip s3://b/dir/", &[r#"s3:PutObject {"Bucket":"b","Key":"dir/x.zip"}"#]),
        ("if [ -n \"$X\" ]; then aws s3 rm s3://b/k; fi", &[r#"s3:DeleteObject {"Bucket":"b","Key":"k"} maybe"#]),
        ("false || aws s3 ls", &["s3:ListBuckets {}"]),
        ("./test.exe || aws s3 ls", &["s3:ListBuckets {} maybe"]),
        ("[ \"$X\" = y ] && aws s3 ls", &["s3:ListBuckets {} maybe"]),
        ("cd dist && aws s3 ls", &["s3:ListBuckets {}"]),
        (
            "ID=$(aws sts get-caller-identity --query Account --output text)\naws s3 mb s3://b-$ID",
            &["sts:GetCallerIdentity {}", r#"s3:CreateBucket {"Bucket":"b-111111111111"}"#],
        ),
        (
            "bash deploy.sh prod",
            &[
                r#"s3:ListObjectsV2 {"Bucket":"site-prod"}"#,
                r#"s3:PutObject {"Bucket":"site-prod"} /Key=${the objects' names}"#,
                r#"s3:DeleteObject {"Bucket":"site-prod"} /Key=${the objects' names}"#,
            ],
        ),
        ("npm run release", &[r#"s3:ListObjectsV2 {"Bucket":"b"}"#]),
        ("make login", &["ecr:GetAuthorizationToken {}"]),
        (
            "docker pull $REPO:latest",
            &[
                r#"ecr:BatchGetImage {"registryId":"111111111111","repositoryName":"app"}"#,
                r#"ecr:GetDownloadUrlForLayer {"registryId":"111111111111","repositoryName":"app"}"#,
                r#"ecr:BatchCheckLayerAvailability {"registryId":"111111111111","repositoryName":"app"}"#,
            ],
        ),
        ("aws --region us-east-1 codebuild start-build --cli-input-json file://in.json", &[r#"codebuild:StartBuild {"name":"p"}"#]),
        (
            "AWS_PROFILE=x aws s3 ls s3://b; aws s3 ls s3://c",
            &[r#"s3:ListObjectsV2 {"Bucket":"b"} by x"#, r#"s3:ListObjectsV2 {"Bucket":"c"}"#],
        ),
        (
            "C=$(aws sts assume-role --role-arn arn:aws:iam::2:role/r --role-session-name s)\nexport AWS_ACCESS_KEY_ID=$(echo \"$C\" | jq -r .Credentials.AccessKeyId)\naws s3 ls",
            &[r#"sts:AssumeRole {"RoleArn":"arn:aws:iam::2:role/r","RoleSessionName":"s"}"#, "s3:ListBuckets {} as arn:aws:iam::2:role/r"],
        ),
        ("git clone https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/app", &[r#"codecommit:GitPull {"repositoryName":"app"}"#]),
        ("git push codecommit::eu-west-1://me@app HEAD:main", &[r#"codecommit:GitPush {"repositoryName":"app"} by me"#]),
        ("cdk deploy --all", &["? cdk deploy makes calls that are not read: it assumes the roles cdk-hnb659fds-… of the bootstrap stack"]),
        ("eval \"$X\"", &["? `eval` is not followed"]),
        ("f() { aws lambda invoke --function-name $1 out; }; f g", &[r#"lambda:Invoke {"FunctionName":"g"}"#]),
        ("aws cloudformation wait stack-create-complete --stack-name s", &[r#"cloudformation:DescribeStacks {"StackName":"s"}"#]),
        ("for x in a b; do timeout 5 aws s3 mb s3://$x; done", &[r#"s3:CreateBucket {"Bucket":"a"}"#, r#"s3:CreateBucket {"Bucket":"b"}"#]),
        (
            "for x in a b; do aws s3 mb s3://$x; break; done",
            &[r#"s3:CreateBucket {"Bucket":"a"} maybe"#, r#"s3:CreateBucket {"Bucket":"b"} maybe"#],
        ),
        // Which way it goes is known, or is not.
        ("if [ \"$STAGE\" = prod ]; then aws s3 ls; else aws s3 mb s3://b; fi", &["s3:ListBuckets {}"]),
        ("if [[ $STAGE != prod ]]; then aws s3 ls; elif true; then aws s3 mb s3://b; fi", &[r#"s3:CreateBucket {"Bucket":"b"}"#]),
        ("if ! [ -n \"$STAGE\" ]; then aws s3 ls; fi", &[]),
        ("if [[ $STAGE == p* && -n $X ]]; then aws s3 ls; fi", &["s3:ListBuckets {} maybe"]),
        ("[ \"$STAGE\" = prod ] && aws s3 ls || aws s3 mb s3://b", &["s3:ListBuckets {}", r#"s3:CreateBucket {"Bucket":"b"} maybe"#]),
        ("[ \"$STAGE\" = dev ] && aws s3 ls", &[]),
        ("[ -z \"$UNSET\" ] && aws s3 ls", &["s3:ListBuckets {} maybe"]),
        (
            "case $STAGE in dev) aws s3 ls;; prod|live) aws s3 mb s3://b;; *) aws s3 rb s3://b;; esac",
            &[r#"s3:CreateBucket {"Bucket":"b"}"#],
        ),
        ("case $X in dev) aws s3 ls;; *) aws s3 mb s3://b;; esac", &["s3:ListBuckets {} maybe", r#"s3:CreateBucket {"Bucket":"b"} maybe"#]),
        ("aws s3 ls || true", &["s3:ListBuckets {}"]),
        ("! aws s3 ls && aws s3 mb s3://b", &["s3:ListBuckets {}", r#"s3:CreateBucket {"Bucket":"b"} maybe"#]),
        // Members have the names and types of the API.
        (
            "aws iam put-role-policy --role-name r --policy-name p --policy-document '{\"Version\":\"1\"}'",
            &[r#"iam:PutRolePolicy {"RoleName":"r","PolicyName":"p","PolicyDocument":"{\"Version\":\"1\"}"}"#],
        ),
        (
            "aws cloudformation create-stack --stack-name s --role-arn r --capabilities CAPABILITY_IAM --tags Key=a,Value=b",
            &[
                r#"cloudformation:CreateStack {"StackName":"s","RoleARN":"r","Capabilities":["CAPABILITY_IAM"],"Tags":[{"Key":"a","Value":"b"}]}"#,
            ],
        ),
        ("aws ssm get-parameters --names /a /b", &[r#"ssm:GetParameters {"Names":["/a","/b"]}"#]),
        ("aws deploy create-deployment --application-name a", &[r#"codedeploy:CreateDeployment {"applicationName":"a"}"#]),
        ("aws ecs update-service --service s --desired-count 2", &[r#"ecs:UpdateService {"service":"s","desiredCount":2}"#]),
        ("aws s3api put-object --bucket b --key k --body x.zip", &[r#"s3:PutObject {"Bucket":"b","Key":"k"}"#]),
        ("aws --endpoint-url http://localhost:4566 s3 ls", &["? `aws s3 ls` with --endpoint-url is not read"]),
        ("aws s3 no-such-thing x", &["? what `aws s3 no-such-thing` calls here is not known"]),
        ("aws new - thing", &["? `aws new -` is not an operation"]),
        ("aws iam no-such-thing", &["? the operation no-such-thing of iam is not known"]),
        (
            "aws s3 cp a s3://b/k --sse aws:kms --sse-kms-key-id x",
            &[r#"s3:PutObject {"Bucket":"b","Key":"k","ServerSideEncryption":"aws:kms","SSEKMSKeyId":"x"}"#],
        ),
        ("aws s3 ls s3://b/p/", &[r#"s3:ListObjectsV2 {"Bucket":"b","Prefix":"p/"}"#]),
        // Programs that are at hand.
        (
            "python tool.py",
            &[
                r#"s3:ListObjectsV2 {"Bucket":"b"} /Prefix=${Prefix} maybe"#,
                r#"codepipeline:PutJobSuccessResult {} /jobId=${jobId} maybe"#,
                r#"s3:PutObject {"Bucket":"b","Key":"k"} maybe"#,
                r#"ssm:GetParameter {"Name":"/prod"} maybe"#,
            ],
        ),
        (
            "node tool.mjs",
            &[r#"s3:PutObject {"Bucket":"b"} /Key=${Key} maybe"#, r#"secretsmanager:GetSecretValue {"SecretId":"prod"} maybe"#],
        ),
        ("python other.py", &["? what python runs is not read"]),
    ];
    let wrong: Vec<_> = cases.iter().filter(|(text, expected)| shown(text) != *expected).map(|(text, _)| (text, shown(text))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_that_are_written_are_known() {
    let text = "printf '[{\"name\":\"c\",\"imageUri\":\"%s\"}]' $REPO:1 > imagedefinitions.json\necho $UNSET > b.txt\nsed -i s/a/b/ in.json\ncp in.json out.json";
    let produced = read(&source(text)).produced;
    let image = r#"[{"name":"c","imageUri":"111111111111.dkr.ecr.eu-west-1.amazonaws.com/app:1"}]"#;
    assert_eq!(produced.get("imagedefinitions.json"), Some(&Some(image.into())));
    for unknown in ["b.txt", "in.json", "out.json"] {
        assert_eq!(produced.get(unknown), Some(&None), "{unknown}");
    }
}

proptest::proptest! {
    /// Whatever stands in a script, it is read without a panic.
    #[test]
    fn any_text_is_read(text in "([a-z$(){}`'\"|&;<>=#\\\\ \n-]|aws |if |then |fi |do |done |case |esac |EOF|<<){0,60}") {
        let source = source(&text);
        calls(&read(&source), &|_| None);
    }
}

#[test]
fn a_folder_that_is_copied_brings_its_files() {
    let files = [("web/index.html", "<p>"), ("web/css/site.css", "p {}")];
    let copied = |command: &str| {
        let mut source = source(command);
        source.files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        read(&source).produced.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(copied("cp -r web/. out/"), ["out/css/site.css", "out/index.html"]);
    assert_eq!(copied("cp -r web out/"), ["out/web/css/site.css", "out/web/index.html"]);
    assert_eq!(copied("cp -r web out"), ["out/css/site.css", "out/index.html"]);
    assert_eq!(copied("cp -r nothing out"), ["out"]);
}
