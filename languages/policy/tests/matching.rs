//! Actions, resources, variables and conditions, each as a statement that does or does not apply.

use policy::cases;
use serde_json::{Value, json};

/// True if an Allow with these elements lets user bob get `b/a/x:y`, with `context`.
fn applies(statement: Value, context: &Value) -> bool {
    applies_in("2012-10-17", statement, context)
}

fn applies_in(version: &str, mut statement: Value, context: &Value) -> bool {
    let defaults = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    for (key, value) in defaults.as_object().unwrap() {
        if statement.get(key).is_none() && statement.get(format!("Not{key}")).is_none() {
            statement[key] = value.clone();
        }
    }
    let case = json!({
        "request": {
            "principal": "arn:aws:iam::111111111111:user/bob", "action": "s3:GetObject",
            "resource": "arn:aws:s3:::b/a/x:y", "resourceAccount": "111111111111", "context": context,
        },
        "policies": { "identity": { "Version": version, "Statement": statement } },
    });
    let read = cases::read(&case.to_string()).unwrap_or_else(|error| panic!("{error}: {case}"));
    cases::decision(&read[0]).is_allowed()
}

#[test]
fn actions() {
    let table = [
        ("s3:GetObject", true),
        ("S3:getOBJECT", true),
        ("s3:Get*", true),
        ("s3:*Object", true),
        ("s3:G*t*b*t", true),
        ("s3:GetObjec?", true),
        ("s3:GetObject?", false),
        ("s3:", false),
        ("s3:Get", false),
        ("s3-outposts:*", false),
        ("*:*", true),
    ];
    for (action, wanted) in table {
        assert_eq!(applies(json!({ "Action": action }), &json!({})), wanted, "{action}");
        assert_eq!(applies(json!({ "NotAction": action }), &json!({})), !wanted, "not {action}");
    }
}

#[test]
fn resources() {
    let table = [
        ("*", true),
        ("arn:aws:s3:::b/a/x:y", true),
        ("arn:aws:s3:::b/*", true),
        ("arn:aws:s3:::*:y", true),
        ("arn:aws:s3:::b/a/x?y", true),
        ("arn:aws:s3:::B/a/x:y", false),
        ("arn:AWS:S3:::b/*", true),
        ("arn:aws:s3:*:*:b/*", true),
        ("arn:aws:s3", true),
        ("arn:aws:s3:*", true),
        ("arn:aws:s3:::b", false),
        ("arn:aws:s3:::b/a/x", false),
        ("arn:aws:sns:::b/*", false),
        ("arn:aws:s3:eu-west-1::b/*", false),
    ];
    for (resource, wanted) in table {
        assert_eq!(applies(json!({ "Resource": resource }), &json!({})), wanted, "{resource}");
        assert_eq!(applies(json!({ "NotResource": resource }), &json!({})), !wanted, "not {resource}");
    }
}

#[test]
fn variables() {
    let context = json!({ "aws:PrincipalTag/Team": "a", "aws:PrincipalTag/star": "*", "aws:TagKeys": ["a"], "aws:dollar": "${*}" });
    // version, text of the resource behind the bucket, applies
    let table = [
        ("2012-10-17", "${aws:PrincipalTag/Team}/*", true),
        ("2012-10-17", "${AWS:principaltag/TEAM}/x:y", true),
        ("2008-10-17", "${aws:PrincipalTag/Team}/*", false),
        ("2012-10-17", "${aws:PrincipalTag/none, 'a'}/*", true),
        ("2012-10-17", "${aws:PrincipalTag/none, 'b'}/*", false),
        ("2012-10-17", "${aws:PrincipalTag/none}*", false),
        ("2012-10-17", "${aws:PrincipalTag/star}/x:y", false),
        ("2012-10-17", "${*}/x:y", false),
        ("2012-10-17", "${aws:TagKeys}/*", false),
    ];
    for (version, rest, wanted) in table {
        let statement = json!({ "Resource": format!("arn:aws:s3:::b/{rest}") });
        assert_eq!(applies_in(version, statement, &context), wanted, "{version} {rest}");
    }
    // operator, value, key, holds
    let table = [
        ("StringEquals", "${*}", "aws:PrincipalTag/star", true),
        ("StringLike", "${*}", "aws:PrincipalTag/Team", false),
        ("StringLike", "${*}", "aws:PrincipalTag/star", true),
        ("StringEquals", "${$}{*}", "aws:dollar", true),
        ("StringNotEquals", "${aws:PrincipalTag/none}", "aws:PrincipalTag/Team", true),
        ("StringEquals", "${aws:PrincipalTag/none}", "aws:PrincipalTag/Team", false),
        ("NumericEquals", "${aws:PrincipalTag/Team}", "aws:PrincipalTag/Team", false),
    ];
    for (operator, value, key, wanted) in table {
        let statement = json!({ "Condition": { operator: { key: value } } });
        assert_eq!(applies(statement, &context), wanted, "{operator} {value} {key}");
    }
}

#[test]
fn conditions() {
    let context = json!({
        "aws:text": "Straße", "aws:word": "Word", "aws:empty": "", "aws:n": "10.50", "aws:big": "9007199254740993", "aws:nan": "many",
        "aws:t": "2026-01-01T00:00:00Z", "aws:epoch": "1767225600", "aws:ip": "203.0.113.5", "aws:v6": "2001:DB8::1",
        "aws:arn": "arn:aws:iam::111111111111:role/p/R:x", "aws:bin": "AQI=", "aws:yes": "True",
        "aws:many": ["a", "b"], "aws:none": [],
    });
    let table = [
        ("StringEquals", "aws:word", json!(["x", "Word"]), true),
        ("StringEquals", "aws:word", json!("word"), false),
        ("StringEqualsIgnoreCase", "aws:word", json!("wORD"), true),
        ("StringEqualsIgnoreCase", "aws:text", json!("STRAßE"), true),
        ("StringLike", "aws:text", json!("Stra?e"), true),
        ("StringLike", "aws:word", json!("W*"), true),
        ("StringEquals", "aws:empty", json!(""), true),
        ("StringEquals", "aws:word", json!([]), false),
        ("StringNotEquals", "aws:word", json!(["x", "Word"]), false),
        ("StringNotEquals", "aws:missing", json!("x"), true),
        ("StringEqualsIfExists", "aws:missing", json!("x"), true),
        ("StringEqualsIfExists", "aws:word", json!("x"), false),
        ("NumericEquals", "aws:n", json!(10.5), true),
        ("NumericEquals", "aws:big", json!(9_007_199_254_740_992_u64), false),
        ("NumericLessThan", "aws:n", json!("-11"), false),
        ("NumericGreaterThanEquals", "aws:n", json!(["11", "10.5"]), true),
        ("NumericEquals", "aws:nan", json!("many"), false),
        ("NumericNotEquals", "aws:nan", json!("1"), false),
        ("NumericNotEquals", "aws:n", json!("1"), true),
        ("DateEquals", "aws:t", json!("2026"), true),
        ("DateEquals", "aws:t", json!("2026-01"), true),
        ("DateEquals", "aws:t", json!("2026-01-01T09:00+09:00"), true),
        ("DateEquals", "aws:t", json!(1_767_225_600), true),
        ("DateGreaterThan", "aws:epoch", json!("2025-12-31T23:59:59.5Z"), true),
        ("DateLessThan", "aws:t", json!("soon"), false),
        ("Bool", "aws:yes", json!(true), true),
        ("Bool", "aws:missing", json!(false), false),
        ("Bool", "aws:word", json!("Word"), false),
        ("BinaryEquals", "aws:bin", json!("AQI="), true),
        ("BinaryEquals", "aws:bin", json!("AQM="), false),
        ("BinaryEquals", "aws:word", json!("not base64"), false),
        ("IpAddress", "aws:ip", json!("203.0.113.77/24"), true),
        ("IpAddress", "aws:ip", json!("0.0.0.0/0"), true),
        ("IpAddress", "aws:ip", json!("::/0"), false),
        ("IpAddress", "aws:v6", json!("2001:db8:0::/48"), true),
        ("IpAddress", "aws:ip", json!("203.0.113.5/33"), false),
        ("NotIpAddress", "aws:v6", json!("203.0.113.0/24"), true),
        ("ArnLike", "aws:arn", json!("arn:aws:iam::*:role/*"), true),
        ("ArnEquals", "aws:arn", json!("arn:aws:iam::*:role/p/R:?"), true),
        ("ArnLike", "aws:arn", json!("arn:aws:*:role/p/R:x"), false),
        ("ArnLike", "aws:arn", json!("*"), false),
        ("ArnNotLike", "aws:word", json!("arn:aws:iam::1:x"), true),
        ("Null", "aws:missing", json!("true"), true),
        ("Null", "aws:none", json!("true"), true),
        ("Null", "aws:many", json!(false), true),
        ("StringEquals", "aws:many", json!("a"), false),
        ("ForAnyValue:StringEquals", "aws:many", json!("a"), true),
        ("ForAllValues:StringEquals", "aws:many", json!("a"), false),
        ("ForAllValues:StringEquals", "aws:many", json!(["a", "b", "c"]), true),
        ("ForAllValues:StringEquals", "aws:none", json!("x"), true),
        ("ForAnyValue:StringNotEquals", "aws:many", json!("a"), true),
        ("ForAnyValue:StringNotEquals", "aws:missing", json!("a"), false),
        ("ForAnyValue:StringEqualsIfExists", "aws:missing", json!("a"), true),
        ("ForAllValues:StringNotEquals", "aws:many", json!(["b", "x"]), false),
        ("ForAnyValue:StringEquals", "aws:word", json!("Word"), true),
    ];
    for (operator, key, values, wanted) in table {
        let statement = json!({ "Condition": { operator: { key: values } } });
        assert_eq!(applies(statement.clone(), &context), wanted, "{statement}");
    }
}

/// A pattern of many wildcards against a long text ends soon.
#[test]
fn hostile_patterns_end() {
    let context = json!({ "aws:x": "a".repeat(20_000) });
    let pattern = "*a".repeat(500) + "b";
    assert!(!applies(json!({ "Condition": { "StringLike": { "aws:x": pattern } } }), &context));
}
