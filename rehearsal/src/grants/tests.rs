//! Documents and calls, and what is found or not.

use super::{Document, Documents, Held, findings};
use crate::repairs::calls::Needed;
use policy::PolicyKind::{self, Identity, Key, Trust};

const ROLE: &str = "arn:aws:iam::111111111111:role/Build";

fn found(kind: PolicyKind, statement: &str, calls: &[(&str, &str)]) -> Vec<String> {
    found_with(&Held::default(), kind, statement, calls)
}

fn found_with(held: &Held, kind: PolicyKind, statement: &str, calls: &[(&str, &str)]) -> Vec<String> {
    let text = format!(r#"{{"Statement":{statement}}}"#);
    let document = Document {
        account: "111111111111".into(),
        owners: vec![ROLE.into()],
        kind,
        name: "P".into(),
        subject: vec!["dev".into(), "stack".into(), "Build".into()],
        text,
        trusting: Vec::new(),
        unsure: None,
        exercised: true,
    };
    let place = |_: usize, _: usize, _: &str| None;
    let needed = |(action, resource): &(&str, &str)| Needed {
        principal: ROLE.into(),
        caller: "arn:aws:sts::111111111111:assumed-role/Build/session".into(),
        action: (*action).into(),
        resource: (*resource).into(),
        context: policy::Context::new(),
    };
    let things = vec!["arn:aws:codecommit:eu-west-1:111111111111:other".to_owned()];
    let calls: Vec<Needed> = calls.iter().map(needed).collect();
    let all = findings(&Documents { list: vec![document], place: &place, things }, held, &calls);
    all.iter().map(|f| format!("{} {}", f.kind.name(), f.id.rsplit(":P:").next().unwrap_or_default())).collect()
}

/// Kind of the document, its statement, the calls, what is found.
type Case = (PolicyKind, &'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

#[test]
fn each_fault_is_found_and_correct_practice_is_silent() {
    let cases: &[Case] = &[
        (
            Identity,
            r#"{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b/*"}"#,
            &[],
            &["dead s3:ListBucket:arn:aws:s3:::b/*"],
        ),
        (Identity, r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b"}"#, &[], &["dead s3:GetObject:arn:aws:s3:::b"]),
        (Identity, r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b*"}"#, &[], &[]),
        (Identity, r#"{"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"}"#, &[], &[]),
        (Identity, r#"{"Effect":"Allow","Action":"kms:Decrpyt","Resource":"*"}"#, &[], &["dead kms:Decrpyt:*"]),
        (
            Identity,
            r#"{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/*"}"#,
            &[("s3:GetObject", "arn:aws:s3:::b/k")],
            &["unused 0:s3:PutObject"],
        ),
        // What is made at run time needs a pattern; what a stopped run or a first one needs is spared.
        (
            Identity,
            r#"{"Effect":"Allow","Action":["logs:PutLogEvents","logs:CreateLogGroup"],"Resource":"arn:aws:logs:eu-west-1:111111111111:log-group:/a/b:*"}"#,
            &[("logs:PutLogEvents", "arn:aws:logs:eu-west-1:111111111111:log-group:/a/b:log-stream:x")],
            &[],
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":"codecommit:Git*","Resource":"arn:aws:codecommit:eu-west-1:111111111111:*"}"#,
            &[("codecommit:GitPull", "arn:aws:codecommit:eu-west-1:111111111111:web")],
            &["wide 0:codecommit:Git*,arn:aws:codecommit:eu-west-1:111111111111:*"],
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::b/*","arn:aws:s3:::c/*"]}"#,
            &[("s3:GetObject", "arn:aws:s3:::b/k")],
            &["unused 0:arn:aws:s3:::c/*"],
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":["sts:GetCallerIdentity","ecr:GetAuthorizationToken"],"Resource":"*"}"#,
            &[("ecr:GetAuthorizationToken", "*"), ("sts:GetCallerIdentity", "*")],
            &[],
        ),
        (
            Identity,
            r#"{"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}"#,
            &[("s3:GetObject", "arn:aws:s3:::b/k")],
            &["dead deny:0"],
        ),
        (Key, r#"{"Effect":"Deny","Principal":"*","Action":"kms:Decrypt","Resource":"*"}"#, &[], &[]),
        (
            Key,
            r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/Admin"},"Action":["kms:Put*","kms:Describe*"],"Resource":"*"}"#,
            &[],
            &["deputy arn:aws:iam::111111111111:role/Admin"],
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"s3:prefix":"a"}}}"#,
            &[],
            &["dead s3:prefix"],
        ),
        (
            Identity,
            r#"{"Effect":"Allow","Action":["iam:PutRolePolicy","iam:CreatePolicyVersion","iam:UpdateAssumeRolePolicy"],"Resource":"*"}"#,
            &[],
            &["deputy iam:CreatePolicyVersion"],
        ),
        (Identity, r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}"#, &[], &["deputy iam:PassRole"]),
        (Identity, r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111111111111:role/One"}"#, &[], &[]),
        (
            Trust,
            r#"{"Effect":"Allow","Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole"}"#,
            &[],
            &["deputy codebuild.amazonaws.com"],
        ),
        (
            Trust,
            r#"{"Effect":"Allow","Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"111111111111"}}}"#,
            &[],
            &[],
        ),
        (Trust, r#"{"Effect":"Allow","Principal":{"Service":"codepipeline.amazonaws.com"},"Action":"sts:AssumeRole"}"#, &[], &[]),
        (
            Trust,
            r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"sts:AssumeRole"}"#,
            &[],
            &["deputy arn:aws:iam::222222222222:root"],
        ),
        (Key, r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"kms:*","Resource":"*"}"#, &[], &[]),
    ];
    for (kind, statement, calls, expected) in cases {
        assert_eq!(found(*kind, statement, calls), *expected, "{statement}");
    }
}

/// A statement, the calls, what is found.
type Around = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

#[test]
fn ways_around_approvals_and_the_audit_trail_are_found() {
    let pipeline = "arn:aws:codepipeline:eu-west-1:111111111111:web".to_owned();
    let repository = "arn:aws:codecommit:eu-west-1:111111111111:web".to_owned();
    let trail = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/audit".to_owned();
    let held = Held {
        approved: vec![("web".into(), "artifacts".into())],
        pipelines: vec![(pipeline, vec![repository])],
        trails: vec![(trail, "logs".into(), None)],
    };
    let cases: &[Around] = &[
        (r#"{"Effect":"Allow","Action":"s3:Put*","Resource":"arn:aws:s3:::artifacts/*"}"#, &[], &["deputy web"]),
        (
            r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::artifacts/*"}"#,
            &[("s3:PutObject", "arn:aws:s3:::artifacts/web/Built/abc")],
            &[],
        ),
        (r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::others/*"}"#, &[], &[]),
        (r#"{"Effect":"Allow","Action":["codepipeline:PutApprovalResult","codecommit:GitPush"],"Resource":"*"}"#, &[], &["deputy web"]),
        (r#"{"Effect":"Allow","Action":"codepipeline:PutApprovalResult","Resource":"*"}"#, &[], &[]),
        (
            r#"{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::logs/*"}"#,
            &[],
            &["deputy arn:aws:cloudtrail:eu-west-1:111111111111:trail/audit"],
        ),
        (r#"{"Effect":"Allow","Action":"cloudtrail:LookupEvents","Resource":"*"}"#, &[], &[]),
    ];
    for (statement, calls, expected) in cases {
        assert_eq!(found_with(&held, Identity, statement, calls), *expected, "{statement}");
    }
}
