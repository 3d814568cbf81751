//! Groups, users, roles and instance profiles, in what they have in common: found by name, known by a unique id, wearing tags.

use crate::{
    Iam,
    error::{already_exists, delete_conflict, no_such_entity, not_a_boundary},
    inputs::Named,
    names::{self, LONGEST_NAME, LONGEST_USER_OR_ROLE, check_name},
    policies,
    state::{GROUPS, GroupRow, Holder, IDS, PROFILES, ProfileRow, ROLES, RoleRow, USERS, UserRow},
    tags::{self, Tag},
};
use base::{AccountId, Arn};
use gate::{Demand, Demands, Error, Scope, Table, View};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// A group, a user, a role or an instance profile.
pub trait Entity: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// `role`: of ARNs and messages.
    const KIND: &'static str;
    /// `Role`.
    const KIND_CAPITAL: &'static str;
    /// How messages call one, at their beginning and else.
    const CALLED: [&'static str; 2];
    /// The member that names one in inputs and answers: `RoleName`, alone.
    const MEMBER: &'static [&'static str];
    /// The prefix of unique ids.
    const ID: &'static str;
    /// The most characters of a new name.
    const LONGEST: usize;
    /// The most characters of all inline policies together.
    const INLINE_QUOTA: usize;
    /// Where they are kept.
    fn table() -> &'static Table<Iam, Self>;
    /// What all kinds have.
    fn holder(&self) -> &Holder;
    /// The same, to be changed.
    fn holder_mut(&mut self) -> &mut Holder;
}

macro_rules! entities {
    ($($row:ident in $table:ident: $kind:literal $capital:literal $called:expr, $member:literal $id:literal $longest:ident $quota:literal;)*) => { $(
        impl Entity for $row {
            const KIND: &'static str = $kind;
            const KIND_CAPITAL: &'static str = $capital;
            const CALLED: [&'static str; 2] = $called;
            const MEMBER: &'static [&'static str] = &[$member];
            const ID: &'static str = $id;
            const LONGEST: usize = $longest;
            const INLINE_QUOTA: usize = $quota;
            fn table() -> &'static Table<Iam, Self> {
                &$table
            }
            fn holder(&self) -> &Holder {
                &self.holder
            }
            fn holder_mut(&mut self) -> &mut Holder {
                &mut self.holder
            }
        }
    )* };
}

entities! {
    GroupRow in GROUPS: "group" "Group" ["Group with name", "The group with name"], "GroupName" "AGPA" LONGEST_NAME 5120;
    ProfileRow in PROFILES: "instance-profile" "InstanceProfile" ["Instance Profile", "Instance Profile"], "InstanceProfileName" "AIPA" LONGEST_NAME 0;
    RoleRow in ROLES: "role" "Role" ["Role with name", "The role with name"], "RoleName" "AROA" LONGEST_USER_OR_ROLE 10_240;
    UserRow in USERS: "user" "User" ["User with name", "The user with name"], "UserName" "AIDA" LONGEST_USER_OR_ROLE 2048;
}

fn not_found<E: Entity>(name: &str) -> Error {
    no_such_entity(format!("{} {name} cannot be found.", E::CALLED[1]))
}

/// The entity of this name in an account, to be read.
pub(crate) fn seen_in<E: Entity>(view: &mut View<'_, Iam>, account: AccountId, name: &str) -> Result<Option<Arc<E>>, Error> {
    view.shared(E::table(), &[account.as_str(), &name.to_ascii_lowercase()])
}

/// The entity of this name in an account.
pub(crate) fn find_in<E: Entity>(view: &mut View<'_, Iam>, account: AccountId, name: &str) -> Result<Option<E>, Error> {
    Ok(seen_in(view, account, name)?.map(|entity: Arc<E>| E::clone(&entity)))
}

/// The entity of this name in the caller's account.
pub(crate) fn load<E: Entity>(view: &mut View<'_, Iam>, name: &str) -> Result<E, Error> {
    let account = view.account()?;
    find_in(view, account, name)?.ok_or_else(|| not_found::<E>(name))
}

/// The entity of this ARN: neither one of another path nor of another kind.
pub(crate) fn by_arn<E: Entity>(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Option<E>, Error> {
    let (Some(account), Some(path)) = (arn.account(), arn.resource_of(E::KIND)) else { return Ok(None) };
    let name = path.rsplit('/').next().unwrap_or_default();
    Ok(find_in(view, account, name)?.filter(|e: &E| e.holder().arn == *arn))
}

/// The entity of this unique id, whatever its name is now.
pub(crate) fn by_id<E: Entity>(view: &mut View<'_, Iam>, id: &str) -> Result<Option<E>, Error> {
    let Some(arn) = view.get(&IDS, id)? else { return Ok(None) };
    Ok(by_arn(view, &arn)?.filter(|e: &E| e.holder().id == id))
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

/// What comes with a new entity.
#[derive(Default)]
pub(crate) struct New<'a> {
    pub(crate) name: &'a str,
    pub(crate) path: Option<&'a str>,
    pub(crate) boundary: Option<Arn>,
    pub(crate) tags: Vec<Tag>,
}

fn arn<E: Entity>(account: AccountId, path: &str, name: &str) -> Arn {
    Arn::global("iam", account, &format!("{}{path}{name}", E::KIND))
}

fn check_free<E: Entity>(view: &mut View<'_, Iam>, account: AccountId, name: &str) -> Result<(), Error> {
    match find_in::<E>(view, account, name)? {
        Some(_) => Err(already_exists(format!("{} {name} already exists.", E::CALLED[0]))),
        None => Ok(()),
    }
}

/// What a new entity begins with; its unique id is known from now on.
pub(crate) fn begin<E: Entity>(scope: &mut Scope<'_, Iam>, account: AccountId, new: New<'_>) -> Result<Holder, Error> {
    check_free::<E>(scope, account, new.name)?;
    if let Some(boundary) = &new.boundary {
        policies::document(scope, account, boundary)?.ok_or_else(|| not_a_boundary(boundary))?;
    }
    let mut own_tags = Vec::new();
    tags::set(&mut own_tags, new.tags)?;
    let path = names::path(new.path)?;
    let arn = arn::<E>(account, path, new.name);
    let id = scope.id_for(E::ID, &arn);
    scope.put(&IDS, id.as_str(), &arn)?;
    Ok(Holder {
        name: new.name.into(),
        path: path.into(),
        id,
        arn,
        created: scope.now(),
        boundary: new.boundary,
        tags: own_tags,
        inline: Default::default(),
        attached: Vec::new(),
    })
}

/// Gives an entity another name or path. What is kept of it by its unique id stays true.
pub(crate) fn rename<E: Entity>(scope: &mut Scope<'_, Iam>, entity: &mut E, name: Option<&str>, path: Option<&str>) -> Result<(), Error> {
    let (account, old) = key(entity.holder())?;
    let holder = entity.holder_mut();
    let name = name.unwrap_or(&holder.name).to_owned();
    let path = names::path(Some(path.unwrap_or(&holder.path)))?.to_owned();
    if !name.eq_ignore_ascii_case(&old) {
        check_free::<E>(scope, account, &name)?;
        scope.delete(E::table(), &[account.as_str(), &old]);
    }
    holder.arn = arn::<E>(account, &path, &name);
    (holder.name, holder.path) = (name, path);
    scope.put(&IDS, holder.id.as_str(), &holder.arn)?;
    save(scope, entity)
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
pub(crate) fn all<E: Entity>(view: &mut View<'_, Iam>, path_prefix: Option<&str>) -> Result<Vec<E>, Error> {
    let account = view.account()?;
    let rows = view.scan(E::table(), &[account.as_str()])?;
    let below = |entity: &E| path_prefix.is_none_or(|prefix| entity.holder().path.starts_with(prefix));
    Ok(rows.into_iter().map(|(_, entity)| entity).filter(below).collect())
}

// --- demands -----------------------------------------------------------------------------------------------------------

fn viewed<E: Entity>(view: &mut View<'_, Iam>, name: &str) -> Result<Option<E>, Error> {
    check_name(&names::member(E::MEMBER[0]), name, LONGEST_NAME)?;
    let account = view.account()?;
    find_in(view, account, name)
}

fn on<E: Entity>(view: &View<'_, Iam>, action: &'static str, name: &str, entity: Option<&E>) -> Result<Demand, Error> {
    match entity.map(Entity::holder) {
        Some(holder) => Ok(tags::demand(action, &holder.arn, tags::pairs(&holder.tags))),
        None => Ok(Demand::new(action, arn::<E>(view.account()?, "/", name))),
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
pub(crate) fn demands_new<E: Entity>(view: &View<'_, Iam>, actions: [&'static str; 2], new: &New<'_>) -> Result<Demands, Error> {
    check_name(&names::member(E::MEMBER[0]), new.name, E::LONGEST)?;
    let arn = arn::<E>(view.account()?, names::path(new.path)?, new.name);
    let [create, tag] = actions.map(|action| {
        Demand::new(action, arn.clone()).with_some("iam:PermissionsBoundary", new.boundary.as_ref()).with_tags(tags::pairs(&new.tags))
    });
    Ok(if new.tags.is_empty() { create.into() } else { Demands::from(create).and(tag) })
}

/// The right to rename or move an entity: on what it is, and on what it is to be.
pub(crate) fn demands_renamed<E: Entity>(
    view: &mut View<'_, Iam>,
    action: &'static str,
    of: &Named<E>,
    name: Option<&str>,
    path: Option<&str>,
) -> Result<Demands, Error> {
    let entity = viewed::<E>(view, of)?;
    let old = on(view, action, of, entity.as_ref())?;
    if let Some(name) = name {
        check_name(&names::member(&format!("New{}", E::MEMBER[0])), name, E::LONGEST)?;
    }
    let own_path = entity.as_ref().map_or("/", |e| &e.holder().path);
    let own_name = entity.as_ref().map_or(of.as_str(), |e| &e.holder().name);
    let wanted = arn::<E>(view.account()?, names::path(Some(path.unwrap_or(own_path)))?, name.unwrap_or(own_name));
    let new = Demand::new(action, wanted);
    Ok(if name.is_none() && path.is_none() { old.into() } else { Demands::from(old).and(new) })
}
