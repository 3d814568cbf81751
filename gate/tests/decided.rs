//! Who watches decisions sees each demand once, as it was decided, denied ones too.

use gate::{ContextValue, Decided, Part, Verdict};
use serde_json::json;
use std::sync::{Arc, Mutex};
use testworld::World;

const ACCOUNT: &str = "111111111111";

#[test]
fn each_demand_is_told_once_with_its_call_and_its_own_keys() {
    let world = World::new(vec![iam::service(), sts::service()], &[ACCOUNT]);
    let admin = world.administrator(ACCOUNT);
    let trust =
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}});
    let role =
        |name: &str| json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string(), "Tags": [{"Key": "team", "Value": "blue"}]});
    let created = world.call(Some(&admin), "iam:CreateRole", role("Before")).unwrap();
    let without = world.assume(&admin, created["Role"]["Arn"].as_str().unwrap()).unwrap();
    let seen: Arc<Mutex<Vec<Decided>>> = Arc::default();
    let all = seen.clone();
    world.gate.watch_decisions(move |decided| all.lock().unwrap().push(decided.clone()));
    world.records();

    world.call(Some(&admin), "iam:CreateRole", role("Allowed")).unwrap();
    world.call(Some(&without), "iam:CreateRole", role("Denied")).unwrap_err();

    let records = world.records();
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    let of = |n: usize| seen.iter().filter(|d| d.event_id == records[n].id).collect::<Vec<_>>();
    assert_eq!(of(0).len() + of(1).len(), seen.len(), "{seen:?}");
    let allowed = of(0);
    let create = allowed.iter().find(|d| d.action == "iam:CreateRole").unwrap();
    assert_eq!((create.operation.as_str(), create.part, create.verdict), ("iam:CreateRole", Part::Required, Verdict::Allow));
    assert_eq!(create.resource.as_ref().unwrap().as_str(), format!("arn:aws:iam::{ACCOUNT}:role/Allowed"));
    assert_eq!((create.parent.as_deref(), create.owner.as_str()), (None, ACCOUNT));
    assert!(create.own.contains(&("aws:RequestTag/team".into(), ContextValue::from("blue"))), "{:?}", create.own);
    assert!(create.context.get("aws:PrincipalAccount").is_some_and(|v| v.values().eq([ACCOUNT])));
    assert_eq!(of(1).last().unwrap().verdict, Verdict::ImplicitDeny);
    assert_eq!(of(1).last().unwrap().caller, format!("arn:aws:sts::{ACCOUNT}:assumed-role/Before/test"));
}
