use super::properties::gone_is_fine;
use crate::{CreateOrganization, DeleteOrganization, DescribeOrganization, ListRoots};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// The organization.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-organizations-organization.html>
pub struct Organization;

static PROPERTIES: [Property; 1] = [Property::optional("FeatureSet")];

fn physical(context: &mut ResourceContext<'_>) -> Result<Physical, Error> {
    let described = context.call_with::<DescribeOrganization>(json!({}))?.organization;
    let roots = context.call_with::<ListRoots>(json!({}))?.roots;
    let value = serde_json::to_value(described).map_err(Error::internal)?;
    let member = |name: &str| value[name].clone();
    let root = roots.first().map_or("", |root| root.id.as_str());
    Ok(Physical::new(member("Id").as_str().unwrap_or_default())
        .attribute("Id", member("Id"))
        .attribute("Arn", member("Arn"))
        .attribute("ManagementAccountArn", member("MasterAccountArn"))
        .attribute("ManagementAccountEmail", member("MasterAccountEmail"))
        .attribute("ManagementAccountId", member("MasterAccountId"))
        .attribute("RootId", root))
}

impl ResourceType for Organization {
    fn name(&self) -> &'static str {
        "AWS::Organizations::Organization"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "Id", "ManagementAccountArn", "ManagementAccountEmail", "ManagementAccountId", "RootId"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let set = properties.get("FeatureSet").filter(|v| !v.is_null()).cloned().unwrap_or(json!("ALL"));
        context.call_with::<CreateOrganization>(json!({"FeatureSet": set}))?;
        physical(context)
    }

    fn update(&self, context: &mut ResourceContext<'_>, _id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        if new.get("FeatureSet").and_then(Value::as_str).is_some_and(|set| set != "ALL") {
            return Err(Error::not_implemented("AWS::Organizations::Organization with another FeatureSet than ALL"));
        }
        physical(context)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, _id: &str, _properties: &Value) -> Result<(), Error> {
        gone_is_fine(context.call_with::<DeleteOrganization>(json!({})), "AWSOrganizationsNotInUseException")
    }
}
