use super::pipeline::small_initials;
use crate::{CreateCustomActionType, DeleteCustomActionType, DeleteCustomActionTypeInput};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::Value;

/// `AWS::CodePipeline::CustomActionType`. Any change makes another type, as a type has no changes.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codepipeline-customactiontype.html>
pub(crate) struct CustomActionType;

impl ResourceType for CustomActionType {
    fn name(&self) -> &'static str {
        "AWS::CodePipeline::CustomActionType"
    }

    fn properties(&self) -> &'static [Property] {
        const PROPERTIES: &[Property] = &[
            Property::required("Category").replaces(),
            Property::optional("ConfigurationProperties").list().replaces(),
            Property::required("InputArtifactDetails").structure().replaces(),
            Property::required("OutputArtifactDetails").structure().replaces(),
            Property::required("Provider").replaces(),
            Property::optional("Settings").structure().replaces(),
            Property::optional("Tags").list().replaces(),
            Property::required("Version").replaces(),
        ];
        PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Id"]
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        context.call_with::<CreateCustomActionType>(small_initials(properties.clone()))?;
        let of = |name: &str| properties[name].as_str().map_or_else(|| properties[name].to_string(), str::to_string);
        let id = format!("Custom/{}/{}/{}", of("Category"), of("Provider"), of("Version"));
        Ok(Physical::new(id.clone()).attribute("Id", id))
    }

    fn update(&self, _context: &mut ResourceContext<'_>, id: &str, _old: &Value, _new: &Value) -> Result<Physical, Error> {
        Ok(Physical::new(id.to_string()).attribute("Id", id.to_string()))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        let parts: Vec<&str> = id.split('/').collect();
        let [_, category, provider, version] = parts[..] else {
            return Err(Error::new("ValidationError", format!("'{id}' is not the id of a custom action type")));
        };
        let input = DeleteCustomActionTypeInput { category: category.into(), provider: provider.into(), version: version.into() };
        context.call::<DeleteCustomActionType>(input).map(|_| ())
    }
}
