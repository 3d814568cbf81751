use super::{given, text};
use crate::{DescribeEventBus, PutPermission, RemovePermission, policies};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};

/// `AWS::Events::EventBusPolicy`: one statement of a bus's policy. `Ref` gives the bus and the statement's id.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html>
pub(crate) struct EventBusPolicy;

static PROPERTIES: [Property; 6] = [
    Property::optional("Action"),
    Property::optional("Condition").structure(),
    Property::optional("EventBusName").replaces(),
    Property::optional("Principal"),
    Property::optional("Statement").document(),
    Property::required("StatementId").replaces(),
];

fn put(context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
    let bus = text(properties, "EventBusName").unwrap_or_else(|| "default".into());
    let id = text(properties, "StatementId").unwrap_or_default();
    match given(properties, "Statement") {
        Some(statement) => {
            let mut statement: Value = match statement {
                Value::String(text) => serde_json::from_str(text).map_err(|e| Error::validation(format!("Statement is not valid: {e}")))?,
                other => other.clone(),
            };
            let members = statement.as_object_mut().ok_or_else(|| Error::validation("Statement is not an object"))?;
            members.insert("Sid".into(), json!(id));
            let present = context.call_with::<DescribeEventBus>(json!({"Name": bus}))?.policy;
            let document = policies::with(present.as_deref(), statement);
            context.call_with::<PutPermission>(json!({"EventBusName": bus, "Policy": document}))?;
        }
        None => context.call_with::<PutPermission>(json!({
            "EventBusName": bus,
            "StatementId": id,
            "Action": given(properties, "Action"),
            "Principal": given(properties, "Principal"),
            "Condition": given(properties, "Condition"),
        }))?,
    }
    Ok(Physical::new(format!("{bus}|{id}")))
}

impl ResourceType for EventBusPolicy {
    fn name(&self) -> &'static str {
        "AWS::Events::EventBusPolicy"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        put(context, properties)
    }

    fn update(&self, context: &mut ResourceContext<'_>, _id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        put(context, new)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, _id: &str, properties: &Value) -> Result<(), Error> {
        let input = json!({"EventBusName": text(properties, "EventBusName"), "StatementId": text(properties, "StatementId")});
        match context.call_with::<RemovePermission>(input) {
            Err(error) if error.code == "ResourceNotFoundException" => Ok(()),
            other => other,
        }
    }
}
