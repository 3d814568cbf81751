use super::{
    holders::{Users, change_boundary, change_policies, change_tags},
    properties::{gone_is_fine, input, member, path, texts},
};
use crate::{
    AddUserToGroup, CreateLoginProfile, CreateUser, DeleteLoginProfile, DeleteUser, GetUser, RemoveUserFromGroup, UpdateLoginProfile,
    UpdateUser,
};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Value, json};

/// A user with its policies, groups and password.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-user.html>
pub struct User;

static PROPERTIES: [Property; 8] = [
    Property::optional("Groups").list(),
    Property::optional("LoginProfile").structure(),
    Property::optional("ManagedPolicyArns").list(),
    Property::optional("Path"),
    Property::optional("PermissionsBoundary"),
    Property::optional("Policies").list(),
    Property::optional("Tags").list(),
    Property::optional("UserName").replaces(),
];

fn physical(context: &mut ResourceContext<'_>, name: &str) -> Result<Physical, Error> {
    let arn = member(&context.call_with::<GetUser>(json!({"UserName": name}))?, "/User/Arn")?;
    Ok(Physical::new(name).attribute("Arn", arn))
}

/// Brings groups and password from `old` to `new`.
fn change(context: &mut ResourceContext<'_>, name: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (had, has) = (texts(old, "Groups")?, texts(new, "Groups")?);
    for group in has.iter().filter(|group| !had.contains(group)) {
        context.call_with::<AddUserToGroup>(json!({"GroupName": group, "UserName": name}))?;
    }
    for group in had.iter().filter(|group| !has.contains(group)) {
        gone_is_fine(context.call_with::<RemoveUserFromGroup>(json!({"GroupName": group, "UserName": name})))?;
    }
    let login = |properties: &Value| properties.get("LoginProfile").filter(|v| !v.is_null()).cloned();
    match (login(old), login(new)) {
        (None, Some(wanted)) => {
            context.call_with::<CreateLoginProfile>(input(&wanted, &["Password", "PasswordResetRequired"], json!({"UserName": name})))?;
        }
        (Some(was), Some(wanted)) if was != wanted => {
            let reset = wanted.get("PasswordResetRequired").cloned().unwrap_or(json!(false));
            let more = json!({"UserName": name, "PasswordResetRequired": reset});
            context.call_with::<UpdateLoginProfile>(input(&wanted, &["Password"], more))?;
        }
        (Some(_), None) => gone_is_fine(context.call_with::<DeleteLoginProfile>(json!({"UserName": name})))?,
        _ => {}
    }
    Ok(())
}

impl ResourceType for User {
    fn name(&self) -> &'static str {
        "AWS::IAM::User"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = properties.get("UserName").and_then(Value::as_str).map_or_else(|| context.generated_name(64), str::to_owned);
        let more = json!({"UserName": name, "Tags": ResourceTags::of(properties)?.list("Key", "Value")});
        context.call_with::<CreateUser>(input(properties, &["Path", "PermissionsBoundary"], more))?;
        change_policies::<Users>(context, &name, &Value::Null, properties)?;
        change(context, &name, &Value::Null, properties)?;
        physical(context, &name)
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        // The boundary first: rights must not widen in between.
        change_boundary::<Users>(context, id, old, new)?;
        if old.get("Path") != new.get("Path") {
            context.call_with::<UpdateUser>(json!({"UserName": id, "NewPath": path(new)}))?;
        }
        change_policies::<Users>(context, id, old, new)?;
        change(context, id, old, new)?;
        change_tags::<Users>(context, id, old, new)?;
        physical(context, id)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        change(context, id, properties, &Value::Null)?;
        change_policies::<Users>(context, id, properties, &Value::Null)?;
        gone_is_fine(context.call_with::<DeleteUser>(json!({"UserName": id})))
    }
}
