use super::holders::{Groups, delete_single, put_single};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::Value;

/// One inline policy of a group that may be anybody's.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-grouppolicy.html>
pub struct GroupPolicy;

static PROPERTIES: [Property; 3] = [
    Property::required("GroupName").replaces(),
    Property::required("PolicyDocument").document(),
    Property::required("PolicyName").replaces(),
];

impl ResourceType for GroupPolicy {
    fn name(&self) -> &'static str {
        "AWS::IAM::GroupPolicy"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        put_single::<Groups>(context, properties).map(Physical::new)
    }

    fn update(&self, context: &mut ResourceContext<'_>, _id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        put_single::<Groups>(context, new).map(Physical::new)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, _id: &str, properties: &Value) -> Result<(), Error> {
        delete_single::<Groups>(context, properties)
    }
}
