//! Managed policies: AWS's own and the account's.

use crate::{
    Iam,
    entity::{self, Entity},
    error::{invalid_input, no_such_entity, no_such_policy},
    managed,
    state::{GroupRow, POLICIES, PolicyRow, PolicyVersion, RoleRow, UserRow},
};
use base::{AccountId, Arn};
use gate::{Demand, Error, Scope, View};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The row's key, if the ARN has the form of a policy of an account.
fn key(arn: &Arn) -> Option<(AccountId, String)> {
    let name = arn.resource_of("policy")?.rsplit('/').next()?;
    Some((arn.account()?, name.to_ascii_lowercase()))
}

pub(crate) fn find(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Option<PolicyRow>, Error> {
    let Some((account, name)) = key(arn) else { return Ok(None) };
    Ok(view.get(&POLICIES, &[account.as_str(), &name])?.filter(|row| row.arn == *arn))
}

/// A policy's ARN must be one.
pub(crate) fn check_arn(arn: &Arn) -> Result<(), Error> {
    if arn.service() == "iam" && arn.resource_of("policy").is_some() {
        return Ok(());
    }
    Err(invalid_input(format!("ARN {arn} is not valid.")))
}

/// `/ci/` of `…:policy/ci/Name`.
pub(crate) fn path(arn: &Arn) -> &str {
    let path = arn.resource().strip_prefix("policy").unwrap_or_default();
    path.rfind('/').map_or("", |end| &path[..=end])
}

/// A policy of the account, to be changed. AWS's own cannot be.
pub(crate) fn load(view: &mut View<'_, Iam>, arn: &Arn) -> Result<PolicyRow, Error> {
    find(view, arn)?.ok_or_else(|| no_such_policy(arn))
}

pub(crate) fn save(scope: &mut Scope<'_, Iam>, row: &PolicyRow) -> Result<(), Error> {
    let (account, name) = key(&row.arn).ok_or_else(|| no_such_policy(&row.arn))?;
    scope.put(&POLICIES, &[account.as_str(), &name], row)
}

pub(crate) fn remove(scope: &mut Scope<'_, Iam>, row: &PolicyRow) {
    if let Some((account, name)) = key(&row.arn) {
        scope.delete(&POLICIES, &[account.as_str(), &name]);
    }
}

impl PolicyRow {
    pub(crate) fn default_document(&self) -> &str {
        self.versions.iter().find(|v| v.number == self.default_version).map_or("", |v| &v.document)
    }
    /// The version of this id, `v3`.
    pub(crate) fn version(&self, id: &str) -> Result<&PolicyVersion, Error> {
        let number: Option<u64> = id.strip_prefix('v').and_then(|n| n.parse().ok());
        let missing =
            || no_such_entity(format!("Policy {} version {} does not exist or is not attachable.", self.arn, crate::names::clipped(id)));
        self.versions.iter().find(|v| Some(v.number) == number).ok_or_else(missing)
    }
}

/// The document in force of a policy that entities of `account` may have: AWS's or the account's own.
pub(crate) fn document(view: &mut View<'_, Iam>, account: AccountId, arn: &Arn) -> Result<Option<String>, Error> {
    if let Some(own) = managed::find(arn) {
        return Ok(Some(own.document.clone()));
    }
    if arn.account() != Some(account) {
        return Ok(None);
    }
    Ok(find(view, arn)?.map(|row| row.default_document().into()))
}

/// What a policy is used for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum PolicyUsage {
    /// It is attached.
    PermissionsPolicy,
    /// It is a boundary.
    PermissionsBoundary,
}

/// Of what details or entities are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntityKind {
    /// Users.
    User,
    /// Roles.
    Role,
    /// Groups.
    Group,
    /// The account's own policies.
    LocalManagedPolicy,
    /// AWS's policies.
    #[serde(rename = "AWSManagedPolicy")]
    AwsManagedPolicy,
}

impl EntityKind {
    /// Whether entities of this kind are wanted.
    pub(crate) fn includes(self, kind: &str) -> bool {
        match self {
            Self::User => kind == UserRow::KIND,
            Self::Role => kind == RoleRow::KIND,
            Self::Group => kind == GroupRow::KIND,
            Self::LocalManagedPolicy | Self::AwsManagedPolicy => false,
        }
    }
}

/// How often a policy is used in the caller's account.
#[derive(Default, Clone, Copy)]
pub(crate) struct Uses {
    pub(crate) attached: usize,
    pub(crate) boundaries: usize,
}

/// The uses of policies in the caller's account.
pub(crate) struct AllUses(Vec<(Option<Arn>, Vec<Arn>)>);

impl AllUses {
    pub(crate) fn read(view: &mut View<'_, Iam>) -> Result<Self, Error> {
        fn held<E: Entity>(view: &mut View<'_, Iam>) -> Result<impl Iterator<Item = (Option<Arn>, Vec<Arn>)> + use<E>, Error> {
            let take = |mut e: E| (e.holder_mut().boundary.take(), std::mem::take(&mut e.holder_mut().attached));
            Ok(entity::all::<E>(view, None)?.into_iter().map(take))
        }
        Ok(Self(held::<RoleRow>(view)?.chain(held::<UserRow>(view)?).chain(held::<GroupRow>(view)?).collect()))
    }
    /// The policies that are in use.
    pub(crate) fn all(&self) -> BTreeSet<Arn> {
        self.0.iter().flat_map(|(boundary, attached)| boundary.iter().chain(attached)).cloned().collect()
    }
    pub(crate) fn of(&self, arn: &Arn) -> Uses {
        Uses {
            attached: self.0.iter().filter(|(_, attached)| attached.contains(arn)).count(),
            boundaries: self.0.iter().filter(|(boundary, _)| boundary.as_ref() == Some(arn)).count(),
        }
    }
}

/// The right to an action on the policy of this ARN.
pub(crate) fn demand(action: &'static str, arn: &Arn) -> Result<Demand, Error> {
    check_arn(arn)?;
    Ok(Demand::new(action, arn.clone()))
}
