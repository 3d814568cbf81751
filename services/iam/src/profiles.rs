//! Instance profiles and the roles in them. Sekisho runs no instances: they are kept for the templates that declare them.

use crate::{
    Iam, entity, pages,
    shapes::{InstanceProfile, Role},
    state::{ProfileRow, RoleRow},
};
use gate::{Error, Scope, View};
use serde::{Deserialize, Serialize};

/// A role and an instance profile.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InProfile {
    pub(crate) instance_profile_name: String,
    pub(crate) role_name: String,
}

/// Instance profiles.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Profiles {
    is_truncated: bool,
    marker: Option<String>,
    instance_profiles: Vec<InstanceProfile>,
}

/// The instance profiles that a role is in.
pub(crate) fn of_role(view: &mut View<'_, Iam>, role: &RoleRow) -> Result<Vec<ProfileRow>, Error> {
    let mut profiles = entity::all::<ProfileRow>(view, None)?;
    profiles.retain(|profile| profile.role.as_ref() == Some(&role.holder.id));
    Ok(profiles)
}

/// An instance profile as answers show it, with its role.
pub(crate) fn shown(scope: &mut Scope<'_, Iam>, row: ProfileRow) -> Result<InstanceProfile, Error> {
    let role = match &row.role {
        Some(id) => entity::by_id::<RoleRow>(scope, id)?,
        None => None,
    };
    let role = role.map(|role| Role::shown(scope, role).brief());
    Ok(InstanceProfile::of(row, role))
}

/// A page of them, as lists show them.
pub(crate) fn page(
    scope: &mut Scope<'_, Iam>,
    rows: Vec<ProfileRow>,
    marker: Option<&str>,
    max_items: Option<usize>,
) -> Result<Profiles, Error> {
    let page = pages::page(rows, |row| row.holder.name.to_ascii_lowercase(), marker, max_items)?;
    let mut instance_profiles = Vec::with_capacity(page.items.len());
    for row in page.items {
        instance_profiles.push(shown(scope, row)?.brief());
    }
    Ok(Profiles { is_truncated: page.marker.is_some(), marker: page.marker, instance_profiles })
}
