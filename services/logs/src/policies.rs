//! Resource policies: of an account, for all of its groups, and of single groups.

use crate::{
    Logs,
    error::{invalid, invalid_token, no_policy},
    names::{Group, Named},
    state::{POLICIES, PolicyRow},
};
use base::{AccountId, Arn};
use gate::{Document, Error, Scope, View};
use policy::{Policy, PolicyKind};
use serde::Serialize;
use serde_json::{Value, json};

/// A policy for the examples.
pub(crate) const EXAMPLE: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:us-east-1:111111111111:log-group:/example:*"}}"#;

/// Policies of an account.
const MOST: usize = 10;
/// Characters of an account's policy, and of a group's own.
const LONGEST: usize = 5120;
const LONGEST_OF_GROUP: usize = 51_200;

/// A policy as answers tell of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourcePolicy {
    /// Its name; a group's own has none.
    pub policy_name: Option<String>,
    /// The policy.
    pub policy_document: String,
    /// When it was put, in milliseconds.
    pub last_updated_time: i64,
    /// `ACCOUNT` or `RESOURCE`.
    pub policy_scope: &'static str,
    /// The group whose own it is.
    pub resource_arn: Option<Arn>,
    /// Which one it is of those that were put.
    pub revision_id: Option<String>,
}

impl ResourcePolicy {
    pub(crate) fn of_account(scope: &mut Scope<'_, Logs>, name: &str, row: PolicyRow) -> Self {
        Self {
            policy_name: Some(name.into()),
            policy_document: scope.ids_to_principals(&row.document),
            last_updated_time: row.updated.0,
            policy_scope: "ACCOUNT",
            resource_arn: None,
            revision_id: Some(row.revision),
        }
    }
    pub(crate) fn of_group(scope: &mut Scope<'_, Logs>, group: &Named, row: PolicyRow) -> Self {
        let told = Self::of_account(scope, "", row);
        Self { policy_name: None, policy_scope: "RESOURCE", resource_arn: Some(group.arn()), ..told }
    }
}

/// Checks a policy; gives it as it is kept.
pub(crate) fn checked(scope: &mut Scope<'_, Logs>, document: Option<&str>, of_group: bool) -> Result<PolicyRow, Error> {
    let document = document.ok_or_else(|| invalid("policyDocument must be specified"))?;
    let longest = if of_group { LONGEST_OF_GROUP } else { LONGEST };
    if document.chars().count() > longest {
        return Err(invalid(format!("The policy document has more than {longest} characters")));
    }
    Policy::parse(document, PolicyKind::Resource).map_err(|e| invalid(format!("The policy document is invalid: {e}")))?;
    let document = scope.principals_to_ids(document).map_err(|failure| match failure {
        Ok(principal) => invalid(format!("The policy document names a principal that does not exist: {principal}")),
        Err(error) => error,
    })?;
    Ok(PolicyRow { document, updated: scope.now(), revision: base::uuid(scope.entropy()) })
}

/// A group's policy is changed by who knows the present one.
pub(crate) fn expect_revision(present: Option<&PolicyRow>, expected: Option<&str>) -> Result<(), Error> {
    match (present, expected) {
        (Some(present), Some(expected)) if present.revision == expected => Ok(()),
        (None, None) => Ok(()),
        _ => Err(Error::new("OperationAbortedException", "The expectedRevisionId is not the revision of the present policy.")),
    }
}

fn key<'a>(account: &'a AccountId, region: &'a str, name: &'a str) -> [&'a str; 3] {
    [account.as_str(), region, name]
}

pub(crate) fn put(scope: &mut Scope<'_, Logs>, name: &str, row: &PolicyRow) -> Result<(), Error> {
    if name.is_empty() || name.len() > 255 {
        return Err(invalid("policyName must have 1 to 255 characters"));
    }
    let (account, region) = (scope.account()?, scope.region().as_str().to_owned());
    let key = key(&account, &region, name);
    if scope.get(&POLICIES, &key)?.is_none() && scope.scan(&POLICIES, &[key[0], key[1]])?.len() >= MOST {
        return Err(Error::new(
            "LimitExceededException",
            format!("Resource limit exceeded: an account has at most {MOST} resource policies."),
        ));
    }
    scope.put(&POLICIES, &key, row)
}

pub(crate) fn delete(scope: &mut Scope<'_, Logs>, name: &str) -> Result<(), Error> {
    let (account, region) = (scope.account()?, scope.region().as_str().to_owned());
    let key = key(&account, &region, name);
    scope.get(&POLICIES, &key)?.ok_or_else(no_policy)?;
    scope.delete(&POLICIES, &key);
    Ok(())
}

pub(crate) fn page(scope: &mut Scope<'_, Logs>, token: Option<&str>, limit: usize) -> Result<(Vec<ResourcePolicy>, Option<String>), Error> {
    let after = token.map(|token| base::place_of_token(token).ok_or_else(invalid_token)).transpose()?;
    let (account, region) = (scope.account()?, scope.region().as_str().to_owned());
    let edge = after.as_deref().map(|after| [after]);
    let from = edge.as_ref().map(|edge| edge.as_slice());
    let mut rows = scope.page(&POLICIES, &[account.as_str(), &region], from, limit + 1, false)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(key, _)| base::list_token(&key[2]));
    Ok((rows.into_iter().map(|(key, row)| ResourcePolicy::of_account(scope, &key[2], row)).collect(), next))
}

/// All policies that say who may use a group, as one.
pub(crate) fn of(view: &mut View<'_, Logs>, group: &Group) -> Result<Option<Document>, Error> {
    let mut rows: Vec<(String, PolicyRow)> = view
        .scan(&POLICIES, &[group.named.account.as_str(), &group.named.region])?
        .into_iter()
        .map(|(key, row)| (format!("resource policy {}", key[2]), row))
        .collect();
    rows.extend(group.row.policy.clone().map(|row| (format!("resource policy of log group {}", group.named.name), row)));
    match &rows[..] {
        [] => Ok(None),
        [(name, row)] => Ok(Some(Document { name: name.clone(), text: row.document.clone() })),
        several => {
            let statements = several.iter().flat_map(|(_, row)| statements(&row.document)).collect::<Vec<_>>();
            let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
            let names: Vec<&str> = several.iter().map(|(name, _)| name.as_str()).collect();
            Ok(Some(Document { name: names.join(", "), text }))
        }
    }
}

fn statements(document: &str) -> Vec<Value> {
    let value: Value = serde_json::from_str(document).unwrap_or_default();
    match value.get("Statement") {
        Some(Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}
