use super::properties::{change_tags, gone_is_fine, text, texts};
use crate::{AttachPolicy, CreatePolicy, DeletePolicy, DetachPolicy, UpdatePolicy, shapes};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Value, json};

/// A policy and what it is attached to.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-organizations-policy.html>
pub struct Policy;

static PROPERTIES: [Property; 6] = [
    Property::required("Content").document(),
    Property::optional("Description"),
    Property::required("Name"),
    Property::optional("Tags").list(),
    Property::optional("TargetIds").list(),
    Property::required("Type").replaces(),
];

fn physical(policy: &shapes::Policy) -> Physical {
    let summary = &policy.policy_summary;
    Physical::new(summary.id.as_str())
        .attribute("Id", summary.id.as_str())
        .attribute("Arn", summary.arn.as_str())
        .attribute("AwsManaged", summary.aws_managed)
}

/// Name, description and content, which templates give as an object or as text.
fn words(properties: &Value) -> Result<Value, Error> {
    let content = match properties.get("Content") {
        Some(Value::String(text)) => text.clone(),
        Some(value) if !value.is_null() => value.to_string(),
        _ => text(properties, "Content")?.to_owned(),
    };
    let description = properties.get("Description").and_then(Value::as_str).unwrap_or_default();
    Ok(json!({"Name": text(properties, "Name")?, "Description": description, "Content": content}))
}

/// Brings the attachments from `old` to `new`: new ones first, so that no target is without a policy in between.
fn attach(context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (had, has) = (texts(old, "TargetIds")?, texts(new, "TargetIds")?);
    for target in has.iter().filter(|target| !had.contains(target)) {
        context.call_with::<AttachPolicy>(json!({"PolicyId": id, "TargetId": target}))?;
    }
    for target in had.iter().filter(|target| !has.contains(target)) {
        let detached = context.call_with::<DetachPolicy>(json!({"PolicyId": id, "TargetId": target}));
        match detached {
            Err(error) if error.code == "TargetNotFoundException" || error.code == "PolicyNotFoundException" => {}
            detached => gone_is_fine(detached, "PolicyNotAttachedException")?,
        }
    }
    Ok(())
}

impl ResourceType for Policy {
    fn name(&self) -> &'static str {
        "AWS::Organizations::Policy"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "AwsManaged", "Id"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let mut input = words(properties)?;
        input["Type"] = json!(text(properties, "Type")?);
        input["Tags"] = ResourceTags::of(properties)?.list("Key", "Value");
        let policy = context.call_with::<CreatePolicy>(input)?.policy;
        attach(context, &policy.policy_summary.id, &Value::Null, properties)?;
        Ok(physical(&policy))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        change_tags(context, id, old, new)?;
        let mut input = words(new)?;
        input["PolicyId"] = json!(id);
        let policy = context.call_with::<UpdatePolicy>(input)?.policy;
        attach(context, id, old, new)?;
        Ok(physical(&policy))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        attach(context, id, properties, &Value::Null)?;
        gone_is_fine(context.call_with::<DeletePolicy>(json!({"PolicyId": id})), "PolicyNotFoundException")
    }
}
