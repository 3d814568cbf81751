use super::properties::{change_tags, gone_is_fine, text};
use crate::{CreateOrganizationalUnit, DeleteOrganizationalUnit, UpdateOrganizationalUnit, shapes};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Value, json};

/// A unit.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-organizations-organizationalunit.html>
pub struct OrganizationalUnit;

static PROPERTIES: [Property; 3] =
    [Property::required("Name"), Property::required("ParentId").replaces(), Property::optional("Tags").list()];

fn physical(unit: &shapes::OrganizationalUnit) -> Physical {
    Physical::new(unit.id.as_str()).attribute("Id", unit.id.as_str()).attribute("Arn", unit.arn.as_str())
}

impl ResourceType for OrganizationalUnit {
    fn name(&self) -> &'static str {
        "AWS::Organizations::OrganizationalUnit"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "Id"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let tags = ResourceTags::of(properties)?.list("Key", "Value");
        let input = json!({"Name": text(properties, "Name")?, "ParentId": text(properties, "ParentId")?, "Tags": tags});
        Ok(physical(&context.call_with::<CreateOrganizationalUnit>(input)?.organizational_unit))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        change_tags(context, id, old, new)?;
        let input = json!({"OrganizationalUnitId": id, "Name": text(new, "Name")?});
        Ok(physical(&context.call_with::<UpdateOrganizationalUnit>(input)?.organizational_unit))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        let deleted = context.call_with::<DeleteOrganizationalUnit>(json!({"OrganizationalUnitId": id}));
        gone_is_fine(deleted, "OrganizationalUnitNotFoundException")
    }
}
