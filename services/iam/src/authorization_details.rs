//! The details of an account's users, groups, roles and policies.
//! Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>

use crate::{
    Iam,
    documents::shown,
    entity,
    last_used::role_last_used,
    managed, membership,
    policies::{AllUses, EntityKind, Uses},
    profiles,
    shapes::{AttachedPolicy, Boundary, InstanceProfile, ManagedPolicy, PolicyVersion, RoleLastUsed, boundary},
    state::{GroupRow, Holder, POLICIES, PolicyRow, RoleRow, UserRow},
    tags::Tag,
};
use base::{Arn, IsoTime};
use gate::{Error, Scope};
use serde::Serialize;

/// One of the four lists' items, before it is shown.
pub(crate) enum Detail {
    User(UserRow),
    Group(GroupRow),
    Role(RoleRow),
    Local(PolicyRow, Uses),
    Aws(Arn, Uses),
}

impl Detail {
    /// Its place among all.
    pub(crate) fn key(&self) -> String {
        let (list, name) = match self {
            Self::User(row) => (0, &row.holder.name),
            Self::Group(row) => (1, &row.holder.name),
            Self::Role(row) => (2, &row.holder.name),
            Self::Local(row, _) => (3, &row.name),
            Self::Aws(arn, _) => return format!("4 {arn}"),
        };
        format!("{list} {}", name.to_ascii_lowercase())
    }
}

/// All details of the kinds that are asked for; all kinds if none is. AWS's own policies are there if they are in use.
pub(crate) fn read(scope: &mut Scope<'_, Iam>, filter: &[EntityKind]) -> Result<Vec<Detail>, Error> {
    let wanted = |kind| filter.is_empty() || filter.contains(&kind);
    let mut all = Vec::new();
    if wanted(EntityKind::User) {
        all.extend(entity::all(scope, None)?.into_iter().map(Detail::User));
    }
    if wanted(EntityKind::Group) {
        all.extend(entity::all(scope, None)?.into_iter().map(Detail::Group));
    }
    if wanted(EntityKind::Role) {
        all.extend(entity::all(scope, None)?.into_iter().map(Detail::Role));
    }
    if wanted(EntityKind::LocalManagedPolicy) || wanted(EntityKind::AwsManagedPolicy) {
        let uses = AllUses::read(scope)?;
        if wanted(EntityKind::LocalManagedPolicy) {
            let account = scope.account()?;
            let rows = scope.scan(&POLICIES, &[account.as_str()])?;
            all.extend(rows.into_iter().map(|(_, row)| {
                let used = uses.of(&row.arn);
                Detail::Local(row, used)
            }));
        }
        if wanted(EntityKind::AwsManagedPolicy) {
            let arns = uses.all().into_iter().filter(managed::is_of_aws);
            all.extend(arns.map(|arn| {
                let used = uses.of(&arn);
                Detail::Aws(arn, used)
            }));
        }
    }
    Ok(all)
}

/// The four lists.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Details {
    user_detail_list: Vec<UserDetail>,
    group_detail_list: Vec<GroupDetail>,
    role_detail_list: Vec<RoleDetail>,
    policies: Vec<PolicyDetail>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct InlineDetail {
    policy_name: String,
    policy_document: String,
}

fn inline(holder: &Holder) -> Vec<InlineDetail> {
    let shown = |(name, text): (&String, &String)| InlineDetail { policy_name: name.clone(), policy_document: shown(text) };
    holder.inline.iter().map(shown).collect()
}

fn attached(holder: &Holder) -> Vec<AttachedPolicy> {
    holder.attached.iter().cloned().map(AttachedPolicy::of).collect()
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct UserDetail {
    user_policy_list: Vec<InlineDetail>,
    group_list: Vec<String>,
    attached_managed_policies: Vec<AttachedPolicy>,
    permissions_boundary: Option<Boundary>,
    tags: Vec<Tag>,
    path: String,
    user_name: String,
    user_id: String,
    arn: Arn,
    create_date: IsoTime,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupDetail {
    group_policy_list: Vec<InlineDetail>,
    attached_managed_policies: Vec<AttachedPolicy>,
    path: String,
    group_name: String,
    group_id: String,
    arn: Arn,
    create_date: IsoTime,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RoleDetail {
    assume_role_policy_document: String,
    instance_profile_list: Vec<InstanceProfile>,
    role_policy_list: Vec<InlineDetail>,
    role_last_used: RoleLastUsed,
    attached_managed_policies: Vec<AttachedPolicy>,
    permissions_boundary: Option<Boundary>,
    tags: Vec<Tag>,
    path: String,
    role_name: String,
    role_id: String,
    arn: Arn,
    create_date: IsoTime,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyDetail {
    #[serde(flatten)]
    policy: ManagedPolicy,
    policy_version_list: Vec<PolicyVersion>,
}

impl Details {
    /// Shows one more.
    pub(crate) fn add(&mut self, scope: &mut Scope<'_, Iam>, detail: Detail) -> Result<(), Error> {
        match detail {
            Detail::User(row) => {
                let groups = membership::groups(scope, &row)?;
                let holder = row.holder;
                self.user_detail_list.push(UserDetail {
                    user_policy_list: inline(&holder),
                    group_list: groups.into_iter().map(|group| group.holder.name).collect(),
                    attached_managed_policies: attached(&holder),
                    permissions_boundary: boundary(holder.boundary.as_ref()),
                    tags: holder.tags,
                    path: holder.path,
                    user_name: holder.name,
                    user_id: holder.id,
                    arn: holder.arn,
                    create_date: IsoTime(holder.created),
                });
            }
            Detail::Group(GroupRow { holder }) => self.group_detail_list.push(GroupDetail {
                group_policy_list: inline(&holder),
                attached_managed_policies: attached(&holder),
                path: holder.path,
                group_name: holder.name,
                group_id: holder.id,
                arn: holder.arn,
                create_date: IsoTime(holder.created),
            }),
            Detail::Role(row) => {
                let mut instance_profile_list = Vec::new();
                for profile in profiles::of_role(scope, &row)? {
                    instance_profile_list.push(profiles::shown(scope, profile)?.brief());
                }
                let account = scope.account()?;
                let role_last_used = RoleLastUsed::of(role_last_used(scope, account, &row.holder.id)?);
                let holder = row.holder;
                self.role_detail_list.push(RoleDetail {
                    assume_role_policy_document: shown(&scope.ids_to_principals(&row.trust)),
                    instance_profile_list,
                    role_last_used,
                    role_policy_list: inline(&holder),
                    attached_managed_policies: attached(&holder),
                    permissions_boundary: boundary(holder.boundary.as_ref()),
                    tags: holder.tags,
                    path: holder.path,
                    role_name: holder.name,
                    role_id: holder.id,
                    arn: holder.arn,
                    create_date: IsoTime(holder.created),
                });
            }
            Detail::Local(row, uses) => {
                let shown = |version| PolicyVersion::of(version, row.default_version, true);
                let policy_version_list = row.versions.iter().rev().map(shown).collect();
                let policy = ManagedPolicy::of(row, uses).detail();
                self.policies.push(PolicyDetail { policy, policy_version_list });
            }
            Detail::Aws(arn, uses) => {
                let gone = || Error::internal(format_args!("the policy {arn} is in use and is gone"));
                let own = managed::find(&arn).ok_or_else(gone)?;
                let policy = ManagedPolicy::of_aws(own, arn, uses).detail();
                self.policies.push(PolicyDetail { policy, policy_version_list: vec![PolicyVersion::of_aws(own, true)] });
            }
        }
        Ok(())
    }
}
