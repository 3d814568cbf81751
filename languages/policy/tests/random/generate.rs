//! Random cases over a small vocabulary, so that patterns and requests meet often.

use serde_json::{Map, Value, json};

/// SplitMix64: the same seed gives the same cases everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }
    pub fn percent(&mut self, p: usize) -> bool {
        self.below(100) < p
    }
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
    fn some(&mut self, list: &[&str], max: usize) -> Value {
        let n = 1 + self.below(max);
        let mut picked: Vec<&str> = (0..n).map(|_| self.pick(list)).collect();
        picked.dedup();
        if picked.len() == 1 && self.percent(50) { json!(picked[0]) } else { json!(picked) }
    }
}

const PRINCIPALS: [&str; 13] = [
    "arn:aws:sts::111111111111:assumed-role/R/s1",
    "arn:aws:sts::111111111111:assumed-role/R/s1",
    "arn:aws:sts::111111111111:assumed-role/L/s1",
    "arn:aws:sts::222222222222:assumed-role/RB/s1",
    "arn:aws:iam::111111111111:user/bob",
    "arn:aws:iam::222222222222:user/eve",
    "arn:aws:iam::111111111111:root",
    "arn:aws:iam::222222222222:root",
    "arn:aws:sts::111111111111:federated-user/bob",
    "arn:aws:sts::222222222222:federated-user/eve",
    "codepipeline.amazonaws.com",
    "arn:aws:iam::111111111111:oidc-provider/idp.example.com",
    "anonymous",
];

const NAMED: [&str; 13] = [
    "*",
    "111111111111",
    "arn:aws:iam::111111111111:root",
    "arn:aws:iam::222222222222:root",
    "arn:aws:iam::111111111111:role/R",
    "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/L",
    "AROAROLEOFR",
    "AIDAUSERBOB",
    "arn:aws:iam::222222222222:role/RB",
    "arn:aws:iam::111111111111:user/bob",
    "arn:aws:iam::222222222222:user/eve",
    "arn:aws:sts::111111111111:assumed-role/R/s1",
    "arn:aws:sts::111111111111:federated-user/bob",
];

const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/k1";
const ROLE: &str = "arn:aws:iam::111111111111:role/T";
const CALLS: [(&str, &str); 17] = [
    ("s3:GetObject", "arn:aws:s3:::b/k"),
    ("s3:GetObject", "arn:aws:s3:::b/a/x:y"),
    ("s3:GetObject", "arn:aws:s3:::b/*/k"),
    ("s3:ListAllMyBuckets", "*"),
    ("kms:Decrypt", KEY),
    ("kms:PutKeyPolicy", KEY),
    ("kms:DescribeKey", KEY),
    ("kms:RetireGrant", KEY),
    ("kms:VerifyMac", KEY),
    ("kms:ReEncryptTo", KEY),
    ("kms:ListAliases", "*"),
    ("sts:AssumeRole", ROLE),
    ("sts:TagSession", ROLE),
    ("sts:AssumeRoleWithWebIdentity", ROLE),
    ("sts:GetCallerIdentity", "*"),
    ("iam:PassRole", ROLE),
    ("logs:PutLogEvents", "arn:aws:logs:eu-west-1:111111111111:log-group:/a:log-stream:s"),
];

const ACTIONS: [&str; 14] = [
    "*",
    "*",
    "s3:*",
    "s3:Get*",
    "S3:getobject",
    "s3:List?llMyBuckets",
    "kms:*",
    "kms:Decrypt",
    "kms:De*Key",
    "sts:Assume*",
    "iam:*",
    "iam:PassRole",
    "logs:Put*s",
    "s3:",
];

const RESOURCES: [&str; 18] = [
    "*",
    "*",
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/?",
    "arn:aws:s3:::b/${aws:PrincipalTag/team}/k",
    "arn:aws:s3:::b/${aws:PrincipalTag/team, 'a'}/x*",
    "arn:aws:s3:::b/${*}/k",
    "arn:aws:s3:::b/${aws:TagKeys}",
    "arn:AWS:s3:::b/k",
    "arn:aws:s3:::B/k",
    "arn:aws:kms:*:111111111111:key/*",
    "arn:aws:kms:EU-WEST-1:111111111111:key/k?",
    "arn:aws:iam::111111111111:role/*",
    "arn:aws:iam::*:role/T",
    "arn:aws:logs:eu-west-1:111111111111:log-group:/a:*",
    "arn:aws:logs:*:*:*",
];
const SHORT_RESOURCES: [&str; 3] = ["arn:aws:s3", "arn:aws:s3:*", "arn:aws:kms:eu-west-1"];

const TEXTS: [&str; 9] = ["a", "A", "b", "*", "", "a*", "?", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/none, 'b'}"];
const ARNS: [&str; 7] = [
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::b/*",
    "arn:aws:iam::111111111111:role/R",
    "arn:aws:iam::*:role/${aws:PrincipalTag/team}",
    "${aws:SourceArn}",
    "arn:aws:s3",
    "text",
];
const NUMBERS: [&str; 9] = ["1", "1.0", "2", "-3", "10.5", "x", "1e1", "", "+010.50"];
const DATES: [&str; 10] = [
    "2026",
    "2026-01",
    "2026-01-01T00:00Z",
    "2026-01-01T00:00:00.5Z",
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "2026-01-01T09:00:00+09:00",
    "1767225600",
    "2026-06-01T00:00:00Z",
    "soon",
];
const ADDRESSES: [&str; 10] = [
    "0.0.0.0/0",
    "::/0",
    "203.0.113.5/33",
    "300.0.0.1",
    "203.0.113.5",
    "203.0.113.0/24",
    "0.0.0.0/1",
    "2001:db8::/32",
    "2001:db8::1",
    "10.0.0.0/8",
];
const BOOLS: [&str; 5] = ["true", "false", "TRUE", "yes", "${aws:ViaAWSService}"];
const BINARIES: [&str; 5] = ["AQI=", "AQM=", "AQI", "AQJ=", "no base64"];
const SETS: [&str; 5] = ["", "", "", "ForAllValues:", "ForAnyValue:"];

/// Operator names, the keys they are used with, and values.
const CONDITIONS: [(&[&str], &[&str], &[&str]); 7] = [
    (
        &["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"],
        &["aws:PrincipalTag/team", "aws:TagKeys", "AWS:principaltag/TEAM", "aws:SourceAccount", "aws:PrincipalTag/none"],
        &TEXTS,
    ),
    (&["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"], &["aws:SourceArn", "aws:PrincipalTag/team", "aws:none", "aws:many"], &ARNS),
    (
        &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        &["s3:max-keys", "aws:PrincipalTag/team", "aws:none", "aws:many"],
        &NUMBERS,
    ),
    (
        &["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"],
        &["aws:CurrentTime", "aws:none", "aws:many"],
        &DATES,
    ),
    (&["IpAddress", "NotIpAddress"], &["aws:SourceIp", "aws:none", "aws:many"], &ADDRESSES),
    (&["BinaryEquals"], &["aws:binary", "aws:none", "aws:many"], &BINARIES),
    (&["Bool"], &["aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:many"], &BOOLS),
];

fn conditions(r: &mut Random) -> Value {
    let mut all = Map::new();
    for _ in 0..=r.below(2) {
        if r.percent(10) {
            all.insert("Null".into(), json!({ r.pick(&["aws:SourceArn", "aws:TagKeys", "aws:none"]): r.pick(&["true", "false"]) }));
            continue;
        }
        let (names, keys, values) = r.pick(&CONDITIONS);
        let operator = format!("{}{}{}", r.pick(&SETS), r.pick(names), if r.percent(20) { "IfExists" } else { "" });
        all.insert(operator, json!({ r.pick(keys): r.some(values, 3) }));
    }
    Value::Object(all)
}

/// What a statement of some kind of policy may hold.
#[derive(Clone, Copy, PartialEq)]
pub enum Shape {
    Plain,
    Organization,
    Resource,
    Trust,
    Everyone,
    Endpoint,
}

pub fn statement(r: &mut Random, shape: Shape) -> Value {
    let mut s = Map::new();
    s.insert("Effect".into(), json!(if r.percent(80) { "Allow" } else { "Deny" }));
    let action = if r.percent(8) { "NotAction" } else { "Action" };
    let actions = if shape == Shape::Trust {
        r.some(&["sts:*", "sts:AssumeRole", "sts:TagSession", "sts:AssumeRoleWithWebIdentity"], 2)
    } else {
        r.some(&ACTIONS, 3)
    };
    s.insert(action.into(), actions);
    if shape != Shape::Trust {
        let resource = if r.percent(15) { "NotResource" } else { "Resource" };
        let short = shape != Shape::Organization && shape != Shape::Everyone && r.percent(5);
        s.insert(resource.into(), if short { r.some(&SHORT_RESOURCES, 2) } else { r.some(&RESOURCES, 3) });
    }
    match shape {
        Shape::Everyone => {
            s.insert("Principal".into(), json!("*"));
        }
        Shape::Resource | Shape::Trust | Shape::Endpoint => {
            let principal = if shape != Shape::Trust && r.percent(10) { "NotPrincipal" } else { "Principal" };
            let spared = ["111111111111", NAMED[4], NAMED[6], NAMED[9], NAMED[11], NAMED[12]];
            let who = match r.below(8) {
                0 if principal == "NotPrincipal" => json!({ "Service": "codepipeline.amazonaws.com", "AWS": r.some(&spared, 6) }),
                _ if principal == "NotPrincipal" => json!({ "AWS": r.some(&spared, 6) }),
                0 | 1 => json!("*"),
                2 => json!({ "Service": "codepipeline.amazonaws.com", "AWS": r.some(&NAMED, 1) }),
                3 => json!({ "Federated": "arn:aws:iam::111111111111:oidc-provider/idp.example.com" }),
                _ => json!({ "AWS": r.some(&NAMED, 4) }),
            };
            s.insert(principal.into(), who);
        }
        Shape::Plain | Shape::Organization => {}
    }
    if r.percent(35) {
        s.insert("Condition".into(), conditions(r));
    }
    Value::Object(s)
}

fn policy(r: &mut Random, shape: Shape) -> Value {
    let mut p = Map::new();
    if r.percent(92) {
        p.insert("Version".into(), json!(if r.percent(95) { "2012-10-17" } else { "2008-10-17" }));
    }
    let statements: Vec<Value> = (0..=r.below(3)).map(|_| statement(r, shape)).collect();
    p.insert("Statement".into(), json!(statements));
    Value::Object(p)
}

fn list(r: &mut Random, shape: Shape, max: usize) -> Value {
    (0..r.below(max + 1)).map(|_| policy(r, shape)).collect()
}

fn levels(r: &mut Random, shape: Shape) -> Value {
    let allow_all = {
        let mut s = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
        if shape == Shape::Everyone {
            s["Principal"] = json!("*");
        }
        json!({ "Version": "2012-10-17", "Statement": s })
    };
    (0..=r.below(2))
        .map(|_| {
            let mut level = list(r, shape, 1);
            if r.percent(85) {
                level.as_array_mut().unwrap().push(allow_all.clone());
            }
            level
        })
        .collect()
}

fn context(r: &mut Random, principal: &str) -> Value {
    let mut c = Map::new();
    if principal.ends_with("/L/s1") {
        c.insert("aws:PrincipalArn".into(), json!("arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/L"));
    }
    if principal.ends_with("/R/s1") {
        c.insert("aws:userid".into(), json!("AROAROLEOFR:s1"));
    }
    if principal.ends_with("user/bob") {
        c.insert("aws:userid".into(), json!("AIDAUSERBOB"));
    }
    let choices: [(&str, &[&str]); 9] = [
        ("aws:binary", &["AQI=", "AQM=", "AQ=="]),
        ("aws:ViaAWSService", &["true", "false"]),
        ("aws:PrincipalTag/team", &["a", "A", "b", "*", "", "1", "R"]),
        ("aws:SourceArn", &["arn:aws:s3:::b/k", "arn:aws:iam::111111111111:role/R", "text"]),
        ("aws:SourceAccount", &["a", "b"]),
        ("s3:max-keys", &["1", "2", "10.50", "many", "-3"]),
        ("aws:CurrentTime", &["2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "1767225600", "1767225600.5"]),
        ("aws:SourceIp", &["203.0.113.5", "2001:db8::1", "198.51.100.1"]),
        ("aws:SecureTransport", &["true", "false", "True"]),
    ];
    for (key, values) in choices {
        if r.percent(60) {
            c.insert(key.into(), json!(r.pick(values)));
        }
    }
    if r.percent(50) {
        let tags: Vec<&str> = (0..r.below(3)).map(|_| r.pick(&["a", "b", "", "", "A"])).collect();
        c.insert("aws:TagKeys".into(), json!(tags));
    }
    if r.percent(60) {
        let values = ["1", "10.5", "2026-01-01", "AQI=", "203.0.113.5", "arn:aws:s3:::b/k", "true", "", "text"];
        let many: Vec<&str> = (0..r.below(4)).map(|_| r.pick(&values)).collect();
        c.insert("aws:many".into(), json!(many));
    }
    if r.percent(40) {
        c.insert("kms:EncryptionContext:App".into(), json!(r.pick(&["x", "x", "y"])));
    }
    if r.percent(15) {
        c.insert("kms:EncryptionContext:other".into(), json!("x"));
    }
    Value::Object(c)
}

fn grant(r: &mut Random) -> Value {
    let mut g = json!({ "GranteePrincipal": r.pick(&[NAMED[4], NAMED[6], NAMED[8], NAMED[9], NAMED[10], NAMED[11], NAMED[12]]), "Operations": [r.pick(&["Decrypt", "DescribeKey", "Encrypt", "RetireGrant", "ReEncryptTo"])] });
    if r.percent(30) {
        g["RetiringPrincipal"] = json!(r.pick(&[NAMED[4], NAMED[6], NAMED[8], NAMED[9], NAMED[11]]));
    }
    if r.percent(20) {
        g["KeyId"] = json!(r.pick(&[KEY, "k1", "k2"]));
    }
    if r.percent(40) {
        let name = r.pick(&["EncryptionContextSubset", "EncryptionContextEquals"]);
        g["Constraints"] = json!({ name: { r.pick(&["App", "app", "other"]): "x" } });
    }
    g
}

/// A case in which one rare rule decides: whom NotPrincipal spares, or what a grant asks for.
fn focused(r: &mut Random) -> Value {
    let principal = r.pick(&[PRINCIPALS[0], PRINCIPALS[4], PRINCIPALS[8], PRINCIPALS[3], PRINCIPALS[5]]);
    let all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let (action, resource, policies) = if r.percent(50) {
        let spared = [NAMED[2], NAMED[4], NAMED[6], NAMED[9], NAMED[11], NAMED[12]];
        let deny = json!({ "Effect": "Deny", "NotPrincipal": { "AWS": r.some(&spared, 8) }, "Action": "*", "Resource": "*" });
        let policies = json!({ "identity": { "Statement": all }, "session": { "Statement": all }, "resource": { "Statement": deny } });
        ("s3:GetObject", CALLS[0].1, policies)
    } else {
        let name = r.pick(&["EncryptionContextSubset", "EncryptionContextEquals"]);
        let grant = json!({
            "GranteePrincipal": r.pick(&[NAMED[4], NAMED[6], NAMED[8], NAMED[9], NAMED[10], NAMED[11], NAMED[12]]),
            "Operations": ["Decrypt"],
            "Constraints": { name: { r.pick(&["App", "app", "other"]): "x" } },
        });
        ("kms:Decrypt", KEY, json!({ "grants": [grant] }))
    };
    let mut context = context(r, principal);
    if r.percent(50) {
        context["kms:EncryptionContext:other"] = json!("x");
    }
    json!({
        "request": {
            "principal": principal, "action": action, "resource": resource, "resourceAccount": "111111111111",
            "context": context,
        },
        "policies": policies,
        "options": {},
    })
}

/// A policy that allows everything, with random statements beside.
fn generous(r: &mut Random, shape: Shape, principal: &str) -> Value {
    let mut allow = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    match shape {
        Shape::Plain | Shape::Organization => {}
        Shape::Trust => {
            allow = json!({ "Effect": "Allow", "Action": "sts:*", "Principal": { "AWS": principal } });
        }
        Shape::Everyone => allow["Principal"] = json!("*"),
        Shape::Resource | Shape::Endpoint => allow["Principal"] = json!({ "AWS": principal }),
    }
    if r.percent(25) {
        allow["Condition"] = conditions(r);
    }
    let mut statements = vec![allow];
    if r.percent(20) {
        statements.push(statement(r, shape));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// A case in which all sides allow, but for what chance spoils: limits and gates decide these.
fn likely(r: &mut Random) -> Value {
    let principal = r.pick(&[PRINCIPALS[0], PRINCIPALS[3], PRINCIPALS[4], PRINCIPALS[5], PRINCIPALS[8], PRINCIPALS[6]]);
    let (action, resource) = r.pick(&CALLS);
    let owner = resource.split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or("111111111111");
    let own = principal.split(':').nth(4).unwrap();
    let shape = if action.starts_with("sts:") { Shape::Trust } else { Shape::Resource };
    let mut p = Map::new();
    if r.percent(85) {
        p.insert("identity".into(), generous(r, Shape::Plain, ""));
    }
    if r.percent(30) {
        p.insert("boundary".into(), generous(r, Shape::Plain, ""));
    }
    if r.percent(40) {
        p.insert("session".into(), generous(r, Shape::Plain, ""));
    }
    if r.percent(75) {
        let named = r.pick(&[own, own, NAMED[4], NAMED[8], NAMED[9], NAMED[10]]);
        p.insert("resource".into(), generous(r, shape, named));
    }
    if r.percent(20) {
        p.insert("serviceControl".into(), json!([[generous(r, Shape::Organization, "")], [generous(r, Shape::Organization, "")]]));
    }
    if r.percent(20) {
        p.insert("resourceControl".into(), json!([[generous(r, Shape::Everyone, "")]]));
    }
    if r.percent(15) {
        p.insert("vpcEndpoint".into(), generous(r, Shape::Endpoint, own));
    }
    json!({
        "request": {
            "principal": principal, "action": action, "resource": resource, "resourceAccount": owner,
            "context": context(r, principal),
        },
        "policies": p,
        "blockPublicAccess": r.percent(20),
        "options": {},
    })
}

/// A whole case, without an expectation.
pub fn case(r: &mut Random) -> Value {
    match r.below(100) {
        0..8 => return focused(r),
        8..33 => return likely(r),
        _ => {}
    }
    let principal = r.pick(&PRINCIPALS);
    let (action, resource) = r.pick(&CALLS);
    let owner = match resource.split(':').nth(4) {
        None | Some("") => r.pick(&["111111111111", "222222222222"]),
        Some(account) => account,
    };
    let shape = if action.starts_with("sts:") { Shape::Trust } else { Shape::Resource };
    let mut p = Map::new();
    if r.percent(85) {
        p.insert("identity".into(), list(r, Shape::Plain, 2));
    }
    if r.percent(25) {
        p.insert("boundary".into(), policy(r, Shape::Plain));
    }
    if r.percent(30) {
        p.insert("session".into(), list(r, Shape::Plain, 2));
    }
    if r.percent(70) {
        p.insert("resource".into(), policy(r, shape));
    }
    if r.percent(20) {
        p.insert("serviceControl".into(), levels(r, Shape::Organization));
    }
    if r.percent(20) {
        p.insert("resourceControl".into(), levels(r, Shape::Everyone));
    }
    if r.percent(10) {
        p.insert("vpcEndpoint".into(), policy(r, Shape::Endpoint));
    }
    if r.percent(30) {
        p.insert("grants".into(), (0..=r.below(2)).map(|_| grant(r)).collect());
    }
    json!({
        "request": {
            "principal": principal, "action": action, "resource": resource, "resourceAccount": owner,
            "context": context(r, principal),
        },
        "policies": p,
        "blockPublicAccess": r.percent(20),
        "options": {},
    })
}
