//! A pipeline's execution as it goes, shown as it changes.

use super::{
    approve::{Answer, Approvals},
    build_log,
    denials::Denials,
    list, place,
    progress::{BAD, DIM, GOOD, Progress, WAITING, column, plain, styled},
    text,
};
use crate::{client::Client, failure::Failure};
use base::{Clock, SystemClock};
use delivery::Delivery;
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, time::Duration};

/// How often the state is asked for.
pub(crate) const POLL: Duration = Duration::from_millis(150);
/// How long a push may take to wake a pipeline before it is started by hand.
pub(super) const WAKE: Duration = Duration::from_secs(5);
/// Lines of a failing build that are shown.
const LAST_LINES: usize = 12;

/// Whether an execution of this status goes on.
pub(crate) fn running(status: &str) -> bool {
    matches!(status, "InProgress" | "Stopping")
}

/// The newest executions of a pipeline, newest first.
pub(crate) async fn executions(client: &Client, pipeline: &str) -> Result<Vec<Value>, Failure> {
    let answer = client.call("codepipeline", "ListPipelineExecutions", json!({"pipelineName": pipeline})).await?;
    Ok(list(&answer, "pipelineExecutionSummaries").to_vec())
}

/// What it takes to watch pipelines.
pub(crate) struct Watch<'r> {
    /// By the names of the accounts.
    pub(crate) clients: &'r BTreeMap<String, Client>,
    pub(crate) delivery: &'r Delivery,
    pub(crate) folder: &'r Path,
    pub(crate) progress: &'r Progress,
    pub(crate) denials: Denials<'r>,
    /// Who answers approvals; nobody: they are shown.
    pub(crate) approvals: Option<&'r Approvals>,
}

/// How an execution ended.
pub(crate) struct Ended {
    pub(crate) execution: String,
    pub(crate) status: String,
    /// Why, if it did not succeed.
    pub(crate) failure: Option<Failure>,
}

/// The statuses of actions that were shown, by stage and action.
type Shown = BTreeMap<(String, String), String>;

impl Watch<'_> {
    /// Shows a pipeline's newest execution until it has ended. `pushed`: a push may still bring a newer one.
    pub(crate) async fn to_end(&self, account: &str, name: &str, pushed: bool) -> Result<Ended, Failure> {
        let client = self.client(account)?;
        let definition = client.call("codepipeline", "GetPipeline", json!({"name": name})).await?;
        let mut shown = Shown::new();
        let mut execution = String::new();
        let settled_since = SystemClock.now();
        loop {
            let all = executions(client, name).await?;
            let newest = all.first().cloned().unwrap_or_default();
            let (id, status) = (text(&newest, "pipelineExecutionId").to_string(), text(&newest, "status").to_string());
            if id != execution {
                execution.clone_from(&id);
                shown.clear();
                let why = newest.pointer("/trigger/triggerType").and_then(Value::as_str).unwrap_or("-");
                self.progress.line(
                    "pipeline",
                    &format!(
                        "{:<28} execution {} {}",
                        format!("{account}/{name}"),
                        &id[..id.len().min(8)],
                        styled(DIM, &format!("({why})"))
                    ),
                );
            }
            let state = client.call("codepipeline", "GetPipelineState", json!({"name": name})).await?;
            let since = newest["startTime"].as_f64().unwrap_or_default();
            self.show(client, name, &state, (&id, since), &definition, &mut shown).await?;
            if !id.is_empty() && !running(&status) {
                // The first execution of a new pipeline may end before the push wakes the next one.
                let by_creation = newest.pointer("/trigger/triggerType").and_then(Value::as_str) == Some("CreatePipeline");
                if by_creation && pushed && status == "Failed" && SystemClock.now().since(settled_since) < WAKE {
                    tokio::time::sleep(POLL).await;
                    continue;
                }
                let failure = match status.as_str() {
                    "Succeeded" => None,
                    _ => Some(self.why((account, name), &id, &status, &state, &definition).await),
                };
                return Ok(Ended { execution: id, status, failure });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn show(
        &self,
        client: &Client,
        name: &str,
        state: &Value,
        (id, since): (&str, f64),
        definition: &Value,
        shown: &mut Shown,
    ) -> Result<(), Failure> {
        for stage in list(state, "stageStates") {
            let stage_name = text(stage, "stageName");
            let holder = stage.pointer("/latestExecution/pipelineExecutionId").and_then(Value::as_str).unwrap_or_default();
            if holder != id {
                self.let_go(client, name, stage, holder, shown).await?;
                continue;
            }
            for action in list(stage, "actionStates") {
                let action_name = text(action, "actionName");
                let latest = &action["latestExecution"];
                let status = text(latest, "status").to_string();
                let key = (stage_name.to_string(), action_name.to_string());
                // What an action did in an earlier execution stands there until it begins anew.
                let stale = latest["lastStatusChange"].as_f64().is_some_and(|at| at < since);
                if status.is_empty() || stale || shown.get(&key) == Some(&status) {
                    continue;
                }
                let declared = declared(definition, stage_name, action_name);
                let role = declared
                    .and_then(|a| a["roleArn"].as_str())
                    .or(definition.pointer("/pipeline/roleArn").and_then(Value::as_str))
                    .unwrap_or_default();
                let style = match status.as_str() {
                    "Succeeded" => GOOD,
                    "Failed" => BAD,
                    _ => WAITING,
                };
                let label = format!("{stage_name}.{action_name}");
                self.progress.now(&format!("{label} {status}"));
                let token = latest["token"].as_str();
                let waiting = token.is_some() && status == "InProgress";
                let state = if waiting { "waits for approval".to_string() } else { status.clone() };
                self.progress.line(
                    "",
                    &format!("{label:<30} {} {}", column(style, &state, 20), styled(DIM, &format!("as {}", self.short_role(role)))),
                );
                shown.insert(key, status);
                if let (true, Some(token)) = (waiting, token) {
                    self.approve(client, name, stage_name, action_name, token, text(latest, "summary")).await?;
                }
            }
        }
        Ok(())
    }

    /// An earlier execution that waits for its approval holds the stage, and the one that is followed waits behind it.
    async fn let_go(&self, client: &Client, name: &str, stage: &Value, holder: &str, shown: &mut Shown) -> Result<(), Failure> {
        let stage_name = text(stage, "stageName");
        for action in list(stage, "actionStates") {
            let action_name = text(action, "actionName");
            let latest = &action["latestExecution"];
            let key = (stage_name.to_string(), format!("{action_name} {holder}"));
            let (Some(token), "InProgress", false) = (latest["token"].as_str(), text(latest, "status"), shown.contains_key(&key)) else {
                continue;
            };
            let label = format!("{stage_name}.{action_name}");
            let state = format!("of the earlier execution {} waits for approval", &holder[..holder.len().min(8)]);
            self.progress.line("", &format!("{label:<30} {}", styled(WAITING, &state)));
            shown.insert(key, "InProgress".into());
            self.approve(client, name, stage_name, action_name, token, text(latest, "summary")).await?;
        }
        Ok(())
    }

    async fn approve(&self, client: &Client, pipeline: &str, stage: &str, action: &str, token: &str, about: &str) -> Result<(), Failure> {
        let Some(approvals) = self.approvals else { return Ok(()) };
        let answer = self.progress.aside(approvals.answer(stage, action, about)).await?;
        let (status, summary) = match answer {
            Answer::Approve(summary) => ("Approved", summary),
            Answer::Reject(summary) => ("Rejected", summary),
        };
        let input = json!({"pipelineName": pipeline, "stageName": stage, "actionName": action, "token": token, "result": {"status": status, "summary": summary}});
        client.call("codepipeline", "PutApprovalResult", input).await?;
        self.progress.line("", &format!("{:<30} {}", format!("{stage}.{action}"), styled(WAITING, &format!("{status} ({summary})"))));
        Ok(())
    }

    /// `account/role` for a role's ARN.
    fn short_role(&self, arn: &str) -> String {
        let id = arn.split(':').nth(4).unwrap_or_default();
        let account = self.delivery.accounts.iter().find(|a| a.id == id).map_or(id, |a| a.name.as_str());
        format!("{account}/{}", arn.rsplit('/').next().unwrap_or_default())
    }

    /// The client of a role's account, else of the pipeline's.
    fn client_of(&self, role: &str, pipeline: &str) -> Option<&Client> {
        let id = role.split(':').nth(4).unwrap_or_default();
        let account = self.delivery.accounts.iter().find(|a| a.id == id).map_or(pipeline, |a| a.name.as_str());
        self.clients.get(account)
    }

    fn client(&self, account: &str) -> Result<&Client, Failure> {
        self.clients.get(account).ok_or_else(|| Failure::new(format!("there is no account '{account}'")))
    }

    /// Why an execution ended as it did: the failed actions, what their builds said last, and the calls that were denied.
    async fn why(&self, (account, name): (&str, &str), id: &str, status: &str, state: &Value, definition: &Value) -> Failure {
        let mut told = format!("pipeline {account}/{name}: execution {id} ended as {status}");
        let mut help = None;
        for stage in list(state, "stageStates") {
            for action in list(stage, "actionStates") {
                let latest = &action["latestExecution"];
                let error = &latest["errorDetails"];
                if text(latest, "status") != "Failed" || error.is_null() {
                    continue;
                }
                let (stage_name, action_name) = (text(stage, "stageName"), text(action, "actionName"));
                let message = text(error, "message");
                told.push_str(&format!("\n  {stage_name}.{action_name}: {}: {message}", text(error, "code")));
                let declared = declared(definition, stage_name, action_name);
                if declared.and_then(|a| a.pointer("/actionTypeId/provider")).and_then(Value::as_str) == Some("CodeBuild") {
                    let role = declared.and_then(|a| a["roleArn"].as_str()).unwrap_or_default();
                    let build = text(latest, "externalExecutionId");
                    told.push_str(&self.last_lines(role, account, build).await);
                }
                if let Some(denied) = self.denials.find(message).await {
                    if let Some(place) = denied.denial.as_ref().and_then(|denial| place::first(denial, self.delivery, self.folder)) {
                        told.push_str(&format!("\n    {}", place.pointer().join("\n    ")));
                    }
                    let dir = super::dir_flag(self.folder);
                    help = Some(format!("sekisho explain{dir} {}    ({} by {})", denied.id, denied.action, denied.principal));
                }
            }
        }
        let failure = Failure::new(plain(&told));
        match help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }

    /// The last lines of a build's failing command, and how to see them all. What cannot be read is left out.
    async fn last_lines(&self, role: &str, pipeline: &str, build: &str) -> String {
        let Some(client) = self.client_of(role, pipeline).filter(|_| !build.is_empty()) else { return String::new() };
        let Ok(lines) = build_log::failing(client, build, LAST_LINES).await else { return String::new() };
        let shown: String = lines.iter().map(|line| format!("\n    | {line}")).collect();
        format!("{shown}\n    all of it: sekisho logs{} {build}", super::dir_flag(self.folder))
    }
}

fn declared<'d>(definition: &'d Value, stage: &str, action: &str) -> Option<&'d Value> {
    let stages = definition.pointer("/pipeline/stages")?.as_array()?;
    let found = stages.iter().find(|s| text(s, "name") == stage)?;
    list(found, "actions").iter().find(|a| text(a, "name") == action)
}
