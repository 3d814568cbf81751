//! Policies are refused in IAM's words, with the place that IAM does not tell.

#[allow(dead_code, reason = "the tests of stacks use more of it")]
mod world;

use serde_json::json;
use world::{TOOLS, World};

#[test]
fn refusals_begin_with_what_iam_says() {
    let world = World::new([iam::service(), sts::service()]);
    let admin = world.administrator(TOOLS);
    let said = |operation: &str, text: &str| {
        let input = match operation {
            "iam:CreatePolicy" => json!({"PolicyName": "p", "PolicyDocument": text}),
            _ => json!({"RoleName": "r", "AssumeRolePolicyDocument": text}),
        };
        let error = world.call(&admin, operation, input).expect_err(text);
        assert_eq!(error.code, "MalformedPolicyDocument", "{text}");
        error.message
    };
    let statement = |members: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{{{members}}}]}}"#);
    let resource = |arn: &str| statement(&format!(r#""Effect":"Allow","Action":"s3:*","Resource":"{arn}""#));
    for arn in ["arn:aws:s3:eu-west-1:1:accesspoint/a", "arn:aws:iam::*:*", "arn:aws:iam::1:r*", "arn:aws:iam::*:root", "arn:aws:s3:*"] {
        let name = format!("legal{}", arn.len());
        world.ok(&admin, "iam:CreatePolicy", json!({"PolicyName": name, "PolicyDocument": resource(arn)}));
    }
    let allow = r#""Effect":"Allow","Action":"s3:*","Resource":"*""#;
    for (text, words) in [
        ("{".to_owned(), "Syntax errors in policy. "),
        (statement(&format!("{allow},\"Efect\":1")), "Syntax errors in policy. Statement[0]: unknown element 'Efect'"),
        (statement(&format!("{allow},\"Condition\":{{\"Equals\":{{\"aws:x\":\"1\"}}}}")), "Syntax errors in policy."),
        (statement(r#""Effect":"Allow","Resource":"*""#), "Policy statement must contain actions."),
        (statement(r#""Effect":"Allow","Action":"s3:*""#), "Policy statement must contain resources."),
        (statement(&format!("{allow},\"Principal\":\"*\"")), "Policy document should not specify a principal."),
        (
            statement(r#""Effect":"Allow","Action":"Get","Resource":"*""#),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (Statement[0].Action, line 1",
        ),
        (statement(r#""Effect":"Allow","Action":"a_b:Get","Resource":"*""#), "Vendor a_b is not valid (Statement[0].Action, "),
        (statement(r#""Effect":"Allow","Action":"s3:*","Resource":"b""#), "Resource b must be in ARN format or \"*\". ("),
        (
            format!(r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"A",{allow}}},{{"Sid":"A",{allow}}}]}}"#),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
        (format!(r#"{{"Version":"2008-10-17","Statement":[{{{allow}}}]}}"#), "Policy document must be version 2012-10-17 or greater."),
        (format!(r#"{{"Statement":[{{{allow}}}]}}"#), "Policy document must be version 2012-10-17 or greater."),
    ] {
        let message = said("iam:CreatePolicy", &text);
        assert!(message.starts_with(words), "{text}: {message}");
    }
    for (text, words) in [
        (statement(r#""Effect":"Allow","Action":"sts:AssumeRole""#), "Missing required field Principal ("),
        (statement(r#""Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*""#), "Has prohibited field Resource"),
        (statement(r#""Effect":"Allow","Principal":"*","Action":"s3:*""#), "AssumeRole policy may only specify STS AssumeRole actions"),
        (
            statement(r#""Effect":"Allow","Principal":{"AWS":"bob"},"Action":"sts:AssumeRole""#),
            "Invalid principal in policy: \"AWS\":\"bob\"",
        ),
    ] {
        let message = said("iam:CreateRole", &text);
        assert!(message.starts_with(words), "{text}: {message}");
    }
    // Inline policies may be of the old version.
    let role =
        json!({"RoleName": "r", "AssumeRolePolicyDocument": statement(r#""Effect":"Allow","Principal":"*","Action":"sts:AssumeRole""#)});
    world.ok(&admin, "iam:CreateRole", role);
    let old = format!(r#"{{"Version":"2008-10-17","Statement":[{{{allow}}}]}}"#);
    world.ok(&admin, "iam:PutRolePolicy", json!({"RoleName": "r", "PolicyName": "old", "PolicyDocument": old}));
}
