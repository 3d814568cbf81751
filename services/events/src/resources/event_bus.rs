use super::{document, given, set_tags, text};
use crate::{CreateEventBus, DeleteEventBus, PutPermission, RemovePermission, UpdateEventBus};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Value, json};

/// `AWS::Events::EventBus`: `Ref` gives its name.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html>
pub(crate) struct EventBus;

static PROPERTIES: [Property; 4] = [
    Property::optional("Description"),
    Property::required("Name").replaces(),
    Property::optional("Policy").document(),
    Property::optional("Tags").list(),
];

fn physical(context: &ResourceContext<'_>, name: &str, properties: &Value) -> Physical {
    let made = Physical::new(name).attribute("Arn", context.arn("events", &format!("event-bus/{name}")).as_str()).attribute("Name", name);
    match given(properties, "Policy") {
        Some(policy) => made.attribute("Policy", document(policy)),
        None => made,
    }
}

fn set_policy(context: &mut ResourceContext<'_>, name: &str, old: &Value, new: &Value) -> Result<(), Error> {
    match (given(old, "Policy"), given(new, "Policy")) {
        (had, has) if had == has => Ok(()),
        (_, Some(policy)) => context.call_with::<PutPermission>(json!({"EventBusName": name, "Policy": document(policy)})),
        (_, None) => context.call_with::<RemovePermission>(json!({"EventBusName": name, "RemoveAllPermissions": true})),
    }
}

impl ResourceType for EventBus {
    fn name(&self) -> &'static str {
        "AWS::Events::EventBus"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "Name", "Policy"]
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = text(properties, "Name").unwrap_or_default();
        let tags = ResourceTags::of(properties)?.list("Key", "Value");
        let input = json!({"Name": name, "Description": given(properties, "Description"), "Tags": tags});
        context.call_with::<CreateEventBus>(input)?;
        set_policy(context, &name, &Value::Null, properties)?;
        Ok(physical(context, &name, properties))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        if given(old, "Description") != given(new, "Description") {
            context.call_with::<UpdateEventBus>(json!({"Name": id, "Description": given(new, "Description")}))?;
        }
        set_policy(context, id, old, new)?;
        let arn = context.arn("events", &format!("event-bus/{id}"));
        set_tags(context, arn.as_str(), old, new)?;
        Ok(physical(context, id, new))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        context.call_with::<DeleteEventBus>(json!({"Name": id}))
    }
}
