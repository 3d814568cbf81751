//! AWS CodeDeploy: applications, groups, and deployments, which its service role brings about.
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodedeploy.html>

use super::{
    appspec,
    call::{Act, Imagined, Perform, last, perform, required, with},
    services::{CodeDeploy, Ecs, known},
    state::{Gap, Thing, found, keep, note},
    tasks,
};
use base::Arn;
use gate::{Actor, Demand, Demands, Error, Registration, Scope, View};
use serde_json::{Value, json};

pub(super) fn service() -> Registration {
    let all = known::<CodeDeploy>().operation::<Perform<CodeDeploy>>();
    let all = with::<GetDeployment>(with::<GetApplicationRevision>(with::<GetApplication>(all)));
    with::<RegisterApplicationRevision>(with::<CreateDeployment>(all))
}

fn application(view: &View<'_, CodeDeploy>, input: &Value) -> Result<Arn, Error> {
    view.arn(&format!("application:{}", required(input, "applicationName")?))
}

fn group(view: &View<'_, CodeDeploy>, input: &Value) -> Result<Arn, Error> {
    view.arn(&format!("deploymentgroup:{}/{}", required(input, "applicationName")?, required(input, "deploymentGroupName")?))
}

/// Notes an application or a group that nothing tells of.
fn assumed(scope: &mut Scope<'_, CodeDeploy>, arn: &Arn, what: &str) -> Result<Option<Thing>, Error> {
    let thing = found(scope, arn.as_str())?;
    if thing.is_none() {
        note(scope, Gap::Assumed, arn.as_str(), format!("the CodeDeploy {what} {} is in no template", last(arn.as_str())))?;
    }
    Ok(thing)
}

macro_rules! of_the_application {
    ($($name:ident, $action:literal, $read_only:literal, $answer:expr;)*) => {$(
        struct $name;

        impl Imagined for $name {
            type Service = CodeDeploy;
            const NAME: &'static str = stringify!($name);
            const READ_ONLY: bool = $read_only;

            fn demands(input: &Value, facts: &mut View<'_, CodeDeploy>) -> Result<Demands, Error> {
                Ok(Demand::new($action, application(facts, input)?).into())
            }

            fn execute(call: &mut Scope<'_, CodeDeploy>, input: Value) -> Result<Value, Error> {
                let arn = application(call, &input)?;
                assumed(call, &arn, "application")?;
                let answer: fn(&Value) -> Value = $answer;
                Ok(answer(&input))
            }
        }
    )*};
}

of_the_application! {
    GetApplication, "codedeploy:GetApplication", true, |input| json!({"application": {"applicationName": input["applicationName"]}});
    GetApplicationRevision, "codedeploy:GetApplicationRevision", true,
        |input| json!({"applicationName": input["applicationName"], "revision": input["revision"]});
    RegisterApplicationRevision, "codedeploy:RegisterApplicationRevision", false, |_| json!({});
}

/// A deployment is made and brought to its end at once.
struct CreateDeployment;

fn platform(input: &Value) -> &'static str {
    match input["revision"]["revisionType"].as_str() {
        Some("AppSpecContent" | "String") => "ECS",
        _ => "Server",
    }
}

impl Imagined for CreateDeployment {
    type Service = CodeDeploy;
    const NAME: &'static str = "CreateDeployment";
    const READ_ONLY: bool = false;

    /// Who deploys needs the right to look at the configuration that applies, too.
    fn demands(input: &Value, facts: &mut View<'_, CodeDeploy>) -> Result<Demands, Error> {
        let group = group(facts, input)?;
        let known = found(facts, group.as_str())?.unwrap_or_default().properties;
        let default = if platform(input) == "ECS" { "CodeDeployDefault.ECSAllAtOnce" } else { "CodeDeployDefault.OneAtATime" };
        let name = input["deploymentConfigName"].as_str().or(known["DeploymentConfigName"].as_str()).unwrap_or(default);
        let configuration = facts.arn(&format!("deploymentconfig:{name}"))?;
        Ok(Demands::all([Demand::new("codedeploy:CreateDeployment", group), Demand::new("codedeploy:GetDeploymentConfig", configuration)]))
    }

    fn execute(call: &mut Scope<'_, CodeDeploy>, input: Value) -> Result<Value, Error> {
        let arn = group(call, &input)?;
        let random = base::uuid(call.entropy()).replace('-', "").to_uppercase();
        let id = format!("d-{}", random.get(..9).unwrap_or_default());
        let outcome = match assumed(call, &arn, "deployment group")? {
            Some(thing) => {
                let work = |call: &mut Scope<'_, CodeDeploy>| deploy(call, &arn, &id, &thing.properties, &input);
                match call.attempt(work) {
                    Err(error) if error.status >= 500 && error.code != "NotImplemented" => return Err(error),
                    outcome => outcome.map_err(|error| error.message),
                }
            }
            None => {
                let text = "which role this deployment group has, and what it needs, is not checked";
                note(call, Gap::Unknown, arn.as_str(), text)?;
                Ok(())
            }
        };
        let status = if outcome.is_ok() { "Succeeded" } else { "Failed" };
        let error = outcome.err().map(|message| json!({"code": "IAM_ROLE_PERMISSIONS", "message": message}));
        let properties = json!({"group": arn, "status": status, "errorInformation": error});
        let deployment = call.arn(&format!("deployment:{id}"))?;
        keep(call, deployment.as_str(), &Thing { properties, ..Thing::default() })?;
        Ok(json!({"deploymentId": id}))
    }
}

/// A deployment is told of.
struct GetDeployment;

fn deployment(view: &mut View<'_, CodeDeploy>, input: &Value) -> Result<Value, Error> {
    let id = required(input, "deploymentId")?;
    let arn = view.arn(&format!("deployment:{id}"))?;
    let missing = || Error::new("DeploymentDoesNotExistException", format!("The deployment {id} could not be found"));
    Ok(found(view, arn.as_str())?.ok_or_else(missing)?.properties)
}

impl Imagined for GetDeployment {
    type Service = CodeDeploy;
    const NAME: &'static str = "GetDeployment";
    const READ_ONLY: bool = true;

    fn demands(input: &Value, facts: &mut View<'_, CodeDeploy>) -> Result<Demands, Error> {
        let known = deployment(facts, input)?;
        Ok(Demand::new("codedeploy:GetDeployment", super::call::arn(known["group"].as_str().unwrap_or_default())?).into())
    }

    fn execute(call: &mut Scope<'_, CodeDeploy>, input: Value) -> Result<Value, Error> {
        let known = deployment(call, &input)?;
        let told = json!({"deploymentId": input["deploymentId"], "status": known["status"], "errorInformation": known["errorInformation"]});
        Ok(json!({"deploymentInfo": told}))
    }
}

/// What the group's role does for a deployment.
/// Source: <https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html>
fn deploy(call: &mut Scope<'_, CodeDeploy>, group: &Arn, id: &str, properties: &Value, input: &Value) -> Result<(), Error> {
    let account = group.account().ok_or_else(|| Error::internal("a deployment group without an account"))?;
    let role = properties["ServiceRoleArn"].as_str().unwrap_or_default();
    let service = call.as_service(account, Some(group));
    let actor = call.assume(&service, role, id)?;
    if properties["AlarmConfiguration"]["Enabled"] != json!(false)
        && properties["AlarmConfiguration"]["Alarms"].as_array().is_some_and(|alarms| !alarms.is_empty())
    {
        perform(call, &actor, Act::any("cloudwatch:DescribeAlarms"))?;
    }
    match platform(input) {
        "ECS" => replace_tasks(call, &actor, properties, input)?,
        _ => onto_instances(call, &actor, properties)?,
    }
    for trigger in properties["TriggerConfigurations"].as_array().into_iter().flatten() {
        if let Some(topic) = trigger["TriggerTargetArn"].as_str() {
            call.invoke_named(&actor, "sns:Publish", json!({"TopicArn": topic, "Message": id}))?;
        }
    }
    Ok(())
}

/// New tasks beside the old ones, and the listener that goes over to them.
fn replace_tasks(call: &mut Scope<'_, CodeDeploy>, actor: &Actor, properties: &Value, input: &Value) -> Result<(), Error> {
    let revision = &input["revision"];
    let content = revision["appSpecContent"]["content"].as_str().or(revision["string"]["content"].as_str()).unwrap_or_default();
    let spec =
        appspec::read(content).map_err(|why| Error::new("InvalidRevisionException", format!("The AppSpec file is not valid: {why}")))?;
    let definition = spec.task_definition;
    let mut roles: Vec<String> = Vec::new();
    if let Some(thing) = found(&mut call.beside(&Ecs), &definition)? {
        roles.extend(["executionRoleArn", "taskRoleArn"].iter().filter_map(|name| thing.properties[*name].as_str()).map(str::to_owned));
        roles.sort();
        roles.dedup();
    }
    let region = call.region().to_string();
    let account = actor.caller().account().ok_or_else(|| Error::internal("a session without an account"))?;
    let place = |service: &str, resource: String| Arn::new(service, &region, account.as_str(), &resource).to_string();
    for service in properties["ECSServices"].as_array().into_iter().flatten() {
        let (cluster, name) = (service["ClusterName"].as_str().unwrap_or("default"), service["ServiceName"].as_str().unwrap_or_default());
        let cluster_arn = place("ecs", format!("cluster/{cluster}"));
        let service = place("ecs", format!("service/{cluster}/{name}"));
        let set = place("ecs", format!("task-set/{cluster}/{name}/*"));
        let on = |action: &str, resource: &str| Act::on(action, resource).with("ecs:cluster", cluster_arn.as_str());
        perform(call, actor, on("ecs:DescribeServices", &service))?;
        for action in ["DescribeTargetGroups", "DescribeListeners", "DescribeRules"] {
            perform(call, actor, Act::any(format!("elasticloadbalancing:{action}")))?;
        }
        let roles = roles.iter().filter(|role| role.starts_with("arn:"));
        let passes = roles.map(|role| (role.clone(), "ecs-tasks.amazonaws.com".to_owned())).collect();
        perform(call, actor, Act { passes, ..on("ecs:CreateTaskSet", &set) })?;
        let cluster_arn = super::call::arn(&cluster_arn)?;
        tasks::start(&mut call.beside(&Ecs), &cluster_arn, &definition)?.map_err(|why| Error::new("DeploymentFailed", why))?;
        for function in &spec.hooks {
            let arn = if function.starts_with("arn:") { function.clone() } else { place("lambda", format!("function:{function}")) };
            perform(call, actor, Act::on("lambda:InvokeFunction", arn))?;
        }
        let pairs = properties["LoadBalancerInfo"]["TargetGroupPairInfoList"].as_array().into_iter().flatten();
        for listener in pairs.flat_map(|pair| pair["ProdTrafficRoute"]["ListenerArns"].as_array().into_iter().flatten()) {
            perform(call, actor, Act::on("elasticloadbalancing:ModifyListener", listener.as_str().unwrap_or_default()))?;
        }
        perform(call, actor, on("ecs:UpdateServicePrimaryTaskSet", &service))?;
        perform(call, actor, on("ecs:DeleteTaskSet", &set))?;
    }
    Ok(())
}

/// The instances of a group are found; what they fetch, they fetch as their own roles.
fn onto_instances(call: &mut Scope<'_, CodeDeploy>, actor: &Actor, properties: &Value) -> Result<(), Error> {
    perform(call, actor, Act::any("ec2:DescribeInstances"))?;
    if properties["AutoScalingGroups"].as_array().is_some_and(|groups| !groups.is_empty()) {
        perform(call, actor, Act::any("autoscaling:DescribeAutoScalingGroups"))?;
    }
    let text = "what instances of a deployment group fetch, and as which role, is not rehearsed: they need s3:GetObject on the artifact, \
                and kms:Decrypt by its key";
    note(call, Gap::Unknown, "AWS::EC2::Instance", text)
}
