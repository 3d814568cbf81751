//! What the gate asks of IAM.

use crate::{
    Iam,
    entity::Entity,
    managed, policies,
    state::{Holder, IDS, KEYS, ROLES, RoleRow, USERS, UserRow},
    tags,
};
use base::{AccountId, Arn};
use gate::{AccessKey, Caller, Document, Error, Identity, PrincipalPolicies, ResourceFacts, RoleFacts, View};

fn entity<E: Entity>(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Option<E>, Error> {
    let (Some(account), Some(path)) = (arn.account(), arn.resource_of(E::KIND)) else { return Ok(None) };
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    Ok(view.get(E::table(), &[account.as_str(), &name])?.filter(|e: &E| e.holder().arn == *arn))
}

/// Trust policies and tags of roles, tags of users and policies.
pub(crate) fn resources(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let Some(account) = arn.account() else { return Ok(None) };
    if let Some(role) = entity::<RoleRow>(view, arn)? {
        let trust = Document { name: format!("trust policy of role {}", role.holder.name), text: role.trust };
        return Ok(Some(ResourceFacts { policy: Some(trust), tags: tags::owned(&role.holder.tags), ..ResourceFacts::owned_by(account) }));
    }
    let tags = match entity::<UserRow>(view, arn)? {
        Some(user) => Some(user.holder.tags),
        None => policies::view(view, arn)?.map(|row| row.tags),
    };
    Ok(tags.map(|tags| ResourceFacts { tags: tags::owned(&tags), ..ResourceFacts::owned_by(account) }))
}

/// A policy in force: AWS's or an account's own.
pub(crate) fn document(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Document, Error> {
    let text = match managed::find(arn) {
        Some(own) => Some(own.document.clone()),
        None => policies::view(view, arn)?.map(|row| row.default_document().to_owned()),
    };
    // A policy in use cannot be deleted; if it is gone all the same, nobody may act as if it had never been there.
    let text = text.ok_or_else(|| Error::internal(format_args!("the policy {arn} is in use and is gone")))?;
    Ok(Document { name: arn.to_string(), text })
}

fn held<E: Entity>(view: &mut View<'_, Iam>, holder: &Holder) -> Result<PrincipalPolicies, Error> {
    let inline = |(name, text): (&String, &String)| Document {
        name: format!("inline policy {name} of {} {}", E::KIND, holder.name),
        text: text.clone(),
    };
    let mut identity: Vec<Document> = holder.inline.iter().map(inline).collect();
    for arn in &holder.attached {
        identity.push(document(view, arn)?);
    }
    let boundary = holder.boundary.as_ref().map(|arn| document(view, arn)).transpose()?;
    Ok(PrincipalPolicies { identity, boundary, tags: tags::owned(&holder.tags) })
}

/// The policies of the caller; None if its user or role is gone, whoever has the name now.
pub(crate) fn principals(view: &mut View<'_, Iam>, caller: &Caller) -> Result<Option<PrincipalPolicies>, Error> {
    let known = |account: &AccountId, name: &str| [account.to_string(), name.to_ascii_lowercase()];
    match caller.identity() {
        Identity::User { account, id, name, .. } => {
            let [account, name] = known(account, name);
            match view.get(&USERS, &[account.as_str(), &name])?.filter(|user| user.holder.id == *id) {
                Some(user) => held::<UserRow>(view, &user.holder).map(Some),
                None => Ok(None),
            }
        }
        Identity::Role(session) => {
            let [account, name] = known(&session.account, &session.role_name);
            match view.get(&ROLES, &[account.as_str(), &name])?.filter(|role| role.holder.id == session.role_id) {
                Some(role) => held::<RoleRow>(view, &role.holder).map(Some),
                None => Ok(None),
            }
        }
        Identity::Root { .. } | Identity::Service { .. } | Identity::Anonymous => Ok(None),
    }
}

/// A long-lived access key and whose it is.
pub(crate) fn access_keys(view: &mut View<'_, Iam>, id: &str) -> Result<Option<AccessKey>, Error> {
    let Some(key) = view.get(&KEYS, id)? else { return Ok(None) };
    let user = view.get(&USERS, &[key.account.as_str(), &key.user.to_ascii_lowercase()])?;
    Ok(user.map(|UserRow { holder, .. }| AccessKey {
        identity: Identity::User { account: key.account, arn: holder.arn, id: holder.id, name: holder.name, access_key_id: id.to_owned() },
        secret: key.secret,
        active: key.active,
    }))
}

/// The unique id of an ARN, the ARN of a unique id.
pub(crate) fn unique_ids(view: &mut View<'_, Iam>, text: &str) -> Result<Option<String>, Error> {
    let Ok(arn) = text.parse::<Arn>() else { return Ok(view.get(&IDS, text)?.map(|arn| arn.to_string())) };
    if let Some(role) = entity::<RoleRow>(view, &arn)? {
        return Ok(Some(role.holder.id));
    }
    Ok(entity::<UserRow>(view, &arn)?.map(|user| user.holder.id))
}

/// What a session needs of its role.
pub(crate) fn roles(view: &mut View<'_, Iam>, arn: &Arn) -> Result<Option<RoleFacts>, Error> {
    let role = entity::<RoleRow>(view, arn)?;
    Ok(role.map(|role| RoleFacts { id: role.holder.id, max_session_seconds: role.max_session_duration }))
}
