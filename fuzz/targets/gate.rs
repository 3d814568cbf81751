//! The gate, with inputs that were decoded: session tokens, continuation tokens, ARNs, policies and all else that read-only
//! operations read. Whatever comes, there is one record of the call, and never a failure of our own; a session token that
//! is altered is nobody's.
#![no_main]

use base::Secret;
use fuzz::{pieces, text};
use gate::RecordKind;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use std::{cell::RefCell, time::Duration};
use testworld::{Credentials, World};

const ACCOUNT: &str = "111111111111";
/// A world keeps every record: after so many calls there is a new one.
const CALLS: usize = 5_000;

struct State {
    world: World,
    admin: Credentials,
    operations: Vec<String>,
    calls: usize,
}

fn state() -> State {
    let services = vec![cloudtrail::service(), iam::service(), kms::service(), logs::service(), s3::service(), sts::service()];
    let world = World::new(services, &[ACCOUNT]);
    let admin = world.administrator(ACCOUNT);
    for (operation, input) in [
        ("s3:CreateBucket", json!({"Bucket": "bucket"})),
        ("kms:CreateKey", json!({})),
        ("logs:CreateLogGroup", json!({"logGroupName": "group"})),
    ] {
        world.call(Some(&admin), operation, input).expect(operation);
    }
    for key in ["a", "b/c", "b/d", "e"] {
        world.send(&admin, "s3:PutObject", json!({"Bucket": "bucket", "Key": key}), b"x").expect("an object");
    }
    let read_only = world.gate.operations().into_iter().filter(|o| o.read_only);
    let operations = read_only.map(|o| format!("{}:{}", o.service, o.name)).collect();
    State { world, admin, operations, calls: 0 }
}

thread_local!(static STATE: RefCell<Option<State>> = const { RefCell::new(None) });

fn one_record(state: &State, operation: &str) -> bool {
    let records = state.world.records();
    let own: Vec<_> = records.iter().filter(|r| r.action == operation).collect();
    assert_eq!(own.len(), 1, "{operation}: one record of the call");
    own[0].kind == RecordKind::Done
}

fn call(state: &State, operation: &str, input: Value) {
    let answer = state.world.call(Some(&state.admin), operation, input.clone());
    let done = one_record(state, operation);
    assert_eq!(done, answer.is_ok(), "the record says what the caller was told");
    if let Err(error) = answer {
        assert!(error.status < 500 || error.status == 501, "{operation} {input}: {error}");
    }
}

fn token(state: &State, at: &[u8], put: &[u8]) {
    let sealed = state.admin.session_token.as_ref().expect("a session").expose();
    let mut bytes = sealed.clone().into_bytes();
    let at = at.iter().fold(0usize, |n, b| n.wrapping_mul(31).wrapping_add(usize::from(*b))) % bytes.len();
    let end = (at + put.len()).min(bytes.len());
    bytes.splice(at..end, put.iter().copied());
    let altered = text(&bytes);
    if altered == *sealed || !altered.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return;
    }
    let caller = Credentials { session_token: Some(Secret::new(altered)), ..state.admin.clone() };
    let error = state.world.call(Some(&caller), "sts:GetCallerIdentity", json!({})).expect_err("an altered token");
    assert_eq!(error.status, 403, "{error}");
    assert!(!one_record(state, "sts:GetCallerIdentity"));
}

fuzz_target!(|data: &[u8]| {
    let [choice, rest @ ..] = data else { return };
    STATE.with_borrow_mut(|slot| {
        if slot.as_ref().is_none_or(|state| state.calls >= CALLS) {
            *slot = Some(state());
        }
        let Some(state) = slot else { return };
        state.calls += 1;
        // Strangers' failures are limited by the second.
        state.world.clock.advance(Duration::from_millis(100));
        state.world.records();
        let mut parts = pieces(rest);
        if *choice == b'!' {
            token(state, parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            return;
        }
        // By name first, so that a corpus stays what it is when operations are added.
        let name = text(parts.next().unwrap_or_default());
        let operations = &state.operations;
        let operation = operations.iter().find(|o| **o == name).unwrap_or(&operations[usize::from(*choice) % operations.len()]).clone();
        let body = parts.next().unwrap_or_default();
        let input = match operation.split(':').next() {
            Some("iam" | "sts") => wire::query::Form::read(body).map(|form| form.input).ok(),
            _ => wire::json::read_body(body, 1 << 16).ok(),
        };
        if let Some(input) = input {
            call(state, &operation, input);
        }
    });
});
