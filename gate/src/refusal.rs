//! What one who is denied is told: AWS's message, the reasons, and where their statements were written.

use crate::{
    Caller, Demand, Demands, Denial, Error, Identity, OperationInfo, Protocol,
    authorize::{Principal, Verdict},
    compiled::Compiled,
    core::{Core, Frame},
    encoded,
    facts::unique_id,
    origin::{self, Side},
};
use base::Arn;
use serde_json::{Map, Value, json};

/// The denial of one who is gone: whatever is demanded, nothing allows it.
pub(crate) fn gone(caller: &Caller, of: &OperationInfo, event_id: &str, demands: &Demands) -> Error {
    let principal = caller.name();
    let message = format!(
        "{principal} no longer exists: its user or role was deleted. A role made again under the same name is another one; assume it anew."
    );
    let mut error = Error::access_denied(of.protocol, message);
    let first = demands.0.first();
    error.denial = Some(Box::new(Denial {
        principal,
        action: first.map_or_else(|| format!("{}:{}", of.service, of.name), |demand| demand.action.to_string()),
        resource: first.and_then(|demand| demand.resource.as_ref()).map_or("*", Arn::as_str).to_string(),
        decision: json!({
            "verdict": policy::Verdict::ImplicitDeny,
            "reasons": [{"role": "decided", "kind": "rule", "element": "the principal no longer exists"}],
        }),
        context: json!({}),
        event_id: event_id.to_string(),
        encoded_message: None,
    }));
    error
}

/// The refusal with its reasons. With `principal`, they say where their statements were written.
pub(crate) fn denial(
    core: &mut Core,
    frame: &Frame,
    protocol: Protocol,
    event_id: &str,
    demand: &Demand,
    verdict: Verdict,
    principal: Option<&Principal>,
) -> Result<Error, Error> {
    let mut error = Error::access_denied(protocol, &verdict.message);
    let mut decision = serde_json::to_value(&verdict.decision).map_err(Error::internal)?;
    for reason in decision["reasons"].as_array_mut().into_iter().flatten() {
        if let Some(expected) = reason.get_mut("expected") {
            *expected = Value::String(named(core, frame, expected.as_str().unwrap_or_default())?);
        }
        if let (Some(principal), Some(reason)) = (principal, reason.as_object_mut()) {
            locate(core, frame, principal, demand, &verdict, reason)?;
        }
    }
    error.denial = Some(Box::new(Denial {
        principal: frame.caller.name(),
        action: demand.action.to_string(),
        resource: verdict.resource,
        decision,
        context: verdict.context,
        event_id: event_id.to_string(),
        encoded_message: verdict.encoded.and_then(|message| encoded::seal(core, frame.caller.account(), &message)),
    }));
    Ok(error)
}

/// Says where the statement of a reason was written; of a reason without one, where its owner was.
fn locate(
    core: &mut Core,
    frame: &Frame,
    principal: &Principal,
    demand: &Demand,
    verdict: &Verdict,
    reason: &mut Map<String, Value>,
) -> Result<(), Error> {
    let of_caller = |list: &[Compiled]| {
        let name = reason.get("policy").and_then(Value::as_str);
        list.iter().find(|policy| Some(policy.name.as_str()) == name).map(|policy| policy.text.clone())
    };
    let text = match reason.get("kind").and_then(Value::as_str) {
        Some("identity") => of_caller(&principal.identity),
        Some("boundary") => principal.boundary.as_ref().map(|policy| policy.text.clone()),
        Some("resource" | "trust" | "key") => {
            let Some(arn) = &demand.resource else { return Ok(()) };
            let side = Side { account: verdict.owner, owners: origin::names_of(arn) };
            return origin::add(core, frame, &side, verdict.resource_policy.as_ref().map(|policy| policy.text.as_str()), reason);
        }
        _ => return Ok(()),
    };
    let (account, arn) = match frame.caller.identity() {
        Identity::User { account, arn, .. } => (*account, arn.clone()),
        Identity::Role(session) => (session.account, session.role_arn.clone()),
        Identity::Federated(session) => (session.account, session.user_arn.clone()),
        _ => return Ok(()),
    };
    let owners = match &principal.boundary {
        // What is missing in a boundary is to be added there, not to the role.
        Some(boundary) if reason.get("kind").and_then(Value::as_str) == Some("boundary") => vec![boundary.name.clone()],
        _ => origin::names_of(&arn),
    };
    origin::add(core, frame, &Side { account, owners }, text.as_deref(), reason)
}

/// Kept policies hold unique ids; people know ARNs. The id of a principal that is gone stays, and says so.
fn named(core: &mut Core, frame: &Frame, expected: &str) -> Result<String, Error> {
    let mut names = Vec::new();
    for word in expected.split(", ") {
        let is_id = word.starts_with("AROA") || word.starts_with("AIDA");
        names.push(match is_id.then(|| unique_id(core, frame, word)).transpose()?.flatten() {
            Some(arn) => arn,
            None if is_id => format!("{word} (deleted)"),
            None => word.to_string(),
        });
    }
    Ok(names.join(", "))
}
