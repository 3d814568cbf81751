//! The report of a job: for each service that a principal's policies grant, when it was used last.

use super::{
    LastUse,
    figures::Figures,
    grants::{PolicyOf, granting, managed, policies_of},
};
use crate::{
    Iam,
    entity::{self, Entity},
    policies,
    state::{GROUPS, GroupRow, Holder, ROLES, RoleRow, USERS, UserRow},
};
use base::{AccountId, Arn, Timestamp};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A job, and its report once it is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct JobRow {
    /// Of whom or of which policy.
    pub(crate) arn: Arn,
    /// The unique id of the user or role that asked: to no other the report is shown.
    pub(crate) made_by: String,
    pub(crate) by_action: bool,
    pub(crate) created: Timestamp,
    pub(crate) completed: Option<Timestamp>,
    /// Why it failed, if it did.
    pub(crate) failure: Option<String>,
    pub(crate) services: Vec<ServiceRow>,
    pub(crate) entities: Vec<EntityRow>,
}

/// A service that is granted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ServiceRow {
    pub(crate) namespace: String,
    /// The last use by any entity, and by whom.
    pub(crate) last: Option<(LastUse, Arn)>,
    /// How many entities used it.
    pub(crate) entities: usize,
    /// Of a job by action: every action that is granted.
    pub(crate) actions: Vec<(String, Option<(LastUse, Arn)>)>,
}

/// A user or role whose use counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct EntityRow {
    pub(crate) arn: Arn,
    pub(crate) name: String,
    /// `USER` or `ROLE`.
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) path: String,
    /// The last use of each service.
    pub(crate) used: BTreeMap<String, Timestamp>,
}

/// Whom a report is about: the policies that grant, and the entities whose use counts.
pub(crate) struct Subject {
    policies: Vec<PolicyOf>,
    entities: Vec<EntityRow>,
}

fn row<E: Entity>(holder: Holder) -> EntityRow {
    let kind = E::KIND.to_uppercase();
    EntityRow { arn: holder.arn, name: holder.name, kind, id: holder.id, path: holder.path, used: BTreeMap::new() }
}

/// Finds a user or role, a group with its users, or a policy with all who have it.
pub(crate) fn subject(scope: &mut Scope<'_, Iam>, account: AccountId, arn: &Arn) -> Result<Subject, Error> {
    if arn.resource_of("policy").is_some() {
        policies::document(scope, account, arn)?.ok_or_else(|| crate::error::no_such_policy(arn))?;
        return Ok(Subject { policies: vec![managed(scope, arn)?], entities: having(scope, account, arn)? });
    }
    let policies = policies_of(scope, arn)?;
    let mut entities = Vec::new();
    if let Some(user) = entity::by_arn::<UserRow>(scope, arn)? {
        entities.push(row::<UserRow>(user.holder));
    } else if let Some(role) = entity::by_arn::<RoleRow>(scope, arn)? {
        entities.push(row::<RoleRow>(role.holder));
    } else if let Some(group) = entity::by_arn::<GroupRow>(scope, arn)? {
        let users = scope.scan(&USERS, &[account.as_str()])?.into_iter().map(|(_, user)| user);
        entities.extend(users.filter(|user| user.groups.contains(&group.holder.id)).map(|user| row::<UserRow>(user.holder)));
    }
    Ok(Subject { policies, entities })
}

/// The users and roles that have a policy, by themselves or through a group.
fn having(scope: &mut Scope<'_, Iam>, account: AccountId, arn: &Arn) -> Result<Vec<EntityRow>, Error> {
    let prefix = [account.as_str()];
    let groups = scope.scan(&GROUPS, &prefix)?.into_iter().filter(|(_, group)| group.holder.attached.contains(arn));
    let groups: Vec<String> = groups.map(|(_, group)| group.holder.id).collect();
    let users = scope.scan(&USERS, &prefix)?.into_iter().map(|(_, user)| user);
    let users = users.filter(|user| user.holder.attached.contains(arn) || user.groups.iter().any(|id| groups.contains(id)));
    let mut entities: Vec<EntityRow> = users.map(|user| row::<UserRow>(user.holder)).collect();
    let roles = scope.scan(&ROLES, &prefix)?.into_iter().filter(|(_, role)| role.holder.attached.contains(arn));
    entities.extend(roles.map(|(_, role)| row::<RoleRow>(role.holder)));
    Ok(entities)
}

/// Writes the report into the job.
pub(crate) fn compile(scope: &mut Scope<'_, Iam>, account: AccountId, job: &mut JobRow) -> Result<(), Error> {
    let Subject { policies, mut entities } = subject(scope, account, &job.arn)?;
    let figures = Figures::read(scope, account)?;
    let mut used: BTreeMap<String, BTreeMap<String, (LastUse, Arn)>> = BTreeMap::new();
    for entity in &mut entities {
        for (action, last) in figures.of(scope, &entity.id)? {
            let (service, operation) = action.split_once(':').unwrap_or((&action, ""));
            // The trail has operations, policies have actions.
            let operation = actions::action_of(service, operation).unwrap_or(operation);
            let time = entity.used.entry(service.to_owned()).or_insert(last.time);
            *time = last.time.max(*time);
            let newest = used.entry(service.to_owned()).or_default();
            if newest.get(operation).is_none_or(|(known, _)| known.time < last.time) {
                newest.insert(operation.to_owned(), (last, entity.arn.clone()));
            }
        }
    }
    let none = BTreeMap::new();
    for service in actions::services() {
        if !policies.iter().any(|of| granting(&of.policy, service.prefix)) {
            continue;
        }
        let used = used.get(service.prefix).unwrap_or(&none);
        job.services.push(ServiceRow {
            namespace: service.prefix.to_owned(),
            last: used.values().max_by_key(|(last, _)| last.time).cloned(),
            entities: entities.iter().filter(|entity| entity.used.contains_key(service.prefix)).count(),
            actions: if job.by_action { by_action(&policies, service.prefix, used) } else { Vec::new() },
        });
    }
    job.entities = entities;
    Ok(())
}

fn by_action(policies: &[PolicyOf], prefix: &str, used: &BTreeMap<String, (LastUse, Arn)>) -> Vec<(String, Option<(LastUse, Arn)>)> {
    let table = actions::service(prefix).into_iter().flat_map(|service| &service.actions);
    let granted = table.filter(|action| {
        let name = format!("{prefix}:{}", action.name);
        policies.iter().any(|of| of.policy.may_allow(&name))
    });
    granted.map(|action| (action.name.to_owned(), used.get(action.name).cloned())).collect()
}
