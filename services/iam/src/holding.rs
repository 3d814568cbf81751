//! What groups, users and roles hold: inline policies, managed policies, boundaries; and their tags.

use crate::{
    Iam, documents,
    entity::{self, Entity},
    error::{limit_exceeded, no_such_entity, no_such_policy, not_a_boundary, not_attachable},
    inputs::{Attachment, Bounded, Inline, InlineDocument, Listed, ListedBelow, Named, One, Tagged, Untagged},
    names::{LONGEST_NAME, check_name},
    pages::page,
    policies,
    shapes::{AttachedPolicies, AttachedPolicy, InlinePolicy, Nothing, PolicyNames, TagList},
    tags,
};
use gate::{Error, Scope, View};
use policy::quota_length;

/// Managed policies that a group, user or role may have attached.
pub(crate) const MOST_ATTACHED: usize = 10;

// --- inline policies ---------------------------------------------------------------------------------------------------

pub(crate) fn put_inline<E: Entity>(scope: &mut Scope<'_, Iam>, input: InlineDocument<E>) -> Result<Nothing, Error> {
    check_name("policyName", &input.policy_name, LONGEST_NAME)?;
    entity::change::<E>(scope, &input.of, |entity| {
        documents::check_inline(&input.policy_document)?;
        let holder = entity.holder_mut();
        holder.inline.insert(input.policy_name, input.policy_document);
        let total: usize = holder.inline.values().map(|text| quota_length(text)).sum();
        if total > E::INLINE_QUOTA {
            let message = format!("Maximum policy size of {} bytes exceeded for {} {}", E::INLINE_QUOTA, E::KIND, holder.name);
            return Err(limit_exceeded(message));
        }
        Ok(())
    })?;
    Ok(Nothing)
}

fn no_inline<E: Entity>(policy: &str) -> Error {
    no_such_entity(format!("The {} policy with name {policy} cannot be found.", E::KIND))
}

pub(crate) fn get_inline<E: Entity>(view: &mut View<'_, Iam>, input: Inline<E>) -> Result<InlinePolicy<E>, Error> {
    let entity = entity::load::<E>(view, &input.of)?;
    let text = entity.holder().inline.get(&input.policy_name).ok_or_else(|| no_inline::<E>(&input.policy_name))?;
    let of = Named::of(&entity);
    Ok(InlinePolicy { of, policy_name: input.policy_name, policy_document: documents::shown(text) })
}

pub(crate) fn delete_inline<E: Entity>(scope: &mut Scope<'_, Iam>, input: Inline<E>) -> Result<Nothing, Error> {
    entity::change::<E>(scope, &input.of, |entity| {
        let gone = entity.holder_mut().inline.remove(&input.policy_name);
        gone.map(|_| ()).ok_or_else(|| no_inline::<E>(&input.policy_name))
    })?;
    Ok(Nothing)
}

pub(crate) fn list_inline<E: Entity>(view: &mut View<'_, Iam>, input: Listed<E>) -> Result<PolicyNames, Error> {
    let names = entity::load::<E>(view, &input.of)?.holder_mut().inline.clone().into_keys();
    let page = page(names, String::clone, input.marker.as_deref(), input.max_items)?;
    Ok(PolicyNames { is_truncated: page.marker.is_some(), marker: page.marker, policy_names: page.items })
}

// --- managed policies and boundaries -----------------------------------------------------------------------------------

pub(crate) fn attach<E: Entity>(scope: &mut Scope<'_, Iam>, input: Attachment<E>) -> Result<Nothing, Error> {
    let (account, policy) = (scope.account()?, input.policy_arn);
    policies::document(scope, account, &policy)?.ok_or_else(|| not_attachable(&policy))?;
    entity::change::<E>(scope, &input.of, |entity| {
        let attached = &mut entity.holder_mut().attached;
        if attached.contains(&policy) {
            return Ok(());
        }
        if attached.len() >= MOST_ATTACHED {
            return Err(limit_exceeded(format!("Cannot exceed quota for PoliciesPer{}: {MOST_ATTACHED}", E::KIND_CAPITAL)));
        }
        attached.push(policy);
        Ok(())
    })?;
    Ok(Nothing)
}

pub(crate) fn detach<E: Entity>(scope: &mut Scope<'_, Iam>, input: Attachment<E>) -> Result<Nothing, Error> {
    entity::change::<E>(scope, &input.of, |entity| {
        let attached = &mut entity.holder_mut().attached;
        let before = attached.len();
        attached.retain(|own| *own != input.policy_arn);
        if attached.len() == before { Err(no_such_policy(&input.policy_arn)) } else { Ok(()) }
    })?;
    Ok(Nothing)
}

pub(crate) fn list_attached<E: Entity>(view: &mut View<'_, Iam>, input: ListedBelow<E>) -> Result<AttachedPolicies, Error> {
    let mut attached = entity::load::<E>(view, &input.of)?.holder().attached.clone();
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    attached.retain(|arn| policies::path(arn).starts_with(prefix));
    attached.sort();
    let page = page(attached, ToString::to_string, input.marker.as_deref(), input.max_items)?;
    let attached_policies = page.items.into_iter().map(AttachedPolicy::of).collect();
    Ok(AttachedPolicies { is_truncated: page.marker.is_some(), marker: page.marker, attached_policies })
}

pub(crate) fn put_boundary<E: Entity>(scope: &mut Scope<'_, Iam>, input: Bounded<E>) -> Result<Nothing, Error> {
    let (account, policy) = (scope.account()?, input.permissions_boundary);
    policies::document(scope, account, &policy)?.ok_or_else(|| not_a_boundary(&policy))?;
    entity::change::<E>(scope, &input.of, |entity| {
        entity.holder_mut().boundary = Some(policy);
        Ok(())
    })?;
    Ok(Nothing)
}

pub(crate) fn delete_boundary<E: Entity>(scope: &mut Scope<'_, Iam>, input: One<E>) -> Result<Nothing, Error> {
    entity::change::<E>(scope, &input.of, |entity| match entity.holder_mut().boundary.take() {
        Some(_) => Ok(()),
        None => Err(no_such_entity(format!("{} {} has no permissions boundary.", E::KIND_CAPITAL, *input.of))),
    })?;
    Ok(Nothing)
}

// --- tags --------------------------------------------------------------------------------------------------------------

pub(crate) fn tag<E: Entity>(scope: &mut Scope<'_, Iam>, input: Tagged<E>) -> Result<Nothing, Error> {
    entity::change::<E>(scope, &input.of, |entity| tags::set(&mut entity.holder_mut().tags, input.tags))?;
    Ok(Nothing)
}

pub(crate) fn untag<E: Entity>(scope: &mut Scope<'_, Iam>, input: Untagged<E>) -> Result<Nothing, Error> {
    entity::change::<E>(scope, &input.of, |entity| {
        tags::unset(&mut entity.holder_mut().tags, &input.tag_keys);
        Ok(())
    })?;
    Ok(Nothing)
}

pub(crate) fn list_tags<E: Entity>(view: &mut View<'_, Iam>, input: Listed<E>) -> Result<TagList, Error> {
    let tags = entity::load::<E>(view, &input.of)?.holder().tags.clone();
    TagList::page(tags, input.marker.as_deref(), input.max_items)
}
