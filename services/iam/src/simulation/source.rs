//! Whose policies are simulated.

use super::shapes::unreadable;
use crate::{
    Iam,
    entity::{self, Entity},
    error::{invalid_input, no_such_entity},
    facts,
    state::{Holder, RoleRow, UserRow},
};
use base::{AccountId, Arn};
use gate::{Error, Scope};
use policy::{Policy, PolicyKind, StatementSpan, statement_spans};

/// A policy with the name by which results call it.
pub(crate) struct PolicySource {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(crate) policy: Policy,
    pub(super) spans: Vec<StatementSpan>,
}

/// What AWS's simulator calls the two sides.
pub(super) const IDENTITY: &str = "IAM Policy";
pub(super) const RESOURCE: &str = "Resource Policy";

impl PolicySource {
    pub(super) fn read(id: impl Into<String>, kind: &'static str, text: &str, as_kind: PolicyKind) -> Result<Self, Error> {
        let id = id.into();
        let wrong = |error| unreadable(&id, &error);
        let policy = Policy::parse(text, as_kind).map_err(wrong)?;
        let spans = statement_spans(text).map_err(wrong)?;
        Ok(Self { kind, policy, spans, id })
    }
    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// The policies given as texts.
pub(crate) fn given(list: &[String]) -> Result<Vec<PolicySource>, Error> {
    let read = |(n, text): (usize, &String)| PolicySource::read(format!("PolicyInputList.{}", n + 1), IDENTITY, text, PolicyKind::Identity);
    list.iter().enumerate().map(read).collect()
}

/// A user or role with its policies.
pub(crate) struct Principal {
    pub(super) kind: PrincipalKind,
    pub(super) arn: Arn,
    pub(super) account: AccountId,
    pub(super) name: String,
    pub(super) id: String,
    pub(super) tags: Vec<(String, String)>,
    pub(crate) policies: Vec<PolicySource>,
    pub(super) boundary: Option<PolicySource>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PrincipalKind {
    User,
    Role,
}

fn not_clear(arn: &Arn) -> Error {
    invalid_input(format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."))
}

/// The policies of a user or role.
pub(crate) fn of_principal(scope: &mut Scope<'_, Iam>, arn: &Arn) -> Result<Principal, Error> {
    let name = arn.resource().rsplit('/').next().unwrap_or_default().to_owned();
    if arn.resource_of(RoleRow::KIND).is_some() {
        let row = entity::load::<RoleRow>(scope, &name)?;
        return held(scope, PrincipalKind::Role, arn, row.holder);
    }
    if arn.resource_of(UserRow::KIND).is_some() {
        let row = entity::load::<UserRow>(scope, &name)?;
        return held(scope, PrincipalKind::User, arn, row.holder);
    }
    Err(not_clear(arn))
}

fn held(scope: &mut Scope<'_, Iam>, kind: PrincipalKind, arn: &Arn, holder: Holder) -> Result<Principal, Error> {
    if holder.arn != *arn {
        return Err(no_such_entity(format!("The entity {arn} cannot be found.")));
    }
    let account = arn.account().ok_or_else(|| not_clear(arn))?;
    let mut policies = Vec::new();
    for (name, text) in &holder.inline {
        policies.push(PolicySource::read(name, IDENTITY, text, PolicyKind::Identity)?);
    }
    for attached in &holder.attached {
        policies.push(managed(scope, attached, PolicyKind::Identity)?);
    }
    let boundary = holder.boundary.as_ref().map(|arn| managed(scope, arn, PolicyKind::Boundary)).transpose()?;
    Ok(Principal {
        kind,
        arn: holder.arn,
        account,
        name: holder.name,
        id: holder.id,
        tags: crate::tags::owned(&holder.tags),
        policies,
        boundary,
    })
}

fn managed(scope: &mut Scope<'_, Iam>, arn: &Arn, kind: PolicyKind) -> Result<PolicySource, Error> {
    let document = facts::document(scope, arn)?;
    let name = arn.resource().rsplit('/').next().unwrap_or_default();
    PolicySource::read(name, IDENTITY, &document.text, kind)
}
