use crate::{
    CreateLogGroup, CreateLogGroupInput, DeleteLogGroup, DeleteLogGroupInput, DeleteRetentionPolicy, DeleteRetentionPolicyInput,
    PutRetentionPolicy,
};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `AWS::Logs::LogGroup`: `Ref` gives the name, `Arn` ends with `:*`.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html>
pub(crate) struct LogGroupType;

fn physical(context: &ResourceContext<'_>, name: &str) -> Physical {
    let arn = context.arn("logs", &format!("log-group:{name}:*"));
    Physical::new(name).attribute("Arn", arn.as_str())
}

/// The stack's tags and the resource's own, which win.
fn tags(context: &ResourceContext<'_>, properties: &Value) -> BTreeMap<String, String> {
    let text = |tag: &Value, member: &str| tag.get(member).and_then(Value::as_str).map(str::to_string);
    let own = properties.get("Tags").and_then(Value::as_array).into_iter().flatten();
    let own = own.filter_map(|tag| Some((text(tag, "Key")?, text(tag, "Value")?)));
    context.tags.iter().cloned().chain(own).collect()
}

fn set_retention(context: &mut ResourceContext<'_>, name: &str, properties: &Value) -> Result<(), Error> {
    match properties.get("RetentionInDays") {
        Some(days) => context.call_with::<PutRetentionPolicy>(json!({"logGroupName": name, "retentionInDays": days})),
        None => Ok(()),
    }
}

impl ResourceType for LogGroupType {
    fn name(&self) -> &'static str {
        "AWS::Logs::LogGroup"
    }

    fn properties(&self) -> &'static [Property] {
        const { &[Property::optional("LogGroupName").replaces(), Property::optional("RetentionInDays"), Property::optional("Tags")] }
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let given = properties.get("LogGroupName").and_then(Value::as_str).map(str::to_string);
        let name = given.unwrap_or_else(|| context.generated_name(512));
        let tags = tags(context, properties);
        context.call::<CreateLogGroup>(CreateLogGroupInput { log_group_name: name.clone(), tags, ..Default::default() })?;
        set_retention(context, &name, properties)?;
        Ok(physical(context, &name))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        if old.get("Tags") != new.get("Tags") {
            return Err(Error::not_implemented("a change of Tags of AWS::Logs::LogGroup"));
        }
        if new.get("RetentionInDays").is_some() {
            set_retention(context, id, new)?;
        } else if old.get("RetentionInDays").is_some() {
            context.call::<DeleteRetentionPolicy>(DeleteRetentionPolicyInput { log_group_name: id.into() })?;
        }
        Ok(physical(context, id))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        match context.call::<DeleteLogGroup>(DeleteLogGroupInput { log_group_name: id.into() }) {
            Err(error) if error.code == "ResourceNotFoundException" => Ok(()),
            other => other,
        }
    }
}
