//! Whose policies are simulated.

use super::shapes::unreadable;
use crate::{
    Iam,
    entity::{self, Entity},
    error::{invalid_input, no_such_entity},
    facts, membership,
    state::{GroupRow, Holder, RoleRow, UserRow},
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

/// A user, group or role with its policies.
pub(crate) struct Principal {
    pub(super) kind: PrincipalKind,
    pub(super) arn: Arn,
    pub(super) account: AccountId,
    pub(super) name: String,
    pub(super) id: String,
    pub(super) tags: Vec<(String, String)>,
    pub(crate) policies: Vec<PolicySource>,
    pub(super) boundary: Option<PolicySource>,
    /// By level; None: its account is in no organization.
    pub(super) service_control: Option<Vec<Vec<PolicySource>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PrincipalKind {
    User,
    Group,
    Role,
}

fn not_clear(arn: &Arn) -> Error {
    invalid_input(format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."))
}

/// The policies of a user with those of its groups, of a group, or of a role; and what the organization lets its account do.
pub(crate) fn of_principal(scope: &mut Scope<'_, Iam>, arn: &Arn) -> Result<Principal, Error> {
    let gone = || no_such_entity(format!("The entity {arn} cannot be found."));
    let kind = arn.resource().split('/').next().unwrap_or_default();
    let mut principal = match kind {
        RoleRow::KIND => {
            let row = entity::by_arn::<RoleRow>(scope, arn)?.ok_or_else(gone)?;
            held(scope, PrincipalKind::Role, row.holder)?
        }
        UserRow::KIND => {
            let row = entity::by_arn::<UserRow>(scope, arn)?.ok_or_else(gone)?;
            let groups = membership::groups(scope, &row)?;
            let mut user = held(scope, PrincipalKind::User, row.holder)?;
            for group in groups {
                user.policies.extend(policies_of(scope, &group.holder)?);
            }
            user
        }
        GroupRow::KIND => {
            let row = entity::by_arn::<GroupRow>(scope, arn)?.ok_or_else(gone)?;
            held(scope, PrincipalKind::Group, row.holder)?
        }
        _ => return Err(not_clear(arn)),
    };
    if let Some(standing) = scope.standing(principal.account)? {
        let read = |document: &gate::Document| PolicySource::read(&document.name, IDENTITY, &document.text, PolicyKind::ServiceControl);
        let level = |level: &gate::Level| level.policies.iter().map(read).collect::<Result<Vec<_>, _>>();
        principal.service_control = Some(standing.service_control.iter().map(level).collect::<Result<_, _>>()?);
    }
    Ok(principal)
}

fn policies_of(scope: &mut Scope<'_, Iam>, holder: &Holder) -> Result<Vec<PolicySource>, Error> {
    let inline = holder.inline.iter().map(|(name, text)| PolicySource::read(name, IDENTITY, text, PolicyKind::Identity));
    let mut policies = inline.collect::<Result<Vec<_>, _>>()?;
    for attached in &holder.attached {
        policies.push(managed(scope, attached, PolicyKind::Identity)?);
    }
    Ok(policies)
}

fn held(scope: &mut Scope<'_, Iam>, kind: PrincipalKind, holder: Holder) -> Result<Principal, Error> {
    let account = holder.arn.account().ok_or_else(|| not_clear(&holder.arn))?;
    Ok(Principal {
        kind,
        account,
        policies: policies_of(scope, &holder)?,
        boundary: holder.boundary.as_ref().map(|arn| managed(scope, arn, PolicyKind::Boundary)).transpose()?,
        service_control: None,
        tags: crate::tags::owned(&holder.tags),
        arn: holder.arn,
        name: holder.name,
        id: holder.id,
    })
}

fn managed(scope: &mut Scope<'_, Iam>, arn: &Arn, kind: PolicyKind) -> Result<PolicySource, Error> {
    let document = facts::document(scope, arn)?;
    let name = arn.resource().rsplit('/').next().unwrap_or_default();
    PolicySource::read(name, IDENTITY, &document.text, kind)
}
