use crate::{CreateProject, CreateWebhook, DeleteProject, DeleteProjectInput, DeleteWebhook, UpdateProject, UpdateWebhook};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde_json::{Map, Value, json};

/// `AWS::CodeBuild::Project`: `Ref` gives the name.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codebuild-project.html>
pub(crate) struct ProjectType;

const PROPERTIES: &[Property] = &[
    Property::required("Artifacts").structure(),
    Property::optional("AutoRetryLimit"),
    Property::optional("BadgeEnabled"),
    Property::optional("BuildBatchConfig").structure(),
    Property::optional("Cache").structure(),
    Property::optional("ConcurrentBuildLimit"),
    Property::optional("Description"),
    Property::optional("EncryptionKey"),
    Property::required("Environment").structure(),
    Property::optional("FileSystemLocations").list(),
    Property::optional("LogsConfig").structure(),
    Property::optional("Name").replaces(),
    Property::optional("QueuedTimeoutInMinutes"),
    Property::optional("ResourceAccessRole"),
    Property::optional("SecondaryArtifacts").list(),
    Property::optional("SecondarySourceVersions").list(),
    Property::optional("SecondarySources").list(),
    Property::required("ServiceRole"),
    Property::required("Source").structure(),
    Property::optional("SourceVersion"),
    Property::optional("Tags").list(),
    Property::optional("TimeoutInMinutes"),
    Property::optional("Triggers").structure(),
    Property::optional("Visibility"),
    Property::optional("VpcConfig").structure(),
];

/// A template's member names as the API has them: `EnvironmentVariables` → `environmentVariables`, and the two that differ
/// in more.
fn api_name(name: &str) -> String {
    match name {
        "BuildSpec" => "buildspec".into(),
        "InsecureSSL" => "insecureSsl".into(),
        "S3Logs" => "s3Logs".into(),
        other => {
            let mut letters = other.chars();
            letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
        }
    }
}

pub(crate) fn api_shape(properties: &Value) -> Value {
    match properties {
        Value::Object(members) => Value::Object(members.iter().map(|(name, value)| (api_name(name), api_shape(value))).collect()),
        Value::Array(items) => Value::Array(items.iter().map(api_shape).collect()),
        plain => plain.clone(),
    }
}

/// Many templates have the environment's type from the service's first days.
fn modern(mut input: Value) -> Value {
    if let Some(kind) = input.pointer_mut("/environment/type").filter(|kind| *kind == "linuxContainer") {
        *kind = "LINUX_CONTAINER".into();
    }
    input
}

/// The input of CreateProject and UpdateProject. A template may give the role by its name.
fn input(context: &ResourceContext<'_>, name: &str, properties: &Value) -> Value {
    let mut input = match modern(api_shape(properties)) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    input.insert("name".into(), name.into());
    // What is as if it were not there.
    let plain = |input: &Map<String, Value>, member: &str, value: &str| input.get(member).and_then(Value::as_str) == Some(value);
    if plain(&input, "visibility", "PRIVATE") {
        input.remove("visibility");
    }
    if let Some(role) = input.get("serviceRole").and_then(Value::as_str).filter(|role| !role.starts_with("arn:")) {
        let arn = base::Arn::global("iam", context.account, &format!("role/{role}"));
        input.insert("serviceRole".into(), arn.as_str().into());
    }
    input.remove("triggers");
    Value::Object(input)
}

/// The webhook of a template's triggers, as the API takes it. It is made as if by hand, as no host's API is called: UpdateWebhook with
/// rotateSecret shows what the host has to sign with.
fn webhook(name: &str, properties: &Value) -> Result<Option<Value>, Error> {
    let Some(triggers) = properties.get("Triggers").map(api_shape) else { return Ok(None) };
    let wanted = triggers.get("webhook").is_some_and(|wanted| *wanted == true || *wanted == "true");
    let Value::Object(mut members) = triggers else { return Err(Error::validation("Triggers is an object")) };
    members.remove("webhook");
    if !wanted {
        return match members.is_empty() {
            true => Ok(None),
            false => Err(Error::validation("Triggers without Webhook: true have no BuildType and no FilterGroups")),
        };
    }
    members.insert("projectName".into(), json!(name));
    Ok(Some(Value::Object(members)))
}

fn physical(context: &ResourceContext<'_>, name: &str) -> Physical {
    Physical::new(name).attribute("Arn", context.arn("codebuild", &format!("project/{name}")).as_str())
}

impl ResourceType for ProjectType {
    fn name(&self) -> &'static str {
        "AWS::CodeBuild::Project"
    }

    fn properties(&self) -> &'static [Property] {
        PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let given = properties.get("Name").and_then(Value::as_str).map(str::to_string);
        let name = given.unwrap_or_else(|| context.generated_name(150));
        let input = input(context, &name, properties);
        let webhook = webhook(&name, properties)?;
        context.call_with::<CreateProject>(input)?;
        if let Some(mut webhook) = webhook {
            webhook["manualCreation"] = json!(true);
            context.call_with::<CreateWebhook>(webhook)?;
        }
        Ok(physical(context, &name))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        let input = input(context, id, new);
        let (before, after) = (webhook(id, old)?, webhook(id, new)?);
        context.call_with::<UpdateProject>(input)?;
        match (before, after) {
            (None, Some(mut made)) => {
                made["manualCreation"] = json!(true);
                context.call_with::<CreateWebhook>(made)?;
            }
            (Some(_), None) => {
                context.call_with::<DeleteWebhook>(json!({"projectName": id}))?;
            }
            (Some(before), Some(mut changed)) if before != changed => {
                // What the template does not say any more is not so any more.
                if changed.get("filterGroups").is_none() {
                    changed["filterGroups"] = json!([]);
                }
                if changed.get("buildType").is_none() {
                    changed["buildType"] = json!("BUILD");
                }
                context.call_with::<UpdateWebhook>(changed)?;
            }
            _ => {}
        }
        Ok(physical(context, id))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, _properties: &Value) -> Result<(), Error> {
        context.call::<DeleteProject>(DeleteProjectInput { name: id.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_template_becomes_an_input() {
        let properties = json!({"Source": {"Type": "CODEPIPELINE", "BuildSpec": "a.yml"}, "LogsConfig": {"CloudWatchLogs": {"GroupName": "g"}},
            "Environment": {"EnvironmentVariables": [{"Name": "A", "Value": "Some Value"}]}});
        let expected = json!({"source": {"type": "CODEPIPELINE", "buildspec": "a.yml"}, "logsConfig": {"cloudWatchLogs": {"groupName": "g"}},
            "environment": {"environmentVariables": [{"name": "A", "value": "Some Value"}]}});
        assert_eq!(api_shape(&properties), expected);
    }

    #[test]
    fn the_first_name_of_linux_containers_is_taken() {
        assert_eq!(
            modern(api_shape(&json!({"Environment": {"Type": "linuxContainer"}}))),
            json!({"environment": {"type": "LINUX_CONTAINER"}})
        );
    }
}
