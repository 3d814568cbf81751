//! A decision over twenty statements stays far below what a request costs otherwise.

use policy::{Context, Named, Options, Policies, Policy, PolicyKind, Principal, Request};
use std::time::Duration;

#[test]
fn a_decision_is_quick() {
    let statement = |n: usize| {
        format!(
            r#"{{"Effect":"Allow","Action":["s3:GetObject","s3:Put*"],"Resource":"arn:aws:s3:::bucket-{n}/*",
            "Condition":{{"StringEquals":{{"aws:PrincipalTag/team":"a"}}}}}}"#
        )
    };
    let statements: Vec<String> = (0..20).map(statement).collect();
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
    let identity = Policy::parse(&text, PolicyKind::Identity).unwrap();
    let mut context = Context::new();
    context.set("aws:PrincipalTag/team", "a").set("aws:SecureTransport", "true").set("aws:PrincipalAccount", "111111111111");
    let request = Request {
        principal: Principal::User { arn: "arn:aws:iam::111111111111:user/bob", id: "AIDAX" },
        principal_account: Some("111111111111"),
        action: "s3:GetObject",
        resource: "arn:aws:s3:::bucket-19/a/b/c",
        resource_account: "111111111111",
        context: &context,
    };
    let policies = Policies { identity: &[Named { name: "inline policy p of user bob", policy: &identity }], ..Policies::default() };
    let options = Options::default();
    let rounds = 20_000_u32;
    #[allow(clippy::disallowed_methods, reason = "a test that measures time needs the real clock")]
    let start = std::time::Instant::now();
    for _ in 0..rounds {
        assert!(policy::decide(std::hint::black_box(&request), &policies, &options).is_allowed());
    }
    let each = start.elapsed() / rounds;
    println!("{each:?} a decision");
    // Unoptimised and on a busy machine; released code takes about a twentieth.
    assert!(each < Duration::from_micros(200), "{each:?} a decision");
}
