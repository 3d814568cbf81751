use super::{document, given, set_tags, text};
use crate::{DeleteRule, PutRule, PutTargets, RemoveTargets};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Value, json};

/// `AWS::Events::Rule`: `Ref` gives its name, behind that of its bus and a bar unless that is the default one.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html>
pub(crate) struct Rule;

static PROPERTIES: [Property; 9] = [
    Property::optional("Description"),
    Property::optional("EventBusName").replaces(),
    Property::optional("EventPattern").document(),
    Property::optional("Name").replaces(),
    Property::optional("RoleArn"),
    Property::optional("ScheduleExpression"),
    Property::optional("State"),
    Property::optional("Tags").list(),
    Property::optional("Targets").list(),
];

const LONGEST: usize = 64;

fn bus(properties: &Value) -> Option<String> {
    text(properties, "EventBusName")
}

/// The name of a bus that is not the default one.
fn other_bus(properties: &Value) -> Option<String> {
    let bus = bus(properties)?;
    let name = bus.rsplit_once("event-bus/").map_or(bus.as_str(), |(_, name)| name).to_owned();
    (name != "default").then_some(name)
}

fn name_of(id: &str) -> &str {
    id.split_once('|').map_or(id, |(_, name)| name)
}

fn ids(properties: &Value) -> Vec<String> {
    given(properties, "Targets").and_then(Value::as_array).into_iter().flatten().filter_map(|target| text(target, "Id")).collect()
}

fn put(context: &mut ResourceContext<'_>, name: &str, properties: &Value) -> Result<Physical, Error> {
    let made = context.call_with::<PutRule>(json!({
        "Name": name,
        "EventBusName": bus(properties),
        "EventPattern": given(properties, "EventPattern").map(document),
        "ScheduleExpression": given(properties, "ScheduleExpression"),
        "State": given(properties, "State"),
        "Description": given(properties, "Description"),
        "RoleArn": given(properties, "RoleArn"),
        "Tags": ResourceTags::of(properties)?.list("Key", "Value"),
    }))?;
    if let Some(targets) = given(properties, "Targets").filter(|targets| targets.as_array().is_none_or(|all| !all.is_empty())) {
        context.call_with::<PutTargets>(json!({"Rule": name, "EventBusName": bus(properties), "Targets": targets}))?;
    }
    let id = other_bus(properties).map_or_else(|| name.to_owned(), |bus| format!("{bus}|{name}"));
    Ok(Physical::new(id).attribute("Arn", made.rule_arn.as_str()))
}

fn remove(context: &mut ResourceContext<'_>, name: &str, properties: &Value, ids: &[String]) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    context.call_with::<RemoveTargets>(json!({"Rule": name, "EventBusName": bus(properties), "Ids": ids})).map(drop)
}

impl ResourceType for Rule {
    fn name(&self) -> &'static str {
        "AWS::Events::Rule"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = text(properties, "Name").unwrap_or_else(|| context.generated_name(LONGEST));
        put(context, &name, properties)
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        let name = name_of(id);
        let kept = ids(new);
        let gone: Vec<String> = ids(old).into_iter().filter(|id| !kept.contains(id)).collect();
        remove(context, name, old, &gone)?;
        let made = put(context, name, new)?;
        let arn = made.attributes.get("Arn").and_then(Value::as_str).unwrap_or_default();
        set_tags(context, arn, old, new)?;
        Ok(made)
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        let name = name_of(id);
        let gone = |result: Result<(), Error>| match result {
            Err(error) if error.code == "ResourceNotFoundException" => Ok(()),
            other => other,
        };
        gone(remove(context, name, properties, &ids(properties)))?;
        gone(context.call_with::<DeleteRule>(json!({"Name": name, "EventBusName": bus(properties)})))
    }
}
