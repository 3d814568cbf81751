//! Last-used figures come from the trail, and from nothing else.

#[allow(dead_code, reason = "the tests of stacks use more of it")]
mod world;

use base::Clock;
use serde_json::{Value, json};
use std::time::Duration;
use world::{Credentials, TOOLS, World};

struct Used {
    world: World,
    admin: Credentials,
    engine: durable::Engine,
}

fn used() -> Used {
    let world = World::new([iam::service(), sts::service()]);
    let admin = world.administrator(TOOLS);
    let mut engine = durable::Engine::new(world.gate.clone());
    iam::workflows(&mut engine, std::sync::Arc::new(|_: &str| Err("no issuer is reached here".into())));
    Used { world, admin, engine }
}

impl Used {
    fn worker(&self) -> (String, Credentials) {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["iam:List*", "s3:*", "dynamodb:Get*"], "Resource": "*"}});
        let arn = self.world.role(&self.admin, "worker", json!({"AWS": TOOLS}), Some(policy));
        let worker = self.world.assume(&self.admin, &arn).unwrap();
        (arn, worker)
    }
    fn report(&self, arn: &str, granularity: &str) -> Value {
        let job = self.world.ok(&self.admin, "iam:GenerateServiceLastAccessedDetails", json!({"Arn": arn, "Granularity": granularity}));
        let before = self.world.ok(&self.admin, "iam:GetServiceLastAccessedDetails", json!({"JobId": job["JobId"]}));
        assert_eq!(before["JobStatus"], "IN_PROGRESS");
        self.engine.run_due().unwrap();
        let mut report = self.world.ok(&self.admin, "iam:GetServiceLastAccessedDetails", json!({"JobId": job["JobId"]}));
        assert_eq!(report["JobStatus"], "COMPLETED");
        report["JobId"] = job["JobId"].clone();
        report
    }
}

fn service(report: &Value, namespace: &str) -> Option<Value> {
    report["ServicesLastAccessed"].as_array().unwrap().iter().find(|s| s["ServiceNamespace"] == namespace).cloned()
}

#[test]
fn a_report_names_what_is_granted_and_when_it_was_used() {
    let used = used();
    let (arn, worker) = used.worker();
    used.world.ok(&worker, "iam:ListRoles", json!({}));
    let report = used.report(&arn, "SERVICE_LEVEL");
    assert_eq!(report["ServicesLastAccessed"].as_array().unwrap().len(), 3, "iam, s3 and dynamodb are granted: {report}");
    let iam = service(&report, "iam").unwrap();
    let now = used.world.clock.now().iso_millis();
    assert_eq!((&iam["ServiceName"], &iam["LastAuthenticated"]), (&json!("AWS Identity and Access Management (IAM)"), &json!(now)));
    assert_eq!((&iam["LastAuthenticatedEntity"], &iam["TotalAuthenticatedEntities"]), (&json!(arn), &json!(1)));
    assert!(service(&report, "s3").unwrap().get("LastAuthenticated").is_none());
    assert!(iam.get("TrackedActionsLastAccessed").is_none());
    let page = used.world.ok(&used.admin, "iam:GetServiceLastAccessedDetails", json!({"JobId": report["JobId"], "MaxItems": 2}));
    assert_eq!((page["ServicesLastAccessed"].as_array().unwrap().len(), &page["IsTruncated"]), (2, &json!(true)));

    // By action, of what is folded and of the trail's end together; a denied attempt is a use too.
    used.world.clock.advance(Duration::from_secs(3600));
    let worker = used.world.assume(&used.world.administrator(TOOLS), &arn).unwrap();
    used.world.denied(&worker, "iam:CreateUser", json!({"UserName": "x"}));
    used.world.ok(&worker, "iam:ListUsers", json!({}));
    let used = Used { admin: used.world.administrator(TOOLS), ..used };
    let report = used.report(&arn, "ACTION_LEVEL");
    let iam = service(&report, "iam").unwrap();
    let action = |name: &str| iam["TrackedActionsLastAccessed"].as_array().unwrap().iter().find(|a| a["ActionName"] == name).cloned();
    assert_eq!(action("ListRoles").unwrap()["LastAccessedTime"], now);
    assert_eq!(action("ListUsers").unwrap()["LastAccessedTime"], used.world.clock.now().iso_millis());
    assert!(action("ListGroups").unwrap().get("LastAccessedTime").is_none(), "granted and never used");
    assert!(action("CreateUser").is_none(), "not granted");
    let entities = used.world.ok(
        &used.admin,
        "iam:GetServiceLastAccessedDetailsWithEntities",
        json!({"JobId": report["JobId"], "ServiceNamespace": "iam"}),
    );
    assert_eq!(entities["EntityDetailsList"][0]["EntityInfo"]["Arn"], arn);
    assert_eq!(entities["EntityDetailsList"][0]["LastAuthenticated"], used.world.clock.now().iso_millis());
}

#[test]
fn a_report_is_shown_to_who_asked_for_it() {
    let used = used();
    let (arn, worker) = used.worker();
    let allowed = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}});
    used.world.ok(
        &used.admin,
        "iam:PutRolePolicy",
        json!({"RoleName": "worker", "PolicyName": "more", "PolicyDocument": allowed.to_string()}),
    );
    let job = used.report(&arn, "SERVICE_LEVEL")["JobId"].clone();
    for (operation, input) in [
        ("iam:GetServiceLastAccessedDetails", json!({"JobId": job})),
        ("iam:GetServiceLastAccessedDetailsWithEntities", json!({"JobId": job, "ServiceNamespace": "iam"})),
    ] {
        used.world.ok(&used.admin, operation, input.clone());
        assert_eq!(used.world.fails(&worker, operation, input), "NoSuchEntity");
    }
}

#[test]
fn a_role_shows_its_last_use_once_the_trail_is_folded() {
    let used = used();
    let (arn, worker) = used.worker();
    used.world.ok(&worker, "iam:ListRoles", json!({}));
    let at = used.world.clock.now().iso_millis();
    let shown =
        || used.world.ok(&used.world.administrator(TOOLS), "iam:GetRole", json!({"RoleName": "worker"}))["Role"]["RoleLastUsed"].clone();
    assert_eq!(shown(), json!({}));
    used.world.clock.advance(Duration::from_secs(120));
    let account = TOOLS.parse().unwrap();
    while iam::fold_trail(&used.world.gate, account).unwrap() {}
    assert_eq!(shown(), json!({"LastUsedDate": at, "Region": world::REGION}));
    // The role made again under the same name was never used.
    used.world.ok(&used.world.administrator(TOOLS), "iam:DeleteRolePolicy", json!({"RoleName": "worker", "PolicyName": "main"}));
    used.world.ok(&used.world.administrator(TOOLS), "iam:DeleteRole", json!({"RoleName": "worker"}));
    let used = Used { admin: used.world.administrator(TOOLS), ..used };
    assert_eq!(used.worker().0, arn);
    assert_eq!(used.world.ok(&used.admin, "iam:GetRole", json!({"RoleName": "worker"}))["Role"]["RoleLastUsed"], json!({}));
}

#[test]
fn a_keys_last_use_is_known_before_and_after_folding() {
    let used = used();
    used.world.ok(&used.admin, "iam:CreateUser", json!({"UserName": "Eve"}));
    let key = used.world.ok(&used.admin, "iam:CreateAccessKey", json!({"UserName": "Eve"}))["AccessKey"].clone();
    let id = key["AccessKeyId"].clone();
    let asked = |admin: &Credentials| used.world.ok(admin, "iam:GetAccessKeyLastUsed", json!({"AccessKeyId": id}));
    let never = json!({"UserName": "Eve", "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}});
    assert_eq!(asked(&used.admin), never);
    let eve = Credentials {
        access_key_id: id.as_str().unwrap().into(),
        secret_access_key: base::Secret::new(key["SecretAccessKey"].as_str().unwrap().into()),
        session_token: None,
    };
    used.world.ok(&eve, "sts:GetCallerIdentity", json!({}));
    let once = json!({"LastUsedDate": used.world.clock.now().iso_millis(), "ServiceName": "sts", "Region": world::REGION});
    assert_eq!(asked(&used.admin)["AccessKeyLastUsed"], once);
    used.world.clock.advance(Duration::from_secs(120));
    while iam::fold_trail(&used.world.gate, TOOLS.parse().unwrap()).unwrap() {}
    let admin = used.world.administrator(TOOLS);
    assert_eq!(asked(&admin)["AccessKeyLastUsed"], once);
    assert_eq!(used.world.fails(&admin, "iam:GetAccessKeyLastUsed", json!({"AccessKeyId": "AKIANOBODYSKEY000000"})), "NoSuchEntity");
    used.world.denied(&eve, "iam:GetAccessKeyLastUsed", json!({"AccessKeyId": id}));
}

#[test]
fn policies_that_grant_a_service_are_listed() {
    let used = used();
    let (arn, _) = used.worker();
    let managed = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    used.world.ok(&used.admin, "iam:AttachRolePolicy", json!({"RoleName": "worker", "PolicyArn": managed}));
    let input = json!({"Arn": arn, "ServiceNamespaces": ["s3", "dynamodb", "ec2"]});
    let answer = used.world.ok(&used.admin, "iam:ListPoliciesGrantingServiceAccess", input);
    let inline = json!({"PolicyName": "main", "PolicyType": "INLINE", "EntityType": "ROLE", "EntityName": "worker"});
    let attached = json!({"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyType": "MANAGED", "PolicyArn": managed});
    assert_eq!(
        answer["PoliciesGrantingServiceAccess"],
        json!([
            {"ServiceNamespace": "s3", "Policies": [inline, attached]},
            {"ServiceNamespace": "dynamodb", "Policies": [inline]},
            {"ServiceNamespace": "ec2", "Policies": []},
        ])
    );
    let wrong = json!({"Arn": arn, "ServiceNamespaces": ["nothing"]});
    assert_eq!(used.world.fails(&used.admin, "iam:ListPoliciesGrantingServiceAccess", wrong), "InvalidInput");
}
