//! An execution of a state machine.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html>

use super::{
    Done, Failure, Job, Kind, Progress, Provider, Stop, Waiting,
    definitions::{self, invalid},
    failed, packed, text,
};
use crate::{
    artifacts,
    declaration::ActionDeclaration,
    error,
    state::{ErrorDetails, External},
};
use gate::Error;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) struct StepFunctions;

static KIND: Kind = Kind {
    categories: &["Invoke"],
    provider: "StepFunctions",
    inputs: 0..=1,
    outputs: 0..=1,
    settings: &[("StateMachineArn", true), ("ExecutionNamePrefix", false), ("InputType", false), ("Input", false)],
};

const LOOK: Duration = Duration::from_secs(15);
/// AWS's limit of an execution's input.
const MAX_INPUT: u64 = 256 << 10;
/// The execution's result in the output artifact.
const FILE: &str = "output.json";

impl Provider for StepFunctions {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        match (action.setting("InputType").unwrap_or("Literal"), action.setting("Input")) {
            ("Literal", _) => Ok(()),
            ("FilePath", Some(_)) if !action.input_artifacts.is_empty() => Ok(()),
            ("FilePath", _) => {
                Err(error::action(format!("InputType FilePath of action '{}' needs an Input and an input artifact", action.name)))
            }
            (other, _) => Err(error::action(format!("InputType '{other}' of action '{}' is neither Literal nor FilePath", action.name))),
        }
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let machine = job.required("StateMachineArn")?;
        let described = job.call("states:DescribeStateMachine", json!({"stateMachineArn": machine}))?;
        let express = text(&described, "/type") == Some("EXPRESS");
        if express && !job.outputs.is_empty() {
            return Err(invalid(format!("{machine} is an express state machine: it gives no output artifact")));
        }
        let input = input(job)?;
        let name = match job.setting("ExecutionNamePrefix").filter(|prefix| !prefix.is_empty()) {
            Some(prefix) => format!("{prefix}-{}", job.id),
            None => job.id.to_string(),
        };
        let answer = job.call("states:StartExecution", json!({"stateMachineArn": machine, "name": name, "input": input}))?;
        let execution = text(&answer, "/executionArn").ok_or_else(|| failed("JobFailed", "Step Functions gave no execution"))?.to_string();
        let memo = json!({"machine": machine, "execution": execution});
        if express {
            // Nothing tells how it ends: an express execution cannot be described.
            return done(&memo);
        }
        became(job, memo)
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        became(job, memo)
    }
}

/// What the execution begins with: an object, if nothing is said.
fn input(job: &mut Job<'_, '_>) -> Result<String, Stop> {
    let given = job.setting("Input").filter(|text| !text.is_empty()).unwrap_or("{}").to_string();
    let input = match job.setting("InputType") {
        Some("FilePath") => {
            let from = job.input(None)?;
            definitions::text(job, &from, &given, MAX_INPUT)?
                .map_err(|why| invalid(format!("The file {given} of the artifact {} could not be read: {why}", from.name)))?
        }
        _ => given,
    };
    match serde_json::from_str::<Value>(&input) {
        Ok(_) => Ok(input),
        Err(e) => Err(invalid(format!("The input of the state machine is not JSON: {e}"))),
    }
}

fn external(memo: &Value) -> External {
    External { id: memo["execution"].as_str().map(Into::into), summary: None, url: None }
}

fn became(job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
    let execution = job.call("states:DescribeExecution", json!({"executionArn": memo["execution"]}))?;
    match text(&execution, "/status").unwrap_or_default() {
        "SUCCEEDED" => {
            if let Some(output) = job.outputs.first().cloned() {
                let result = text(&execution, "/output").unwrap_or("null");
                let result: Value = serde_json::from_str(result).map_err(|e| Stop::from(Error::internal(e)))?;
                artifacts::write(job.scope, job.actor, job.store, &output, &mut packed(FILE, &result)?)?;
            }
            done(&memo)
        }
        "RUNNING" | "PENDING_REDRIVE" => {
            let (next_look, external) = (job.scope.now().plus(LOOK), external(&memo));
            Waiting { memo, next_look, external, ..Waiting::default() }.into()
        }
        status => {
            let why = text(&execution, "/cause").or_else(|| text(&execution, "/error")).unwrap_or_default();
            let message = format!("The execution {} ended with the status {status}. {why}", memo["execution"].as_str().unwrap_or_default());
            let details = ErrorDetails { code: "JobFailed".into(), message };
            Err(Failure { details, summary: None, updated_by: None, external: Some(external(&memo)) }.into())
        }
    }
}

fn done(memo: &Value) -> Result<Progress, Stop> {
    let of_memo = |name: &str| memo[name].as_str().unwrap_or_default().to_string();
    let variables = [("StateMachineArn", of_memo("machine")), ("ExecutionArn", of_memo("execution"))];
    Progress::done(Done {
        variables: variables.map(|(name, value)| (name.into(), value)).into(),
        external: Some(external(memo)),
        ..Done::default()
    })
}
