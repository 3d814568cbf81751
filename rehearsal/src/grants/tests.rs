//! Documents and calls, and what is found or not.

use super::{Document, Documents, Needed, findings};
use policy::PolicyKind::{self, Identity, Key, Trust};

const ROLE: &str = "arn:aws:iam::111111111111:role/Build";

fn found(kind: PolicyKind, statement: &str, calls: &[(&str, &str)]) -> Vec<String> {
    let text = format!(r#"{{"Statement":{statement}}}"#);
    let document = Document { account: "111111111111".into(), owner: ROLE.into(), kind, name: "P".into(), text };
    let place = |_: usize, _: usize, _: &str| None;
    let needed =
        |(action, resource): &(&str, &str)| Needed { principal: ROLE.into(), action: (*action).into(), resource: (*resource).into() };
    let all = findings(&Documents { list: vec![document], place: &place }, &calls.iter().map(needed).collect::<Vec<_>>());
    all.iter().map(|f| format!("{} {}", f.kind.name(), f.id.rsplit(":P:").next().unwrap_or_default())).collect()
}

#[test]
fn each_fault_is_found_and_correct_practice_is_silent() {
    let cases: &[(PolicyKind, &str, &[(&str, &str)], &[&str])] = &[
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
            &["unused s3:PutObject:arn:aws:s3:::b/*"],
        ),
        (Identity, r#"{"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}"#, &[("s3:GetObject", "arn:aws:s3:::b/k")], &[]),
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
