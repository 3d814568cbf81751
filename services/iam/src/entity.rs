//! Users and roles, in what they have in common: found by name, holding policies, wearing tags.

use crate::{
    Iam, documents,
    error::{already_exists, delete_conflict, invalid_input, limit_exceeded, no_such_entity, not_attachable},
    names::{self, LONGEST_POLICY, LONGEST_USER_OR_ROLE, check_name},
    policies,
    state::{Holder, IDS, ROLES, RoleRow, USERS, UserRow},
    tags::{self, Tag},
};
use base::{AccountId, Arn, unique_id};
use gate::{Demand, Demands, Error, Scope, Table, View};
use policy::quota_length;
use serde::{Serialize, de::DeserializeOwned};

/// Managed policies that a user or role may have attached.
const MOST_ATTACHED: usize = 10;

/// A user or a role.
pub(crate) trait Entity: Serialize + DeserializeOwned + 'static {
    /// `role`: of ARNs and messages.
    const KIND: &'static str;
    /// `Role`.
    const KIND_CAPITAL: &'static str;
    /// The prefix of unique ids.
    const ID: &'static str;
    /// The most characters of all inline policies together.
    const INLINE_QUOTA: usize;
    /// Where they are kept.
    fn table() -> &'static Table<Iam, Self>;
    fn holder(&self) -> &Holder;
    fn holder_mut(&mut self) -> &mut Holder;
}

impl Entity for RoleRow {
    const KIND: &'static str = "role";
    const KIND_CAPITAL: &'static str = "Role";
    const ID: &'static str = "AROA";
    const INLINE_QUOTA: usize = 10_240;
    fn table() -> &'static Table<Iam, Self> {
        &ROLES
    }
    fn holder(&self) -> &Holder {
        &self.holder
    }
    fn holder_mut(&mut self) -> &mut Holder {
        &mut self.holder
    }
}

impl Entity for UserRow {
    const KIND: &'static str = "user";
    const KIND_CAPITAL: &'static str = "User";
    const ID: &'static str = "AIDA";
    const INLINE_QUOTA: usize = 2048;
    fn table() -> &'static Table<Iam, Self> {
        &USERS
    }
    fn holder(&self) -> &Holder {
        &self.holder
    }
    fn holder_mut(&mut self) -> &mut Holder {
        &mut self.holder
    }
}

fn not_found<E: Entity>(name: &str) -> Error {
    no_such_entity(format!("The {} with name {name} cannot be found.", E::KIND))
}

/// The entity of this name in the caller's account.
pub(crate) fn find<E: Entity>(scope: &mut Scope<'_, Iam>, name: &str) -> Result<Option<E>, Error> {
    let account = scope.account()?;
    scope.get(E::table(), &[account.as_str(), &name.to_ascii_lowercase()])
}

pub(crate) fn load<E: Entity>(scope: &mut Scope<'_, Iam>, name: &str) -> Result<E, Error> {
    find(scope, name)?.ok_or_else(|| not_found::<E>(name))
}

fn key(holder: &Holder) -> Result<(AccountId, String), Error> {
    let account = holder.arn.account().ok_or_else(|| Error::internal(format_args!("{} has no account", holder.arn)))?;
    Ok((account, holder.name.to_ascii_lowercase()))
}

pub(crate) fn save<E: Entity>(scope: &mut Scope<'_, Iam>, entity: &E) -> Result<(), Error> {
    let (account, name) = key(entity.holder())?;
    scope.put(E::table(), &[account.as_str(), &name], entity)
}

/// Loads, changes, saves.
pub(crate) fn change<E: Entity>(
    scope: &mut Scope<'_, Iam>,
    name: &str,
    work: impl FnOnce(&mut E) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut entity = load::<E>(scope, name)?;
    work(&mut entity)?;
    save(scope, &entity)
}

/// What a new entity begins with; its unique id is known from now on.
pub(crate) fn begin<E: Entity>(
    scope: &mut Scope<'_, Iam>,
    account: AccountId,
    name: &str,
    path: &str,
    boundary: Option<Arn>,
    new_tags: Vec<Tag>,
) -> Result<Holder, Error> {
    if scope.get(E::table(), &[account.as_str(), &name.to_ascii_lowercase()])?.is_some() {
        return Err(already_exists(format!("{} with name {name} already exists.", E::KIND_CAPITAL)));
    }
    if let Some(boundary) = &boundary {
        policies::document(scope, account, boundary)?.ok_or_else(|| not_attachable(boundary))?;
    }
    let mut own_tags = Vec::new();
    tags::set(&mut own_tags, new_tags)?;
    let arn = Arn::global("iam", account, &format!("{}{path}{name}", E::KIND));
    let id = unique_id(scope.entropy(), E::ID);
    scope.put(&IDS, id.as_str(), &arn)?;
    let created = scope.now();
    Ok(Holder {
        name: name.into(),
        path: path.into(),
        id,
        arn,
        created,
        boundary,
        tags: own_tags,
        inline: Default::default(),
        attached: Vec::new(),
    })
}

/// Removes an entity that holds nothing any more.
pub(crate) fn end<E: Entity>(scope: &mut Scope<'_, Iam>, entity: &E) -> Result<(), Error> {
    let holder = entity.holder();
    if !holder.attached.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must detach all policies first."));
    }
    if !holder.inline.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must delete policies first."));
    }
    let (account, name) = key(holder)?;
    scope.delete(&IDS, holder.id.as_str());
    scope.delete(E::table(), &[account.as_str(), &name]);
    Ok(())
}

/// All entities of the account, in the order of their names.
pub(crate) fn all<E: Entity>(scope: &mut Scope<'_, Iam>, path_prefix: Option<&str>) -> Result<Vec<E>, Error> {
    let account = scope.account()?;
    let rows = scope.scan(E::table(), &[account.as_str()])?;
    let below = |entity: &E| path_prefix.is_none_or(|prefix| entity.holder().path.starts_with(prefix));
    Ok(rows.into_iter().map(|(_, entity)| entity).filter(below).collect())
}

// --- demands -----------------------------------------------------------------------------------------------------------

fn viewed<E: Entity>(view: &mut View<'_, Iam>, name: &str) -> Result<Option<E>, Error> {
    check_name(&format!("{}Name", E::KIND), name, LONGEST_USER_OR_ROLE)?;
    let account = view.account()?;
    view.get(E::table(), &[account.as_str(), &name.to_ascii_lowercase()])
}

fn on<E: Entity>(view: &View<'_, Iam>, action: &'static str, name: &str, entity: Option<&E>) -> Result<Demand, Error> {
    match entity.map(Entity::holder) {
        Some(holder) => {
            let demand = Demand::new(action, holder.arn.clone());
            Ok(holder.tags.iter().fold(demand, |demand, tag| demand.with(format!("iam:ResourceTag/{}", tag.key), &tag.value)))
        }
        None => Ok(Demand::new(action, Arn::global("iam", view.account()?, &format!("{}/{name}", E::KIND)))),
    }
}

/// The right to an action on the entity of this name.
pub(crate) fn demand<E: Entity>(view: &mut View<'_, Iam>, action: &'static str, name: &str) -> Result<Demand, Error> {
    let entity = viewed::<E>(view, name)?;
    on(view, action, name, entity.as_ref())
}

/// The right to change what the entity may do: limited by its own boundary as `iam:PermissionsBoundary`.
pub(crate) fn demand_bounded<E: Entity>(view: &mut View<'_, Iam>, action: &'static str, name: &str) -> Result<Demand, Error> {
    let entity = viewed::<E>(view, name)?;
    let boundary = entity.as_ref().and_then(|e| e.holder().boundary.clone());
    Ok(on(view, action, name, entity.as_ref())?.with_some("iam:PermissionsBoundary", boundary.as_ref()))
}

/// The right to make an entity, and to tag it if it comes with tags: the actions in this order.
pub(crate) fn demands_new<E: Entity>(
    view: &View<'_, Iam>,
    [create, tag]: [&'static str; 2],
    name: &str,
    path: Option<&str>,
    boundary: Option<&Arn>,
    tags: &[Tag],
) -> Result<Demands, Error> {
    check_name(&format!("{}Name", E::KIND), name, LONGEST_USER_OR_ROLE)?;
    let arn = Arn::global("iam", view.account()?, &format!("{}{}{name}", E::KIND, names::path(path)?));
    let new = |action| Demand::new(action, arn.clone()).with_some("iam:PermissionsBoundary", boundary).with_tags(tags::pairs(tags));
    let demands = Demands::from(new(create));
    Ok(if tags.is_empty() { demands } else { demands.and(new(tag)) })
}

// --- inline policies ---------------------------------------------------------------------------------------------------

pub(crate) fn put_inline<E: Entity>(scope: &mut Scope<'_, Iam>, name: &str, policy: String, document: String) -> Result<(), Error> {
    check_name("policyName", &policy, LONGEST_POLICY)?;
    change::<E>(scope, name, |entity| {
        documents::check_inline(&document)?;
        let holder = entity.holder_mut();
        holder.inline.insert(policy, document);
        let total: usize = holder.inline.values().map(|text| quota_length(text)).sum();
        if total > E::INLINE_QUOTA {
            return Err(limit_exceeded(format!("Maximum policy size of {} bytes exceeded for {} {name}", E::INLINE_QUOTA, E::KIND)));
        }
        Ok(())
    })
}

fn no_inline<E: Entity>(policy: &str) -> Error {
    no_such_entity(format!("The {} policy with name {policy} cannot be found.", E::KIND))
}

/// An inline policy as answers show it.
pub(crate) fn get_inline<E: Entity>(scope: &mut Scope<'_, Iam>, name: &str, policy: &str) -> Result<String, Error> {
    let entity = load::<E>(scope, name)?;
    entity.holder().inline.get(policy).map(|text| documents::shown(text)).ok_or_else(|| no_inline::<E>(policy))
}

pub(crate) fn delete_inline<E: Entity>(scope: &mut Scope<'_, Iam>, name: &str, policy: &str) -> Result<(), Error> {
    change::<E>(scope, name, |entity| entity.holder_mut().inline.remove(policy).map(|_| ()).ok_or_else(|| no_inline::<E>(policy)))
}

// --- managed policies and boundaries -----------------------------------------------------------------------------------

pub(crate) fn attach<E: Entity>(scope: &mut Scope<'_, Iam>, name: &str, policy: Arn) -> Result<(), Error> {
    let account = scope.account()?;
    policies::document(scope, account, &policy)?.ok_or_else(|| not_attachable(&policy))?;
    change::<E>(scope, name, |entity| {
        let attached = &mut entity.holder_mut().attached;
        if attached.contains(&policy) {
            return Ok(());
        }
        if attached.len() >= MOST_ATTACHED {
            return Err(limit_exceeded(format!("Cannot exceed quota for PoliciesPer{}: {MOST_ATTACHED}", E::KIND_CAPITAL)));
        }
        attached.push(policy);
        Ok(())
    })
}

pub(crate) fn detach<E: Entity>(scope: &mut Scope<'_, Iam>, name: &str, policy: &Arn) -> Result<(), Error> {
    change::<E>(scope, name, |entity| {
        let attached = &mut entity.holder_mut().attached;
        let before = attached.len();
        attached.retain(|own| own != policy);
        if attached.len() == before { Err(crate::error::no_such_policy(policy)) } else { Ok(()) }
    })
}

pub(crate) fn put_boundary<E: Entity>(scope: &mut Scope<'_, Iam>, name: &str, policy: Arn) -> Result<(), Error> {
    let account = scope.account()?;
    policies::document(scope, account, &policy)?.ok_or_else(|| not_attachable(&policy))?;
    change::<E>(scope, name, |entity| {
        entity.holder_mut().boundary = Some(policy);
        Ok(())
    })
}

pub(crate) fn delete_boundary<E: Entity>(scope: &mut Scope<'_, Iam>, name: &str) -> Result<(), Error> {
    change::<E>(scope, name, |entity| match entity.holder_mut().boundary.take() {
        Some(_) => Ok(()),
        None => Err(no_such_entity(format!("{} {name} has no permissions boundary.", E::KIND_CAPITAL))),
    })
}

/// A policy's ARN must be one.
pub(crate) fn check_policy_arn(arn: &Arn) -> Result<(), Error> {
    if arn.service() == "iam" && arn.resource_of("policy").is_some() {
        return Ok(());
    }
    Err(invalid_input(format!("ARN {arn} is not valid.")))
}
