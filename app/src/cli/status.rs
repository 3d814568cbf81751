//! `sekisho status`: what is under way, by the calls that anybody would make.

use super::{Output, block_on, project};
use crate::{
    client::Client,
    deliver::{BAD, GOOD, WAITING, list, plain, styled, text},
    failure::{FAILED, Failure},
    say::say,
};
use base::{Clock, SystemClock, Timestamp};
use clap::Args;
use delivery::Delivery;
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::PathBuf, process::ExitCode, time::Duration};

const EXAMPLES: &str = "Examples:
  sekisho status                          of a running server, or of a stopped one
  sekisho status --output json | jq '.approvals'
  until sekisho status --idle; do sleep 1; done

Exit codes:
  0  all that is under way goes on (with --idle: nothing is under way)
  1  something keeps failing, was given up or is left as it is (with --idle: something is under way)
  2  what was given cannot be used";

/// Show what is under way: stacks, pipeline executions, builds, approvals that wait, timers, the outbox, and failures with their
/// next try.
///
/// A running server is asked, as the operator, which is recorded; the data of a stopped one is opened for the moment, and its
/// work stands still.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct StatusOf {
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Exit with 0 only if nothing is under way but timers
    #[arg(long)]
    idle: bool,
    /// How to write it
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

/// What is asked of a service where a workflow of it is under way.
const STACK: &str = "cloudformation/Stack";
const EXECUTION: &str = "codepipeline/Execution";
const BUILD: &str = "codebuild/Build";

/// What is found, with the words of `--output json`.
#[derive(Default)]
struct Found {
    stacks: Vec<Value>,
    executions: Vec<Value>,
    approvals: Vec<Value>,
    builds: Vec<Value>,
    /// Work that waits for a time.
    timers: Vec<Value>,
    outbox: Vec<Value>,
    failures: Vec<Value>,
}

impl StatusOf {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let delivery = project::read(&self.dir)?;
        let (server, found) = block_on(async {
            let operator = project::Operator::at_any(&self.dir, &delivery).await?;
            let found = gather(&operator, &delivery).await;
            let server = operator.is_running().then(|| operator.address.to_string());
            operator.end();
            Ok((server, found?))
        })?;
        let busy = [&found.stacks, &found.executions, &found.builds, &found.outbox].iter().any(|list| !list.is_empty());
        let good = found.failures.is_empty() && !(self.idle && busy);
        match self.output {
            Output::Json => say!("{}", found.json(server.as_deref())),
            Output::Text => found.print(server.as_deref()),
        }
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
    }
}

/// The name that the delivery gives an account, or its id.
fn named<'a>(delivery: &'a Delivery, id: &'a str) -> &'a str {
    delivery.accounts.iter().find(|account| account.id == id).map_or(id, |account| account.name.as_str())
}

async fn gather(operator: &project::Operator, delivery: &Delivery) -> Result<Found, Failure> {
    let answer = operator.client.call("operator", "DescribeWork", json!({})).await?;
    let mut found = Found::default();
    let work = list(&answer, "Work");
    for one in work {
        found.add(one, named(delivery, text(one, "Account")), "Workflow");
    }
    for one in list(&answer, "Commands") {
        let account = named(delivery, text(one, "Account"));
        found.add(one, account, "Handler");
        found.outbox.push(json!({
            "account": account, "id": one["Id"], "handler": one["Handler"], "attempts": one["Attempts"],
            "running": one["Worker"].is_string(), "failures": one["Failures"], "next": one["Next"],
        }));
    }
    let running = |workflow: &str| -> BTreeSet<&str> {
        let of = work.iter().filter(|w| text(w, "Workflow") == workflow && text(w, "Status") == "Running");
        of.map(|w| text(w, "Account")).collect()
    };
    let (stacks, executions, builds) = (running(STACK), running(EXECUTION), running(BUILD));
    for id in stacks.iter().chain(&executions).chain(&builds).copied().collect::<BTreeSet<_>>() {
        let (client, _) = operator.in_account(delivery, id, None, 900).await?;
        let account = named(delivery, id);
        if stacks.contains(id) {
            found.look_at_stacks(&client, account).await?;
        }
        if executions.contains(id) {
            found.look_at_pipelines(&client, account).await?;
        }
        if builds.contains(id) {
            found.look_at_builds(&client, account).await?;
        }
    }
    Ok(found)
}

/// All pages of a list.
async fn pages(client: &Client, call: (&str, &str), mut input: Value, token: &str, member: &str) -> Result<Vec<Value>, Failure> {
    let mut all = Vec::new();
    loop {
        let answer = client.call(call.0, call.1, input.clone()).await?;
        all.extend(list(&answer, member).iter().cloned());
        if !answer[token].is_string() {
            return Ok(all);
        }
        input[token] = answer[token].clone();
    }
}

impl Found {
    /// Work that waits for a time, that fails, was given up, or is left.
    fn add(&mut self, one: &Value, account: &str, kind: &str) {
        let trouble = one["Failures"].as_u64().is_some_and(|n| n > 0) || one["Left"].is_string() || text(one, "Status") == "GivenUp";
        if trouble {
            let state = match (one["Left"].is_string(), text(one, "Status")) {
                (true, _) => "Left",
                (false, "GivenUp") => "GivenUp",
                _ => "TriedAgain",
            };
            let why = if state == "Left" { &one["Left"] } else { &one["Error"] };
            self.failures.push(json!({
                "account": account, "id": one["Id"], "work": one[kind], "state": state, "failures": one["Failures"],
                "error": why, "next": one["Next"],
            }));
        } else if kind == "Workflow" && one["Next"].is_string() {
            self.timers.push(json!({"account": account, "id": one["Id"], "work": one[kind], "next": one["Next"]}));
        }
    }

    async fn look_at_stacks(&mut self, client: &Client, account: &str) -> Result<(), Failure> {
        let stacks = pages(client, ("cloudformation", "ListStacks"), json!({}), "NextToken", "StackSummaries").await?;
        for stack in stacks.iter().filter(|s| text(s, "StackStatus").ends_with("_IN_PROGRESS")) {
            let since = [&stack["DeletionTime"], &stack["LastUpdatedTime"], &stack["CreationTime"]].into_iter().find(|t| t.is_string());
            self.stacks.push(json!({
                "account": account, "name": stack["StackName"], "id": stack["StackId"], "status": stack["StackStatus"],
                "reason": stack["StackStatusReason"], "since": since,
            }));
        }
        Ok(())
    }

    async fn look_at_pipelines(&mut self, client: &Client, account: &str) -> Result<(), Failure> {
        for pipeline in pages(client, ("codepipeline", "ListPipelines"), json!({}), "nextToken", "pipelines").await? {
            let name = text(&pipeline, "name");
            let input = json!({"pipelineName": name, "maxResults": 100});
            let newest = client.call("codepipeline", "ListPipelineExecutions", input).await?;
            let under_way = |e: &&Value| matches!(text(e, "status"), "InProgress" | "Stopping");
            let executions: Vec<&Value> = list(&newest, "pipelineExecutionSummaries").iter().filter(under_way).collect();
            if executions.is_empty() {
                continue;
            }
            let state = client.call("codepipeline", "GetPipelineState", json!({"name": name})).await?;
            for execution in executions {
                self.add_execution(account, name, execution, &state);
            }
        }
        Ok(())
    }

    fn add_execution(&mut self, account: &str, pipeline: &str, execution: &Value, state: &Value) {
        let id = text(execution, "pipelineExecutionId");
        let holds = |s: &&Value| s.pointer("/latestExecution/pipelineExecutionId").and_then(Value::as_str) == Some(id);
        let running = |s: &&Value| s.pointer("/latestExecution/status").and_then(Value::as_str) == Some("InProgress");
        let stage = list(state, "stageStates").iter().filter(holds).find(running);
        let actions: Vec<Value> = stage
            .map_or(&[] as &[Value], |stage| list(stage, "actionStates"))
            .iter()
            .filter(|action| action.pointer("/latestExecution/status").is_some_and(|status| status == "InProgress"))
            .map(|action| {
                let latest = &action["latestExecution"];
                json!({"name": action["actionName"], "status": latest["status"], "summary": latest["summary"],
                    "external": latest["externalExecutionId"], "since": iso(&latest["lastStatusChange"]),
                    "waitsForApproval": latest["token"].is_string()})
            })
            .collect();
        let stage = stage.map(|stage| stage["stageName"].clone());
        for action in actions.iter().filter(|action| action["waitsForApproval"] == true) {
            self.approvals.push(json!({"account": account, "pipeline": pipeline, "execution": id, "stage": stage,
                "action": action["name"], "since": action["since"]}));
        }
        self.executions.push(json!({"account": account, "pipeline": pipeline, "execution": id, "status": execution["status"],
            "stage": stage, "actions": actions, "since": iso(&execution["startTime"])}));
    }

    async fn look_at_builds(&mut self, client: &Client, account: &str) -> Result<(), Failure> {
        // Newest first: what runs is among the first of them.
        let ids = client.call("codebuild", "ListBuilds", json!({"sortOrder": "DESCENDING"})).await?;
        let ids = list(&ids, "ids");
        if ids.is_empty() {
            return Ok(());
        }
        let answer = client.call("codebuild", "BatchGetBuilds", json!({"ids": ids})).await?;
        for build in list(&answer, "builds").iter().filter(|b| text(b, "buildStatus") == "IN_PROGRESS") {
            self.builds.push(json!({"account": account, "id": build["id"], "project": build["projectName"],
                "phase": build["currentPhase"], "since": iso(&build["startTime"])}));
        }
        Ok(())
    }

    fn json(&self, server: Option<&str>) -> Value {
        json!({
            "server": {"running": server.is_some(), "address": server},
            "stacks": self.stacks, "executions": self.executions, "approvals": self.approvals, "builds": self.builds,
            "timers": self.timers, "outbox": self.outbox, "failures": self.failures,
        })
    }

    fn print(&self, server: Option<&str>) {
        let now = SystemClock.now();
        match server {
            Some(address) => say!("server     {} https://{address}", styled(GOOD, "runs at")),
            None => say!("server     {}: what is under way goes on with `sekisho up` or `sekisho run`", styled(WAITING, "is stopped")),
        }
        for one in &self.stacks {
            let name = format!("{}/{}", text(one, "account"), text(one, "name"));
            say!("stack      {name:<32} {} {}", styled(WAITING, text(one, "status")), since(&one["since"], now));
        }
        for one in &self.executions {
            let name = format!("{}/{}", text(one, "account"), text(one, "pipeline"));
            let id = text(one, "execution");
            say!("pipeline   {name:<32} execution {} {} {}", id.get(..8).unwrap_or(id), text(one, "status"), since(&one["since"], now));
            let stage = text(one, "stage");
            if stage.is_empty() {
                say!("           {:<32} waits to enter the next stage", "");
            }
            for action in list(one, "actions") {
                let waits = action["waitsForApproval"] == true;
                let status = if waits { "waits for approval" } else { text(action, "status") };
                let label = format!("{stage}.{}", text(action, "name"));
                say!("           {label:<32} {} {}", styled(WAITING, status), since(&action["since"], now));
            }
        }
        for one in &self.builds {
            let name = format!("{}/{}", text(one, "account"), text(one, "project"));
            say!("build      {name:<32} {} {} {}", text(one, "phase"), plain(text(one, "id")), since(&one["since"], now));
        }
        for one in &self.timers {
            say!("timer      {:<32} {}", text(one, "work"), until(&one["next"], now));
        }
        for one in &self.outbox {
            let state = if one["running"] == true { "is being done" } else { "waits" };
            say!("outbox     {:<32} {state} {}", text(one, "handler"), plain(text(one, "id")));
        }
        for one in &self.failures {
            let what = match text(one, "state") {
                "Left" => "left as it is".to_string(),
                "GivenUp" => "given up".to_string(),
                _ => format!("failed {} times, {}", one["failures"], until(&one["next"], now)),
            };
            say!("failure    {:<32} {} {}", text(one, "work"), styled(BAD, &what), plain(text(one, "id")));
            say!("           {}", plain(text(one, "error")));
        }
        let all = [&self.stacks, &self.executions, &self.builds, &self.outbox, &self.failures];
        if all.iter().all(|list| list.is_empty()) {
            let other = if self.timers.is_empty() { "" } else { "else " };
            say!("nothing {other}is under way");
        }
    }
}

/// Seconds since 1970 as text.
fn iso(seconds: &Value) -> Value {
    seconds.as_f64().map_or(Value::Null, |seconds| json!(Timestamp((seconds * 1000.0) as i64).iso_millis()))
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str().and_then(Timestamp::parse_iso)
}

fn since(value: &Value, now: Timestamp) -> String {
    time(value).map_or_else(String::new, |time| format!("for {}", rounded(now.since(time))))
}

fn until(value: &Value, now: Timestamp) -> String {
    match time(value) {
        Some(time) if time > now => format!("goes on in {}", rounded(time.since(now))),
        Some(_) => "goes on now".into(),
        None => "waits".into(),
    }
}

fn rounded(duration: Duration) -> String {
    match duration.as_secs() {
        s @ 0..120 => format!("{s} s"),
        s @ 120..7200 => format!("{} min", s / 60),
        s @ 7200..172_800 => format!("{} h", s / 3600),
        s => format!("{} days", s / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_told_apart_from_what_waits() {
        let mut found = Found::default();
        let work = |more: Value| {
            let mut one = json!({"Id": "x", "Workflow": "s/W", "Status": "Running", "Failures": 0, "Next": "2026-11-22T05:00:00.000Z"});
            more.as_object().unwrap().iter().for_each(|(name, value)| one[name] = value.clone());
            one
        };
        for more in [
            json!({}),
            json!({"Failures": 2, "Error": "burnt"}),
            json!({"Status": "GivenUp", "Failures": 9, "Error": "for good", "Next": null}),
            json!({"Left": "not known"}),
            json!({"Next": null}),
        ] {
            found.add(&work(more), "dev", "Workflow");
        }
        assert_eq!(found.timers.len(), 1);
        let told: Vec<(&str, &str)> = found.failures.iter().map(|f| (text(f, "state"), text(f, "error"))).collect();
        assert_eq!(told, [("TriedAgain", "burnt"), ("GivenUp", "for good"), ("Left", "not known")]);
    }

    #[test]
    fn durations_are_short() {
        let told: Vec<String> = [5, 130, 8000, 604_800].map(|s| rounded(Duration::from_secs(s))).into();
        assert_eq!(told, ["5 s", "2 min", "2 h", "7 days"]);
    }
}
