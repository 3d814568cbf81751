use super::gone_is_fine;
use crate::{CreateSecret, DeleteSecret, GetRandomPassword, TagResource, UntagResource, UpdateSecret};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Map, Value, json};

/// A secret. `Ref` gives its ARN.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html>
pub struct Secret;

static PROPERTIES: [Property; 8] = [
    Property::optional("Description"),
    Property::optional("GenerateSecretString").structure(),
    Property::optional("KmsKeyId"),
    Property::optional("Name").replaces(),
    Property::optional("ReplicaRegions").list(),
    Property::optional("SecretString"),
    Property::optional("Tags").list(),
    Property::optional("Type").replaces(),
];

fn invalid(message: &str) -> Error {
    Error::new("ValidationError", format!("Properties validation failed: {message}"))
}

/// The value: as it is given, or made by the rules; None if neither is.
fn value(context: &mut ResourceContext<'_>, properties: &Value) -> Result<Option<Value>, Error> {
    let present = |name: &str| properties.get(name).filter(|v| !v.is_null());
    let rules = match (present("SecretString"), present("GenerateSecretString")) {
        (Some(_), Some(_)) => return Err(invalid("a secret has either SecretString or GenerateSecretString")),
        (Some(text), None) => return Ok(Some(text.clone())),
        (None, None) => return Ok(None),
        (None, Some(rules)) => rules,
    };
    let Value::Object(mut rules) = rules.clone() else { return Err(invalid("#/GenerateSecretString: expected an object")) };
    let template = (rules.remove("SecretStringTemplate"), rules.remove("GenerateStringKey"));
    let password = context.call_with::<GetRandomPassword>(Value::Object(rules))?.random_password;
    let password = Value::String(password.expose().clone());
    match template {
        (None, None) => Ok(Some(password)),
        (Some(Value::String(template)), Some(Value::String(key))) => {
            let Ok(mut object) = serde_json::from_str::<Map<String, Value>>(&template) else {
                return Err(invalid("#/GenerateSecretString/SecretStringTemplate: expected the text of a JSON object"));
            };
            object.insert(key, password);
            Ok(Some(Value::String(Value::Object(object).to_string())))
        }
        _ => Err(invalid("#/GenerateSecretString: SecretStringTemplate and GenerateStringKey go together")),
    }
}

/// Secrets are of one region here, and nobody's partner holds them.
fn refuse(properties: &Value) -> Result<(), Error> {
    let given = |name: &&&str| properties.get(**name).is_some_and(|value| !value.is_null() && *value != json!([]));
    match ["ReplicaRegions", "Type"].iter().find(given) {
        Some(name) => Err(Error::not_implemented(&format!("AWS::SecretsManager::Secret with {name}"))),
        None => Ok(()),
    }
}

fn physical(arn: &base::Arn) -> Physical {
    Physical::new(arn.as_str()).attribute("Id", arn.as_str())
}

impl ResourceType for Secret {
    fn name(&self) -> &'static str {
        "AWS::SecretsManager::Secret"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Id"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        refuse(properties)?;
        let value = value(context, properties)?;
        let name = properties.get("Name").cloned().unwrap_or_else(|| context.generated_name(512).into());
        let made = context.call_with::<CreateSecret>(json!({
            "Name": name,
            "Description": properties.get("Description"),
            "KmsKeyId": properties.get("KmsKeyId"),
            "SecretString": value,
            "Tags": ResourceTags::of(properties)?.list("Key", "Value"),
        }))?;
        Ok(physical(&made.arn))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        refuse(new)?;
        let changed = |name: &str| old.get(name) != new.get(name);
        let value = if changed("SecretString") || changed("GenerateSecretString") { value(context, new)? } else { None };
        let made = context.call_with::<UpdateSecret>(json!({
            "SecretId": id,
            "Description": new.get("Description"),
            "KmsKeyId": new.get("KmsKeyId").cloned().or_else(|| changed("KmsKeyId").then(|| "".into())),
            "SecretString": value,
        }))?;
        let (gone, set) = ResourceTags::change(old, new)?;
        if !gone.is_empty() {
            context.call_with::<UntagResource>(json!({"SecretId": id, "TagKeys": gone}))?;
        }
        if !set.is_empty() {
            context.call_with::<TagResource>(json!({"SecretId": id, "Tags": set.list("Key", "Value")}))?;
        }
        Ok(physical(&made.arn))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        gone_is_fine(context.call_with::<DeleteSecret>(json!({"SecretId": id, "ForceDeleteWithoutRecovery": true})))
    }
}
