//! Floods of strangers: what they are answered, and what they leave.

use gate::{OperationInfo, Record};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use testworld::{Credentials, World};

/// Failures of one source in one second that get records of their own.
const LIMIT: usize = 20;
const ACCOUNT: &str = "111111111111";

fn world() -> World {
    World::new(vec![iam::service(), kms::service(), s3::service(), sts::service()], &[ACCOUNT])
}

fn count(record: &Record) -> u64 {
    record.event.pointer("/additionalEventData/count").and_then(Value::as_u64).unwrap_or(0)
}

fn codes(world: &World, caller: Option<&Credentials>, operation: &str, calls: usize) -> Vec<String> {
    (0..calls).map(|_| world.call(caller, operation, json!({})).expect_err("refused").code.to_string()).collect()
}

#[test]
fn a_flood_leaves_one_counted_record_a_second() {
    let world = world();
    let strange = Credentials { access_key_id: "AKIASTRANGER00000000".into(), ..world.operator().clone() };
    world.records();
    let answers = codes(&world, Some(&strange), "kms:ListKeys", 1000);
    assert!(answers[..LIMIT].iter().all(|code| code == "UnrecognizedClientException"), "{answers:?}");
    assert!(answers[LIMIT..].iter().all(|code| code == "ThrottlingException"));
    assert_eq!(world.records().len(), LIMIT);
    // Nothing more in the same second; then one that counts, also when the flood has ended.
    world.gate.record_floods().unwrap();
    assert_eq!(world.records().len(), 0);
    world.clock.advance(Duration::from_secs(1));
    world.gate.record_floods().unwrap();
    world.gate.record_floods().unwrap();
    let records: Vec<Arc<Record>> = world.records();
    assert_eq!(records.len(), 1);
    assert_eq!(count(&records[0]), 1000 - LIMIT as u64);
    let event = &records[0].event;
    assert_eq!(event["sourceIPAddress"], "203.0.113.7");
    assert_eq!(event["eventName"], "ListKeys");
    assert_eq!(event["additionalEventData"]["firstTime"], "2026-11-22T05:00:00.000Z");
    assert_eq!(event["additionalEventData"]["lastTime"], "2026-11-22T05:00:00.000Z");
    assert_eq!(event["errorCode"], "ThrottlingException");
    // The next second has its own share.
    assert!(codes(&world, Some(&strange), "kms:ListKeys", LIMIT).iter().all(|code| code == "UnrecognizedClientException"));
}

#[test]
fn each_protocol_is_throttled_in_its_own_words() {
    for (operation, expected) in [
        ("kms:ListKeys", "ThrottlingException"),
        ("iam:ListRoles", "Throttling"),
        ("s3:ListBuckets", "SlowDown"),
        ("x:Y", "ThrottlingException"),
    ] {
        let world = world();
        assert_eq!(codes(&world, None, operation, LIMIT + 1).last().map(String::as_str), Some(expected), "{operation}");
        assert_eq!(world.records().len(), LIMIT, "{operation}: refused by a policy, or unknown, by nobody: a stranger's failure");
    }
}

#[test]
fn a_valid_caller_of_the_same_source_is_not_locked_out() {
    let world = world();
    let admin = world.administrator(ACCOUNT);
    codes(&world, None, "kms:ListKeys", 500);
    world.records();
    for _ in 0..100 {
        world.call(Some(&admin), "kms:ListKeys", json!({})).unwrap();
        // A denial of one who is known is recorded each time.
        world.call(Some(&admin), "iam:GetRole", json!({"RoleName": "none"})).expect_err("no such role");
    }
    assert_eq!(world.records().len(), 200);
}

#[test]
fn sources_are_counted_apart_and_ipv6_by_network() {
    let world = world();
    let from = |source: &str| {
        let mut request = world.request(None, "kms:ListKeys", json!({}), None);
        request.context.source_ip = source.into();
        world.gate.call_blocking(&request).err().expect("refused").code.into_owned()
    };
    for n in 0..LIMIT {
        assert_eq!(from(&format!("2001:db8::{n:x}")), "AccessDeniedException");
    }
    assert_eq!(from("2001:db8::ffff"), "ThrottlingException", "one customer has all of the /64");
    assert_eq!(from("2001:db8:0:1::"), "AccessDeniedException", "the next one has another");
    assert_eq!(from("203.0.113.9"), "AccessDeniedException");
    world.clock.advance(Duration::from_secs(1));
    world.records();
    world.gate.record_floods().unwrap();
    let records = world.records();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].event["sourceIPAddress"], "2001:db8::/64");
    assert_eq!(count(&records[0]), 1);
}

#[test]
fn many_sources_leave_a_bounded_number_of_records_and_every_failure_is_counted() {
    let world = world();
    world.records();
    for n in 0..5_000u32 {
        let mut request = world.request(None, "kms:ListKeys", json!({}), None);
        request.context.source_ip = std::net::Ipv4Addr::from(n).to_string();
        assert!(world.gate.call_blocking(&request).is_err());
    }
    world.clock.advance(Duration::from_secs(1));
    world.gate.record_floods().unwrap();
    let records = world.records();
    assert!(records.len() <= 256 + 65, "{} records", records.len());
    let counted: u64 = records.iter().map(|r| count(r).max(1)).sum();
    assert_eq!(counted, 5_000);
    assert!(records.iter().any(|r| r.event["sourceIPAddress"] == "many"));
}

#[test]
fn a_refused_upload_counts_too_and_nothing_is_lost_when_the_gate_closes() {
    let world = world();
    world.records();
    let put = || world.request(None, "s3:PutObject", json!({"Bucket": "b", "Key": "k"}), None);
    for _ in 0..LIMIT + 5 {
        assert!(world.gate.open_upload_blocking(&put()).is_err());
    }
    assert_eq!(world.records().len(), LIMIT);
    world.gate.close();
    let records = world.records();
    assert_eq!(records.iter().map(|r| count(r)).sum::<u64>(), 5);
    assert!(world.gate.operations().iter().any(|o: &OperationInfo| o.name == "PutObject"));
}
