//! Random cases: two evaluators that must agree, and laws that hold for every case.
//! `SEKISHO_CASES` sets how many, `SEKISHO_SEED` repeats a run.

mod compare;
mod generate;
mod naive;

use generate::{Random, Shape};
use naive::{FLAGS, Options};
use policy::{Verdict, cases};
use serde_json::{Map, Value, json};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Runs `check` on random cases, each from a seed of its own that a failure prints.
fn on_cases(share: u64, check: impl Fn(&mut Random, Value)) {
    let seed = number("SEKISHO_SEED", 1);
    for n in 0..number("SEKISHO_CASES", 20_000) / share {
        let mut random = Random::new(seed.wrapping_add(n.wrapping_mul(0x5851_f42d_4c95_7f2d)));
        let case = generate::case(&mut random);
        check(&mut random, case);
    }
}

fn decide(case: &Value) -> cases::CaseResult {
    let text = case.to_string();
    let all = cases::read(&text).unwrap_or_else(|error| panic!("{error}\n{case:#}"));
    cases::run(&all[0])
}

fn word(verdict: Verdict) -> String {
    serde_json::to_value(verdict).unwrap().as_str().unwrap().to_owned()
}

fn allows(case: &Value) -> bool {
    decide(case).decision == Verdict::Allow
}

/// Every setting of one option that is not the given one.
fn others(options: &Options) -> Vec<(&'static str, Options)> {
    let set = |name: &str, value: Value| {
        let mut other = options.clone();
        other.0.insert(name.into(), value);
        other
    };
    let flags = FLAGS.iter().map(|(name, default)| (*name, set(name, json!(!options.flag(name, *default)))));
    let name = "notResourceWithUnresolvedVariable";
    let settings = ["failSafe", "entryMatchesNothing", "statementDoesNotApply"];
    let enumerated = settings.iter().filter(|s| **s != options.unresolved_not_resource()).map(|s| (name, set(name, json!(s))));
    flags.chain(enumerated).collect()
}

#[test]
fn two_evaluators_agree() {
    let verdicts = std::cell::RefCell::new(std::collections::BTreeMap::<String, usize>::new());
    on_cases(1, |random, mut case| {
        let mut options = Map::new();
        for (name, default) in FLAGS {
            if random.percent(10) {
                options.insert(name.into(), json!(!default));
            }
        }
        if random.percent(10) {
            let setting = random.pick(&["entryMatchesNothing", "statementDoesNotApply"]);
            options.insert("notResourceWithUnresolvedVariable".into(), json!(setting));
        }
        case["options"] = Value::Object(options.clone());
        let options = Options(options);
        let result = decide(&case);
        let expected = naive::verdict(&case, &options);
        assert_eq!(word(result.decision), expected, "{case:#}\n{result:#?}");
        *verdicts.borrow_mut().entry(expected.to_owned()).or_default() += 1;
        let mut depends: Vec<&str> =
            others(&options).iter().filter(|(_, other)| naive::verdict(&case, other) != expected).map(|(name, _)| *name).collect();
        depends.dedup();
        depends.sort_unstable();
        let mut said = result.depends_on.clone();
        said.sort_unstable();
        assert_eq!(said, depends, "{case:#}\n{result:#?}");
    });
    let verdicts = verdicts.into_inner();
    assert!(verdicts.len() == 3, "the generator reaches every verdict: {verdicts:?}");
}

/// Adds a random Deny to a random policy; nothing that was refused may then be allowed.
#[test]
fn a_deny_never_widens() {
    on_cases(4, |random, case| {
        let (name, shape) = random.pick(&[("identity", Shape::Plain), ("resource", Shape::Resource)]);
        if allows(&case) || case["request"]["action"].as_str().unwrap().starts_with("sts:") && name == "resource" {
            return;
        }
        let mut deny = generate::statement(random, shape);
        deny["Effect"] = json!("Deny");
        let mut more = case.clone();
        let Some(place) = first_statements(&mut more, name) else { return };
        place.push(deny);
        assert!(!allows(&more), "a Deny widened {case:#}\n{more:#}");
    });
}

/// Takes an Allow away, or puts an organization's level on top.
#[test]
fn less_or_another_level_never_widens() {
    on_cases(4, |random, case| {
        if allows(&case) {
            return;
        }
        let mut fewer = case.clone();
        for name in ["identity", "resource"] {
            if let Some(statements) = first_statements(&mut fewer, name)
                && statements.len() > 1
                && let Some(at) = statements.iter().position(|s| s["Effect"] == "Allow")
            {
                statements.remove(at);
            }
        }
        // A public bucket policy without its Allow is not public: only then may a refusal end.
        if case["blockPublicAccess"] != true {
            assert!(!allows(&fewer), "{case:#}\n{fewer:#}");
        }
        let mut level = case.clone();
        let statement = generate::statement(random, Shape::Organization);
        let levels = level["policies"].as_object_mut().unwrap().entry("serviceControl").or_insert(json!([]));
        levels.as_array_mut().unwrap().push(json!([{ "Version": "2012-10-17", "Statement": statement }]));
        assert!(!allows(&level), "{case:#}\n{level:#}");
    });
}

/// On a single value of the right type, a negated operator holds exactly where the positive does not.
#[test]
fn negated_is_nor_of_positive() {
    let pairs = [
        ("StringEquals", "StringNotEquals"),
        ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        ("StringLike", "StringNotLike"),
        ("ArnLike", "ArnNotLike"),
        ("ArnEquals", "ArnNotEquals"),
        ("IpAddress", "NotIpAddress"),
    ];
    let values = ["a", "A*", "?", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "203.0.113.0/24", "203.0.113.9", "2001:db8::1"];
    on_cases(4, |random, _| {
        let (positive, negative) = random.pick(&pairs);
        let wanted: Vec<&str> = (0..=random.below(3)).map(|_| random.pick(&values)).collect();
        let seen = random.pick(&values);
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

/// The statements of the first policy of that name.
fn first_statements<'c>(case: &'c mut Value, name: &str) -> Option<&'c mut Vec<Value>> {
    let policy = match case["policies"].get_mut(name)? {
        Value::Array(list) => list.first_mut()?,
        one => one,
    };
    policy["Statement"].as_array_mut()
}
