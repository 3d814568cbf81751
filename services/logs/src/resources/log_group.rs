use super::{document, name_or_generated};
use crate::{
    AssociateKmsKey, CreateLogGroup, DeleteLogGroup, DeleteLogGroupInput, DeleteResourcePolicy, DeleteRetentionPolicy,
    DeleteRetentionPolicyInput, DescribeResourcePolicies, DisassociateKmsKey, PutLogGroupDeletionProtection, PutResourcePolicy,
    PutRetentionPolicy, TagResource, UntagResource,
};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Value, json};

/// `AWS::Logs::LogGroup`: `Ref` gives the name, `Arn` ends with `:*`.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html>
pub(crate) struct LogGroupType;

fn physical(context: &ResourceContext<'_>, name: &str) -> Physical {
    let arn = context.arn("logs", &format!("log-group:{name}:*"));
    Physical::new(name).attribute("Arn", arn.as_str())
}

fn set_retention(context: &mut ResourceContext<'_>, name: &str, properties: &Value) -> Result<(), Error> {
    match properties.get("RetentionInDays") {
        Some(days) => context.call_with::<PutRetentionPolicy>(json!({"logGroupName": name, "retentionInDays": days})),
        None => Ok(()),
    }
}

/// Puts the group's own policy in the place of the one it has.
fn set_policy(context: &mut ResourceContext<'_>, name: &str, policy: Option<&Value>) -> Result<(), Error> {
    let arn = context.arn("logs", &format!("log-group:{name}"));
    let there = context.call_with::<DescribeResourcePolicies>(json!({"resourceArn": arn}))?.resource_policies;
    let revision = there.first().and_then(|policy| policy.revision_id.clone());
    match policy {
        Some(policy) => context
            .call_with::<PutResourcePolicy>(json!({"resourceArn": arn, "policyDocument": document(policy), "expectedRevisionId": revision}))
            .map(drop),
        None if revision.is_none() => Ok(()),
        None => context.call_with::<DeleteResourcePolicy>(json!({"resourceArn": arn, "expectedRevisionId": revision})),
    }
}

fn set_tags(context: &mut ResourceContext<'_>, name: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let arn = context.arn("logs", &format!("log-group:{name}"));
    let (gone, set) = ResourceTags::change(old, new)?;
    if !gone.is_empty() {
        context.call_with::<UntagResource>(json!({"resourceArn": arn, "tagKeys": gone}))?;
    }
    if !set.is_empty() {
        context.call_with::<TagResource>(json!({"resourceArn": arn, "tags": set.map()}))?;
    }
    Ok(())
}

impl ResourceType for LogGroupType {
    fn name(&self) -> &'static str {
        "AWS::Logs::LogGroup"
    }

    fn properties(&self) -> &'static [Property] {
        const {
            &[
                Property::optional("DeletionProtectionEnabled"),
                Property::optional("KmsKeyId"),
                Property::optional("LogGroupClass"),
                Property::optional("LogGroupName").replaces(),
                Property::optional("ResourcePolicyDocument").document(),
                Property::optional("RetentionInDays"),
                Property::optional("Tags").list(),
            ]
        }
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = name_or_generated(context, properties, "LogGroupName");
        context.call_with::<CreateLogGroup>(json!({
            "logGroupName": name,
            "tags": ResourceTags::of(properties)?.map(),
            "kmsKeyId": properties.get("KmsKeyId"),
            "logGroupClass": properties.get("LogGroupClass"),
            "deletionProtectionEnabled": properties.get("DeletionProtectionEnabled").unwrap_or(&Value::Bool(false)),
        }))?;
        set_retention(context, &name, properties)?;
        if let Some(policy) = properties.get("ResourcePolicyDocument") {
            set_policy(context, &name, Some(policy))?;
        }
        Ok(physical(context, &name))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        let changed = |name: &str| old.get(name) != new.get(name);
        if changed("LogGroupClass") {
            return Err(Error::new("InvalidRequest", "The LogGroupClass of a log group cannot be changed after it is created."));
        }
        if let Some(key) = new.get("KmsKeyId").filter(|_| changed("KmsKeyId")) {
            context.call_with::<AssociateKmsKey>(json!({"logGroupName": id, "kmsKeyId": key}))?;
        } else if changed("KmsKeyId") {
            context.call_with::<DisassociateKmsKey>(json!({"logGroupName": id}))?;
        }
        if changed("RetentionInDays") && new.get("RetentionInDays").is_none() {
            context.call::<DeleteRetentionPolicy>(DeleteRetentionPolicyInput { log_group_name: id.into() })?;
        } else if changed("RetentionInDays") {
            set_retention(context, id, new)?;
        }
        if changed("DeletionProtectionEnabled") {
            let enabled = new.get("DeletionProtectionEnabled").unwrap_or(&Value::Bool(false));
            context.call_with::<PutLogGroupDeletionProtection>(json!({"logGroupIdentifier": id, "deletionProtectionEnabled": enabled}))?;
        }
        if changed("ResourcePolicyDocument") {
            set_policy(context, id, new.get("ResourcePolicyDocument"))?;
        }
        set_tags(context, id, old, new)?;
        Ok(physical(context, id))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        match context.call::<DeleteLogGroup>(DeleteLogGroupInput { log_group_name: id.into() }) {
            Err(error) if error.code == "ResourceNotFoundException" => Ok(()),
            other => other,
        }
    }
}
