//! A marker in each secret field of an input, and where it must not be found.

use crate::{
    attempt::Attempt,
    cases::Case,
    kinds::{SECRETS, Walked, everything},
    prepared::Prepared,
};
use serde_json::{Value, json};

/// Readable as text and as base64, for members of either kind.
const MARKER: &str = "U2VrcmV0TWFya2VyVGhhdE5vYm9keVNlZXM0";
/// What it is, decoded.
const DECODED: &str = "SekretMarkerThatNobodySees4";

/// The places of all strings in a value.
pub fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let inside = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, v)| places(v, &inside(&n.to_string()), found)),
        Value::Object(members) => members.iter().for_each(|(k, v)| places(v, &inside(k), found)),
        _ => {}
    }
}

fn marked(input: &Value, place: &str) -> Value {
    let mut marked = input.clone();
    if let Some(member) = marked.pointer_mut(place) {
        *member = json!(MARKER);
    }
    marked
}

/// Whether what is kept of the input leaves this member out, or shows it as `***`.
fn is_secret(case: &Case, input: &Value, place: &str) -> bool {
    let kept = (case.operation.recorded)(marked(input, place));
    !kept.is_null() && !kept.to_string().contains(MARKER)
}

/// The same input with a member of a wrong shape: beside the secret, and in its place.
fn malformed(input: &Value, place: &str) -> Vec<Value> {
    let top = place[1..].split('/').next().unwrap_or_default();
    let mut wrong = vec![];
    let mut in_place = input.clone();
    if let Some(member) = in_place.pointer_mut(place) {
        *member = json!([{"wrong": MARKER}]);
        wrong.push(in_place);
    }
    for key in input.as_object().into_iter().flat_map(|members| members.keys()).filter(|key| *key != top) {
        let mut beside = marked(input, place);
        beside[key] = json!([[{"wrong": 1}]]);
        wrong.push(beside);
    }
    wrong
}

fn nowhere(attempt: &Attempt) -> Result<(), String> {
    let mut seen = vec![format!("{:?}", attempt.result.as_ref().err()), format!("{:?}", attempt.decided)];
    seen.extend(attempt.result.as_ref().err().map(ToString::to_string));
    seen.extend(attempt.records.iter().map(|record| format!("{record:?} {}", record.event)));
    match seen.iter().find(|text| text.contains(MARKER) || text.contains(DECODED)) {
        Some(text) => Err(format!("the secret is shown: {}", text.chars().take(600).collect::<String>())),
        None => Ok(()),
    }
}

/// Each secret field, when the call is denied, done, malformed, and when it finds nothing.
pub fn walk(case: &Case, walked: &mut Walked) {
    let Ok(prepared) = Prepared::new(case) else { return };
    let mut found = Vec::new();
    places(&prepared.input, "", &mut found);
    for place in found.into_iter().filter(|place| is_secret(case, &prepared.input, place)) {
        let mut check = |prepared: &Prepared, how: &str, input: Value| {
            let seen = nowhere(&prepared.attempt_as(prepared.walker.credentials.as_ref(), input));
            walked.check(SECRETS, seen.map_err(|e| format!("{place}, {how}: {e}")));
        };
        let (Ok(denied), Ok(bare), Ok(done)) = (Prepared::new(case), Prepared::bare(case), Prepared::new(case)) else {
            continue;
        };
        let input = marked(&denied.input, &place);
        check(&denied, "denied", input.clone());
        bare.allow(&[everything()]);
        check(&bare, "in an empty world", input.clone());
        denied.allow(&[everything()]);
        for wrong in malformed(&denied.input, &place) {
            check(&denied, "malformed", wrong);
        }
        done.allow(&[everything()]);
        check(&done, "done", input);
    }
}
