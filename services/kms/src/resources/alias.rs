use super::gone_is_fine;
use crate::{CreateAlias, DeleteAlias, UpdateAlias};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// A name for a key.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html>
pub struct Alias;

static PROPERTIES: [Property; 2] = [Property::required("AliasName").replaces(), Property::required("TargetKeyId")];

impl ResourceType for Alias {
    fn name(&self) -> &'static str {
        "AWS::KMS::Alias"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        context.call_with::<CreateAlias>(properties.clone())?;
        Ok(Physical::new(properties["AliasName"].as_str().unwrap_or_default()))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        context.call_with::<UpdateAlias>(json!({"AliasName": id, "TargetKeyId": new["TargetKeyId"]}))?;
        Ok(Physical::new(id))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        gone_is_fine(context.call_with::<DeleteAlias>(json!({"AliasName": id})))
    }
}
