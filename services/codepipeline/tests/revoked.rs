//! A right taken from a role stops a running pipeline at its next call, and a role made again is another one.

mod common;

use common::{DEPLOY_ROLE, DEV, Delivery, PIPELINE_ROLE};
use gate::{Record, RecordKind};
use serde_json::{Value, json};
use std::sync::Arc;
use testworld::Credentials;

/// How a right is taken away while the pipeline waits for its approval, and the one denial that follows.
struct Revocation {
    how: &'static str,
    revoke: fn(&Delivery),
    /// Who is denied: the service's name, or a role's.
    who: &'static str,
    action: &'static str,
}

fn delete_role(delivery: &Delivery, admin: &Credentials, role: &str) {
    delivery.ok(admin, "iam:DeleteRolePolicy", json!({"RoleName": role, "PolicyName": "main"}));
    delivery.ok(admin, "iam:DeleteRole", json!({"RoleName": role}));
}

fn trust(delivery: &Delivery, admin: &Credentials, role: &str, principal: Value) {
    let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
    let document = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
    delivery.ok(admin, "iam:UpdateAssumeRolePolicy", json!({"RoleName": role, "PolicyDocument": document}));
}

const REVOCATIONS: [Revocation; 6] = [
    Revocation {
        how: "the pipeline's role is deleted",
        revoke: |d| delete_role(d, &d.dev, "Pipeline"),
        who: "codepipeline.amazonaws.com",
        action: "sts:AssumeRole",
    },
    Revocation {
        how: "the pipeline's role trusts another service",
        revoke: |d| trust(d, &d.dev, "Pipeline", json!({"Service": "codebuild.amazonaws.com"})),
        who: "codepipeline.amazonaws.com",
        action: "sts:AssumeRole",
    },
    Revocation {
        how: "the pipeline's policy is gone",
        revoke: |d| drop(d.ok(&d.dev, "iam:DeleteRolePolicy", json!({"RoleName": "Pipeline", "PolicyName": "main"}))),
        who: "Pipeline",
        action: "sts:AssumeRole",
    },
    Revocation {
        how: "the action's role is deleted",
        revoke: |d| delete_role(d, &d.prod, "Deploy"),
        who: "Pipeline",
        action: "sts:AssumeRole",
    },
    Revocation {
        how: "the action's policy is gone",
        revoke: |d| drop(d.ok(&d.prod, "iam:DeleteRolePolicy", json!({"RoleName": "Deploy", "PolicyName": "main"}))),
        who: "Deploy",
        action: "s3:GetObject",
    },
    Revocation {
        how: "a boundary allows the action's role nothing",
        revoke: |d| {
            let nothing = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}});
            let made = d.ok(&d.prod, "iam:CreatePolicy", json!({"PolicyName": "Nothing", "PolicyDocument": nothing.to_string()}));
            d.ok(&d.prod, "iam:PutRolePermissionsBoundary", json!({"RoleName": "Deploy", "PermissionsBoundary": made["Policy"]["Arn"]}));
        },
        who: "Deploy",
        action: "s3:GetObject",
    },
];

/// What the pipeline's own callers did.
fn own(records: Vec<Arc<Record>>) -> Vec<Arc<Record>> {
    let person = |r: &Record| r.principal.contains("OrganizationAccountAccessRole") || r.principal.starts_with("arn:aws:iam:");
    records.into_iter().filter(|r| !person(r)).collect()
}

#[test]
fn what_is_revoked_stops_a_running_pipeline_at_its_next_call() {
    for Revocation { how, revoke, who, action } in REVOCATIONS {
        let delivery = Delivery::new();
        delivery.create();
        assert_eq!(delivery.action(0)["status"], "Succeeded", "{how}");
        revoke(&delivery);
        delivery.world.records();
        delivery.approve();
        let records = own(delivery.world.records());
        let (last, before) = records.split_last().expect("a call");
        assert!(before.iter().all(|r| r.kind == RecordKind::Done && r.action == "sts:AssumeRole"), "{how}: {before:?}");
        assert_eq!((last.action.as_str(), last.kind), (action, RecordKind::Denied), "{how}");
        let caller = last.principal.split(":assumed-role/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or(&last.principal);
        assert_eq!(caller, who, "{how}");
        let ran = delivery.action(2);
        assert_eq!((&ran["status"], &ran["errorDetails"]["code"]), (&json!("Failed"), &json!("PermissionError")), "{how}: {ran}");
        assert!(ran["errorDetails"]["message"].as_str().unwrap().contains(action), "{how}: {ran}");
        assert_eq!(delivery.executions()[0]["status"], "Failed", "{how}");
        assert_eq!(delivery.page(), None, "{how}");
    }
}

#[test]
fn a_role_made_again_is_not_the_one_that_was_trusted() {
    let delivery = Delivery::new();
    delivery.create();
    let old = delivery.ok(&delivery.dev, "iam:GetRole", json!({"RoleName": "Pipeline"}))["Role"]["RoleId"].clone();
    delete_role(&delivery, &delivery.dev, "Pipeline");
    delivery.role(&delivery.dev, "Pipeline", json!({"Service": "codepipeline.amazonaws.com"}));
    delivery.grant("");
    // The same name and the same rights, but nobody trusts it: the deploying role knows the deleted one by its unique id.
    let kept = delivery.ok(&delivery.prod, "iam:GetRole", json!({"RoleName": "Deploy"}))["Role"]["AssumeRolePolicyDocument"].clone();
    let kept = kept.as_str().unwrap();
    assert!(kept.contains(old.as_str().unwrap()) && !kept.contains(PIPELINE_ROLE), "{kept}");
    delivery.world.records();
    delivery.approve();
    let records = own(delivery.world.records());
    let last = records.last().unwrap();
    assert_eq!((last.action.as_str(), last.kind), ("sts:AssumeRole", RecordKind::Denied));
    assert!(last.principal.starts_with(&format!("arn:aws:sts::{DEV}:assumed-role/Pipeline/")), "{}", last.principal);
    assert_eq!(last.event["additionalEventData"]["denial"]["resource"], DEPLOY_ROLE);
    assert_eq!(delivery.action(2)["errorDetails"]["code"], "PermissionError");
    assert_eq!(delivery.page(), None);
    // Trusted anew, it goes on.
    trust(&delivery, &delivery.prod, "Deploy", json!({"AWS": PIPELINE_ROLE}));
    let id = delivery.executions()[0]["pipelineExecutionId"].clone();
    let retry = json!({"pipelineName": "shop", "stageName": "Prod", "pipelineExecutionId": id, "retryMode": "FAILED_ACTIONS"});
    delivery.ok(&delivery.dev, "codepipeline:RetryStageExecution", retry);
    delivery.run();
    assert_eq!(delivery.action(2)["status"], "Succeeded");
    assert_eq!(delivery.page().as_deref(), Some("first"));
}
