//! A stack's parameters as an action gives them: texts, and the two functions that look into its input artifacts.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-parameter-override-functions.html>

use super::{Job, Stop, cloudformation::object, failed};
use crate::artifacts;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

fn wrong(name: &str, why: impl std::fmt::Display) -> Stop {
    failed("ConfigurationError", format!("The parameter {name} in ParameterOverrides is not valid: {why}"))
}

/// The parameters as CloudFormation takes them.
pub(super) fn given(job: &mut Job<'_, '_>, parameters: &Map<String, Value>) -> Result<Value, Stop> {
    let mut files = HashMap::new();
    let mut all = Vec::new();
    for (name, value) in parameters {
        let text = match value {
            Value::Object(call) => function(job, &mut files, name, call)?,
            other => plain(other).ok_or_else(|| wrong(name, "its value is not a text"))?,
        };
        all.push(json!({"ParameterKey": name, "ParameterValue": text}));
    }
    Ok(Value::Array(all))
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

type Files = HashMap<(String, String), Map<String, Value>>;

fn function(job: &mut Job<'_, '_>, files: &mut Files, name: &str, call: &Map<String, Value>) -> Result<String, Stop> {
    let mut calls = call.iter();
    let (Some((function, arguments)), None) = (calls.next(), calls.next()) else {
        return Err(wrong(name, "an object has one key, the name of a function"));
    };
    let arguments: Option<Vec<&str>> = arguments.as_array().map(|list| list.iter().map_while(Value::as_str).collect());
    match (function.as_str(), arguments.as_deref()) {
        ("Fn::GetArtifactAtt", Some([artifact, attribute])) => {
            let from = job.input(Some(artifact))?;
            match *attribute {
                "BucketName" => Ok(from.bucket),
                "ObjectKey" => Ok(from.key),
                "URL" => Ok(format!("https://s3.{}.amazonaws.com/{}/{}", job.scope.region(), from.bucket, from.key)),
                other => Err(wrong(name, format_args!("an artifact has no attribute {other}: use BucketName, ObjectKey or URL"))),
            }
        }
        ("Fn::GetParam", Some([artifact, path, key])) => {
            let place = ((*artifact).to_string(), (*path).to_string());
            if !files.contains_key(&place) {
                let from = job.input(Some(artifact))?;
                let text = artifacts::file(job.scope, job.actor, &from, path)?;
                files.insert(place.clone(), object(&format!("{artifact}::{path}"), &text)?);
            }
            let value = files.get(&place).and_then(|members| plain(members.get(*key)?));
            value.ok_or_else(|| wrong(name, format_args!("the file {path} of the artifact {artifact} has no text under the key {key}")))
        }
        ("Fn::GetArtifactAtt", _) => Err(wrong(name, "Fn::GetArtifactAtt takes the names of an artifact and of an attribute")),
        ("Fn::GetParam", _) => Err(wrong(name, "Fn::GetParam takes the name of an artifact, a JSON file and a key")),
        (other, _) => Err(wrong(name, format_args!("{other} is not a function here: use Fn::GetArtifactAtt or Fn::GetParam"))),
    }
}
