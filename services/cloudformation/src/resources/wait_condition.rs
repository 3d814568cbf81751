use crate::waiting::CONDITION;
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::Value;

/// A wait for signals: the stack's work makes it when they have come. `Ref` gives its ARN, `Data` what the signals brought.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitcondition.html>
pub(crate) struct WaitCondition;

static PROPERTIES: [Property; 3] = [Property::optional("Count"), Property::optional("Handle"), Property::optional("Timeout")];

impl ResourceType for WaitCondition {
    fn name(&self) -> &'static str {
        "AWS::CloudFormation::WaitCondition"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Data"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, _properties: &Value) -> Result<Physical, Error> {
        Ok(Physical::new(format!("{}/{}", context.stack_id, context.logical_id)))
    }

    fn update(&self, _context: &mut ResourceContext<'_>, _id: &str, _old: &Value, _new: &Value) -> Result<Physical, Error> {
        Err(Error::new("InvalidRequest", format!("Update to resource type {CONDITION} is not supported.")))
    }

    /// Nothing is left of a wait that is over.
    fn delete(&self, _context: &mut ResourceContext<'_>, _id: &str, _properties: &Value) -> Result<(), Error> {
        Ok(())
    }
}
