//! Why a call was denied, sealed: whoever was denied may carry it, and only who may call `sts:DecodeAuthorizationMessage` in the
//! caller's account reads it.

use crate::{Caller, Demand, Gate, IssuesSessions, Scope, core::Core};
use base::AccountId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use policy::{Context, Decision, Effect, Named, Policies, StatementView, Verdict};
use serde_json::{Value, json};

const PURPOSE: &str = "authorization-message";

/// The longest message that AWS decodes.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html>
const MAX_ENCODED: usize = 10_240;

/// AWS's way to write a list.
fn items<'t>(values: impl IntoIterator<Item = &'t str>) -> Value {
    json!({"items": values.into_iter().map(|value| json!({"value": value})).collect::<Vec<_>>()})
}

/// All policies that were decided by.
fn named<'a>(policies: &'a Policies<'a>) -> impl Iterator<Item = &'a Named<'a>> {
    let levels = policies.service_control.iter().chain(policies.resource_control).flatten();
    let single = [&policies.boundary, &policies.resource, &policies.vpc_endpoint].into_iter().flatten();
    policies.identity.iter().chain(policies.session.unwrap_or_default()).chain(levels).chain(single)
}

fn shown(statement: &StatementView<'_>, principal: &str) -> Value {
    let conditions = statement
        .conditions
        .iter()
        .map(|(operator, key, values)| json!({"operator": operator, "key": key, "values": items(values.iter().copied())}));
    json!({
        "statementId": statement.sid.unwrap_or_default(),
        "effect": if statement.effect == Effect::Deny { "DENY" } else { "ALLOW" },
        "principals": items([principal]),
        "principalGroups": {"items": []},
        "actions": items(statement.actions.iter().copied()),
        "resources": items(statement.resources.iter().flatten().copied()),
        "conditions": {"items": conditions.collect::<Vec<_>>()},
    })
}

/// The statements that decided.
fn matched(decision: &Decision, policies: &Policies<'_>, principal: &str) -> Value {
    let found = decision.reasons.iter().filter(|reason| reason.role == policy::ReasonRole::Decided).filter_map(|reason| {
        let index = reason.statement?;
        let views = named(policies).filter(|named| Some(named.name) == reason.policy.as_deref());
        let view = views.filter_map(|named| named.policy.statement(index)).find(|view| Some(view.effect) == reason.effect)?;
        Some(shown(&view, principal))
    });
    json!({"items": found.collect::<Vec<_>>()})
}

/// AWS's form of a decoded message.
pub(crate) fn message(caller: &Caller, demand: &Demand, decision: &Decision, policies: &Policies<'_>, context: &Context) -> Value {
    let resource = demand.resource.as_ref().map_or("*", |arn| arn.as_str());
    let id = caller.user_id();
    let condition = |(key, value): (&str, policy::ValueRef<'_>)| json!({"key": key, "values": items(value.values())});
    json!({
        "allowed": false,
        "explicitDeny": decision.verdict == Verdict::ExplicitDeny,
        "matchedStatements": matched(decision, policies, &id),
        "failures": {"items": []},
        "context": {
            "principal": {"id": id, "arn": caller.name()},
            "action": demand.action,
            "resource": resource,
            "conditions": {"items": context.iter().map(condition).collect::<Vec<_>>()},
        },
    })
}

/// Seals a message for the caller's account. None: nobody could read it, or it is longer than AWS decodes.
pub(crate) fn seal(core: &Core, account: Option<AccountId>, message: &Value) -> Option<String> {
    let account = account?;
    let gate = &core.gate.0;
    let sealed = gate.sealer.seal(&*gate.entropy, PURPOSE, account.as_str().as_bytes(), message.to_string().as_bytes()).ok()?;
    Some(URL_SAFE_NO_PAD.encode(sealed)).filter(|text| text.len() <= MAX_ENCODED)
}

impl Gate {
    fn open_message(&self, account: AccountId, encoded: &str) -> Option<String> {
        let sealed = URL_SAFE_NO_PAD.decode(encoded).ok()?;
        String::from_utf8(self.0.sealer.open(PURPOSE, account.as_str().as_bytes(), &sealed)?).ok()
    }
}

impl<S: IssuesSessions> Scope<'_, S> {
    /// Opens the message of a denial. None: it was not sealed by this server for a call of this account.
    pub fn authorization_message(&self, account: AccountId, encoded: &str) -> Option<String> {
        self.view.core.gate.open_message(account, encoded)
    }
}
