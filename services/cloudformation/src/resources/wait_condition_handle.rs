use crate::waiting;
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::Value;

/// What signals are sent to. `Ref` gives the URL that takes them.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitconditionhandle.html>
pub(crate) struct WaitConditionHandle;

impl ResourceType for WaitConditionHandle {
    fn name(&self) -> &'static str {
        "AWS::CloudFormation::WaitConditionHandle"
    }

    fn properties(&self) -> &'static [Property] {
        &[]
    }

    fn create(&self, context: &mut ResourceContext<'_>, _properties: &Value) -> Result<Physical, Error> {
        let (region, endpoint) = (context.region.as_str(), context.endpoint());
        Ok(Physical::new(waiting::url(endpoint, region, &context.stack_id, &context.logical_id, &context.suffix)))
    }

    /// There is nothing to change: it has no properties.
    fn update(&self, _context: &mut ResourceContext<'_>, id: &str, _old: &Value, _new: &Value) -> Result<Physical, Error> {
        Ok(Physical::new(id))
    }

    /// With its row its URL is worth nothing any more.
    fn delete(&self, _context: &mut ResourceContext<'_>, _id: &str, _properties: &Value) -> Result<(), Error> {
        Ok(())
    }
}
