use super::{name_or_generated, text};
use crate::{CreateLogStream, CreateLogStreamInput, DeleteLogStream, DeleteLogStreamInput};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::Value;

/// `AWS::Logs::LogStream`: `Ref` gives the name.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-logstream.html>
pub(crate) struct LogStreamType;

fn group(properties: &Value) -> String {
    text(properties, "LogGroupName").unwrap_or_default().to_owned()
}

impl ResourceType for LogStreamType {
    fn name(&self) -> &'static str {
        "AWS::Logs::LogStream"
    }

    fn properties(&self) -> &'static [Property] {
        const { &[Property::required("LogGroupName").replaces(), Property::optional("LogStreamName").replaces()] }
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = name_or_generated(context, properties, "LogStreamName");
        context.call::<CreateLogStream>(CreateLogStreamInput { log_group_name: group(properties), log_stream_name: name.clone() })?;
        Ok(Physical::new(name))
    }

    fn update(&self, _context: &mut ResourceContext<'_>, id: &str, _old: &Value, _new: &Value) -> Result<Physical, Error> {
        Ok(Physical::new(id))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        let input = DeleteLogStreamInput { log_group_name: group(properties), log_stream_name: id.into() };
        match context.call::<DeleteLogStream>(input) {
            Err(error) if error.code == "ResourceNotFoundException" => Ok(()),
            other => other,
        }
    }
}
