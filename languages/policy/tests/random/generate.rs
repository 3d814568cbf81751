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
const CALLS: [(&str, &str); 11] = [
    ("s3:GetObject", "arn:aws:s3:::b/k"),
    ("s3:GetObject", "arn:aws:s3:::b/a/x:y"),
    ("s3:GetObject", "arn:aws:s3:::b/*/k"),
    ("s3:ListAllMyBuckets", "*"),
    ("kms:Decrypt", KEY),
    ("kms:PutKeyPolicy", KEY),
    ("kms:DescribeKey", KEY),
    ("sts:AssumeRole", ROLE),
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
const NUMBERS: [&str; 6] = ["1", "1.0", "2", "-3", "10.5", "x"];
const DATES: [&str; 6] = ["2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T09:00:00+09:00", "1767225600", "2026-06-01T00:00:00Z", "soon"];
const ADDRESSES: [&str; 6] = ["203.0.113.5", "203.0.113.0/24", "0.0.0.0/1", "2001:db8::/32", "2001:db8::1", "10.0.0.0/8"];
const BOOLS: [&str; 4] = ["true", "false", "TRUE", "yes"];
const SETS: [&str; 5] = ["", "", "", "ForAllValues:", "ForAnyValue:"];

/// Operator names, the keys they are used with, and values.
const CONDITIONS: [(&[&str], &[&str], &[&str]); 6] = [
    (
        &["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"],
        &["aws:PrincipalTag/team", "aws:TagKeys", "AWS:principaltag/TEAM", "aws:SourceAccount", "aws:PrincipalTag/none"],
        &TEXTS,
    ),
    (&["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"], &["aws:SourceArn", "aws:PrincipalTag/team"], &ARNS),
    (
        &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        &["s3:max-keys", "aws:PrincipalTag/team"],
        &NUMBERS,
    ),
    (
        &["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"],
        &["aws:CurrentTime"],
        &DATES,
    ),
    (&["IpAddress", "NotIpAddress"], &["aws:SourceIp"], &ADDRESSES),
    (&["Bool"], &["aws:SecureTransport", "aws:MultiFactorAuthPresent"], &BOOLS),
];

fn conditions(r: &mut Random) -> Value {
    let mut all = Map::new();
    for _ in 0..=r.below(2) {
        if r.percent(10) {
            all.insert("Null".into(), json!({ r.pick(&["aws:SourceArn", "aws:TagKeys"]): r.pick(&["true", "false"]) }));
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
    let actions = if shape == Shape::Trust { r.some(&["sts:*", "sts:AssumeRole", "sts:TagSession"], 2) } else { r.some(&ACTIONS, 3) };
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
    let choices: [(&str, &[&str]); 7] = [
        ("aws:PrincipalTag/team", &["a", "A", "b", "*", "", "1", "R"]),
        ("aws:SourceArn", &["arn:aws:s3:::b/k", "arn:aws:iam::111111111111:role/R", "text"]),
        ("aws:SourceAccount", &["a", "b"]),
        ("s3:max-keys", &["1", "2", "10.50", "many"]),
        ("aws:CurrentTime", &["2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"]),
        ("aws:SourceIp", &["203.0.113.5", "2001:db8::1", "198.51.100.1"]),
        ("aws:SecureTransport", &["true", "false", "True"]),
    ];
    for (key, values) in choices {
        if r.percent(60) {
            c.insert(key.into(), json!(r.pick(values)));
        }
    }
    if r.percent(50) {
        let tags: Vec<&str> = (0..r.below(3)).map(|_| r.pick(&["a", "b", "", "A"])).collect();
        c.insert("aws:TagKeys".into(), json!(tags));
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
    let mut g = json!({ "GranteePrincipal": r.pick(&[NAMED[4], NAMED[6], NAMED[8], NAMED[9], NAMED[10], NAMED[11], NAMED[12]]), "Operations": [r.pick(&["Decrypt", "DescribeKey", "Encrypt"])] });
    if r.percent(40) {
        let name = r.pick(&["EncryptionContextSubset", "EncryptionContextEquals"]);
        g["Constraints"] = json!({ name: { r.pick(&["App", "app", "other"]): "x" } });
    }
    g
}

/// A case in which one rare rule decides: whom NotPrincipal spares, or what a grant asks for.
fn focused(r: &mut Random) -> Value {
    let own = [PRINCIPALS[0], PRINCIPALS[4], PRINCIPALS[8]];
    let principal = r.pick(&own);
    let all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let (action, resource, policies) = if r.percent(50) {
        let spared = [NAMED[2], NAMED[4], NAMED[6], NAMED[9], NAMED[11], NAMED[12]];
        let deny = json!({ "Effect": "Deny", "NotPrincipal": { "AWS": r.some(&spared, 8) }, "Action": "*", "Resource": "*" });
        let policies = json!({ "identity": { "Statement": all }, "session": { "Statement": all }, "resource": { "Statement": deny } });
        ("s3:GetObject", CALLS[0].1, policies)
    } else {
        let name = r.pick(&["EncryptionContextSubset", "EncryptionContextEquals"]);
        let grant = json!({
            "GranteePrincipal": r.pick(&[NAMED[4], NAMED[6], NAMED[9], NAMED[11], NAMED[12]]),
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

/// A whole case, without an expectation.
pub fn case(r: &mut Random) -> Value {
    if r.percent(8) {
        return focused(r);
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
