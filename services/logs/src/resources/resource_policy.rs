use super::{document, text};
use crate::{DeleteResourcePolicy, PutResourcePolicy};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// `AWS::Logs::ResourcePolicy`: `Ref` gives the name.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-resourcepolicy.html>
pub(crate) struct ResourcePolicyType;

fn put(context: &mut ResourceContext<'_>, name: &str, properties: &Value) -> Result<Physical, Error> {
    let document = properties.get("PolicyDocument").map(document);
    context.call_with::<PutResourcePolicy>(json!({"policyName": name, "policyDocument": document}))?;
    Ok(Physical::new(name))
}

impl ResourceType for ResourcePolicyType {
    fn name(&self) -> &'static str {
        "AWS::Logs::ResourcePolicy"
    }

    fn properties(&self) -> &'static [Property] {
        const { &[Property::required("PolicyDocument").document(), Property::required("PolicyName").replaces()] }
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = text(properties, "PolicyName").unwrap_or_default().to_owned();
        put(context, &name, properties)
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        put(context, id, new)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        match context.call_with::<DeleteResourcePolicy>(json!({"policyName": id})) {
            Err(error) if error.code == "ResourceNotFoundException" => Ok(()),
            other => other,
        }
    }
}
