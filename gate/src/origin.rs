//! Where the policies behind a denial were written. Asked only when a call was denied, and for what its reasons name.

use crate::{Error, core::Core, core::Frame};
use base::{AccountId, Arn};
use serde::Serialize;
use serde_json::{Map, Value};

/// What is to be found among the resources of an account's stacks.
#[derive(Debug)]
pub struct Sought<'a> {
    /// The account whose stacks may have made it.
    pub account: AccountId,
    /// The names and ARNs of what the policy belongs to: one of them is found in the resource that made it.
    pub owners: &'a [String],
    /// The statement as it is kept, without principals, which are kept in another form than they were written;
    /// None: the owner itself.
    pub statement: Option<&'a Value>,
    /// The element of the statement: its steps within it, such as `Condition`, operator and key.
    pub element: &'a [&'a str],
}

/// A place in a stack's template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The stack.
    pub stack: Arn,
    /// The resource's logical id.
    pub logical_id: String,
    /// The line of the statement, or of the resource's properties; from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The line and column of the element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<(u32, u32)>,
}

/// A statement without its principals.
pub(crate) fn without_principals(statement: &Value) -> Value {
    let mut statement = statement.clone();
    if let Value::Object(members) = &mut statement {
        members.remove("Principal");
        members.remove("NotPrincipal");
    }
    statement
}

/// The statement of this index in a policy's text.
fn statement(text: &str, index: usize) -> Option<Value> {
    let document: Value = serde_json::from_str(text).ok()?;
    match document.get("Statement")? {
        Value::Array(list) => list.get(index).map(without_principals),
        one if index == 0 => Some(without_principals(one)),
        _ => None,
    }
}

/// The steps to an element: reasons write a condition as `Condition OPERATOR KEY`.
fn steps(element: &str) -> Vec<&str> {
    element.splitn(3, ' ').collect()
}

/// One side of a decision: what its policies belong to, and where.
pub(crate) struct Side {
    pub(crate) account: AccountId,
    pub(crate) owners: Vec<String>,
}

/// Adds to a reason where its statement was written, or where its owner was, if a stack made it.
pub(crate) fn add(core: &mut Core, frame: &Frame, side: &Side, text: Option<&str>, reason: &mut Map<String, Value>) -> Result<(), Error> {
    let gate = core.gate.clone();
    let Some(lookup) = &gate.0.registry.origins else { return Ok(()) };
    let index = reason.get("statement").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let found = match (index, text) {
        (Some(index), Some(text)) => statement(text, index),
        (Some(_), None) => return Ok(()),
        (None, _) => None,
    };
    if index.is_some() && found.is_none() {
        return Ok(());
    }
    let mut owners = side.owners.clone();
    owners.extend(reason.get("policy").and_then(Value::as_str).filter(|name| name.starts_with("arn:")).map(str::to_owned));
    let element = reason.get("element").and_then(Value::as_str).unwrap_or_default();
    let sought = Sought { account: side.account, owners: &owners, statement: found.as_ref(), element: &steps(element) };
    let origin = lookup(core, frame, &sought)?;
    if let Some(origin) = origin {
        reason.insert("origin".into(), serde_json::to_value(origin).map_err(Error::internal)?);
    }
    Ok(())
}

/// The names by which templates and resource types know what an ARN names: the ARN, what follows its kind, the last part.
pub(crate) fn names_of(arn: &Arn) -> Vec<String> {
    let resource = arn.resource();
    let mut names = vec![arn.to_string()];
    let mut add = |name: &str| {
        if !name.is_empty() && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    match arn.service() {
        // Of an object, its bucket.
        "s3" => add(resource.split('/').next().unwrap_or_default()),
        _ => add(resource.rsplit(['/', ':']).next().unwrap_or_default()),
    }
    names
}
