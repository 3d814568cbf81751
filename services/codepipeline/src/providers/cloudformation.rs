//! Stacks and change sets.
//! Source: <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html>

use super::{Done, Failure, Job, Kind, Progress, Provider, Stop, Waiting, failed, packed, stack_parameters, text};
use crate::{
    artifacts,
    declaration::ActionDeclaration,
    error,
    state::{ErrorDetails, External},
};
use base::Arn;
use gate::Error;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, time::Duration};

pub(super) struct CloudFormation;

static KIND: Kind = Kind {
    categories: &["Deploy"],
    provider: "CloudFormation",
    inputs: 0..=10,
    outputs: 0..=1,
    settings: &[
        ("ActionMode", true),
        ("StackName", true),
        ("ChangeSetName", false),
        ("TemplatePath", false),
        ("TemplateConfiguration", false),
        ("ParameterOverrides", false),
        ("Capabilities", false),
        ("RoleArn", false),
        ("OutputFileName", false),
    ],
};

/// The feed tells of a stack's changes; this is for a wake that was lost.
const LOOK: Duration = Duration::from_secs(5);
/// AWS's limit.
const MAX_OVERRIDES: usize = 1024;

impl Provider for CloudFormation {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn check(&self, action: &ActionDeclaration) -> Result<(), Error> {
        let mode = action.setting("ActionMode").unwrap_or_default();
        let needs: &[&str] = match mode {
            "CREATE_UPDATE" | "REPLACE_ON_FAILURE" => &["TemplatePath"],
            "CHANGE_SET_REPLACE" => &["TemplatePath", "ChangeSetName"],
            "CHANGE_SET_EXECUTE" => &["ChangeSetName"],
            "DELETE_ONLY" => &[],
            _ => return Err(error::action(format!("ActionMode '{mode}' of action '{}' is not one of CloudFormation's", action.name))),
        };
        if let Some(missing) = needs.iter().find(|n| action.setting(n).is_none()) {
            return Err(error::action(format!(
                "Action configuration for action '{}' is missing required configuration '{missing}'",
                action.name
            )));
        }
        if action.setting("ParameterOverrides").is_some_and(|text| text.len() > MAX_OVERRIDES) {
            return Err(error::action(format!("ParameterOverrides of action '{}' is longer than {MAX_OVERRIDES} bytes", action.name)));
        }
        // Without a file's name an output artifact is declared, and none is made: templates of the SAM CLI do so.
        if action.output_artifacts.is_empty() && action.setting("OutputFileName").is_some() {
            return Err(error::action(format!("OutputFileName of action '{}' needs an output artifact", action.name)));
        }
        Ok(())
    }

    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop> {
        let stack = job.required("StackName")?;
        match job.required("ActionMode")?.as_str() {
            "CREATE_UPDATE" => create_or_update(job, &stack),
            "REPLACE_ON_FAILURE" => replace_on_failure(job, &stack),
            "CHANGE_SET_REPLACE" => replace_change_set(job, &stack),
            "CHANGE_SET_EXECUTE" => execute_change_set(job, &stack),
            _ => delete(job, &stack),
        }
    }

    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop> {
        let stack = memo["stack"].as_str().unwrap_or_default().to_string();
        if let Some(name) = memo["replacing"].as_str() {
            return replaced(job, &stack, name);
        }
        match memo["change_set"].as_str().map(str::to_string) {
            Some(change_set) => change_set_made(job, &stack, &change_set),
            None => stack_settled(job, &stack, memo["deleting"].as_bool().unwrap_or(false)),
        }
    }
}

/// The stack, if there is one. CloudFormation says `ValidationError` of a stack that is not there.
fn describe(job: &mut Job<'_, '_>, stack: &str) -> Result<Option<Value>, Stop> {
    match job.call("cloudformation:DescribeStacks", json!({"StackName": stack})) {
        Ok(answer) => Ok(answer.pointer("/Stacks/0").cloned()),
        Err(e) if !e.is_denied() && e.code == "ValidationError" && e.message.contains("does not exist") => Ok(None),
        Err(e) => Err(e.into()),
    }
}

fn waiting(job: &Job<'_, '_>, stack: &str, memo: Value) -> Result<Progress, Stop> {
    let topic = Some(format!("cloudformation/stack/{stack}"));
    let external = External { id: Some(stack.into()), summary: None, url: None };
    Waiting { memo, next_look: job.scope.now().plus(LOOK), topic, external, token: None }.into()
}

fn create_or_update(job: &mut Job<'_, '_>, stack: &str) -> Result<Progress, Stop> {
    let mut input = stack_input(job, stack)?;
    let found = describe(job, stack)?;
    let token = json!(job.id);
    input["ClientRequestToken"] = token;
    let exists = found.as_ref().and_then(|s| text(s, "/StackStatus")).is_some_and(|status| status != "REVIEW_IN_PROGRESS");
    let answer = if exists { job.call("cloudformation:UpdateStack", input) } else { job.call("cloudformation:CreateStack", input) };
    match answer {
        Ok(answer) => {
            let id = text(&answer, "/StackId").unwrap_or(stack).to_string();
            waiting(job, &id, json!({"stack": id}))
        }
        Err(e) if !e.is_denied() && e.message.contains("No updates are to be performed") => finish(job, &found.unwrap_or_default()),
        Err(e) => Err(e.into()),
    }
}

/// States of a stack that failed: it cannot be updated, or only by hand.
const FAILED: [&str; 6] =
    ["CREATE_FAILED", "DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED"];

/// A stack that failed is deleted first, and then made anew.
fn replace_on_failure(job: &mut Job<'_, '_>, stack: &str) -> Result<Progress, Stop> {
    match describe(job, stack)? {
        Some(found) if text(&found, "/StackStatus").is_some_and(|status| FAILED.contains(&status)) => {
            let id = text(&found, "/StackId").unwrap_or(stack).to_string();
            job.call("cloudformation:DeleteStack", deletion(job, stack)?)?;
            waiting(job, &id, json!({"stack": id, "replacing": stack}))
        }
        _ => create_or_update(job, stack),
    }
}

fn replaced(job: &mut Job<'_, '_>, id: &str, stack: &str) -> Result<Progress, Stop> {
    let found = describe(job, id)?.unwrap_or_default();
    match text(&found, "/StackStatus").unwrap_or("DELETE_COMPLETE") {
        "DELETE_COMPLETE" => create_or_update(job, stack),
        status if status.ends_with("_IN_PROGRESS") => waiting(job, id, json!({"stack": id, "replacing": stack})),
        status => Err(failed("JobFailed", format!("The stack {id} that failed could not be deleted: it is in the state {status}"))),
    }
}

fn deletion(job: &Job<'_, '_>, stack: &str) -> Result<Value, Stop> {
    let mut input = json!({"StackName": stack});
    if let Some(role) = role(job)? {
        input["RoleARN"] = json!(role);
    }
    Ok(input)
}

fn replace_change_set(job: &mut Job<'_, '_>, stack: &str) -> Result<Progress, Stop> {
    let name = job.required("ChangeSetName")?;
    let mut input = stack_input(job, stack)?;
    let found = describe(job, stack)?;
    let exists = found.as_ref().and_then(|s| text(s, "/StackStatus")).is_some_and(|status| status != "REVIEW_IN_PROGRESS");
    if found.is_some() {
        match job.call("cloudformation:DescribeChangeSet", json!({"StackName": stack, "ChangeSetName": name})) {
            Ok(_) => {
                job.call("cloudformation:DeleteChangeSet", json!({"StackName": stack, "ChangeSetName": name}))?;
            }
            Err(e) if e.is_denied() || !e.code.starts_with("ChangeSetNotFound") => return Err(e.into()),
            Err(_) => {}
        }
    }
    input["ChangeSetName"] = json!(name);
    input["ChangeSetType"] = json!(if exists { "UPDATE" } else { "CREATE" });
    let answer = job.call("cloudformation:CreateChangeSet", input)?;
    let id = text(&answer, "/StackId").unwrap_or(stack).to_string();
    // Most are there at once; those with nested stacks are waited for.
    change_set_made(job, &id, &name)
}

fn change_set_made(job: &mut Job<'_, '_>, stack: &str, name: &str) -> Result<Progress, Stop> {
    let answer = job.call("cloudformation:DescribeChangeSet", json!({"StackName": stack, "ChangeSetName": name}))?;
    let why = text(&answer, "/StatusReason").unwrap_or_default();
    let empty = why.contains("didn't contain changes") || why.contains("No updates are to be performed");
    match text(&answer, "/Status").unwrap_or_default() {
        "CREATE_COMPLETE" => Progress::done(Done { external: Some(external(stack, None)), ..Done::default() }),
        "FAILED" if empty => Progress::done(Done { external: Some(external(stack, Some(why))), ..Done::default() }),
        "FAILED" => Err(failed("JobFailed", format!("The change set {name} failed: {why}"))),
        _ => waiting(job, stack, json!({"stack": stack, "change_set": name})),
    }
}

fn execute_change_set(job: &mut Job<'_, '_>, stack: &str) -> Result<Progress, Stop> {
    let name = job.required("ChangeSetName")?;
    let set = json!({"StackName": stack, "ChangeSetName": name});
    let found = job.call("cloudformation:DescribeChangeSet", set.clone())?;
    let id = text(&found, "/StackId").unwrap_or(stack).to_string();
    let empty = text(&found, "/Status") == Some("FAILED") && found["Changes"].as_array().is_none_or(Vec::is_empty);
    if empty {
        // There is nothing to execute: the change set before found no changes.
        let stack = describe(job, &id)?.unwrap_or_default();
        return finish(job, &stack);
    }
    job.call("cloudformation:ExecuteChangeSet", set)?;
    waiting(job, &id, json!({"stack": id}))
}

fn delete(job: &mut Job<'_, '_>, stack: &str) -> Result<Progress, Stop> {
    let Some(found) = describe(job, stack)? else { return Progress::done(Done::default()) };
    job.call("cloudformation:DeleteStack", deletion(job, stack)?)?;
    let id = text(&found, "/StackId").unwrap_or(stack).to_string();
    waiting(job, &id, json!({"stack": id, "deleting": true}))
}

fn stack_settled(job: &mut Job<'_, '_>, id: &str, deleting: bool) -> Result<Progress, Stop> {
    let Some(stack) = describe(job, id)? else {
        return if deleting { Progress::done(Done::default()) } else { Err(failed("JobFailed", format!("The stack {id} was deleted"))) };
    };
    let status = text(&stack, "/StackStatus").unwrap_or_default();
    let good =
        if deleting { status == "DELETE_COMPLETE" } else { ["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"].contains(&status) };
    if good {
        return finish(job, &stack);
    }
    if status.ends_with("_IN_PROGRESS") || (status.ends_with("_STARTED") && !deleting) {
        return waiting(job, id, json!({"stack": id, "deleting": deleting}));
    }
    let why = text(&stack, "/StackStatusReason").unwrap_or_default();
    Err(Failure {
        details: ErrorDetails { code: "JobFailed".into(), message: format!("The stack {id} is in the state {status}. {why}") },
        summary: None,
        updated_by: None,
        external: Some(external(id, Some(status))),
    }
    .into())
}

fn external(stack: &str, summary: Option<&str>) -> External {
    External { id: Some(stack.into()), summary: summary.map(Into::into), url: None }
}

/// The stack's outputs become the action's variables, and a file if one is asked for.
fn finish(job: &mut Job<'_, '_>, stack: &Value) -> Result<Progress, Stop> {
    let outputs = stack["Outputs"].as_array().into_iter().flatten();
    let variables: BTreeMap<String, String> =
        outputs.filter_map(|o| Some((o["OutputKey"].as_str()?.to_string(), o["OutputValue"].as_str()?.to_string()))).collect();
    if let Some(file) = job.setting("OutputFileName").map(str::to_string) {
        let output = job.output()?;
        artifacts::write(job.scope, job.actor, job.store, &output, &mut packed(&file, &variables)?)?;
    }
    let id = text(stack, "/StackId").unwrap_or_default();
    Progress::done(Done { variables, external: Some(external(id, text(stack, "/StackStatus"))), ..Done::default() })
}

/// The role that CloudFormation acts as. It lies in the account of the action's own role.
fn role(job: &Job<'_, '_>) -> Result<Option<String>, Stop> {
    let Some(role) = job.setting("RoleArn").filter(|r| !r.is_empty()) else { return Ok(None) };
    let account = role.parse::<Arn>().ok().and_then(|arn| arn.account());
    if account.is_none() || account != job.actor.caller().account() {
        return Err(failed(
            "ConfigurationError",
            format!("Cross-account pass role is not allowed: {role} is not a role of the account that the action acts in"),
        ));
    }
    Ok(Some(role.to_string()))
}

/// A file of an artifact, named as `artifact::path`.
fn file_at(job: &mut Job<'_, '_>, setting: &str, place: &str) -> Result<String, Stop> {
    let (artifact, path) = place
        .split_once("::")
        .ok_or_else(|| failed("ConfigurationError", format!("{setting} '{place}' is not of the form artifact::path")))?;
    let from = job.input(Some(artifact))?;
    artifacts::file(job.scope, job.actor, &from, path)
}

pub(super) fn object(setting: &str, text: &str) -> Result<Map<String, Value>, Stop> {
    serde_json::from_str(text).map_err(|e| failed("ConfigurationError", format!("{setting} is not a JSON object: {e}")))
}

fn stack_input(job: &mut Job<'_, '_>, stack: &str) -> Result<Value, Stop> {
    let template = job.required("TemplatePath")?;
    let body = file_at(job, "TemplatePath", &template)?;
    let mut input = json!({"StackName": stack, "TemplateBody": body});
    let mut parameters: Map<String, Value> = Map::new();
    if let Some(place) = job.setting("TemplateConfiguration").map(str::to_string) {
        let mut configuration = object("TemplateConfiguration", &file_at(job, "TemplateConfiguration", &place)?)?;
        if let Some(Value::Object(given)) = configuration.remove("Parameters") {
            parameters.extend(given);
        }
        if let Some(Value::Object(tags)) = configuration.remove("Tags") {
            input["Tags"] = tags.into_iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        }
        // A change set takes no policy: there it is refused below.
        if !job.configuration.contains_key("ChangeSetName")
            && let Some(policy) = configuration.remove("StackPolicy")
        {
            input["StackPolicyBody"] = json!(policy.as_str().map_or_else(|| policy.to_string(), str::to_string));
        }
        if let Some(other) = configuration.keys().next() {
            return Err(Error::not_implemented(&format!("{other} in the template configuration {place}")).into());
        }
    }
    if let Some(overrides) = job.setting("ParameterOverrides") {
        parameters.extend(object("ParameterOverrides", overrides)?);
    }
    if !parameters.is_empty() {
        input["Parameters"] = stack_parameters::given(job, &parameters)?;
    }
    if let Some(capabilities) = job.setting("Capabilities") {
        input["Capabilities"] = capabilities.split(',').map(|c| json!(c.trim())).collect();
    }
    if let Some(role) = role(job)? {
        input["RoleARN"] = json!(role);
    }
    Ok(input)
}
