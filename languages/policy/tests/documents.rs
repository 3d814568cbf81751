//! What is a legal policy, what is said of an illegal one, and where.

use PolicyKind::{Boundary, Identity, Key, Resource, ResourceControl, ServiceControl, Session, Trust, VpcEndpoint};
use policy::{Fault, Policy, PolicyKind, PrincipalKind, quota_length, rewrite_principals};

/// A document of one statement.
fn document(statement: &str) -> String {
    format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{{{statement}}}]}}")
}

const ALLOW: &str = r#""Effect":"Allow","Action":"s3:GetObject","Resource":"*""#;

#[test]
fn errors_name_their_place() {
    // kind, text, path, line, column, part of the message
    let table: &[(PolicyKind, &str, &str, usize, usize, &str)] = &[
        (Identity, "", "", 1, 1, "ends where a JSON value"),
        (Identity, "{\n  \"Version\": \"2012-10-17\",\n  oops\n}", "", 3, 3, "a key in double quotes, found 'o'"),
        (Identity, "{\"Version\": \"2012-10-17\"} x", "", 1, 27, "after the end"),
        (Identity, "{\"Id\": \"é\", \"Id\": \"b\"}", "", 1, 13, "'Id' is there twice"),
        (Identity, "[]", "", 1, 1, "expected an object, found a list"),
        (Identity, "{\"Statement\": \"abc", "", 1, 15, "no closing quote"),
        (Identity, "{\"Statement\": \"\\q\"}", "", 1, 15, "invalid escape"),
        (Identity, "{\"Statement\": 01}", "", 1, 15, "not a JSON number"),
        (Identity, "{\"Version\": \"2012-10-17\"}", "", 1, 1, "Missing required field Statement"),
        (Identity, "{\"Version\":\"2012\",\"Statement\":[]}", "Version", 1, 12, "write \"2012-10-17\""),
        (Identity, "{\"Statement\":[]}", "Statement", 1, 14, "at least one"),
        (Identity, "{\"Statement\":\n [{}]}", "Statement[0]", 2, 3, "field Effect"),
        (Identity, "{\"Statement\":[{\"effect\":1}]}", "Statement[0]", 1, 16, "names are case-sensitive: write Effect"),
        (Identity, "{\"Statement\":[{\"Effect\":\"allow\"}]}", "Statement[0].Effect", 1, 25, "Invalid effect: allow"),
    ];
    for (kind, text, path, line, column, message) in table {
        let error = Policy::parse(text, *kind).expect_err(text);
        assert_eq!((&*error.path, error.line, error.column), (*path, *line, *column), "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.to_string().ends_with(&format!("(line {line}, column {column})")), "{error}");
    }
}

#[test]
fn every_kind_has_its_rules() {
    let with = |more: &str| format!("{ALLOW},{more}");
    // kind, statement, part of the message; None is legal
    let table: &[(PolicyKind, String, Option<&str>)] = &[
        (Identity, ALLOW.into(), None),
        (Identity, with(r#""Sid":"a b""#), Some("alpha-numeric")),
        (Resource, with(r#""Sid":"a b","Principal":"*""#), None),
        (Identity, with(r#""Principal":"*""#), Some("prohibited field Principal")),
        (Boundary, with(r#""NotPrincipal":"*""#), Some("prohibited field NotPrincipal")),
        (Identity, with(r#""NotAction":"s3:*""#), Some("Action and NotAction are both there")),
        (Identity, r#""Effect":"Allow","Resource":"*""#.into(), Some("field Action")),
        (Identity, r#""Effect":"Allow","Action":"s3:*""#.into(), Some("field Resource")),
        (Identity, r#""Effect":"Allow","Action":[],"Resource":"*""#.into(), Some("empty")),
        (Identity, r#""Effect":"Allow","Action":"GetObject","Resource":"*""#.into(), Some("vendor")),
        (Identity, r#""Effect":"Allow","Action":"s*:Get","Resource":"*""#.into(), Some("Vendor s* is not valid")),
        (Identity, r#""Effect":"Allow","Action":"s3:Get:Object","Resource":"*""#.into(), Some("only one colon")),
        (Identity, r#""Effect":"Allow","Action":"s3 :*","Resource":"*""#.into(), Some("Vendor s3  is not valid")),
        (Identity, r#""Effect":"Allow","Action":"s3:*","Resource":"b/k""#.into(), Some("ARN format")),
        (Identity, r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws:*:::b""#.into(), Some("vendor must be fully qualified")),
        (Identity, r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws""#.into(), Some("vendor must be fully qualified")),
        (
            Boundary,
            r#""Effect":"Allow","Action":"s3:*","Resource":"arn:was:s3:::b/k""#.into(),
            Some("Partition \"was\" is not valid for resource \"arn:was:s3:::b/k\"."),
        ),
        (Identity, r#""Effect":"Allow","Action":"s3:*","Resource":"arn:s3""#.into(), Some("\"arn:s3:*:*:*:*\"")),
        (Identity, r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3::${aws:x}:b""#.into(), Some("last part")),
        (Identity, r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:x""#.into(), Some("policy variable")),
        (Session, r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:*""#.into(), None),
        (ServiceControl, r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:*""#.into(), Some("of the 6 parts")),
        (ResourceControl, with(r#""Principal":"*""#), None),
        (ResourceControl, with(r#""Principal":{"AWS":"111111111111"}"#), Some("for everyone")),
        (Resource, ALLOW.into(), Some("field Principal")),
        (VpcEndpoint, ALLOW.into(), Some("field Principal")),
        (Resource, r#""Effect":"Allow","Action":"ecr:*","Principal":"*""#.into(), None),
        (Key, r#""Effect":"Allow","Action":"kms:*","Principal":"*""#.into(), Some("field Resource")),
        (Resource, with(r#""Principal":"111111111111""#), Some("{\"AWS\": \"111111111111\"}")),
        (Resource, with(r#""Principal":{}"#), Some("nobody")),
        (Resource, with(r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/*"}"#), Some("wildcards are not allowed")),
        (Resource, with(r#""Principal":{"AWS":"arn:aws:iam::1:role/R"}"#), Some("Invalid principal")),
        (Resource, with(r#""Principal":{"AWS":"arn:aws:sts::111111111111:assumed-role/R"}"#), Some("Invalid principal")),
        (Resource, with(r#""Principal":{"AWS":["AROAEXAMPLE","111111111111"]}"#), None),
        (Trust, with(r#""Principal":"*""#), Some("STS AssumeRole actions")),
        (Trust, r#""Effect":"Allow","Action":"sts:AssumeRole","Principal":"*""#.into(), None),
        (Trust, r#""Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Resource":"*""#.into(), Some("prohibited field Resource")),
        (Trust, r#""Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":"*""#.into(), Some("prohibited field NotPrincipal")),
        (Identity, with(r#""Condition":{"StringEqual":{"aws:x":"1"}}"#), Some("Invalid Condition type : StringEqual")),
        (Identity, with(r#""Condition":{"stringequals":{"aws:x":"1"}}"#), Some("write StringEquals")),
        (Identity, with(r#""Condition":{"ForEach:Bool":{"aws:x":"1"}}"#), Some("set operator")),
        (Identity, with(r#""Condition":{"NullIfExists":{"aws:x":"true"}}"#), Some("neither IfExists")),
        (Identity, with(r#""Condition":{"Null":{"aws:x":"maybe"}}"#), Some("\"true\" or \"false\"")),
        (Identity, with(r#""Condition":{"Bool":{"x":"true"}}"#), Some("no condition key")),
        (Identity, with(r#""Condition":{"Bool":{"aws:x":null}}"#), Some("found null")),
        (Identity, with(r#""Condition":{"NumericEquals":{"aws:x":[1,2.5,"3"]},"Bool":{"aws:y":true}}"#), None),
    ];
    for (kind, statement, wrong) in table {
        match (Policy::parse(&document(statement), *kind), wrong) {
            (Ok(policy), None) => assert_eq!(policy.statements(), 1),
            (Err(error), Some(part)) => assert!(error.message.contains(part), "{statement}: {error}"),
            (outcome, _) => panic!("{kind:?} {statement}: {outcome:?}"),
        }
    }
    let twice = format!(r#"{{"Statement":[{{"Sid":"A",{ALLOW}}},{{"Sid":"A",{ALLOW}}}]}}"#);
    assert!(Policy::parse(&twice, Identity).unwrap_err().message.contains("unique"));
}

#[test]
fn an_error_names_the_rule_that_is_broken() {
    let table = [
        (Identity, "{".to_owned(), Fault::Json),
        (Identity, "{\"Statement\":[]}".to_owned(), Fault::Missing("Statement")),
        (Identity, document(r#""Effect":"allow""#), Fault::Syntax),
        (Identity, document(r#""Action":"s3:*""#), Fault::Missing("Effect")),
        (Identity, document(r#""Effect":"Allow","Action":[],"Resource":"*""#), Fault::Missing("Action")),
        (Identity, document(r#""Effect":"Allow","Action":"s3:*","Resource":[]"#), Fault::Missing("Resource")),
        (Identity, document(&format!(r#"{ALLOW},"Principal":"*""#)), Fault::Prohibited("Principal")),
        (Trust, document(r#""Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Resource":"*""#), Fault::Prohibited("Resource")),
        (Trust, document(r#""Effect":"Allow","Action":"sts:AssumeRole""#), Fault::Missing("Principal")),
        (Trust, document(r#""Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"x"}"#), Fault::Principal),
        (Identity, document(&format!(r#"{ALLOW},"Sid":"a b""#)), Fault::Sid),
        (Identity, document(r#""Effect":"Allow","Action":"Get","Resource":"*""#), Fault::Action),
        (Identity, document(r#""Effect":"Allow","Action":"s3:*","Resource":"b""#), Fault::Resource),
        (Identity, document(&format!(r#"{ALLOW},"Condition":{{"Equals":{{"aws:x":"1"}}}}"#)), Fault::Condition),
    ];
    for (kind, text, fault) in table {
        assert_eq!(Policy::parse(&text, kind).unwrap_err().fault, fault, "{text}");
    }
}

#[test]
fn outside_input_is_limited() {
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    assert!(Policy::parse(&deep, Identity).unwrap_err().message.contains("nested deeper"));
    let long = format!("{{\"Id\":\"{}\"}}", "x".repeat(Policy::MAX_BYTES));
    assert!(Policy::parse(&long, Identity).unwrap_err().message.contains("at most"));
    for cut in 0..ALLOW.len() {
        assert!(Policy::parse(&document(ALLOW)[..cut], Identity).is_err());
    }
    assert_eq!(quota_length(" { \"a\" :\n1 } "), 7);
}

#[test]
fn principals_are_listed_and_rewritten() {
    let text = r#"{ "Statement": [
      {"Effect":"Allow", "Principal":{"AWS":["arn:aws:iam::111111111111:role/R","*"],"Service":"x.amazonaws.com"},"Action":"s3:*"},
      {"Effect":"Deny", "NotPrincipal":{"AWS":"arn:aws:iam::111111111111:user/bob"},"Action":"s3:*", "Sid":"arn:aws:iam::111111111111:role/R"}
    ] }"#;
    let policy = Policy::parse(text, Resource).unwrap();
    let listed: Vec<_> = policy.principals().iter().map(|p| (p.kind, p.text, p.statement, p.negated)).collect();
    assert_eq!(
        listed,
        [
            (PrincipalKind::Aws, "*", 0, false),
            (PrincipalKind::Aws, "arn:aws:iam::111111111111:role/R", 0, false),
            (PrincipalKind::Service, "x.amazonaws.com", 0, false),
            (PrincipalKind::Aws, "arn:aws:iam::111111111111:user/bob", 1, true),
        ]
    );
    let role = "arn:aws:iam::111111111111:role/R";
    let saved = rewrite_principals(text, |arn| (arn == role).then(|| "AROAX".to_owned())).unwrap();
    assert_eq!(saved, text.replacen(role, "AROAX", 1));
    let shown = rewrite_principals(&saved, |id| (id == "AROAX").then(|| role.to_owned())).unwrap();
    assert_eq!(shown, text);
}

#[test]
fn public_as_s3_means_it() {
    // condition, public
    let table = [
        (r#"{}"#, true),
        (r#"{"StringEquals":{"aws:SourceAccount":"111111111111"}}"#, false),
        (r#"{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#, true),
        (r#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#, false),
        (r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}"#, true),
        (r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}"#, true),
        (r#"{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#, true),
        (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::b"}}"#, false),
        (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#, true),
        (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, false),
        (r#"{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","0.0.0.0/1"]}}"#, true),
        (r#"{"StringEquals":{"s3:prefix":"a"}}"#, true),
    ];
    for (condition, public) in table {
        let text = document(&format!(r#"{ALLOW},"Principal":"*","Condition":{condition}"#));
        assert_eq!(Policy::parse(&text, Resource).unwrap().is_public(), public, "{condition}");
    }
    let fixed = document(&format!(r#"{ALLOW},"Principal":{{"AWS":"111111111111"}}"#));
    assert!(!Policy::parse(&fixed, Resource).unwrap().is_public());
}
