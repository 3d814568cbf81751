//! AWS Lambda: a function that a pipeline tells of a job says that it is done.
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html>

use super::{
    call::{Imagined, Perform, arn, required, with, with_ids},
    services::{Lambda, known},
    state::{Gap, Thing, found, keep, note},
};
use base::{Arn, Blob};
use gate::{Demand, Demands, Error, Gate, Registration, Scope, StepContext, View};
use script::{Code, Language, Word};
use serde_json::{Value, json};

pub(super) fn service() -> Registration {
    with::<Invoke>(with::<AddPermission>(known::<Lambda>().operation::<Perform<Lambda>>()))
}

/// A function's ARN by its name, a part of its ARN or all of it.
fn function(view: &View<'_, Lambda>, input: &Value) -> Result<Arn, Error> {
    let name = required(input, "FunctionName")?;
    match name.rsplit_once("function:") {
        _ if name.starts_with("arn:") => arn(name),
        Some((_, name)) => view.arn(&format!("function:{name}")),
        None => view.arn(&format!("function:{name}")),
    }
}

/// The ARN without a version or an alias.
fn unqualified(arn: &Arn) -> String {
    arn.as_str().splitn(8, ':').take(7).collect::<Vec<_>>().join(":")
}

/// A statement of a function's policy.
pub(super) struct AddPermission;

impl Imagined for AddPermission {
    type Service = Lambda;
    const NAME: &'static str = "AddPermission";
    const READ_ONLY: bool = false;

    fn demands(input: &Value, facts: &mut View<'_, Lambda>) -> Result<Demands, Error> {
        let demand = Demand::new("lambda:AddPermission", function(facts, input)?);
        Ok(demand.with_some("lambda:Principal", input["Principal"].as_str()).into())
    }

    fn execute(call: &mut Scope<'_, Lambda>, input: Value) -> Result<Value, Error> {
        let arn = function(call, &input)?;
        let name = unqualified(&arn);
        let mut thing = found(call, &name)?.unwrap_or_default();
        let mut document: Value = thing.policy.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let principal = required(&input, "Principal")?;
        let kind = if principal.ends_with(".amazonaws.com") { "Service" } else { "AWS" };
        let mut conditions = serde_json::Map::new();
        if let Some(source) = input["SourceArn"].as_str() {
            conditions.insert("ArnLike".into(), json!({"AWS:SourceArn": source}));
        }
        if let Some(account) = input["SourceAccount"].as_str() {
            conditions.insert("StringEquals".into(), json!({"AWS:SourceAccount": account}));
        }
        let statement = json!({
            "Sid": input["StatementId"], "Effect": "Allow", "Principal": {kind: principal},
            "Action": required(&input, "Action")?, "Resource": name, "Condition": conditions,
        });
        let mut statements = document["Statement"].as_array().cloned().unwrap_or_default();
        statements.retain(|one| one["Sid"] != statement["Sid"]);
        statements.push(statement);
        document = json!({"Version": "2012-10-17", "Statement": statements});
        thing.policy = Some(with_ids(call, &document.to_string())?);
        keep(call, &name, &thing)?;
        Ok(json!({}))
    }
}

/// The code that a template itself has.
fn inline(thing: &Thing) -> Option<&str> {
    thing.properties["Code"]["ZipFile"].as_str().filter(|_| language(thing).is_some())
}

fn language(thing: &Thing) -> Option<Language> {
    let runtime = thing.properties["Runtime"].as_str()?;
    match () {
        () if runtime.starts_with("python") => Some(Language::Python),
        () if runtime.starts_with("nodejs") => Some(Language::JavaScript),
        () => None,
    }
}

/// A function whose code the template has: the code with what it sees, and its role.
pub(crate) struct Function {
    pub(crate) code: Code,
    pub(crate) role: String,
}

/// The function of an ARN, with or without a version, if its code is at hand.
///
/// # Errors
/// The store failed.
pub(crate) fn function_of(gate: &Gate, arn: &Arn) -> Result<Option<Function>, Error> {
    let Some(context) = context(gate, arn) else { return Ok(None) };
    let thing = gate.step(&Lambda, &context, |scope| found(scope, &unqualified(arn)))?;
    let function = thing.as_ref().and_then(|thing| {
        let variables = thing.properties["Environment"]["Variables"].as_object().into_iter().flatten();
        let environment = variables.filter_map(|(name, value)| Some((name.clone(), Word::known(value.as_str()?)))).collect();
        let code = Code { language: language(thing)?, text: inline(thing)?.to_owned(), file: None, line: 1, environment };
        Some(Function { code, role: thing.properties["Role"].as_str()?.to_owned() })
    });
    Ok(function)
}

fn context(gate: &Gate, function: &Arn) -> Option<StepContext> {
    Some(StepContext { account: function.account()?, region: gate.region().clone() })
}

/// Makes a call as a function does, under its role.
///
/// # Errors
/// AWS's error of the call.
pub(crate) fn call_as_function(gate: &Gate, function: &Arn, role: &str, operation: &str, input: &Value) -> Result<Value, Error> {
    let context = context(gate, function).ok_or_else(|| Error::internal("a function without an account"))?;
    gate.step(&Lambda, &context, |scope| {
        let service = scope.as_service(context.account, Some(function));
        let session = scope.assume(&service, role, super::call::last(&unqualified(function)))?;
        // A call that is refused has its record.
        match scope.invoke_named(&session, operation, input.clone()) {
            Err(error) if error.status >= 500 && error.status != 501 => Err(error),
            answered => Ok(answered),
        }
    })?
}

/// A function is invoked: what its code calls is not known, but for the word that a pipeline waits for.
pub(super) struct Invoke;

impl Imagined for Invoke {
    type Service = Lambda;
    const NAME: &'static str = "Invoke";
    const READ_ONLY: bool = false;

    fn demands(input: &Value, facts: &mut View<'_, Lambda>) -> Result<Demands, Error> {
        Ok(Demand::new("lambda:InvokeFunction", function(facts, input)?).into())
    }

    fn execute(call: &mut Scope<'_, Lambda>, input: Value) -> Result<Value, Error> {
        let arn = function(call, &input)?;
        let name = unqualified(&arn);
        let thing = found(call, &name)?;
        let job = serde_json::from_value::<Blob>(input["Payload"].clone()).ok();
        let job = job.and_then(|payload| serde_json::from_slice::<Value>(&payload.0).ok());
        let job = job.as_ref().and_then(|event| event["CodePipeline.job"]["id"].as_str());
        let Some(thing) = thing else {
            note(call, Gap::Assumed, &name, format!("the function {name} is in no template"))?;
            return Ok(json!({"StatusCode": 202}));
        };
        if inline(&thing).is_none() {
            note(call, Gap::Unknown, &name, "what the function's code calls is not known")?;
        }
        let account = arn.account().ok_or_else(|| Error::internal("a function without an account"))?;
        let service = call.as_service(account, Some(&arn));
        let role = thing.properties["Role"].as_str().unwrap_or_default();
        let run = |call: &mut Scope<'_, Lambda>| {
            let session = call.assume(&service, role, super::call::last(&name))?;
            match job {
                Some(job) => call.invoke_named(&session, "codepipeline:PutJobSuccessResult", json!({"jobId": job})).map(drop),
                None => Ok(()),
            }
        };
        match call.attempt(run) {
            Err(error) if error.status >= 500 => Err(error),
            // What a function fails with is its own: who invoked it as an event does not hear of it.
            _ => Ok(json!({"StatusCode": 202})),
        }
    }
}
