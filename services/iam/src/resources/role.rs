use super::properties::{document, gone_is_fine, input, required_document, tag_list, tags, text, texts};
use crate::{
    AttachRolePolicy, CreateRole, DeleteRole, DeleteRolePermissionsBoundary, DeleteRolePolicy, DetachRolePolicy, GetRole,
    PutRolePermissionsBoundary, PutRolePolicy, TagRole, UntagRole, UpdateAssumeRolePolicy, UpdateRole,
};
use gate::{Error, Operation, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A role with its policies.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html>
pub struct Role;

static PROPERTIES: [Property; 9] = [
    Property::required("AssumeRolePolicyDocument"),
    Property::optional("Description"),
    Property::optional("ManagedPolicyArns"),
    Property::optional("MaxSessionDuration"),
    Property::optional("Path").replaces(),
    Property::optional("PermissionsBoundary"),
    Property::optional("Policies"),
    Property::optional("RoleName").replaces(),
    Property::optional("Tags"),
];

/// Inline policies by name.
fn inline(properties: &Value) -> Result<BTreeMap<String, String>, Error> {
    let list = properties.get("Policies").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|policy| Ok((text(policy, "PolicyName")?.to_owned(), required_document(policy, "PolicyDocument")?)))
        .collect()
}

fn physical(answer: &<GetRole as Operation>::Output) -> Result<Physical, Error> {
    let role = serde_json::to_value(answer).map_err(Error::internal)?;
    let member = |name: &str| role["Role"][name].clone();
    let name = member("RoleName").as_str().unwrap_or_default().to_owned();
    Ok(Physical::new(name).attribute("Arn", member("Arn")).attribute("RoleId", member("RoleId")))
}

/// Brings the policies and the boundary from `old` to `new`.
fn change_policies(context: &mut ResourceContext<'_>, name: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (had, has) = (texts(old, "ManagedPolicyArns")?, texts(new, "ManagedPolicyArns")?);
    for arn in has.iter().filter(|arn| !had.contains(arn)) {
        context.call_with::<AttachRolePolicy>(json!({"RoleName": name, "PolicyArn": arn}))?;
    }
    for arn in had.iter().filter(|arn| !has.contains(arn)) {
        gone_is_fine(context.call_with::<DetachRolePolicy>(json!({"RoleName": name, "PolicyArn": arn})))?;
    }
    let (had, has) = (inline(old)?, inline(new)?);
    for (policy, document) in has.iter().filter(|(policy, document)| had.get(*policy) != Some(document)) {
        context.call_with::<PutRolePolicy>(json!({"RoleName": name, "PolicyName": policy, "PolicyDocument": document}))?;
    }
    for policy in had.keys().filter(|policy| !has.contains_key(*policy)) {
        gone_is_fine(context.call_with::<DeleteRolePolicy>(json!({"RoleName": name, "PolicyName": policy})))?;
    }
    Ok(())
}

fn change_boundary(context: &mut ResourceContext<'_>, name: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let member = |properties: &Value| properties.get("PermissionsBoundary").filter(|v| !v.is_null()).cloned();
    match (member(old), member(new)) {
        (had, Some(has)) if had.as_ref() != Some(&has) => {
            context.call_with::<PutRolePermissionsBoundary>(json!({"RoleName": name, "PermissionsBoundary": has}))?;
        }
        (Some(_), None) => gone_is_fine(context.call_with::<DeleteRolePermissionsBoundary>(json!({"RoleName": name})))?,
        _ => {}
    }
    Ok(())
}

fn change_tags(context: &mut ResourceContext<'_>, name: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let stack = context.tags.clone();
    let (had, has) = (tags(old, &[])?, tags(new, &stack)?);
    let gone: Vec<&String> = had.keys().filter(|key| !has.contains_key(*key)).collect();
    if !gone.is_empty() {
        context.call_with::<UntagRole>(json!({"RoleName": name, "TagKeys": gone}))?;
    }
    if has != had && !has.is_empty() {
        context.call_with::<TagRole>(json!({"RoleName": name, "Tags": tag_list(&has)}))?;
    }
    Ok(())
}

impl ResourceType for Role {
    fn name(&self) -> &'static str {
        "AWS::IAM::Role"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = properties.get("RoleName").and_then(Value::as_str).map_or_else(|| context.generated_name(64), str::to_owned);
        let tags = tags(properties, &context.tags)?;
        let more = json!({
            "RoleName": name,
            "AssumeRolePolicyDocument": required_document(properties, "AssumeRolePolicyDocument")?,
            "Tags": tag_list(&tags),
        });
        context.call_with::<CreateRole>(input(properties, &["Path", "Description", "MaxSessionDuration", "PermissionsBoundary"], more))?;
        change_policies(context, &name, &Value::Null, properties)?;
        physical(&context.call_with::<GetRole>(json!({"RoleName": name}))?)
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        let changed = |name: &str| old.get(name) != new.get(name);
        if changed("AssumeRolePolicyDocument") {
            let trust = required_document(new, "AssumeRolePolicyDocument")?;
            context.call_with::<UpdateAssumeRolePolicy>(json!({"RoleName": id, "PolicyDocument": trust}))?;
        }
        if changed("Description") || changed("MaxSessionDuration") {
            let description = new.get("Description").map_or_else(String::new, document);
            let seconds = new.get("MaxSessionDuration").filter(|v| !v.is_null()).cloned().unwrap_or(json!(3600));
            context.call_with::<UpdateRole>(json!({"RoleName": id, "Description": description, "MaxSessionDuration": seconds}))?;
        }
        // The boundary first: rights must not widen in between.
        change_boundary(context, id, old, new)?;
        change_policies(context, id, old, new)?;
        change_tags(context, id, old, new)?;
        physical(&context.call_with::<GetRole>(json!({"RoleName": id}))?)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        change_policies(context, id, properties, &Value::Null)?;
        gone_is_fine(context.call_with::<DeleteRole>(json!({"RoleName": id})))
    }
}
