use super::holders::{Groups, Roles, Users, put_into, withdraw};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::Value;

/// An inline policy in groups, roles and users.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html>
pub struct Policy;

static PROPERTIES: [Property; 5] = [
    Property::optional("Groups").list(),
    Property::required("PolicyDocument").document(),
    Property::required("PolicyName"),
    Property::optional("Roles").list(),
    Property::optional("Users").list(),
];

fn put(context: &mut ResourceContext<'_>, properties: &Value) -> Result<(), Error> {
    let holders =
        put_into::<Groups>(context, properties)? + put_into::<Roles>(context, properties)? + put_into::<Users>(context, properties)?;
    if holders == 0 {
        return Err(Error::new("ValidationError", "At least one of [Groups,Roles,Users] must be non-empty."));
    }
    Ok(())
}

fn take(context: &mut ResourceContext<'_>, old: &Value, new: &Value) -> Result<(), Error> {
    withdraw::<Groups>(context, old, new)?;
    withdraw::<Roles>(context, old, new)?;
    withdraw::<Users>(context, old, new)
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
        take(context, old, new)?;
        Ok(Physical::new(id))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, _id: &str, properties: &Value) -> Result<(), Error> {
        take(context, properties, &Value::Null)
    }
}
