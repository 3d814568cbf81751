//! Amazon ECS: clusters, services and their deployments, which succeed if their tasks may start.
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html>

use super::{
    call::{Imagined, Perform, arn, last, passing, required, with},
    services::{Ecs, known},
    state::{Gap, Thing, containers, found, keep, note},
    tasks,
};
use base::Arn;
use gate::{Demand, Demands, Error, Registration, Scope, View};
use serde_json::{Value, json};

pub(super) fn service() -> Registration {
    let all = known::<Ecs>().operation::<Perform<Ecs>>();
    let all = with::<CreateService>(with::<UpdateService>(with::<RegisterTaskDefinition>(all)));
    with::<DescribeTaskDefinition>(with::<DescribeServices>(all))
}

/// The ARN of a cluster by its name or ARN.
fn cluster_arn(view: &View<'_, Ecs>, input: &Value) -> Result<Arn, Error> {
    let cluster = input["cluster"].as_str().or(input["Cluster"].as_str()).unwrap_or("default");
    if cluster.starts_with("arn:") { arn(cluster) } else { view.arn(&format!("cluster/{cluster}")) }
}

/// The ARN of a service by its name or ARN.
fn service_arn(view: &View<'_, Ecs>, cluster: &Arn, service: &str) -> Result<Arn, Error> {
    if service.starts_with("arn:") { arn(service) } else { view.arn(&format!("service/{}/{service}", last(cluster.as_str()))) }
}

/// The ARN of a task definition by its ARN, `family:revision` or family.
fn definition_arn(view: &mut View<'_, Ecs>, text: &str) -> Result<Arn, Error> {
    let (stem, resource) = match text.split_once(":task-definition/") {
        Some((stem, resource)) => (format!("{stem}:task-definition/"), resource.to_owned()),
        None => (view.arn("task-definition/")?.to_string(), text.to_owned()),
    };
    if resource.contains(':') {
        return arn(&format!("{stem}{resource}"));
    }
    let latest = found(view, &format!("{stem}{resource}"))?.and_then(|family| family.properties["revision"].as_u64()).unwrap_or(1);
    arn(&format!("{stem}{resource}:{latest}"))
}

/// Services are told of, known or not.
struct DescribeServices;

impl Imagined for DescribeServices {
    type Service = Ecs;
    const NAME: &'static str = "DescribeServices";
    const READ_ONLY: bool = true;

    fn demands(input: &Value, facts: &mut View<'_, Ecs>) -> Result<Demands, Error> {
        let cluster = cluster_arn(facts, input)?;
        let services = input["services"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let demand = |service| {
            let service = service_arn(facts, &cluster, service)?;
            Ok(Demand::new("ecs:DescribeServices", service).with("ecs:cluster", &cluster))
        };
        Ok(Demands::all(services.map(demand).collect::<Result<Vec<_>, Error>>()?))
    }

    fn execute(call: &mut Scope<'_, Ecs>, input: Value) -> Result<Value, Error> {
        let cluster = cluster_arn(call, &input)?;
        let mut services = Vec::new();
        for name in input["services"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let arn = service_arn(call, &cluster, name)?;
            services.push(told(call, &cluster, &arn)?);
        }
        Ok(json!({"services": services, "failures": []}))
    }
}

/// A service as it is told of. One that nothing tells of is taken to exist, with a task definition of its name.
fn told(scope: &mut Scope<'_, Ecs>, cluster: &Arn, arn: &Arn) -> Result<Value, Error> {
    let name = last(arn.as_str()).to_owned();
    let thing = match found(scope, arn.as_str())? {
        Some(thing) => thing,
        None => {
            let text = format!("the ECS service {name} of the cluster {} is in no template", last(cluster.as_str()));
            note(scope, Gap::Assumed, arn.as_str(), text)?;
            let thing = Thing { properties: json!({"TaskDefinition": name}), ..Thing::default() };
            keep(scope, arn.as_str(), &thing)?;
            thing
        }
    };
    let definition = thing.properties["TaskDefinition"].as_str().unwrap_or(&name).to_owned();
    let definition = definition_arn(scope, &definition)?;
    let deployment = thing.properties["deployment"].as_object().cloned().unwrap_or_default();
    let mut primary = json!({
        "id": "ecs-svc/0000000000000000001", "status": "PRIMARY", "taskDefinition": definition,
        "desiredCount": 1, "runningCount": 1, "rolloutState": "COMPLETED",
    });
    if let Some(members) = primary.as_object_mut() {
        members.extend(deployment);
    }
    Ok(json!({
        "serviceArn": arn, "serviceName": name, "clusterArn": cluster, "status": "ACTIVE", "taskDefinition": definition,
        "desiredCount": 1, "runningCount": 1, "deployments": [primary],
    }))
}

/// A task definition is told of, known or not.
struct DescribeTaskDefinition;

impl Imagined for DescribeTaskDefinition {
    type Service = Ecs;
    const NAME: &'static str = "DescribeTaskDefinition";
    const READ_ONLY: bool = true;

    fn demands(_input: &Value, _facts: &mut View<'_, Ecs>) -> Result<Demands, Error> {
        Ok(Demand::any("ecs:DescribeTaskDefinition").into())
    }

    fn execute(call: &mut Scope<'_, Ecs>, input: Value) -> Result<Value, Error> {
        let definition = definition_arn(call, required(&input, "taskDefinition")?)?;
        let thing = match found(call, definition.as_str())? {
            Some(thing) => thing,
            None => assumed(call, &definition)?,
        };
        let mut told = thing.properties.clone();
        told["taskDefinitionArn"] = json!(definition);
        told["status"] = json!("ACTIVE");
        let tags: Vec<Value> = thing.tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        Ok(json!({"taskDefinition": told, "tags": tags}))
    }
}

/// A task definition of which nothing is known but that images are named for its containers.
fn assumed(scope: &mut Scope<'_, Ecs>, definition: &Arn) -> Result<Thing, Error> {
    let family = definition.resource_of("task-definition").unwrap_or_default();
    let family = family.split(':').next().unwrap_or_default();
    let text = format!("the task definition {family} is in no template: which roles it passes on, and what they need, is not checked");
    note(scope, Gap::Unknown, definition.as_str(), text)?;
    // It has a first revision already: the next is another.
    let stem = definition.as_str().rsplit_once(':').map_or(definition.as_str(), |(stem, _)| stem);
    keep(scope, stem, &Thing { properties: json!({"revision": 1}), ..Thing::default() })?;
    let mut containers: Vec<Value> = containers(scope)?.iter().map(|name| json!({"name": name, "image": "unknown"})).collect();
    // It has one at least.
    if containers.is_empty() {
        containers.push(json!({"name": "unknown", "image": "unknown"}));
    }
    Ok(Thing { properties: json!({"family": family, "containerDefinitions": containers}), ..Thing::default() })
}

/// A task definition is registered: the roles of its tasks are passed on.
pub(super) struct RegisterTaskDefinition;

/// The roles that a task definition passes on, whole ARNs or names.
fn roles(view: &View<'_, Ecs>, input: &Value) -> Result<Vec<String>, Error> {
    let mut roles = Vec::new();
    for name in ["executionRoleArn", "taskRoleArn"] {
        match input[name].as_str().filter(|role| !role.is_empty()) {
            Some(role) if role.starts_with("arn:") => roles.push(role.to_owned()),
            Some(role) => roles.push(Arn::global("iam", view.account()?, &format!("role/{role}")).to_string()),
            None => {}
        }
    }
    roles.sort();
    roles.dedup();
    Ok(roles)
}

fn tags(input: &Value) -> Vec<(&str, &str)> {
    let tags = input["tags"].as_array().into_iter().flatten();
    tags.filter_map(|tag| Some((tag["key"].as_str()?, tag["value"].as_str().unwrap_or_default()))).collect()
}

impl Imagined for RegisterTaskDefinition {
    type Service = Ecs;
    const NAME: &'static str = "RegisterTaskDefinition";
    const READ_ONLY: bool = false;

    fn demands(input: &Value, facts: &mut View<'_, Ecs>) -> Result<Demands, Error> {
        let family = facts.arn(&format!("task-definition/{}:*", required(input, "family")?))?;
        let tags = tags(input);
        let registers = Demand::new("ecs:RegisterTaskDefinition", family.clone()).with_tags(tags.iter().copied());
        let mut demands = Demands::from(registers);
        if !tags.is_empty() {
            let tagging = Demand::new("ecs:TagResource", family).with("ecs:CreateAction", "RegisterTaskDefinition");
            demands = demands.and(tagging.with_tags(tags.iter().copied()));
        }
        for role in roles(facts, input)? {
            demands = demands.and(passing(&role, "ecs-tasks.amazonaws.com")?);
        }
        Ok(demands)
    }

    fn execute(call: &mut Scope<'_, Ecs>, input: Value) -> Result<Value, Error> {
        if input["containerDefinitions"].as_array().is_none_or(Vec::is_empty) {
            return Err(Error::new("ClientException", "Container list cannot be empty."));
        }
        let family = call.arn(&format!("task-definition/{}", required(&input, "family")?))?;
        let known = found(call, family.as_str())?.and_then(|thing| thing.properties["revision"].as_u64());
        let revision = known.map_or(1, |revision| revision + 1);
        let arn = register(call, &family, revision, input)?;
        Ok(json!({"taskDefinition": {"taskDefinitionArn": arn, "revision": revision}}))
    }
}

/// Keeps a revision of a family.
fn register(scope: &mut Scope<'_, Ecs>, family: &Arn, revision: u64, input: Value) -> Result<String, Error> {
    let arn = format!("{family}:{revision}");
    let tags = tags(&input).into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    keep(scope, family.as_str(), &Thing { properties: json!({"revision": revision}), ..Thing::default() })?;
    keep(scope, &arn, &Thing { properties: input, tags, ..Thing::default() })?;
    Ok(arn)
}

/// A service is made, from the properties of a template: its tasks must start.
pub(super) struct CreateService;

impl Imagined for CreateService {
    type Service = Ecs;
    const NAME: &'static str = "CreateService";
    const READ_ONLY: bool = false;

    fn demands(input: &Value, facts: &mut View<'_, Ecs>) -> Result<Demands, Error> {
        let cluster = cluster_arn(facts, input)?;
        let service = service_arn(facts, &cluster, required(input, "ServiceName")?)?;
        let definition = input["TaskDefinition"].as_str().map(|text| definition_arn(facts, text)).transpose()?;
        let demand = Demand::new("ecs:CreateService", service).with("ecs:cluster", &cluster);
        let mut demands = Demands::from(demand.with_some("ecs:task-definition", definition.as_ref()));
        if let Some(role) = input["Role"].as_str().filter(|role| role.starts_with("arn:")) {
            demands = demands.and(passing(role, "ecs.amazonaws.com")?);
        }
        Ok(demands)
    }

    fn execute(call: &mut Scope<'_, Ecs>, input: Value) -> Result<Value, Error> {
        let cluster = cluster_arn(call, &input)?;
        let arn = service_arn(call, &cluster, required(&input, "ServiceName")?)?;
        if let Some(definition) = input["TaskDefinition"].as_str() {
            let definition = definition_arn(call, definition)?;
            tasks::start(call, &cluster, definition.as_str())?
                .map_err(|why| Error::new("NotStabilized", format!("Resource of type 'AWS::ECS::Service' did not stabilize: {why}")))?;
        }
        keep(call, arn.as_str(), &Thing { properties: input, ..Thing::default() })?;
        Ok(json!({"serviceArn": arn, "clusterArn": cluster}))
    }
}

/// A service gets another task definition: it is deployed if its tasks may start.
struct UpdateService;

impl Imagined for UpdateService {
    type Service = Ecs;
    const NAME: &'static str = "UpdateService";
    const READ_ONLY: bool = false;

    fn demands(input: &Value, facts: &mut View<'_, Ecs>) -> Result<Demands, Error> {
        let cluster = cluster_arn(facts, input)?;
        let service = service_arn(facts, &cluster, required(input, "service")?)?;
        let definition = input["taskDefinition"].as_str().map(|text| definition_arn(facts, text)).transpose()?;
        let demand = Demand::new("ecs:UpdateService", service).with("ecs:cluster", &cluster);
        Ok(demand.with_some("ecs:task-definition", definition.as_ref()).into())
    }

    fn execute(call: &mut Scope<'_, Ecs>, input: Value) -> Result<Value, Error> {
        let cluster = cluster_arn(call, &input)?;
        let arn = service_arn(call, &cluster, required(&input, "service")?)?;
        let mut thing = found(call, arn.as_str())?.unwrap_or_default();
        let by_codedeploy = thing.properties["DeploymentController"]["Type"] == "CODE_DEPLOY";
        if by_codedeploy && input["taskDefinition"].is_string() {
            return Err(Error::new(
                "InvalidParameterException",
                "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.",
            ));
        }
        if let Some(definition) = input["taskDefinition"].as_str() {
            thing.properties["TaskDefinition"] = json!(definition_arn(call, definition)?);
        }
        let name = last(arn.as_str()).to_owned();
        let definition = thing.properties["TaskDefinition"].as_str().unwrap_or(&name).to_owned();
        let definition = definition_arn(call, &definition)?;
        thing.properties["deployment"] = match tasks::start(call, &cluster, definition.as_str())? {
            Ok(()) => json!({}),
            Err(why) => json!({"rolloutState": "FAILED", "rolloutStateReason": why}),
        };
        keep(call, arn.as_str(), &thing)?;
        Ok(json!({"service": told(call, &cluster, &arn)?}))
    }
}
