//! The calls that a delivery makes, and whether a statement is about them.

use crate::{calls::STAND_IN, names::lasting};
use base::Arn;
use gate::Decided;
use policy::{Context, Named, Options, Policies, Policy, PolicyKind, Principal, Request, Verdict};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// The service through which a call of KMS came.
pub(crate) const VIA: &str = "kms:ViaService";

/// A call that somebody makes.
#[derive(Debug, Clone)]
pub(crate) struct Needed {
    /// The ARN of the caller's user or role, or the service's name.
    pub(crate) principal: String,
    /// The caller with its session's name.
    pub(crate) caller: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) context: Context,
}

impl Needed {
    fn of(decided: &Decided) -> Self {
        let principal = decided.context.get("aws:PrincipalArn").and_then(|value| value.values().next()).unwrap_or(&decided.caller);
        Self {
            principal: principal.to_owned(),
            caller: decided.caller.clone(),
            action: decided.action.clone(),
            // What stands for something that is not known may be anything.
            resource: decided.resource.as_ref().map_or("*", Arn::as_str).replace(STAND_IN, "*"),
            context: decided.context.clone(),
        }
    }

    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.context.get(key).and_then(|value| value.values().next())
    }
}

/// All calls, each once: those that differ only in what is made at random are one.
pub(crate) struct Calls(Vec<Needed>);

impl Calls {
    pub(crate) fn new(each: impl FnOnce(&mut dyn FnMut(&Decided))) -> Self {
        let (mut list, mut known) = (Vec::new(), BTreeSet::new());
        each(&mut |decided| {
            let call = Needed::of(decided);
            let via = call.value(VIA).map(str::to_owned);
            if known.insert((call.principal.clone(), call.action.clone(), lasting(&call.resource), via)) {
                list.push(call);
            }
        });
        Self(list)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Needed> {
        self.0.iter()
    }

    pub(crate) fn of<'a>(&'a self, principal: &'a str) -> impl Iterator<Item = &'a Needed> {
        self.0.iter().filter(move |call| call.principal == principal)
    }
}

impl From<Calls> for Vec<Needed> {
    fn from(calls: Calls) -> Self {
        calls.0
    }
}

/// The elements of a statement that are looked at; the others are taken to match.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Look<'v> {
    pub(crate) action: Option<&'v Json>,
    pub(crate) resource: Option<&'v Json>,
    pub(crate) condition: Option<&'v Json>,
}

impl<'v> Look<'v> {
    /// A statement's actions and conditions.
    pub(crate) fn but_resource(statement: &'v Json) -> Self {
        Self { action: statement.get("Action"), resource: None, condition: statement.get("Condition") }
    }

    pub(crate) fn all(statement: &'v Json) -> Self {
        Self { resource: statement.get("Resource"), ..Self::but_resource(statement) }
    }

    /// Whether a statement with these elements would be about the call.
    pub(crate) fn matches(&self, call: &Needed) -> bool {
        let any = json!("*");
        // As a Deny: an Allow is not all that some actions need.
        let mut statement = json!({"Effect": "Deny", "Action": self.action.unwrap_or(&any), "Resource": self.resource.unwrap_or(&any)});
        if let Some(condition) = self.condition {
            statement["Condition"] = condition.clone();
        }
        let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        let Ok(policy) = Policy::parse(&text, PolicyKind::Identity) else { return false };
        // Whoever it is: what is asked is whether the statement, in his own policy, is about the call.
        const ACCOUNT: &str = "111122223333";
        const ROLE: &str = "arn:aws:iam::111122223333:role/caller";
        let request = Request {
            principal: Principal::Role { role_arn: ROLE, role_id: "AROACALLER", session_arn: &call.caller, linked: false },
            principal_account: Some(ACCOUNT),
            action: &call.action,
            resource: &call.resource,
            resource_account: ACCOUNT,
            context: &call.context,
        };
        let named = [Named { name: "statement", policy: &policy }];
        policy::decide(&request, &Policies { identity: &named, ..Policies::default() }, &Options::default()).verdict
            == Verdict::ExplicitDeny
    }
}

/// Whether a principal as policies write it is the caller, or stands for it.
pub(crate) fn is_caller(principal: &str, call: &Needed) -> bool {
    let account = call.principal.starts_with("arn:").then(|| call.principal.split(':').nth(4)).flatten();
    let whole = account.is_some_and(|account| principal == account || principal == format!("arn:aws:iam::{account}:root"));
    principal == "*" || principal == call.principal || principal == call.caller || whole
}

/// The principals of a statement: kind and text.
pub(crate) fn principals(statement: &Json) -> Vec<(&str, &str)> {
    match &statement["Principal"] {
        Json::String(all) => vec![("AWS", all)],
        Json::Object(kinds) => {
            kinds.iter().flat_map(|(kind, value)| strings(value).into_iter().map(move |text| (kind.as_str(), text))).collect()
        }
        _ => Vec::new(),
    }
}

/// One text, or a list of them.
pub(crate) fn strings(value: &Json) -> Vec<&str> {
    match value {
        Json::String(text) => vec![text],
        Json::Array(list) => list.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}
