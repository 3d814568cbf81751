use super::holders::{Users, delete_single, put_single};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::Value;

/// One inline policy of a user that may be anybody's.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-userpolicy.html>
pub struct UserPolicy;

static PROPERTIES: [Property; 3] = [
    Property::required("UserName").replaces(),
    Property::required("PolicyDocument").document(),
    Property::required("PolicyName").replaces(),
];

impl ResourceType for UserPolicy {
    fn name(&self) -> &'static str {
        "AWS::IAM::UserPolicy"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        put_single::<Users>(context, properties).map(Physical::new)
    }

    fn update(&self, context: &mut ResourceContext<'_>, _id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        put_single::<Users>(context, new).map(Physical::new)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, _id: &str, properties: &Value) -> Result<(), Error> {
        delete_single::<Users>(context, properties)
    }
}
