//! The report of a job: for each service that a principal's policies grant, when it was used last.

use super::{
    LastUse,
    figures::Figures,
    grants::{PolicyOf, granting, held, managed},
};
use crate::{
    Iam,
    entity::Entity,
    error::{invalid_input, no_such_entity},
    policies,
    state::{Holder, RoleRow, UserRow},
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

/// Finds a user, a role, or a policy with all who have it.
pub(crate) fn subject(scope: &mut Scope<'_, Iam>, account: AccountId, arn: &Arn) -> Result<Subject, Error> {
    fn one<E: Entity>(scope: &mut Scope<'_, Iam>, account: AccountId, arn: &Arn) -> Result<Subject, Error> {
        let name = arn.resource().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let found = scope.get(E::table(), &[account.as_str(), &name])?.filter(|entity| entity.holder().arn == *arn);
        let mut entity = found.ok_or_else(|| no_such_entity(format!("The entity {arn} cannot be found.")))?;
        let holder = entity.holder_mut().clone();
        Ok(Subject { policies: held::<E>(scope, &holder)?, entities: vec![row::<E>(holder)] })
    }
    fn having<E: Entity>(scope: &mut Scope<'_, Iam>, account: AccountId, arn: &Arn) -> Result<Vec<EntityRow>, Error> {
        let rows = scope.scan(E::table(), &[account.as_str()])?.into_iter().map(|(_, entity)| entity);
        Ok(rows.filter(|entity| entity.holder().attached.contains(arn)).map(|mut entity| row::<E>(entity.holder_mut().clone())).collect())
    }
    if arn.resource_of(UserRow::KIND).is_some() {
        one::<UserRow>(scope, account, arn)
    } else if arn.resource_of(RoleRow::KIND).is_some() {
        one::<RoleRow>(scope, account, arn)
    } else if arn.resource_of("policy").is_some() {
        policies::document(scope, account, arn)?.ok_or_else(|| crate::error::no_such_policy(arn))?;
        let mut entities = having::<UserRow>(scope, account, arn)?;
        entities.extend(having::<RoleRow>(scope, account, arn)?);
        Ok(Subject { policies: vec![managed(scope, arn)?], entities })
    } else {
        Err(invalid_input(format!("ARN {arn} is not valid.")))
    }
}

/// Writes the report into the job.
pub(crate) fn compile(scope: &mut Scope<'_, Iam>, account: AccountId, job: &mut JobRow) -> Result<(), Error> {
    let Subject { policies, mut entities } = subject(scope, account, &job.arn)?;
    let figures = Figures::read(scope, account)?;
    let mut used: BTreeMap<String, BTreeMap<String, (LastUse, Arn)>> = BTreeMap::new();
    for entity in &mut entities {
        for (action, last) in figures.of(scope, &entity.id)? {
            let (service, operation) = action.split_once(':').unwrap_or((&action, ""));
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
