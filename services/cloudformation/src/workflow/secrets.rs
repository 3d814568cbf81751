//! The secrets that a resource's properties refer to: fetched for the one call that needs them, and kept nowhere.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html>

use crate::{CloudFormation, stored::MOST_REFERENCES};
use base::Secret;
use gate::{Actor, Error, Physical, Scope};
use serde_json::{Value, json};
use std::collections::HashMap;
use template::{DynamicReference, dynamic_references};

/// The code of an error that is the reference's own, not the resource's.
pub(super) const UNRESOLVED: &str = "UnresolvedReference";

/// Properties with the secrets in them.
pub(super) struct Opened {
    pub(super) properties: Value,
    values: HashMap<String, Secret<String>>,
    /// Whole texts that hold a secret, with what the template says in their place.
    texts: Vec<(Secret<String>, String)>,
}

fn unresolved(message: impl Into<String>) -> Error {
    Error::new(UNRESOLVED, message)
}

/// A service's error as AWS's events tell it.
fn told(service: &str, error: Error) -> Error {
    if error.status >= 500 {
        return error;
    }
    let message = format!("{} (Service: {service}; Status Code: {}; Error Code: {})", error.message, error.status, error.code);
    Error { denial: error.denial, ..unresolved(message) }
}

fn secret_string(text: String, key: Option<&str>) -> Result<String, Error> {
    let Some(key) = key else { return Ok(text) };
    let members: Value = serde_json::from_str(&text).map_err(|_| unresolved("Could not parse SecretString JSON"))?;
    match members.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Null) | None => Err(unresolved("Could not find a value associated with JSONKey in SecretString")),
        Some(other) => Ok(other.to_string()),
    }
}

fn fetch(scope: &mut Scope<'_, CloudFormation>, actor: &Actor, reference: &DynamicReference) -> Result<Option<String>, Error> {
    match reference {
        DynamicReference::Ssm { .. } => Ok(None),
        DynamicReference::SsmSecure { name, version } => {
            let named = version.as_ref().map_or_else(|| name.clone(), |version| format!("{name}:{version}"));
            let input = json!({"Names": [named], "WithDecryption": true});
            let mut answer = scope.invoke_named(actor, "ssm:GetParameters", input).map_err(|e| told("AmazonSSM", e))?;
            match answer["Parameters"][0]["Value"].take() {
                Value::String(text) => Ok(Some(text)),
                _ => Err(unresolved(format!("Parameters: [ssm-secure:{named}] cannot be found."))),
            }
        }
        DynamicReference::SecretsManager { secret_id, json_key, version_stage, version_id } => {
            let input = json!({"SecretId": secret_id, "VersionStage": version_stage, "VersionId": version_id});
            let answer = scope.invoke_named(actor, "secretsmanager:GetSecretValue", input);
            match answer.map_err(|e| told("AWSSecretsManager", e))?["SecretString"].take() {
                Value::String(text) => secret_string(text, json_key.as_deref()).map(Some),
                _ => Err(unresolved(format!("The secret {secret_id} has no SecretString: a binary secret cannot be referred to"))),
            }
        }
    }
}

/// Whether the properties refer to anything.
pub(super) fn named(properties: &Value) -> bool {
    match properties {
        Value::Array(items) => items.iter().any(named),
        Value::Object(members) => members.values().any(named),
        Value::String(text) => text.contains("{{resolve:"),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Opened {
    /// Fetches what `properties` refer to, as who acts for the stack.
    pub(super) fn new(scope: &mut Scope<'_, CloudFormation>, actor: &Actor, properties: &Value) -> Result<Self, Error> {
        let mut opened = Self { properties: Value::Null, values: HashMap::new(), texts: Vec::new() };
        let mut open = properties.clone();
        opened.walk(scope, actor, &mut open)?;
        opened.properties = open;
        Ok(opened)
    }

    fn walk(&mut self, scope: &mut Scope<'_, CloudFormation>, actor: &Actor, value: &mut Value) -> Result<(), Error> {
        match value {
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.walk(scope, actor, item)),
            Value::Object(members) => members.values_mut().try_for_each(|member| self.walk(scope, actor, member)),
            Value::String(text) => {
                if let Some(open) = self.text(scope, actor, text)? {
                    let closed = std::mem::replace(text, open.clone());
                    self.texts.push((Secret::new(open), closed));
                }
                Ok(())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    fn text(&mut self, scope: &mut Scope<'_, CloudFormation>, actor: &Actor, text: &str) -> Result<Option<String>, Error> {
        let (mut open, mut done, mut found) = (String::new(), 0, false);
        for (range, reference) in dynamic_references(text) {
            let Some(reference) = reference else { continue };
            let name = &text[range.clone()];
            if !self.values.contains_key(name) {
                if self.values.len() >= MOST_REFERENCES {
                    return Err(unresolved(format!("A resource refers to {MOST_REFERENCES} secrets at most")));
                }
                let Some(value) = fetch(scope, actor, &reference)? else { continue };
                self.values.insert(name.to_string(), Secret::new(value));
            }
            open.push_str(&text[done..range.start]);
            open.push_str(self.values[name].expose());
            (done, found) = (range.end, true);
        }
        open.push_str(&text[done..]);
        Ok(found.then_some(open))
    }

    /// What was made, with the references where it tells what was given to it.
    pub(super) fn closed(&self, mut physical: Physical) -> Physical {
        for value in physical.attributes.values_mut() {
            self.close(value);
        }
        physical
    }

    fn close(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.close(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.close(member)),
            Value::String(text) => {
                if let Some((_, closed)) = self.texts.iter().find(|(open, _)| open.expose() == text) {
                    text.clone_from(closed);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// An error that does not tell the secrets.
    pub(super) fn silenced(&self, mut error: Error) -> Error {
        let mut values: Vec<&String> = self.values.values().map(Secret::expose).filter(|value| !value.is_empty()).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        for value in values {
            if error.message.contains(value) {
                error.message = error.message.replace(value, "****");
            }
        }
        error
    }
}
