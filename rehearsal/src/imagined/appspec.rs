//! AppSpec files of container services: the task definition, and the functions that are asked.
//! Source: <https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html>

use serde_json::Value;

/// What a deployment takes of an AppSpec file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AppSpec {
    pub(super) task_definition: String,
    pub(super) hooks: Vec<String>,
}

/// Names in these files differ in case from one to the other: all of AWS's examples are taken.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn lists(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// Reads an AppSpec file, YAML or JSON.
pub(super) fn read(content: &str) -> Result<AppSpec, String> {
    let spec: Value = yaml::read(content, |_| String::new(), |_, _| None).map_err(|fault| fault.message)?;
    let resources = lists(member(&spec, "Resources"));
    let service = resources
        .filter_map(Value::as_object)
        .flat_map(|resource| resource.values())
        .find(|service| member(service, "Type").and_then(Value::as_str).is_some_and(|kind| kind == "AWS::ECS::Service"));
    let properties = service.and_then(|service| member(service, "Properties"));
    let properties = properties.ok_or("it has no resource of type AWS::ECS::Service with Properties")?;
    let definition = member(properties, "TaskDefinition").and_then(Value::as_str);
    let task_definition = definition.ok_or("its service has no TaskDefinition")?.to_owned();
    let balancer = member(properties, "LoadBalancerInfo").ok_or("its service has no LoadBalancerInfo")?;
    for name in ["ContainerName", "ContainerPort"] {
        member(balancer, name).ok_or_else(|| format!("its LoadBalancerInfo has no {name}"))?;
    }
    let hooks = lists(member(&spec, "Hooks")).filter_map(Value::as_object).flat_map(|hook| hook.values());
    let hooks = hooks.filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(AppSpec { task_definition, hooks })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deployed_is_read_and_what_lacks_is_said() {
        let text = "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        \
                    TaskDefinition: \"arn:x\"\n        LoadBalancerInfo:\n          ContainerName: web\n          ContainerPort: 80\n\
                    Hooks:\n  - AfterInstall: \"Check\"\n";
        assert_eq!(read(text), Ok(AppSpec { task_definition: "arn:x".into(), hooks: vec!["Check".into()] }));
        assert!(read("version: 0.0\nos: linux\n").is_err_and(|why| why.contains("AWS::ECS::Service")));
        let unbalanced = text.replace("ContainerPort: 80", "Port: 80");
        assert!(read(&unbalanced).is_err_and(|why| why.contains("ContainerPort")));
    }
}
