use super::properties::{gone_is_fine, required_document, text, texts};
use crate::{DeleteRolePolicy, DeleteUserPolicy, PutRolePolicy, PutUserPolicy};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// An inline policy in roles and users.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html>
pub struct Policy;

static PROPERTIES: [Property; 4] =
    [Property::required("PolicyDocument"), Property::required("PolicyName"), Property::optional("Roles"), Property::optional("Users")];

fn put(context: &mut ResourceContext<'_>, properties: &Value) -> Result<(), Error> {
    let (name, document) = (text(properties, "PolicyName")?, required_document(properties, "PolicyDocument")?);
    let (roles, users) = (texts(properties, "Roles")?, texts(properties, "Users")?);
    if roles.is_empty() && users.is_empty() {
        return Err(Error::new("ValidationError", "At least one of [Groups,Roles,Users] must be non-empty."));
    }
    for role in roles {
        context.call_with::<PutRolePolicy>(json!({"RoleName": role, "PolicyName": name, "PolicyDocument": document}))?;
    }
    for user in users {
        context.call_with::<PutUserPolicy>(json!({"UserName": user, "PolicyName": name, "PolicyDocument": document}))?;
    }
    Ok(())
}

/// Deletes the policy of `old` where `new` has it no more.
fn withdraw(context: &mut ResourceContext<'_>, old: &Value, new: &Value) -> Result<(), Error> {
    let name = text(old, "PolicyName")?;
    let same_name = new.get("PolicyName") == old.get("PolicyName");
    let withdrawn = |member: &str| -> Result<Vec<String>, Error> {
        let kept = if same_name { texts(new, member)? } else { Vec::new() };
        Ok(texts(old, member)?.into_iter().filter(|holder| !kept.contains(holder)).collect())
    };
    for role in withdrawn("Roles")? {
        gone_is_fine(context.call_with::<DeleteRolePolicy>(json!({"RoleName": role, "PolicyName": name})))?;
    }
    for user in withdrawn("Users")? {
        gone_is_fine(context.call_with::<DeleteUserPolicy>(json!({"UserName": user, "PolicyName": name})))?;
    }
    Ok(())
}

impl ResourceType for Policy {
    fn name(&self) -> &'static str {
        "AWS::IAM::Policy"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        put(context, properties)?;
        Ok(Physical::new(context.generated_name(128)))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        put(context, new)?;
        withdraw(context, old, new)?;
        Ok(Physical::new(id))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, _id: &str, properties: &Value) -> Result<(), Error> {
        withdraw(context, properties, &Value::Null)
    }
}
