//! Policies of event buses: whole, or a statement at a time.
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html>

use crate::{Events, error::parameter};
use base::Arn;
use gate::{Error, Scope};
use policy::{Policy, PolicyKind};
use serde_json::{Value, json};

/// Characters.
const LONGEST: usize = 10_240;

/// Checks a bus's policy; gives it as it is kept.
pub(crate) fn checked(scope: &mut Scope<'_, Events>, document: &str) -> Result<String, Error> {
    if document.len() > LONGEST {
        return Err(Error::new("PolicyLengthExceededException", format!("The policy is longer than {LONGEST} characters.")));
    }
    Policy::parse(document, PolicyKind::Resource).map_err(|e| parameter("Policy", &e.to_string()))?;
    scope.principals_to_ids(document).map_err(|failure| match failure {
        Ok(principal) => parameter("Policy", &format!("it names a principal that does not exist: {principal}")),
        Err(error) => error,
    })
}

fn statements(document: Option<&str>) -> Vec<Value> {
    let document: Value = document.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    match &document["Statement"] {
        Value::Array(all) => all.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

fn document(statements: &[Value]) -> Option<String> {
    (!statements.is_empty()).then(|| json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}

/// A policy with a statement more, or in the place of the one with its id.
pub(crate) fn with(present: Option<&str>, statement: Value) -> Option<String> {
    let mut all = statements(present);
    all.retain(|own| own["Sid"] != statement["Sid"]);
    all.push(statement);
    document(&all)
}

/// A policy without a statement; None: it has none of this id.
pub(crate) fn without(present: Option<&str>, id: &str) -> Option<Option<String>> {
    let mut all = statements(present);
    let before = all.len();
    all.retain(|own| own["Sid"] != id);
    (all.len() < before).then(|| document(&all))
}

/// The statement that lets an account, or everybody, send events.
pub(crate) fn statement(id: &str, action: &str, principal: &str, bus: &Arn, condition: Option<Value>) -> Value {
    let who = if principal == "*" { json!("*") } else { json!({"AWS": format!("arn:aws:iam::{principal}:root")}) };
    let mut statement = json!({"Sid": id, "Effect": "Allow", "Principal": who, "Action": action, "Resource": bus});
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    statement
}
