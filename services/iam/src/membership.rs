//! Who is in which group. A user's row holds the unique ids of its groups, so that neither's new name changes anything.

use crate::{
    Iam,
    entity::{self, Entity},
    error::limit_exceeded,
    state::{GroupRow, UserRow},
};
use gate::{Error, Scope, View};
use serde::{Deserialize, Serialize};

/// Groups that a user may be in.
pub(crate) const MOST_GROUPS: usize = 10;

/// A user and a group.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Membership {
    pub(crate) group_name: String,
    pub(crate) user_name: String,
}

/// The groups of a user.
pub(crate) fn groups(view: &mut View<'_, Iam>, user: &UserRow) -> Result<Vec<GroupRow>, Error> {
    let mut groups = Vec::with_capacity(user.groups.len());
    for id in &user.groups {
        // A group with users cannot be deleted; were it gone all the same, its denies must not be forgotten silently.
        let gone = || Error::internal(format_args!("the group {id} of {} is gone", user.holder.arn));
        groups.push(entity::by_id::<GroupRow>(view, id)?.ok_or_else(gone)?);
    }
    groups.sort_by_key(|group| group.holder.name.to_ascii_lowercase());
    Ok(groups)
}

/// The users of a group, in the order of their names.
pub(crate) fn users(view: &mut View<'_, Iam>, group: &GroupRow) -> Result<Vec<UserRow>, Error> {
    let mut users = entity::all::<UserRow>(view, None)?;
    users.retain(|user| user.groups.contains(&group.holder.id));
    Ok(users)
}

/// Puts the user into the group; nothing changes if it is there.
pub(crate) fn add(scope: &mut Scope<'_, Iam>, of: &Membership) -> Result<(), Error> {
    let group = entity::load::<GroupRow>(scope, &of.group_name)?.holder.id;
    entity::change::<UserRow>(scope, &of.user_name, |user| {
        if user.groups.contains(&group) {
            return Ok(());
        }
        if user.groups.len() >= MOST_GROUPS {
            return Err(limit_exceeded(format!("Cannot exceed quota for GroupsPerUser: {MOST_GROUPS}")));
        }
        user.groups.push(group);
        Ok(())
    })
}

/// Takes the user out of the group; nothing changes if it is not there.
pub(crate) fn remove(scope: &mut Scope<'_, Iam>, of: &Membership) -> Result<(), Error> {
    let group = entity::load::<GroupRow>(scope, &of.group_name)?;
    entity::change::<UserRow>(scope, &of.user_name, |user| {
        user.groups.retain(|id| *id != group.holder().id);
        Ok(())
    })
}
