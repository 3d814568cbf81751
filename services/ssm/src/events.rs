//! What the feed is told of: EventBridge's "Parameter Store Change" and "Parameter Store Policy Action".
//! Source: <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html>

use crate::{Ssm, policies::Policy, state::ParameterRow};
use gate::{Error, Scope};
use serde_json::{Value, json};

/// `Create`, `Update`, `Delete` or `LabelParameterVersion`; topic `ssm/parameter/ARN`.
pub(crate) fn changed(scope: &mut Scope<'_, Ssm>, row: &ParameterRow, operation: &str) -> Result<(), Error> {
    let mut change = json!({"name": row.name, "type": row.current.kind, "operation": operation});
    if let Some(description) = &row.current.description {
        change["description"] = description.as_str().into();
    }
    tell(scope, row, "Parameter Store Change", "parameter", change)
}

/// A policy was applied; topic `ssm/policy/ARN`.
pub(crate) fn applied(scope: &mut Scope<'_, Ssm>, row: &ParameterRow, policy: &Policy) -> Result<(), Error> {
    let change = json!({
        "parameter-name": row.name,
        "parameter-type": row.current.kind,
        "policy-type": policy.kind(),
        "policy-content": policy.text,
        "action-status": "Success",
    });
    tell(scope, row, "Parameter Store Policy Action", "policy", change)
}

fn tell(scope: &mut Scope<'_, Ssm>, row: &ParameterRow, kind: &str, topic: &str, change: Value) -> Result<(), Error> {
    if let Some(account) = row.arn.account() {
        durable::tell(scope, account, kind, &[&row.arn], change.clone())?;
    }
    durable::publish(scope, &format!("{topic}/{}", row.arn), change)
}
