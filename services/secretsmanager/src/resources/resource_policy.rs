use super::gone_is_fine;
use crate::{DeleteResourcePolicy, PutResourcePolicy};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// A secret's resource policy.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-resourcepolicy.html>
pub struct ResourcePolicy;

static PROPERTIES: [Property; 3] =
    [Property::optional("BlockPublicPolicy"), Property::required("ResourcePolicy").document(), Property::required("SecretId").replaces()];

fn put(context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
    let document = match &properties["ResourcePolicy"] {
        Value::String(text) => text.clone(),
        object => object.to_string(),
    };
    let block = properties.get("BlockPublicPolicy").cloned().unwrap_or(Value::Bool(false));
    let input = json!({"SecretId": properties["SecretId"], "ResourcePolicy": document, "BlockPublicPolicy": block});
    Ok(Physical::new(context.call_with::<PutResourcePolicy>(input)?.arn.as_str()))
}

impl ResourceType for ResourcePolicy {
    fn name(&self) -> &'static str {
        "AWS::SecretsManager::ResourcePolicy"
    }
    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        put(context, properties)
    }
    fn update(&self, context: &mut ResourceContext<'_>, _id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        put(context, new)
    }
    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        gone_is_fine(context.call_with::<DeleteResourcePolicy>(json!({"SecretId": id})))
    }
}
