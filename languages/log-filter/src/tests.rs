//! The examples of AWS's guide, and what stands between them.

use crate::Pattern;

fn check(pattern: &str, matching: &[&str], others: &[&str]) {
    let parsed = Pattern::parse(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
    for message in matching {
        assert!(parsed.matches(message), "{pattern} should match {message}");
    }
    for message in others {
        assert!(!parsed.matches(message), "{pattern} should not match {message}");
        assert_eq!(parsed.extract(message), None);
    }
}

#[test]
fn terms() {
    check("", &["", "anything"], &[]);
    check("ERROR", &["[ERROR 400] BAD REQUEST", "ERRORCODE: -1"], &["error"]);
    check("ERROR ARGUMENTS", &["[ERROR 419] MISSING ARGUMENTS"], &["[ERROR 400] BAD REQUEST"]);
    check("?ERROR ?ARGUMENTS", &["[ERROR 400]", "MISSING ARGUMENTS"], &["fine"]);
    check("?ERROR ?ARGUMENTS fine", &["all is fine"], &["[ERROR 400]"]);
    check("\"INTERNAL SERVER ERROR\"", &["[ERROR 500] INTERNAL SERVER ERROR"], &["SERVER INTERNAL ERROR"]);
    check("?\"a b\" ?c", &["xa bx", "c"], &["a  b"]);
    check("ERROR -ARGUMENTS", &["[ERROR 400] BAD REQUEST"], &["[ERROR 419] MISSING ARGUMENTS", "fine"]);
    check("-\"a b\"", &["a", ""], &["a b"]);
    check("\"say \\\"hi\\\"\"", &["they say \"hi\""], &["say hi"]);
    check("%40[0-9]%", &["status 404"], &["status 500"]);
    check("ERROR -%time?out%", &["ERROR"], &["ERROR timout"]);
    check("Störung_1", &["eine Störung_1"], &["Störung"]);
}

#[test]
fn json_values() {
    check(r#"{ $.eventType = "UpdateTrail" }"#, &[r#"{"eventType": "UpdateTrail"}"#], &[r#"{"eventType": "Update"}"#, "{}", "UpdateTrail"]);
    check(r#"{ $.eventType = "Update*" }"#, &[r#"{"eventType": "UpdateTrail"}"#], &[r#"{"eventType": "NoUpdate"}"#]);
    check("{ $.sourceIPAddress != 123.123.* }", &[r#"{"sourceIPAddress": "111.1.1.1"}"#], &[r#"{"sourceIPAddress": "123.123.1.1"}"#, "{}"]);
    check("{$.a=*x*y}", &[r#"{"a": "1x2x3y"}"#, r#"{"a":"xy"}"#], &[r#"{"a":"yx"}"#]);
    check(
        r#"{ $.arrayKey[0] = "value" }"#,
        &[r#"{"arrayKey": ["value", "b"]}"#],
        &[r#"{"arrayKey": ["b", "value"]}"#, r#"{"arrayKey": "value"}"#],
    );
    check("{ $.eventType = %Trail% }", &[r#"{"eventType": "UpdateTrails"}"#], &[r#"{"eventType": "x"}"#]);
    check(
        "{ $.bandwidth > 75 }",
        &[r#"{"bandwidth": 75.5}"#, r#"{"bandwidth": "80"}"#],
        &[r#"{"bandwidth": 75}"#, r#"{"bandwidth": "x"}"#],
    );
    check("{ $.n[0] = 1e-3 }", &[r#"{"n": [0.001]}"#], &[r#"{"n": [1]}"#]);
    check("{ $.n != 500 }", &[r#"{"n": 400}"#], &[r#"{"n": 500.0}"#, "{}", r#"{"n": null}"#]);
    check("{ $.users[*].email = \"j*\" }", &[r#"{"users": [{"email": "a"}, {"email": "jo"}]}"#], &[r#"{"users": []}"#]);
    check("{ $.*.id = 1 }", &[r#"{"a": {"id": 2}, "b": {"id": 1}}"#], &[r#"{"id": 1}"#]);
    check("{ $['a.b'] = c }", &[r#"{"a.b": "c"}"#], &[r#"{"a": {"b": "c"}}"#]);
}

#[test]
fn json_words_and_compounds() {
    check("{ $.a IS TRUE }", &[r#"{"a": true}"#], &[r#"{"a": "true"}"#, "{}"]);
    check("{ $.a is false }", &[r#"{"a": false}"#], &[r#"{"a": true}"#]);
    check("{ $.a IS NULL }", &[r#"{"a": null}"#], &["{}", r#"{"a": 0}"#]);
    check("{ $.a NOT EXISTS }", &["{}", r#"{"b": {"a": 1}}"#], &[r#"{"a": null}"#]);
    check(
        r#"{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }"#,
        &[r#"{"user": {"id": 1}, "users": [{"email": "John.Doe@example.com"}]}"#],
        &[r#"{"user": {"id": 2}, "users": [{"email": "John.Doe@example.com"}]}"#],
    );
    check("{ $.a = 1 || $.b = 2 && $.c = 3 }", &[r#"{"a":1}"#, r#"{"b":2,"c":3}"#], &[r#"{"b":2}"#]);
    check("{ ($.a = 1 || $.b = 2) && $.c = 3 }", &[r#"{"a":1,"c":3}"#], &[r#"{"a":1}"#]);
}

#[test]
fn columns() {
    let apache = r#"127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 404 2326"#;
    let fine = r#"127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 200 1534"#;
    check("[ip, id, user, timestamp, request, status_code = 4*, size]", &[apache], &[fine, "127.0.0.1"]);
    check("[..., status_code = 404, size > 2000]", &[apache], &[fine]);
    check("[ip = %127\\.0\\.0%, ...]", &[apache, fine], &["10.0.0.1 x"]);
    check("[ip, ..., size]", &[apache, "a b"], &["a"]);
    check("[w1 = ERROR || w1 = WARN, w2]", &["ERROR x", "WARN x"], &["INFO x", "ERROR x y"]);
    check("[w1 != ERROR && w1 != WARN, ...]", &["INFO x"], &["ERROR x"]);
    check("[request = \"*html*\", n]", &["\"GET a.html HTTP\" 1"], &["\"GET a HTTP\" 1"]);
    let held = Pattern::parse("[ip, ..., request, status, bytes]").unwrap().extract(fine).unwrap();
    let told: Vec<(&str, &str)> = held.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(
        told,
        [
            ("$2", "-"),
            ("$3", "frank"),
            ("$4", "10/Oct/2000:13:25:15 -0700"),
            ("$bytes", "1534"),
            ("$ip", "127.0.0.1"),
            ("$request", "GET /index.html HTTP/1.0"),
            ("$status", "200"),
        ]
    );
}

#[test]
fn json_is_extracted_by_its_selectors() {
    let pattern = Pattern::parse(r#"{ $.type = "U*" && $.ip != 1.* && $.gone NOT EXISTS }"#).unwrap();
    let held = pattern.extract(r#"{"type": "Up", "ip": "2.2", "n": 1}"#).unwrap();
    assert_eq!(held.into_iter().collect::<Vec<_>>(), [("$.ip".into(), "2.2".into()), ("$.type".into(), "Up".into())]);
}

#[test]
fn what_is_no_pattern_says_why() {
    let deep = format!("{{ {}$.a = 1{} }}", "(".repeat(100), ")".repeat(100));
    let long = "x".repeat(1025);
    let bad = [
        "a:b",
        "?",
        "-",
        "\"a",
        "%a",
        "%(a)%",
        "%%",
        "%[%",
        "\"a\"b",
        "{",
        "{}",
        "{ $.a }",
        "{ a = 1 }",
        "{ $ = 1 }",
        "{ $.a = }",
        "{ $.a > x }",
        "{ $.a = 1 } x",
        "{ $.a = 1 && }",
        "{ ($.a = 1 }",
        "{ $.a IS MAYBE }",
        "{ $.[x] = 1 }",
        "[",
        "[]",
        "[a,",
        "[a, ..., ...]",
        "[a = 1 || b = 2]",
        "[a b]",
        "[a] b",
        &deep,
        &long,
    ];
    for text in bad {
        let error = Pattern::parse(text).err().unwrap_or_else(|| panic!("{text} is no pattern"));
        assert!(error.to_string().starts_with("Invalid"), "{text}: {error}");
    }
}
