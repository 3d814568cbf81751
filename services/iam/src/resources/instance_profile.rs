use super::{
    holders::{Profiles, change_tags},
    properties::{gone_is_fine, input, member, texts},
};
use crate::{AddRoleToInstanceProfile, CreateInstanceProfile, DeleteInstanceProfile, GetInstanceProfile, RemoveRoleFromInstanceProfile};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Value, json};

/// An instance profile with its role.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-instanceprofile.html>
pub struct InstanceProfile;

static PROPERTIES: [Property; 4] = [
    Property::optional("InstanceProfileName").replaces(),
    Property::optional("Path").replaces(),
    Property::required("Roles").list(),
    Property::optional("Tags").list(),
];

fn change_roles(context: &mut ResourceContext<'_>, name: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (had, has) = (texts(old, "Roles")?, texts(new, "Roles")?);
    let both = |role: &String| json!({"InstanceProfileName": name, "RoleName": role});
    // The old one first: there is room for one.
    for role in had.iter().filter(|role| !has.contains(role)) {
        gone_is_fine(context.call_with::<RemoveRoleFromInstanceProfile>(both(role)))?;
    }
    for role in has.iter().filter(|role| !had.contains(role)) {
        context.call_with::<AddRoleToInstanceProfile>(both(role))?;
    }
    Ok(())
}

fn physical(context: &mut ResourceContext<'_>, name: &str) -> Result<Physical, Error> {
    let arn = member(&context.call_with::<GetInstanceProfile>(json!({"InstanceProfileName": name}))?, "/InstanceProfile/Arn")?;
    Ok(Physical::new(name).attribute("Arn", arn))
}

impl ResourceType for InstanceProfile {
    fn name(&self) -> &'static str {
        "AWS::IAM::InstanceProfile"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let given = properties.get("InstanceProfileName").and_then(Value::as_str);
        let name = given.map_or_else(|| context.generated_name(128), str::to_owned);
        let more = json!({"InstanceProfileName": name, "Tags": ResourceTags::of(properties)?.list("Key", "Value")});
        context.call_with::<CreateInstanceProfile>(input(properties, &["Path"], more))?;
        change_roles(context, &name, &Value::Null, properties)?;
        physical(context, &name)
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        change_roles(context, id, old, new)?;
        change_tags::<Profiles>(context, id, old, new)?;
        physical(context, id)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        change_roles(context, id, properties, &Value::Null)?;
        gone_is_fine(context.call_with::<DeleteInstanceProfile>(json!({"InstanceProfileName": id})))
    }
}
