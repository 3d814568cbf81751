use super::{
    holders::{Roles, change_boundary, change_policies, change_tags},
    properties::{document, gone_is_fine, input, required_document},
};
use crate::{CreateRole, DeleteRole, GetRole, UpdateAssumeRolePolicy, UpdateRole};
use gate::{Error, Operation, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Value, json};

/// A role with its policies.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html>
pub struct Role;

static PROPERTIES: [Property; 9] = [
    Property::required("AssumeRolePolicyDocument").document(),
    Property::optional("Description"),
    Property::optional("ManagedPolicyArns").list(),
    Property::optional("MaxSessionDuration"),
    Property::optional("Path").replaces(),
    Property::optional("PermissionsBoundary"),
    Property::optional("Policies").list(),
    Property::optional("RoleName").replaces(),
    Property::optional("Tags").list(),
];

fn physical(answer: &<GetRole as Operation>::Output) -> Result<Physical, Error> {
    let role = serde_json::to_value(answer).map_err(Error::internal)?;
    let member = |name: &str| role["Role"][name].clone();
    let name = member("RoleName").as_str().unwrap_or_default().to_owned();
    Ok(Physical::new(name).attribute("Arn", member("Arn")).attribute("RoleId", member("RoleId")))
}

impl ResourceType for Role {
    fn name(&self) -> &'static str {
        "AWS::IAM::Role"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "RoleId"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = properties.get("RoleName").and_then(Value::as_str).map_or_else(|| context.generated_name(64), str::to_owned);
        let more = json!({
            "RoleName": name,
            "AssumeRolePolicyDocument": required_document(properties, "AssumeRolePolicyDocument")?,
            "Tags": ResourceTags::of(properties)?.list("Key", "Value"),
        });
        context.call_with::<CreateRole>(input(properties, &["Path", "Description", "MaxSessionDuration", "PermissionsBoundary"], more))?;
        change_policies::<Roles>(context, &name, &Value::Null, properties)?;
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
        change_boundary::<Roles>(context, id, old, new)?;
        change_policies::<Roles>(context, id, old, new)?;
        change_tags::<Roles>(context, id, old, new)?;
        physical(&context.call_with::<GetRole>(json!({"RoleName": id}))?)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        change_policies::<Roles>(context, id, properties, &Value::Null)?;
        gone_is_fine(context.call_with::<DeleteRole>(json!({"RoleName": id})))
    }
}
