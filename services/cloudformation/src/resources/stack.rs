use crate::{CreateStack, DeleteStack, UpdateStack};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Map, Value, json};

/// `AWS::CloudFormation::Stack`: `Ref` gives the nested stack's id, `Outputs.NAME` its outputs. The calls here begin what is to
/// be; the parent's work waits for its end.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html>
pub(crate) struct StackType;

/// AWS's limit for names.
const LONGEST_NAME: usize = 128;

/// A parameter's value as a request has it: lists are joined.
pub(crate) fn parameter(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(parameter).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// What creation and update have in common, from properties.
pub(crate) fn request(properties: &Value) -> Map<String, Value> {
    let mut request = Map::new();
    for name in ["TemplateURL", "Capabilities", "ClientRequestToken", "DisableRollback"] {
        if let Some(value) = properties.get(name) {
            request.insert(name.into(), value.clone());
        }
    }
    let parameters = properties.get("Parameters").and_then(Value::as_object).into_iter().flatten();
    let parameters = parameters.map(|(key, value)| json!({"ParameterKey": key, "ParameterValue": parameter(value)}));
    request.insert("Parameters".into(), parameters.collect());
    request.insert("Tags".into(), properties.get("Tags").cloned().unwrap_or_else(|| json!([])));
    request
}

impl ResourceType for StackType {
    fn name(&self) -> &'static str {
        "AWS::CloudFormation::Stack"
    }

    fn properties(&self) -> &'static [Property] {
        const {
            &[
                Property::optional("Parameters").structure(),
                Property::optional("Tags").list(),
                Property::required("TemplateURL"),
                Property::optional("TimeoutInMinutes"),
            ]
        }
    }

    fn has_attribute(&self, name: &str) -> bool {
        name.starts_with("Outputs.")
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let mut input = request(properties);
        input.insert("StackName".into(), json!(context.generated_name(LONGEST_NAME)));
        if let Some(minutes) = properties.get("TimeoutInMinutes") {
            input.insert("TimeoutInMinutes".into(), minutes.clone());
        }
        let made = context.call_with::<CreateStack>(Value::Object(input))?;
        Ok(Physical::new(made.stack_id.as_str()))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, _old: &Value, new: &Value) -> Result<Physical, Error> {
        let mut input = request(new);
        input.insert("StackName".into(), json!(id));
        match context.call_with::<UpdateStack>(Value::Object(input)) {
            Err(error) if error.message == crate::error::no_updates().message => Ok(Physical::new(id)),
            result => result.map(|_| Physical::new(id)),
        }
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        context.call_with::<DeleteStack>(json!({"StackName": id}))
    }
}
