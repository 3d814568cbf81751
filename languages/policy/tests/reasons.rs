//! What a decision says beside its verdict.

use policy::{
    Context, Decision, Named, Options, Policies, Policy, PolicyKind, Principal, ReasonPolicyKind as Kind, ReasonRole, Request, cases,
};
use serde_json::{Value, json};

const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/R/s1";
const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/k1";

fn case(principal: &str, action: &str, resource: &str, policies: Value) -> Value {
    json!({
        "request": { "principal": principal, "action": action, "resource": resource, "resourceAccount": "111111111111", "context": {} },
        "policies": policies,
    })
}

fn decide(case: &Value) -> Decision {
    cases::decision(&cases::read(&case.to_string()).unwrap()[0])
}

fn policy(statement: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statement })
}

#[test]
fn messages_are_those_of_aws() {
    let allow = |action: &str| policy(json!({ "Effect": "Allow", "Action": action, "Resource": "*" }));
    let deny = policy(json!({ "Effect": "Deny", "Action": "*", "Resource": "*" }));
    let everyone = |effect: &str| policy(json!({ "Effect": effect, "Principal": "*", "Action": "*", "Resource": "*" }));
    let bucket = "arn:aws:s3:::b/k";
    let table = [
        ("s3:GetObject", bucket, json!({}), "because no identity-based policy allows the s3:GetObject action"),
        ("s3:GetObject", bucket, json!({ "identity": deny }), "with an explicit deny in an identity-based policy"),
        ("s3:GetObject", bucket, json!({ "resource": everyone("Deny") }), "with an explicit deny in a resource-based policy"),
        (
            "s3:GetObject",
            bucket,
            json!({ "identity": allow("*"), "boundary": allow("ec2:*") }),
            "because no permissions boundary allows the s3:GetObject action",
        ),
        (
            "s3:GetObject",
            bucket,
            json!({ "identity": allow("*"), "session": [] }),
            "because no session policy allows the s3:GetObject action",
        ),
        (
            "s3:GetObject",
            bucket,
            json!({ "identity": allow("*"), "serviceControl": [[deny]] }),
            "with an explicit deny in a service control policy",
        ),
        (
            "s3:GetObject",
            bucket,
            json!({ "identity": allow("*"), "serviceControl": [[allow("*")], []] }),
            "because no service control policy allows the s3:GetObject action",
        ),
        (
            "s3:GetObject",
            bucket,
            json!({ "identity": allow("*"), "resourceControl": [[]] }),
            "because no resource control policy allows the s3:GetObject action",
        ),
        (
            "s3:GetObject",
            bucket,
            json!({ "identity": allow("*"), "vpcEndpoint": everyone("Deny") }),
            "with an explicit deny in a VPC endpoint policy",
        ),
        ("kms:Decrypt", KEY, json!({ "identity": allow("*") }), "because no resource-based policy allows the kms:Decrypt action"),
        (
            "sts:AssumeRole",
            "arn:aws:iam::111111111111:role/T",
            json!({ "identity": allow("*") }),
            "because no role trust policy allows the sts:AssumeRole action",
        ),
    ];
    for (action, resource, policies, because) in table {
        let decision = decide(&case(SESSION, action, resource, policies));
        let request = Request {
            principal: Principal::Anonymous,
            principal_account: None,
            action,
            resource,
            resource_account: "",
            context: &Context::new(),
        };
        let wanted = format!("User: {SESSION} is not authorized to perform: {action} on resource: {resource} {because}");
        assert_eq!(decision.message(SESSION, &request), wanted);
    }
}

#[test]
fn near_misses_name_the_element_and_what_was_seen() {
    let identity = policy(json!([
        { "Sid": "Other", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*" },
        { "Sid": "Wrong", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::c/*" },
        { "Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": { "StringEquals": { "aws:SourceAccount": ["1", "2"] } } },
    ]));
    let bucket = policy(json!({ "Effect": "Allow", "Principal": { "AWS": "111111111111" }, "Action": "s3:*", "Resource": "*" }));
    let decision = decide(&case(SESSION, "s3:GetObject", "arn:aws:s3:::b/k", json!({ "identity": identity, "resource": bucket })));
    let found: Vec<_> =
        decision.reasons.iter().map(|r| (r.role, r.kind, r.statement, r.sid.as_deref(), r.element.as_deref(), r.seen.as_deref())).collect();
    assert_eq!(
        found,
        [
            (ReasonRole::Missing, Kind::Identity, None, None, None, None),
            (
                ReasonRole::NearMiss,
                Kind::Resource,
                Some(0),
                None,
                Some("Principal"),
                Some("the account, which leaves the choice to identity-based policies")
            ),
            (ReasonRole::NearMiss, Kind::Identity, Some(1), Some("Wrong"), Some("Resource"), Some("arn:aws:s3:::b/k")),
            (ReasonRole::NearMiss, Kind::Identity, Some(2), None, Some("Condition StringEquals aws:SourceAccount"), Some("not present")),
        ]
    );
    assert_eq!(decision.reasons[3].expected.as_deref(), Some("1, 2"));
}

#[test]
fn an_allow_names_all_that_took_part() {
    let all = |sid: &str| policy(json!({ "Sid": sid, "Effect": "Allow", "Action": "*", "Resource": "*" }));
    let key = policy(json!({ "Effect": "Allow", "Principal": { "AWS": "111111111111" }, "Action": "kms:*", "Resource": "*" }));
    let policies = json!({ "identity": all("I"), "boundary": all("B"), "session": all("S"), "resource": key });
    let decision = decide(&case(SESSION, "kms:Decrypt", KEY, policies));
    let kinds: Vec<_> = decision.reasons.iter().map(|r| r.kind).collect();
    assert_eq!(kinds, [Kind::Identity, Kind::Key, Kind::Boundary, Kind::Session]);
    let grant = json!({ "GrantId": "g1", "GranteePrincipal": "arn:aws:iam::111111111111:role/R", "Operations": ["Decrypt"] });
    let decision = decide(&case(SESSION, "kms:Decrypt", KEY, json!({ "grants": [grant] })));
    assert_eq!((decision.reasons[0].kind, decision.reasons[0].policy.as_deref()), (Kind::Grant, Some("g1")));
}

/// Each option changes the verdict of its case, and the decision says so under both settings.
#[test]
fn every_option_is_named_where_it_decides() {
    let identity = |statement: Value| json!({ "identity": policy(statement) });
    let condition = |condition: Value| identity(json!({ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition }));
    let bucket = "arn:aws:s3:::b/k";
    let s3 = |policies| case(SESSION, "s3:GetObject", bucket, policies);
    let with = |mut case: Value, key: &str, value: Value| {
        case["request"]["context"][key] = value;
        case
    };
    let key_2008 = json!({ "Statement": { "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*" } });
    let everyone = policy(json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" }));
    let grant = json!([{ "GranteePrincipal": "arn:aws:iam::222222222222:role/RB", "Operations": ["Decrypt"] }]);
    let other = "arn:aws:sts::222222222222:assumed-role/RB/s1";
    let to_bucket = |resource: &str| identity(json!({ "Effect": "Allow", "Action": "*", "Resource": resource }));
    let table = [
        ("keyPolicyOfVersion2008", json!(false), case(SESSION, "kms:Decrypt", KEY, json!({ "resource": key_2008 }))),
        ("listAllMyBucketsByArn", json!(false), case(SESSION, "s3:ListAllMyBuckets", "*", to_bucket("arn:aws:s3:::*"))),
        (
            "notResourceWithUnresolvedVariable",
            json!("entryMatchesNothing"),
            s3(identity(json!({ "Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::${aws:x}" }))),
        ),
        ("forAnyValueIfExistsOnMissingKey", json!(false), s3(condition(json!({ "ForAnyValue:StringEqualsIfExists": { "aws:x": "1" } })))),
        ("arnNotEqualsOnNonArn", json!(false), with(s3(condition(json!({ "ArnNotEquals": { "aws:x": KEY } }))), "aws:x", json!("text"))),
        (
            "forAllValuesEmptyStringIsMissing",
            json!(true),
            with(s3(condition(json!({ "ForAllValues:StringEquals": { "aws:x": "1" } }))), "aws:x", json!([""])),
        ),
        ("everyoneIncludesServices", json!(false), case("x.amazonaws.com", "s3:GetObject", bucket, json!({ "resource": everyone }))),
        ("crossAccountGrantSuffices", json!(false), case(other, "kms:Decrypt", KEY, json!({ "grants": grant }))),
        ("arnPrefixIgnoresCase", json!(false), s3(to_bucket("arn:AWS:s3:::b/k"))),
        (
            "multivaluedKeyWithoutSetOperator",
            json!(true),
            with(s3(condition(json!({ "StringEquals": { "aws:x": "1" } }))), "aws:x", json!(["1"])),
        ),
    ];
    let mut names: Vec<String> = serde_json::to_value(Options::default()).unwrap().as_object().unwrap().keys().cloned().collect();
    for (name, setting, mut case) in table {
        names.retain(|known| known != name);
        let by_default = decide(&case);
        case["options"] = json!({ name: setting });
        let changed = decide(&case);
        assert_ne!(by_default.verdict, changed.verdict, "{name}");
        assert_eq!((by_default.depends_on, changed.depends_on), (vec![name], vec![name]), "{name}");
    }
    assert!(names.is_empty(), "options without a case: {names:?}");
}

/// The parts of the interface that a case file cannot express.
#[test]
fn unique_ids_and_linked_roles() {
    let text = r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"AROAONE"},"Action":"s3:*","Resource":"*"}}"#;
    let bucket = Policy::parse(text, PolicyKind::Resource).unwrap();
    let empty_level = [Vec::new()];
    let context = Context::new();
    // role id, linked, allowed: a role made anew has another id; an organization does not limit linked roles
    for (role_id, linked, allowed) in [("AROAONE", true, true), ("AROATWO", true, false), ("AROAONE", false, false), ("", true, false)] {
        let request = Request {
            principal: Principal::Role { role_arn: "arn:aws:iam::111111111111:role/R", role_id, session_arn: SESSION, linked },
            principal_account: Some("111111111111"),
            action: "s3:GetObject",
            resource: "arn:aws:s3:::b/k",
            resource_account: "111111111111",
            context: &context,
        };
        let policies = Policies {
            resource: Some(Named { name: "bucket policy of b", policy: &bucket }),
            service_control: &empty_level,
            ..Policies::default()
        };
        let decision = policy::decide(&request, &policies, &Options::default());
        assert_eq!(decision.is_allowed(), allowed, "{role_id} {linked}");
    }
}
