//! The path of a call: one record whatever happens, nested calls as savepoints, conflicts tried again, effects dropped.

use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, Protocol, RecordKind, Registration, Service, Table, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use testworld::World;

const ACCOUNT: &str = "111111111111";

/// A service of counters: enough to see every part of the path.
struct Counters(());
impl Service for Counters {
    const NAME: &'static str = "counters";
    const PRINCIPAL: &'static str = "counters.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

static COUNTERS: Table<Counters, u64> = Table::new("counters");
static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);

#[derive(Serialize, Deserialize)]
struct Name {
    name: String,
}

fn arn(facts: &View<'_, Counters>, name: &str) -> Result<Arn, Error> {
    facts.arn(&format!("counter/{name}"))
}

/// Adds one.
struct Increment;
impl Operation for Increment {
    type Service = Counters;
    const NAME: &'static str = "Increment";
    const READ_ONLY: bool = false;
    type Input = Name;
    type Output = u64;
    fn demands(input: &Name, facts: &mut View<'_, Counters>) -> Result<Demands, Error> {
        Ok(Demand::new("counters:Increment", arn(facts, &input.name)?).into())
    }
    fn execute(call: &mut Authorized<'_, Self>, input: Name) -> Result<u64, Error> {
        ATTEMPTS.fetch_add(1, Ordering::SeqCst);
        let value = call.get(&COUNTERS, &input.name)?.unwrap_or(0) + 1;
        call.put(&COUNTERS, &input.name, &value)?;
        if input.name == "broken" {
            return Err(Error::new("BrokenException", "after its write"));
        }
        Ok(value)
    }
    fn example() -> Example {
        Example::of(json!({"name": "a"}))
    }
}

/// Reads.
struct Read;
impl Operation for Read {
    type Service = Counters;
    const NAME: &'static str = "Read";
    const READ_ONLY: bool = true;
    type Input = Name;
    type Output = u64;
    fn demands(input: &Name, facts: &mut View<'_, Counters>) -> Result<Demands, Error> {
        Ok(Demand::new("counters:Read", arn(facts, &input.name)?).into())
    }
    fn execute(call: &mut Authorized<'_, Self>, input: Name) -> Result<u64, Error> {
        Ok(call.get(&COUNTERS, &input.name)?.unwrap_or(0))
    }
    fn example() -> Example {
        Example::of(json!({"name": "a"}))
    }
}

/// Increments its first name, then tries the others and goes on when one fails; fails itself if the last is `fail`.
struct Chain;
#[derive(Serialize, Deserialize)]
struct Names {
    names: Vec<String>,
}
impl Operation for Chain {
    type Service = Counters;
    const NAME: &'static str = "Chain";
    const READ_ONLY: bool = false;
    type Input = Names;
    type Output = Vec<String>;
    fn demands(_input: &Names, facts: &mut View<'_, Counters>) -> Result<Demands, Error> {
        Ok(Demand::new("counters:Chain", arn(facts, "chain")?).into())
    }
    fn execute(call: &mut Authorized<'_, Self>, input: Names) -> Result<Vec<String>, Error> {
        let actor = call.forward();
        let mut results = Vec::new();
        for name in input.names {
            if name == "fail" {
                return Err(Error::new("ChainException", "told to fail"));
            }
            results.push(match call.invoke::<Increment>(&actor, Name { name }) {
                Ok(value) => value.to_string(),
                Err(error) => error.code.into_owned(),
            });
        }
        Ok(results)
    }
    fn example() -> Example {
        Example::of(json!({"names": ["a"]}))
    }
}

fn world() -> World {
    let counters = Registration::new::<Counters>().operation::<Chain>().operation::<Increment>().operation::<Read>();
    World::new(vec![counters, iam::service(), sts::service()], &[ACCOUNT])
}

#[test]
fn one_record_for_every_call_whatever_becomes_of_it() {
    let world = world();
    let admin = world.administrator(ACCOUNT);
    world.records();
    let cases: [(&str, serde_json::Value, Option<&str>, RecordKind); 5] = [
        ("counters:Increment", json!({"name": "a"}), None, RecordKind::Done),
        ("counters:Increment", json!({"name": "broken"}), Some("BrokenException"), RecordKind::Failed),
        ("counters:Increment", json!({"name": {"not": "a name"}}), Some("SerializationException"), RecordKind::Failed),
        ("counters:Nothing", json!({}), Some("NotImplemented"), RecordKind::Failed),
        ("nowhere:Nothing", json!({}), Some("NotImplemented"), RecordKind::Failed),
    ];
    for (operation, input, code, kind) in cases {
        let result = world.call(Some(&admin), operation, input);
        assert_eq!(result.err().map(|e| e.code.into_owned()).as_deref(), code, "{operation}");
        let records = world.records();
        assert_eq!(records.len(), 1, "{operation}");
        assert_eq!(records[0].kind, kind, "{operation}");
        assert_eq!(records[0].event["errorCode"].as_str(), code);
    }
    assert_eq!(world.call(Some(&admin), "counters:Read", json!({"name": "broken"})).unwrap(), 0, "a failed call leaves no write");
    world.records();
    let denied = world.call(None, "counters:Read", json!({"name": "a"})).unwrap_err();
    assert_eq!(denied.code, "AccessDeniedException");
    assert_eq!(world.records().len(), 1, "an anonymous call is recorded too");
    let mut forged = admin.clone();
    forged.secret_access_key = base::Secret::new("another".into());
    assert!(world.call(Some(&forged), "counters:Read", json!({"name": "a"})).is_err());
    assert_eq!(world.records().len(), 1, "a call that is not authenticated is recorded too");
}

#[test]
fn nested_calls_are_savepoints_with_records_of_their_own() {
    let world = world();
    let admin = world.administrator(ACCOUNT);
    world.records();
    let results = world.call(Some(&admin), "counters:Chain", json!({"names": ["x", "broken", "y"]})).unwrap();
    assert_eq!(results, json!(["1", "BrokenException", "1"]));
    let records = world.records();
    assert_eq!(records.len(), 4);
    let chain = records.iter().find(|r| r.action == "counters:Chain").unwrap();
    for nested in records.iter().filter(|r| r.action == "counters:Increment") {
        assert_eq!(nested.event["additionalEventData"]["parentEventID"], chain.event["eventID"]);
        assert_eq!(nested.event["userIdentity"]["invokedBy"], "counters.amazonaws.com");
    }
    assert_eq!(world.call(Some(&admin), "counters:Read", json!({"name": "broken"})).unwrap(), 0);
    world.records();
    assert!(world.call(Some(&admin), "counters:Chain", json!({"names": ["z", "fail"]})).is_err());
    assert_eq!(world.records().len(), 2, "the outer call failed: its records stay, the nested one's too");
    assert_eq!(world.call(Some(&admin), "counters:Read", json!({"name": "z"})).unwrap(), 0, "and its writes do not");
}

#[test]
fn a_conflict_is_tried_again_and_leaves_the_last_attempts_records_only() {
    let world = world();
    let admin = world.administrator(ACCOUNT);
    world.records();
    let before = ATTEMPTS.load(Ordering::SeqCst);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    world.call(Some(&admin), "counters:Increment", json!({"name": "shared"})).unwrap();
                }
            });
        }
    });
    assert_eq!(world.call(Some(&admin), "counters:Read", json!({"name": "shared"})).unwrap(), 200);
    let records = world.records();
    assert_eq!(records.iter().filter(|r| r.action == "counters:Increment").count(), 200);
    assert!(ATTEMPTS.load(Ordering::SeqCst) - before >= 200);
}

#[test]
fn a_nested_call_is_authorized_by_its_own_callers_policies() {
    let world = world();
    let admin = world.administrator(ACCOUNT);
    let trust =
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}});
    let role =
        world.call(Some(&admin), "iam:CreateRole", json!({"RoleName": "Chainer", "AssumeRolePolicyDocument": trust.to_string()})).unwrap();
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "counters:Chain", "Resource": "*"}});
    world
        .call(Some(&admin), "iam:PutRolePolicy", json!({"RoleName": "Chainer", "PolicyName": "p", "PolicyDocument": policy.to_string()}))
        .unwrap();
    let chainer = world.assume(&admin, role["Role"]["Arn"].as_str().unwrap()).unwrap();
    let results = world.call(Some(&chainer), "counters:Chain", json!({"names": ["q"]})).unwrap();
    assert_eq!(results, json!(["AccessDeniedException"]), "the inner call needs counters:Increment");
    let direct = world.call(Some(&chainer), "counters:Increment", json!({"name": "q"})).unwrap_err();
    let said = "is not authorized to perform: counters:Increment on resource: arn:aws:counters:us-east-1:111111111111:counter/q because no identity-based policy allows the counters:Increment action";
    assert!(direct.message.contains(said), "{}", direct.message);
    assert!(direct.is_denied());
    // A role that is deleted and made again is another one: its old sessions are over.
    world.call(Some(&admin), "iam:DeleteRolePolicy", json!({"RoleName": "Chainer", "PolicyName": "p"})).unwrap();
    world.call(Some(&admin), "iam:DeleteRole", json!({"RoleName": "Chainer"})).unwrap();
    world.call(Some(&admin), "iam:CreateRole", json!({"RoleName": "Chainer", "AssumeRolePolicyDocument": trust.to_string()})).unwrap();
    world
        .call(Some(&admin), "iam:PutRolePolicy", json!({"RoleName": "Chainer", "PolicyName": "p", "PolicyDocument": policy.to_string()}))
        .unwrap();
    let gone = world.call(Some(&chainer), "counters:Chain", json!({"names": []})).unwrap_err();
    assert!(gone.message.contains("no longer exists"), "{}", gone.message);
}

#[test]
fn calls_that_share_nothing_do_not_conflict() {
    let world = world();
    let admin = world.administrator(ACCOUNT);
    world.records();
    std::thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| world.call(Some(&admin), "sts:GetCallerIdentity", json!({})).unwrap());
        }
    });
    assert_eq!(world.records().len(), 64);
}
