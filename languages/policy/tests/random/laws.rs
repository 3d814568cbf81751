//! Laws that hold for every case, whatever the rules are.

use crate::{
    allows,
    generate::{self, Random, Shape},
    on_cases, word,
};
use serde_json::{Value, json};

/// The kinds of policies of a case, and what their statements hold.
const KINDS: [(&str, Shape); 7] = [
    ("identity", Shape::Plain),
    ("boundary", Shape::Plain),
    ("session", Shape::Plain),
    ("resource", Shape::Resource),
    ("serviceControl", Shape::Organization),
    ("resourceControl", Shape::Everyone),
    ("vpcEndpoint", Shape::Endpoint),
];

/// The lists of statements under a node: of a policy, a list of policies, or levels of them.
fn statements<'c>(node: &'c mut Value, found: &mut Vec<&'c mut Vec<Value>>) {
    match node {
        Value::Array(list) => list.iter_mut().for_each(|node| statements(node, found)),
        Value::Object(members) => found.extend(members.get_mut("Statement").and_then(Value::as_array_mut)),
        _ => {}
    }
}

/// Changes a list of statements of a random policy of a kind; false if the case has none.
fn change(random: &mut Random, case: &mut Value, kind: &str, work: impl FnOnce(&mut Random, &mut Vec<Value>) -> bool) -> bool {
    let mut found = Vec::new();
    if let Some(node) = case["policies"].get_mut(kind) {
        statements(node, &mut found);
    }
    if found.is_empty() {
        return false;
    }
    let at = random.below(found.len());
    work(random, found[at])
}

fn shape_for(case: &Value, kind: &str, shape: Shape) -> Shape {
    let trust = kind == "resource" && case["request"]["action"].as_str().unwrap().starts_with("sts:");
    if trust { Shape::Trust } else { shape }
}

#[test]
fn a_deny_never_widens() {
    let mut tried = 0;
    on_cases(4, |random, case| {
        let (kind, shape) = random.pick(&KINDS);
        let shape = shape_for(&case, kind, shape);
        let mut more = case.clone();
        let added = change(random, &mut more, kind, |random, list| {
            let mut deny = generate::statement(random, shape);
            deny["Effect"] = json!("Deny");
            let at = random.below(list.len() + 1);
            list.insert(at, deny);
            true
        });
        if added {
            tried += 1;
            assert!(allows(&case) || !allows(&more), "a Deny in {kind} widened {case:#}\n{more:#}");
        }
    });
    assert!(tried > 0);
}

#[test]
fn less_never_widens() {
    let mut tried = 0;
    on_cases(4, |random, case| {
        let (kind, _) = random.pick(&KINDS);
        let mut fewer = case.clone();
        let removed = change(random, &mut fewer, kind, |_, list| {
            let allow = list.iter().position(|statement| statement["Effect"] == "Allow");
            allow.filter(|_| list.len() > 1).map(|at| list.remove(at)).is_some()
        });
        // A public bucket policy without its Allow is not public any more: there alone a refusal may end.
        let public = kind == "resource" && case["blockPublicAccess"] == true;
        if removed && !public {
            tried += 1;
            assert!(allows(&case) || !allows(&fewer), "without an Allow in {kind}, wider: {case:#}\n{fewer:#}");
        }
    });
    assert!(tried > 0);
}

/// A level of an organization, a boundary where there was none, session policies where a role's session had none, an
/// endpoint: each only takes away.
#[test]
fn another_limit_never_widens() {
    let mut tried = 0;
    on_cases(4, |random, case| {
        let (kind, shape) = random.pick(&KINDS);
        let mut limited = case.clone();
        let policy = json!({ "Version": "2012-10-17", "Statement": [generate::statement(random, shape)] });
        let policies = limited["policies"].as_object_mut().unwrap();
        match kind {
            "serviceControl" | "resourceControl" => {
                let levels = policies.entry(kind).or_insert(json!([])).as_array_mut().unwrap();
                let at = random.below(levels.len() + 1);
                levels.insert(at, json!([policy]));
            }
            "boundary" | "session" | "vpcEndpoint" if !policies.contains_key(kind) => {
                policies.insert(kind.into(), policy);
            }
            _ => return,
        }
        // Without session policies a federated user has nothing at all: to give some is to give.
        let federated = kind == "session" && case["request"]["principal"].as_str().unwrap().contains(":federated-user/");
        if !federated {
            tried += 1;
            assert!(allows(&case) || !allows(&limited), "with {kind}, wider: {case:#}\n{limited:#}");
        }
    });
    assert!(tried > 0);
}

fn reverse(node: &mut Value) {
    match node {
        Value::Array(list) => {
            list.reverse();
            list.iter_mut().for_each(reverse);
        }
        Value::Object(members) => members.values_mut().for_each(reverse),
        _ => {}
    }
}

/// The order of levels, policies, statements and values means nothing, nor does the case of an action.
#[test]
fn order_and_case_mean_nothing() {
    on_cases(4, |random, case| {
        let verdict = word(crate::decide(&case).decision);
        let mut other = case.clone();
        reverse(&mut other["policies"]);
        assert_eq!(word(crate::decide(&other).decision), verdict, "in another order: {case:#}\n{other:#}");
        let action = case["request"]["action"].as_str().unwrap();
        let swapped: String =
            action.chars().map(|c| if random.percent(50) { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect();
        other["request"]["action"] = json!(swapped);
        assert_eq!(word(crate::decide(&other).decision), verdict, "as {swapped}: {case:#}");
    });
}

/// On a single value of the right type, a negated operator holds exactly where the positive does not.
#[test]
fn negated_is_nor_of_positive() {
    let texts = ["a", "A*", "?", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "203.0.113.0/24", "203.0.113.9", "2001:db8::1"];
    let numbers = ["1", "1.0", "-2", "10.25", "0"];
    let dates = ["2026-01-01T00:00:00Z", "2026-01-01", "1767225600", "2025-12-31T23:59:59Z"];
    let pairs: [(&str, &str, &[&str]); 8] = [
        ("StringEquals", "StringNotEquals", &texts),
        ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", &texts),
        ("StringLike", "StringNotLike", &texts),
        ("ArnLike", "ArnNotLike", &texts),
        ("ArnEquals", "ArnNotEquals", &texts),
        ("IpAddress", "NotIpAddress", &texts),
        ("NumericEquals", "NumericNotEquals", &numbers),
        ("DateEquals", "DateNotEquals", &dates),
    ];
    on_cases(4, |random, _| {
        let (positive, negative, values) = random.pick(&pairs);
        let wanted: Vec<&str> = (0..=random.below(3)).map(|_| random.pick(values)).collect();
        let seen = random.pick(values);
        let holds = |operator: &str| {
            allows(&json!({
                "request": {
                    "principal": "arn:aws:iam::111111111111:user/bob", "action": "s3:GetObject",
                    "resource": "arn:aws:s3:::b/k", "resourceAccount": "111111111111", "context": { "aws:x": seen },
                },
                "policies": { "identity": { "Version": "2012-10-17", "Statement": {
                    "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": { operator: { "aws:x": wanted } },
                } } },
            }))
        };
        assert_ne!(holds(positive), holds(negative), "{positive} {wanted:?} on {seen}");
    });
}
