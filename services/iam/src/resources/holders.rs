//! What templates give groups, roles and users alike: policies, a boundary, tags.

use super::properties::{gone_is_fine, required_document, text, texts};
use crate::{
    AttachGroupPolicy, AttachRolePolicy, AttachUserPolicy, DeleteGroupPolicy, DeleteRolePermissionsBoundary, DeleteRolePolicy,
    DeleteUserPermissionsBoundary, DeleteUserPolicy, DetachGroupPolicy, DetachRolePolicy, DetachUserPolicy, PutGroupPolicy,
    PutRolePermissionsBoundary, PutRolePolicy, PutUserPermissionsBoundary, PutUserPolicy, TagInstanceProfile, TagRole, TagUser,
    UntagInstanceProfile, UntagRole, UntagUser,
};
use gate::{Error, Operation, ResourceContext, ResourceTags};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The operations on the policies of one kind of holder.
pub(crate) trait Holds {
    /// The member that names a holder: `RoleName`.
    const MEMBER: &'static str;
    /// The property that lists holders: `Roles`.
    const LIST: &'static str;
    type Attach: Operation;
    type Detach: Operation;
    type Put: Operation;
    type Delete: Operation;
}

/// The operations on the boundary of one kind of holder.
pub(crate) trait Bounded: Holds {
    type PutBoundary: Operation;
    type DeleteBoundary: Operation;
}

/// The operations on the tags of one kind of resource.
pub(crate) trait Tagged {
    /// The member that names one.
    const NAME: &'static str;
    type Tag: Operation;
    type Untag: Operation;
}

macro_rules! holders {
    ($($(#[$about:meta])* $kind:ident $member:literal $list:literal $attach:ident $detach:ident $put:ident $delete:ident;)*) => { $(
        $(#[$about])*
        pub(crate) struct $kind;
        impl Holds for $kind {
            const MEMBER: &'static str = $member;
            const LIST: &'static str = $list;
            type Attach = $attach;
            type Detach = $detach;
            type Put = $put;
            type Delete = $delete;
        }
    )* };
}

holders! {
    /// Groups.
    Groups "GroupName" "Groups" AttachGroupPolicy DetachGroupPolicy PutGroupPolicy DeleteGroupPolicy;
    /// Roles.
    Roles "RoleName" "Roles" AttachRolePolicy DetachRolePolicy PutRolePolicy DeleteRolePolicy;
    /// Users.
    Users "UserName" "Users" AttachUserPolicy DetachUserPolicy PutUserPolicy DeleteUserPolicy;
}

/// Instance profiles.
pub(crate) struct Profiles;

impl Bounded for Roles {
    type PutBoundary = PutRolePermissionsBoundary;
    type DeleteBoundary = DeleteRolePermissionsBoundary;
}
impl Bounded for Users {
    type PutBoundary = PutUserPermissionsBoundary;
    type DeleteBoundary = DeleteUserPermissionsBoundary;
}
impl Tagged for Roles {
    const NAME: &'static str = Roles::MEMBER;
    type Tag = TagRole;
    type Untag = UntagRole;
}
impl Tagged for Users {
    const NAME: &'static str = Users::MEMBER;
    type Tag = TagUser;
    type Untag = UntagUser;
}
impl Tagged for Profiles {
    const NAME: &'static str = "InstanceProfileName";
    type Tag = TagInstanceProfile;
    type Untag = UntagInstanceProfile;
}

fn put<H: Holds>(context: &mut ResourceContext<'_>, holder: &str, policy: &str, document: &str) -> Result<(), Error> {
    context.call_with::<H::Put>(json!({H::MEMBER: holder, "PolicyName": policy, "PolicyDocument": document})).map(|_| ())
}

fn delete<H: Holds>(context: &mut ResourceContext<'_>, holder: &str, policy: &str) -> Result<(), Error> {
    gone_is_fine(context.call_with::<H::Delete>(json!({H::MEMBER: holder, "PolicyName": policy})))
}

fn attach<H: Holds>(context: &mut ResourceContext<'_>, holder: &str, arn: &str) -> Result<(), Error> {
    context.call_with::<H::Attach>(json!({H::MEMBER: holder, "PolicyArn": arn})).map(|_| ())
}

fn detach<H: Holds>(context: &mut ResourceContext<'_>, holder: &str, arn: &str) -> Result<(), Error> {
    gone_is_fine(context.call_with::<H::Detach>(json!({H::MEMBER: holder, "PolicyArn": arn})))
}

/// Inline policies by name.
fn inline(properties: &Value) -> Result<BTreeMap<String, String>, Error> {
    let list = properties.get("Policies").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|policy| Ok((text(policy, "PolicyName")?.to_owned(), required_document(policy, "PolicyDocument")?)))
        .collect()
}

/// Brings a holder's own `ManagedPolicyArns` and `Policies` from `old` to `new`.
pub(crate) fn change_policies<H: Holds>(context: &mut ResourceContext<'_>, name: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (had, has) = (texts(old, "ManagedPolicyArns")?, texts(new, "ManagedPolicyArns")?);
    for arn in has.iter().filter(|arn| !had.contains(arn)) {
        attach::<H>(context, name, arn)?;
    }
    for arn in had.iter().filter(|arn| !has.contains(arn)) {
        detach::<H>(context, name, arn)?;
    }
    let (had, has) = (inline(old)?, inline(new)?);
    for (policy, document) in has.iter().filter(|(policy, document)| had.get(*policy) != Some(document)) {
        put::<H>(context, name, policy, document)?;
    }
    for policy in had.keys().filter(|policy| !has.contains_key(*policy)) {
        delete::<H>(context, name, policy)?;
    }
    Ok(())
}

/// Attaches a managed policy to the holders that `new` lists, and detaches it from those that only `old` does.
pub(crate) fn change_attachments<H: Holds>(context: &mut ResourceContext<'_>, arn: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (had, has) = (texts(old, H::LIST)?, texts(new, H::LIST)?);
    for holder in has.iter().filter(|holder| !had.contains(holder)) {
        attach::<H>(context, holder, arn)?;
    }
    for holder in had.iter().filter(|holder| !has.contains(holder)) {
        detach::<H>(context, holder, arn)?;
    }
    Ok(())
}

/// Puts the inline policy `PolicyName` into all holders that are listed. Gives their number.
pub(crate) fn put_into<H: Holds>(context: &mut ResourceContext<'_>, properties: &Value) -> Result<usize, Error> {
    let (name, document) = (text(properties, "PolicyName")?, required_document(properties, "PolicyDocument")?);
    let holders = texts(properties, H::LIST)?;
    for holder in &holders {
        put::<H>(context, holder, name, &document)?;
    }
    Ok(holders.len())
}

/// Deletes the inline policy of `old` where `new` has it no more.
pub(crate) fn withdraw<H: Holds>(context: &mut ResourceContext<'_>, old: &Value, new: &Value) -> Result<(), Error> {
    let name = text(old, "PolicyName")?;
    let kept = if new.get("PolicyName") == old.get("PolicyName") { texts(new, H::LIST)? } else { Vec::new() };
    for holder in texts(old, H::LIST)?.iter().filter(|holder| !kept.contains(holder)) {
        delete::<H>(context, holder, name)?;
    }
    Ok(())
}

/// The one inline policy that a resource of its own is: put.
pub(crate) fn put_single<H: Holds>(context: &mut ResourceContext<'_>, properties: &Value) -> Result<String, Error> {
    let (holder, name) = (text(properties, H::MEMBER)?, text(properties, "PolicyName")?);
    put::<H>(context, holder, name, &required_document(properties, "PolicyDocument")?)?;
    Ok(format!("{name}|{holder}"))
}

/// The same: deleted.
pub(crate) fn delete_single<H: Holds>(context: &mut ResourceContext<'_>, properties: &Value) -> Result<(), Error> {
    delete::<H>(context, text(properties, H::MEMBER)?, text(properties, "PolicyName")?)
}

/// Brings a holder's boundary from `old` to `new`.
pub(crate) fn change_boundary<B: Bounded>(context: &mut ResourceContext<'_>, name: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let member = |properties: &Value| properties.get("PermissionsBoundary").filter(|v| !v.is_null()).cloned();
    match (member(old), member(new)) {
        (had, Some(has)) if had.as_ref() != Some(&has) => {
            context.call_with::<B::PutBoundary>(json!({B::MEMBER: name, "PermissionsBoundary": has}))?;
        }
        (Some(_), None) => gone_is_fine(context.call_with::<B::DeleteBoundary>(json!({B::MEMBER: name})))?,
        _ => {}
    }
    Ok(())
}

/// Brings tags from `old` to `new`.
pub(crate) fn change_tags<T: Tagged>(context: &mut ResourceContext<'_>, name: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (gone, set) = ResourceTags::change(old, new)?;
    if !gone.is_empty() {
        context.call_with::<T::Untag>(json!({T::NAME: name, "TagKeys": gone}))?;
    }
    if !set.is_empty() {
        context.call_with::<T::Tag>(json!({T::NAME: name, "Tags": set.list("Key", "Value")}))?;
    }
    Ok(())
}
