//! What the gate asks of IAM.

use crate::{
    Iam,
    entity::{self, Entity},
    managed, membership, oidc, policies,
    state::{GroupRow, Holder, IDS, KEYS, ProfileRow, RoleRow, UserRow},
    tags,
};
use base::Arn;
use gate::{AccessKey, Caller, Document, Error, Identity, PrincipalPolicies, ResourceFacts, RoleFacts, View};

/// Trust policies and tags of roles, tags of all else that has them.
pub(crate) fn resources(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let Some(account) = arn.account() else { return Ok(None) };
    if arn.resource_of("oidc-provider").is_some() {
        return oidc::facts(view, arn);
    }
    if let Some(role) = entity::by_arn::<RoleRow>(view, arn)? {
        let trust = Document { name: format!("trust policy of role {}", role.holder.name), text: role.trust };
        return Ok(Some(ResourceFacts { policy: Some(trust), tags: tags::owned(&role.holder.tags), ..ResourceFacts::owned_by(account) }));
    }
    let tags = match arn.resource().split_once('/').map(|(kind, _)| kind) {
        Some(GroupRow::KIND) => entity::by_arn::<GroupRow>(view, arn)?.map(|group| group.holder.tags),
        Some(ProfileRow::KIND) => entity::by_arn::<ProfileRow>(view, arn)?.map(|profile| profile.holder.tags),
        Some(UserRow::KIND) => entity::by_arn::<UserRow>(view, arn)?.map(|user| user.holder.tags),
        _ => policies::find(view, arn)?.map(|row| row.tags),
    };
    Ok(tags.map(|tags| ResourceFacts { tags: tags::owned(&tags), ..ResourceFacts::owned_by(account) }))
}

/// The document in force of a managed policy, AWS's or an account's.
pub(crate) fn managed_policies(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Option<Document>, Error> {
    let text = match managed::find(arn) {
        Some(own) => Some(own.document.clone()),
        None => policies::find(view, arn)?.map(|row| row.default_document().to_owned()),
    };
    Ok(text.map(|text| Document { name: arn.to_string(), text }))
}

/// A policy in force: AWS's or an account's own.
pub(crate) fn document(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Document, Error> {
    // A policy in use cannot be deleted; if it is gone all the same, nobody may act as if it had never been there.
    managed_policies(view, arn)?.ok_or_else(|| Error::internal(format_args!("the policy {arn} is in use and is gone")))
}

/// The policies that one entity holds, behind those that others gave already.
fn add<E: Entity>(view: &mut View<'_, Iam>, holder: &Holder, identity: &mut Vec<Document>) -> Result<(), Error> {
    let inline = |(name, text): (&String, &String)| Document {
        name: format!("inline policy {name} of {} {}", E::KIND, holder.name),
        text: text.clone(),
    };
    identity.extend(holder.inline.iter().map(inline));
    for arn in &holder.attached {
        if !identity.iter().any(|known| known.name == arn.as_str()) {
            identity.push(document(view, arn)?);
        }
    }
    Ok(())
}

fn held<E: Entity>(view: &mut View<'_, Iam>, holder: &Holder, groups: &[GroupRow]) -> Result<PrincipalPolicies, Error> {
    let mut identity = Vec::new();
    add::<E>(view, holder, &mut identity)?;
    for group in groups {
        add::<GroupRow>(view, &group.holder, &mut identity)?;
    }
    let boundary = holder.boundary.as_ref().map(|arn| document(view, arn)).transpose()?;
    Ok(PrincipalPolicies { identity, boundary, tags: tags::owned(&holder.tags) })
}

/// The policies of the caller; None if its user or role is gone, whoever has the name now.
pub(crate) fn principals(view: &mut View<'_, Iam>, caller: &Caller) -> Result<Option<PrincipalPolicies>, Error> {
    match caller.identity() {
        Identity::User { id, .. } => user(view, id),
        Identity::Federated(session) => user(view, &session.user_id),
        Identity::Role(session) => {
            let role = entity::seen_in::<RoleRow>(view, session.account, &session.role_name)?;
            match role.filter(|role| role.holder.id == session.role_id) {
                Some(role) => held::<RoleRow>(view, &role.holder, &[]).map(Some),
                None => Ok(None),
            }
        }
        Identity::Root { .. } | Identity::WebIdentity(_) | Identity::Service { .. } | Identity::Anonymous => Ok(None),
    }
}

/// By its id: a user that was renamed while its work runs is the same.
fn user(view: &mut View<'_, Iam>, id: &str) -> Result<Option<PrincipalPolicies>, Error> {
    let Some(user) = entity::by_id::<UserRow>(view, id)? else { return Ok(None) };
    let groups = membership::groups(view, &user)?;
    held::<UserRow>(view, &user.holder, &groups).map(Some)
}

/// A long-lived access key and whose it is.
pub(crate) fn access_keys(view: &mut View<'_, Iam>, id: &str) -> Result<Option<AccessKey>, Error> {
    let Some(key) = view.get(&KEYS, id)? else { return Ok(None) };
    let user = entity::find_in::<UserRow>(view, key.account, &key.user)?;
    Ok(user.map(|UserRow { holder, .. }| AccessKey {
        identity: Identity::User {
            account: key.account,
            arn: holder.arn,
            id: holder.id,
            name: holder.name,
            access_key_id: id.to_owned(),
            temporary: None,
        },
        secret: key.secret,
        active: key.active,
    }))
}

/// The unique id of an ARN, the ARN of a unique id.
pub(crate) fn unique_ids(view: &mut View<'_, Iam>, text: &str) -> Result<Option<String>, Error> {
    let Ok(arn) = text.parse::<Arn>() else { return Ok(view.get(&IDS, text)?.map(|arn| arn.to_string())) };
    if let Some(role) = entity::by_arn::<RoleRow>(view, &arn)? {
        return Ok(Some(role.holder.id));
    }
    Ok(entity::by_arn::<UserRow>(view, &arn)?.map(|user| user.holder.id))
}

/// What a session needs of its role.
pub(crate) fn roles(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Option<RoleFacts>, Error> {
    let role = entity::by_arn::<RoleRow>(view, arn)?;
    Ok(role.map(|role| RoleFacts { id: role.holder.id, max_session_seconds: role.max_session_duration }))
}
