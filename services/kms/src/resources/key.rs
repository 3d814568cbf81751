use super::gone_is_fine;
use crate::{
    CreateKey, DescribeKey, DisableKey, DisableKeyRotation, EnableKey, EnableKeyRotation, KeyMetadata, PutKeyPolicy, ScheduleKeyDeletion,
    TagResource, UntagResource, UpdateKeyDescription,
};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Map, Value, json};

/// A key.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html>
pub struct Key;

static PROPERTIES: [Property; 12] = [
    Property::optional("BypassPolicyLockoutSafetyCheck"),
    Property::optional("Description"),
    Property::optional("EnableKeyRotation"),
    Property::optional("Enabled"),
    Property::optional("KeyPolicy").document(),
    Property::optional("KeySpec"),
    Property::optional("KeyUsage"),
    Property::optional("MultiRegion"),
    Property::optional("Origin"),
    Property::optional("PendingWindowInDays"),
    Property::optional("RotationPeriodInDays"),
    Property::optional("Tags").list(),
];

/// Templates write flags as booleans or as text.
fn flag(properties: &Value, name: &str, default: bool) -> Result<bool, Error> {
    match properties.get(name) {
        None | Some(Value::Null) => Ok(default),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(Error::new("ValidationError", format!("Properties validation failed: #/{name}: expected true or false"))),
    }
}

/// A key policy is an object or text; JSON of text inside is kept as it is.
fn policy(properties: &Value) -> Option<String> {
    let value = properties.get("KeyPolicy").filter(|v| !v.is_null())?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn physical(key: &KeyMetadata) -> Physical {
    Physical::new(key.key_id.clone()).attribute("Arn", key.arn.as_str()).attribute("KeyId", key.key_id.as_str())
}

/// What a key is cannot be changed; that it does not fail over to a new key protects what the old one encrypted.
fn check_same(old: &Value, new: &Value) -> Result<(), Error> {
    const FIXED: [(&str, &str); 4] =
        [("KeySpec", "SYMMETRIC_DEFAULT"), ("KeyUsage", "ENCRYPT_DECRYPT"), ("MultiRegion", "false"), ("Origin", "AWS_KMS")];
    let text = |properties: &Value, (name, default): (&str, &str)| match properties.get(name) {
        None | Some(Value::Null) => default.to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match FIXED.into_iter().find(|fixed| !text(old, *fixed).eq_ignore_ascii_case(&text(new, *fixed))) {
        Some((name, _)) => Err(Error::new(
            "InvalidRequest",
            format!("{name} of an existing KMS key cannot be changed: make another key, and use it beside this one."),
        )),
        None => Ok(()),
    }
}

/// Whether a key rotates, and after how many days.
fn rotation(properties: &Value) -> Result<Option<String>, Error> {
    if !flag(properties, "EnableKeyRotation", false)? {
        return Ok(None);
    }
    let period = properties.get("RotationPeriodInDays").filter(|days| !days.is_null());
    Ok(Some(period.map_or_else(|| "365".to_owned(), |days| days.as_str().map_or_else(|| days.to_string(), str::to_owned))))
}

/// Brings rotation to what the properties say; the key must be enabled.
fn rotate(context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
    if flag(properties, "EnableKeyRotation", false)? {
        let period = properties.get("RotationPeriodInDays").cloned().unwrap_or(Value::Null);
        return context.call_with::<EnableKeyRotation>(json!({"KeyId": id, "RotationPeriodInDays": period})).map(|_| ());
    }
    context.call_with::<DisableKeyRotation>(json!({"KeyId": id})).map(|_| ())
}

fn change_tags(context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (gone, set) = ResourceTags::change(old, new)?;
    if !gone.is_empty() {
        context.call_with::<UntagResource>(json!({"KeyId": id, "TagKeys": gone}))?;
    }
    if !set.is_empty() {
        context.call_with::<TagResource>(json!({"KeyId": id, "Tags": set.list("TagKey", "TagValue")}))?;
    }
    Ok(())
}

impl ResourceType for Key {
    fn name(&self) -> &'static str {
        "AWS::KMS::Key"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "KeyId"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let same = ["BypassPolicyLockoutSafetyCheck", "Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin"];
        let mut input: Map<String, Value> =
            same.iter().filter_map(|name| properties.get(*name).map(|value| ((*name).to_owned(), value.clone()))).collect();
        if let Some(policy) = policy(properties) {
            input.insert("Policy".into(), policy.into());
        }
        input.insert("Tags".into(), ResourceTags::of(properties)?.list("TagKey", "TagValue"));
        let key = context.call_with::<CreateKey>(Value::Object(input))?.key_metadata;
        if flag(properties, "EnableKeyRotation", false)? {
            rotate(context, &key.key_id, properties)?;
        }
        if !flag(properties, "Enabled", true)? {
            context.call_with::<DisableKey>(json!({"KeyId": key.key_id}))?;
        }
        Ok(physical(&key))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        let changed = |name: &str| old.get(name) != new.get(name);
        let (was, is) = (flag(old, "Enabled", true)?, flag(new, "Enabled", true)?);
        check_same(old, new)?;
        let rotates = rotation(old)? != rotation(new)?;
        if (is || rotates) && !was {
            context.call_with::<EnableKey>(json!({"KeyId": id}))?;
        }
        if policy(old) != policy(new) {
            let document = policy(new).unwrap_or_else(|| crate::policies::default_policy(context.account));
            let bypass = flag(new, "BypassPolicyLockoutSafetyCheck", false)?;
            context.call_with::<PutKeyPolicy>(json!({"KeyId": id, "Policy": document, "BypassPolicyLockoutSafetyCheck": bypass}))?;
        }
        if changed("Description") {
            let description = new.get("Description").and_then(Value::as_str).unwrap_or_default();
            context.call_with::<UpdateKeyDescription>(json!({"KeyId": id, "Description": description}))?;
        }
        if rotates {
            rotate(context, id, new)?;
        }
        if !is && (was || rotates) {
            context.call_with::<DisableKey>(json!({"KeyId": id}))?;
        }
        change_tags(context, id, old, new)?;
        Ok(physical(&context.call_with::<DescribeKey>(json!({"KeyId": id}))?.key_metadata))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        let days = properties.get("PendingWindowInDays").cloned().unwrap_or(Value::Null);
        gone_is_fine(context.call_with::<ScheduleKeyDeletion>(json!({"KeyId": id, "PendingWindowInDays": days})))
    }
}
