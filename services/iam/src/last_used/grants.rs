//! Which policies of an entity grant which services.

use crate::{
    Iam,
    entity::{self, Entity},
    error::{invalid_input, no_such_entity},
    facts, membership,
    state::{GroupRow, Holder, RoleRow, UserRow},
};
use base::Arn;
use gate::{Error, Scope};
use policy::{Policy, PolicyKind};

/// A policy of an entity.
pub(crate) struct PolicyOf {
    pub(crate) name: String,
    /// Of a managed policy.
    pub(crate) arn: Option<Arn>,
    /// The entity that has it inline: `USER`, `GROUP` or `ROLE`, and its name.
    pub(crate) inline_of: Option<(&'static str, String)>,
    pub(crate) policy: Policy,
}

fn read(name: &str, text: &str) -> Result<Policy, Error> {
    Policy::parse(text, PolicyKind::Identity).map_err(|e| Error::internal(format_args!("the policy {name} is not readable: {e}")))
}

pub(super) fn managed(scope: &mut Scope<'_, Iam>, arn: &Arn) -> Result<PolicyOf, Error> {
    let name = arn.resource().rsplit('/').next().unwrap_or_default().to_owned();
    let policy = read(&name, &facts::document(scope, arn)?.text)?;
    Ok(PolicyOf { name, arn: Some(arn.clone()), inline_of: None, policy })
}

/// All policies that an entity itself has.
pub(super) fn held<E: Entity>(scope: &mut Scope<'_, Iam>, holder: &Holder) -> Result<Vec<PolicyOf>, Error> {
    let kind = match E::KIND {
        UserRow::KIND => "USER",
        GroupRow::KIND => "GROUP",
        _ => "ROLE",
    };
    let inline = holder.inline.iter().map(|(name, text)| {
        let inline_of = Some((kind, holder.name.clone()));
        Ok(PolicyOf { name: name.clone(), arn: None, inline_of, policy: read(name, text)? })
    });
    let mut all = inline.collect::<Result<Vec<_>, Error>>()?;
    for arn in &holder.attached {
        all.push(managed(scope, arn)?);
    }
    Ok(all)
}

/// A user's policies, with those of its groups.
pub(super) fn of_user(scope: &mut Scope<'_, Iam>, user: &UserRow) -> Result<Vec<PolicyOf>, Error> {
    let mut all = held::<UserRow>(scope, &user.holder)?;
    for group in membership::groups(scope, user)? {
        all.extend(held::<GroupRow>(scope, &group.holder)?);
    }
    Ok(all)
}

/// All policies of the user, group or role of this ARN.
pub(crate) fn policies_of(scope: &mut Scope<'_, Iam>, arn: &Arn) -> Result<Vec<PolicyOf>, Error> {
    let gone = || no_such_entity(format!("The entity {arn} cannot be found."));
    match arn.resource().split('/').next().unwrap_or_default() {
        UserRow::KIND => {
            let user = entity::by_arn::<UserRow>(scope, arn)?.ok_or_else(gone)?;
            of_user(scope, &user)
        }
        GroupRow::KIND => {
            let group = entity::by_arn::<GroupRow>(scope, arn)?.ok_or_else(gone)?;
            held::<GroupRow>(scope, &group.holder)
        }
        RoleRow::KIND => {
            let role = entity::by_arn::<RoleRow>(scope, arn)?.ok_or_else(gone)?;
            held::<RoleRow>(scope, &role.holder)
        }
        _ => Err(invalid_input(format!("ARN {arn} is not valid."))),
    }
}

/// Whether an Allow of one of the policies covers an action of the service.
pub(crate) fn granting(policy: &Policy, prefix: &str) -> bool {
    match actions::service(prefix) {
        Some(service) => service.actions.iter().any(|action| policy.may_allow(&format!("{prefix}:{}", action.name))),
        // Of a service without a table an action by any name stands for all; or the policy names some of it.
        None => policy.may_allow(&format!("{prefix}:AnyAction")) || policy.allows_some_of(prefix),
    }
}
