//! Policy documents: what is taken has its parts, and keeps its meaning when its text is written anew; a Deny of everything
//! beside it denies; what stands in it cannot make a decision panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{Context, Named, Options, Policies, Policy, PolicyKind, Principal, Request, decide, rewrite_principals};

const KINDS: [PolicyKind; 9] = [
    PolicyKind::Identity,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Resource,
    PolicyKind::Trust,
    PolicyKind::Key,
    PolicyKind::ServiceControl,
    PolicyKind::ResourceControl,
    PolicyKind::VpcEndpoint,
];
const DENY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;

fn verdict(document: &Policy, more: Option<&Policy>, kind: PolicyKind) -> policy::Decision {
    let named = Named { name: "fuzzed", policy: document };
    let mut identity: Vec<Named<'_>> = more.map(|policy| Named { name: "more", policy }).into_iter().collect();
    let mut context = Context::new();
    context.set("aws:username", "alice").set("aws:SourceIp", "203.0.113.7").set("aws:CurrentTime", "2026-11-22T05:00:00Z");
    context.set_bool("aws:SecureTransport", true);
    let mut policies = Policies::default();
    match kind {
        PolicyKind::Identity => identity.push(named),
        PolicyKind::Boundary => policies.boundary = Some(named),
        PolicyKind::VpcEndpoint => policies.vpc_endpoint = Some(named),
        _ if kind == PolicyKind::Resource => policies.resource = Some(named),
        _ => return decide(&request(&context), &Policies { identity: &identity, ..policies }, &Options::default()),
    }
    decide(&request(&context), &Policies { identity: &identity, ..policies }, &Options::default())
}

fn request(context: &Context) -> Request<'_> {
    Request {
        principal: Principal::User { arn: "arn:aws:iam::111111111111:user/alice", id: "AIDAALICE" },
        principal_account: Some("111111111111"),
        action: "s3:GetObject",
        resource: "arn:aws:s3:::bucket/key",
        resource_account: "111111111111",
        context,
    }
}

fuzz_target!(|data: &[u8]| {
    let [kind, rest @ ..] = data else { return };
    let kind = KINDS[usize::from(*kind) % KINDS.len()];
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let document = match Policy::parse(text, kind) {
        Ok(document) => document,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(text.len() <= Policy::MAX_BYTES);
    assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "a policy is JSON to others too");
    let views: Vec<_> = (0..document.statements()).map(|n| document.statement(n).expect("a statement by its number")).collect();
    assert!(document.statement(views.len()).is_none());
    assert!(views.iter().all(|s| s.line >= 1 && s.column >= 1 && !s.actions.is_empty()));
    let before = verdict(&document, None, kind);
    let kept = rewrite_principals(text, |_| None).expect("a policy that was read can be written");
    assert_eq!(kept, text, "what is not replaced stays");
    // Without white space it says the same.
    let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let compact = Policy::parse(&value.to_string(), kind).expect("the same without white space");
    let after = verdict(&compact, None, kind);
    assert_eq!(before.verdict, after.verdict);
    let deny = Policy::parse(DENY, PolicyKind::Identity).expect("a policy");
    assert!(!verdict(&document, Some(&deny), kind).is_allowed(), "a Deny of everything denies");
});
