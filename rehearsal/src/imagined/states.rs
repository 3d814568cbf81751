//! AWS Step Functions: an execution makes the calls of its states' tasks, as the state machine's role, and succeeds.
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html>

use super::{
    call::{Act, Imagined, Perform, arn, last, perform, required, with},
    services::{States, known},
    state::{Gap, Thing, found, keep, note},
};
use base::Arn;
use gate::{Actor, Demand, Demands, Error, Registration, Scope, View};
use serde_json::{Map, Value, json};

pub(super) fn service() -> Registration {
    let all = known::<States>().operation::<Perform<States>>();
    with::<StartExecution>(with::<DescribeStateMachine>(with::<DescribeExecution>(all)))
}

/// The state machine, if it is known.
fn machine(scope: &mut Scope<'_, States>, input: &Value) -> Result<(Arn, Option<Thing>), Error> {
    let arn = arn(required(input, "stateMachineArn")?)?;
    let thing = found(scope, arn.as_str())?;
    if thing.is_none() {
        note(scope, Gap::Assumed, arn.as_str(), format!("the state machine {} is in no template", last(arn.as_str())))?;
    }
    Ok((arn, thing))
}

fn kind(thing: Option<&Thing>) -> &str {
    thing.and_then(|thing| thing.properties["StateMachineType"].as_str()).unwrap_or("STANDARD")
}

struct DescribeStateMachine;

impl Imagined for DescribeStateMachine {
    type Service = States;
    const NAME: &'static str = "DescribeStateMachine";
    const READ_ONLY: bool = true;

    fn demands(input: &Value, _facts: &mut View<'_, States>) -> Result<Demands, Error> {
        Ok(Demand::new("states:DescribeStateMachine", arn(required(input, "stateMachineArn")?)?).into())
    }

    fn execute(call: &mut Scope<'_, States>, input: Value) -> Result<Value, Error> {
        let (arn, thing) = machine(call, &input)?;
        Ok(json!({"stateMachineArn": arn, "type": kind(thing.as_ref()), "status": "ACTIVE"}))
    }
}

struct StartExecution;

impl Imagined for StartExecution {
    type Service = States;
    const NAME: &'static str = "StartExecution";
    const READ_ONLY: bool = false;

    fn demands(input: &Value, _facts: &mut View<'_, States>) -> Result<Demands, Error> {
        Ok(Demand::new("states:StartExecution", arn(required(input, "stateMachineArn")?)?).into())
    }

    fn execute(call: &mut Scope<'_, States>, input: Value) -> Result<Value, Error> {
        let (machine, thing) = machine(call, &input)?;
        let random = base::uuid(call.entropy());
        let name = input["name"].as_str().unwrap_or(&random).to_owned();
        let form = if kind(thing.as_ref()) == "EXPRESS" { "express" } else { "execution" };
        let execution = machine.as_str().replace(":stateMachine:", &format!(":{form}:"));
        let execution = format!("{execution}:{name}");
        let outcome = match &thing {
            Some(thing) => match call.attempt(|call| run(call, &machine, &name, thing)) {
                Err(error) if error.status >= 500 && error.code != "NotImplemented" => return Err(error),
                outcome => outcome.err(),
            },
            None => None,
        };
        let status = if outcome.is_none() { "SUCCEEDED" } else { "FAILED" };
        let properties = json!({"status": status, "output": "{}", "cause": outcome.map(|error| error.message)});
        keep(call, &execution, &Thing { properties, ..Thing::default() })?;
        Ok(json!({"executionArn": execution}))
    }
}

struct DescribeExecution;

impl Imagined for DescribeExecution {
    type Service = States;
    const NAME: &'static str = "DescribeExecution";
    const READ_ONLY: bool = true;

    fn demands(input: &Value, _facts: &mut View<'_, States>) -> Result<Demands, Error> {
        Ok(Demand::new("states:DescribeExecution", arn(required(input, "executionArn")?)?).into())
    }

    fn execute(call: &mut Scope<'_, States>, input: Value) -> Result<Value, Error> {
        let execution = required(&input, "executionArn")?;
        let missing = || Error::new("ExecutionDoesNotExist", format!("Execution Does Not Exist: '{execution}'"));
        Ok(found(call, execution)?.ok_or_else(missing)?.properties)
    }
}

/// The definition of a state machine, however it was given. None: it lies elsewhere, or is no definition.
pub(super) fn definition(properties: &Value) -> Option<Value> {
    match (&properties["Definition"], &properties["DefinitionString"]) {
        (definition @ Value::Object(_), _) | (_, definition @ Value::Object(_)) => Some(definition.clone()),
        (_, Value::String(text)) => serde_json::from_str(text).ok(),
        _ => None,
    }
}

/// All task states, with those within branches and iterations.
pub(super) fn tasks(definition: &Value) -> Vec<(&str, &Map<String, Value>)> {
    let mut found = Vec::new();
    let mut machines = vec![definition];
    while let Some(machine) = machines.pop() {
        for (name, state) in machine["States"].as_object().into_iter().flatten() {
            machines.extend(state["Branches"].as_array().into_iter().flatten());
            machines.extend(["Iterator", "ItemProcessor"].iter().map(|member| &state[*member]).filter(|inner| inner.is_object()));
            if let (Some("Task"), Some(members)) = (state["Type"].as_str(), state.as_object()) {
                found.push((name.as_str(), members));
            }
        }
    }
    found
}

/// The services that a task may name as `arn:aws:states:::service:api`, other than by `aws-sdk`.
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>
pub(super) const OPTIMIZED: [&str; 22] = [
    "apigateway",
    "athena",
    "aws-sdk",
    "batch",
    "bedrock",
    "codebuild",
    "databrew",
    "dynamodb",
    "ecs",
    "eks",
    "elasticmapreduce",
    "emr-containers",
    "emr-serverless",
    "events",
    "glue",
    "http",
    "lambda",
    "mediaconvert",
    "sagemaker",
    "sns",
    "sqs",
    "states",
];

fn run(call: &mut Scope<'_, States>, machine: &Arn, name: &str, thing: &Thing) -> Result<(), Error> {
    let account = machine.account().ok_or_else(|| Error::internal("a state machine without an account"))?;
    let service = call.as_service(account, Some(machine));
    let role = thing.properties["RoleArn"].as_str().unwrap_or_default();
    let session: String = name.chars().take(64).collect();
    let actor = call.assume(&service, role, &session)?;
    let Some(definition) = definition(&thing.properties) else {
        return note(call, Gap::Unknown, machine.as_str(), "the state machine's definition is not at hand: what it calls is not checked");
    };
    for (state, task) in tasks(&definition) {
        one(call, &actor, machine, state, task)?;
    }
    Ok(())
}

/// What a task is done on, if it is said: a text that is no path of the state's input.
fn said<'t>(task: &'t Map<String, Value>, names: &[&str]) -> Option<&'t str> {
    let given = task.get("Parameters").or_else(|| task.get("Arguments"))?;
    names.iter().find_map(|name| given[*name].as_str()).filter(|text| !text.starts_with(['$', '{']))
}

/// Makes the call of a task state.
fn one(call: &mut Scope<'_, States>, actor: &Actor, machine: &Arn, state: &str, task: &Map<String, Value>) -> Result<(), Error> {
    let resource = task.get("Resource").and_then(Value::as_str).unwrap_or_default();
    if resource.contains(":lambda:") && !resource.contains(":states:::") {
        return call.invoke_named(actor, "lambda:Invoke", json!({"FunctionName": resource})).map(drop);
    }
    let Some((_, integration)) = resource.split_once(":states:::") else { return Ok(()) };
    let api = integration.split('.').next().unwrap_or_default();
    let done = match api {
        "lambda:invoke" => said(task, &["FunctionName"]).map(|name| ("lambda:Invoke", json!({"FunctionName": name}))),
        "sns:publish" => said(task, &["TopicArn"]).map(|topic| ("sns:Publish", json!({"TopicArn": topic, "Message": state}))),
        "sqs:sendMessage" => said(task, &["QueueUrl"]).map(|url| ("sqs:SendMessage", json!({"QueueUrl": url, "MessageBody": state}))),
        "states:startExecution" => {
            said(task, &["StateMachineArn"]).map(|arn| ("states:StartExecution", json!({"stateMachineArn": arn, "input": "{}"})))
        }
        _ => None,
    };
    if let Some((operation, input)) = done {
        return call.invoke_named(actor, operation, input).map(drop);
    }
    if let Some(("codebuild", "startBuild")) = api.split_once(':')
        && let Some(project) = said(task, &["ProjectName"])
    {
        let project = Arn::new(
            "codebuild",
            machine.region(),
            machine.account().map_or_else(String::new, |a| a.to_string()).as_str(),
            &format!("project/{project}"),
        );
        return perform(call, actor, Act::on("codebuild:StartBuild", project.as_str()));
    }
    let text = format!("what the state {state} calls ({api}), and on what, is not known: what it needs is not checked");
    note(call, Gap::Unknown, machine.as_str(), text)
}
