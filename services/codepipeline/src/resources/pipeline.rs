use crate::{
    CreatePipeline, DeletePipeline, DeletePipelineInput, DisableStageTransition, EnableStageTransition, GetPipeline, GetPipelineInput,
    StartPipelineExecution, TagResource, UntagResource, UpdatePipeline,
};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// `AWS::CodePipeline::Pipeline`.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codepipeline-pipeline.html>
pub(crate) struct Pipeline;

const MAX_NAME: usize = 100;

/// `RoleArn` to `roleArn`, at every depth but within the maps that users fill (`Configuration`).
pub(super) fn small_initials(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(key, value)| match key.as_str() {
                    "Configuration" => ("configuration".into(), texts(value)),
                    _ => (initial(&key), small_initials(value)),
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(small_initials).collect()),
        other => other,
    }
}

fn initial(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map_or_else(String::new, |c| c.to_lowercase().chain(letters).collect())
}

/// A configuration's values are texts; a template may write flags, numbers and JSON.
fn texts(value: Value) -> Value {
    let text = |value: Value| match value {
        Value::String(text) => Value::String(text),
        other => Value::String(other.to_string()),
    };
    match value {
        Value::Object(members) => Value::Object(members.into_iter().map(|(key, value)| (key, text(value))).collect()),
        other => other,
    }
}

fn shape(message: String) -> Error {
    Error::new("ValidationError", message)
}

/// The pipeline that the properties declare.
fn declaration(name: &str, properties: &Value) -> Result<Value, Error> {
    let Value::Object(mut members) = properties.clone() else { return Err(shape("Properties is not an object".into())) };
    for other in ["DisableInboundStageTransitions", "Tags", "RestartExecutionOnUpdate"] {
        members.remove(other);
    }
    let stores = members.remove("ArtifactStores");
    members.insert("Name".into(), json!(name));
    let mut pipeline = small_initials(Value::Object(members));
    if let Some(Value::Array(stores)) = stores {
        let mut by_region = Map::new();
        for one in stores {
            let region = one["Region"].as_str().ok_or_else(|| shape("ArtifactStores: Region is required".into()))?.to_string();
            by_region.insert(region, small_initials(one["ArtifactStore"].clone()));
        }
        pipeline["artifactStores"] = Value::Object(by_region);
    }
    Ok(pipeline)
}

/// The stages whose way in is closed, with the reasons.
fn closed(properties: &Value) -> Result<BTreeMap<String, String>, Error> {
    let text = |entry: &Value, name: &str| {
        let found = entry[name].as_str().map(str::to_string);
        found.ok_or_else(|| shape(format!("DisableInboundStageTransitions: {name} is required")))
    };
    let entries = properties["DisableInboundStageTransitions"].as_array().into_iter().flatten();
    entries.map(|entry| Ok((text(entry, "StageName")?, text(entry, "Reason")?))).collect()
}

/// Closes and opens ways in, from what the template had to what it has.
fn transitions(context: &mut ResourceContext<'_>, pipeline: &str, old: &Value, new: &Value) -> Result<(), Error> {
    let (before, now) = (closed(old)?, closed(new)?);
    let of = |stage: &str| json!({"pipelineName": pipeline, "stageName": stage, "transitionType": "Inbound"});
    for (stage, reason) in now.iter().filter(|(stage, reason)| before.get(*stage) != Some(reason)) {
        let mut input = of(stage);
        input["reason"] = json!(reason);
        context.call_with::<DisableStageTransition>(input)?;
    }
    // A stage that is no longer there has no way in.
    let there = |stage: &str| new["Stages"].as_array().into_iter().flatten().any(|s| s["Name"].as_str() == Some(stage));
    for stage in before.keys().filter(|stage| !now.contains_key(*stage) && there(stage)) {
        context.call_with::<EnableStageTransition>(of(stage))?;
    }
    Ok(())
}

fn name(context: &ResourceContext<'_>, properties: &Value) -> String {
    properties["Name"].as_str().map_or_else(|| context.generated_name(MAX_NAME), str::to_string)
}

fn physical(context: &mut ResourceContext<'_>, name: String) -> Result<Physical, Error> {
    let found = context.call::<GetPipeline>(GetPipelineInput { name: name.clone(), version: None })?;
    Ok(Physical::new(name).attribute("Version", found.pipeline.version.unwrap_or(1).to_string()))
}

fn flag(properties: &Value, name: &str) -> bool {
    properties[name].as_bool().unwrap_or_else(|| properties[name].as_str() == Some("true"))
}

impl ResourceType for Pipeline {
    fn name(&self) -> &'static str {
        "AWS::CodePipeline::Pipeline"
    }

    fn properties(&self) -> &'static [Property] {
        const PROPERTIES: &[Property] = &[
            Property::optional("ArtifactStore").structure(),
            Property::optional("ArtifactStores").list(),
            Property::optional("DisableInboundStageTransitions").list(),
            Property::optional("ExecutionMode"),
            Property::optional("Name").replaces(),
            Property::optional("PipelineType"),
            Property::optional("RestartExecutionOnUpdate"),
            Property::required("RoleArn"),
            Property::required("Stages").list(),
            Property::optional("Tags").list(),
            Property::optional("Triggers").list(),
            Property::optional("Variables").list(),
        ];
        PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Version"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let name = name(context, properties);
        let input = json!({"pipeline": declaration(&name, properties)?, "tags": ResourceTags::of(properties)?.list("key", "value")});
        closed(properties)?;
        context.call_with::<CreatePipeline>(input)?;
        transitions(context, &name, &Value::Null, properties)?;
        physical(context, name)
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        context.call_with::<UpdatePipeline>(json!({"pipeline": declaration(id, new)?}))?;
        transitions(context, id, old, new)?;
        let arn = context.arn("codepipeline", id);
        let (gone, set) = ResourceTags::change(old, new)?;
        if !gone.is_empty() {
            context.call_with::<UntagResource>(json!({"resourceArn": arn, "tagKeys": gone}))?;
        }
        if !set.is_empty() {
            context.call_with::<TagResource>(json!({"resourceArn": arn, "tags": set.list("key", "value")}))?;
        }
        if flag(new, "RestartExecutionOnUpdate") {
            context.call_with::<StartPipelineExecution>(json!({"name": id}))?;
        }
        physical(context, id.to_string())
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        context.call::<DeletePipeline>(DeletePipelineInput { name: id.into() }).map(|_| ())
    }
}
