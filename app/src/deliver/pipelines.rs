use super::{
    Run,
    approve::{Answer, Approvals},
    list,
    progress::{BAD, DIM, GOOD, WAITING, column, styled},
    text,
};
use crate::{client::Client, failure::Failure};
use base::{Clock, SystemClock};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const POLL: Duration = Duration::from_millis(150);
/// How long a push may take to wake a pipeline before it is started by hand.
const WAKE: Duration = Duration::from_secs(5);

/// Account name, pipeline name.
type Name = (String, String);
/// The executions that each pipeline had before the sources were pushed.
pub(super) type Known = BTreeMap<Name, BTreeSet<String>>;

fn running(status: &str) -> bool {
    matches!(status, "InProgress" | "Stopping")
}

async fn executions(client: &Client, pipeline: &str) -> Result<Vec<Value>, Failure> {
    let answer = client.call("codepipeline", "ListPipelineExecutions", json!({"pipelineName": pipeline})).await?;
    Ok(list(&answer, "pipelineExecutionSummaries").to_vec())
}

impl Run {
    /// Creates the pipelines that are given as JSON, or updates them.
    pub(super) async fn create_pipelines(&self) -> Result<(), Failure> {
        for pipeline in &self.delivery.pipelines {
            let source = self.read(&pipeline.file, pipeline.position)?;
            let input: Value = serde_json::from_str(&source).map_err(|e| {
                Failure::unusable(format!("{}:{}:{}: {e}", pipeline.file, e.line(), e.column()))
                    .help("expected the input of `aws codepipeline create-pipeline`")
            })?;
            let name = input.pointer("/pipeline/name").and_then(Value::as_str).unwrap_or_default().to_string();
            let client = self.client(&pipeline.account)?;
            let done = match client.call("codepipeline", "CreatePipeline", input.clone()).await {
                Ok(_) => "created",
                Err(e) if e.code.ends_with("PipelineNameInUseException") => {
                    client.call("codepipeline", "UpdatePipeline", json!({"pipeline": input["pipeline"]})).await?;
                    "updated"
                }
                Err(e) => return Err(Failure::new(format!("{}: {e}", pipeline.file))),
            };
            self.progress.line("pipeline", &format!("{}/{name:<20} {}", pipeline.account, styled(GOOD, done)));
        }
        Ok(())
    }

    pub(super) async fn known_executions(&self) -> Result<Known, Failure> {
        let mut known = Known::new();
        for (account, client) in &self.clients {
            let answer = client.call("codepipeline", "ListPipelines", json!({})).await?;
            for pipeline in list(&answer, "pipelines") {
                let name = text(pipeline, "name").to_string();
                let ended = executions(client, &name).await?.into_iter().filter(|e| !running(text(e, "status")));
                let ids = ended.map(|e| text(&e, "pipelineExecutionId").to_string()).collect();
                known.insert((account.clone(), name), ids);
            }
        }
        Ok(known)
    }

    /// Follows every pipeline's newest execution to its end; one that no push woke is started.
    pub(super) async fn follow(&self, known: Known, pushed: usize, approvals: &Approvals) -> Result<(), Failure> {
        let mut failures = Vec::new();
        for ((account, name), before) in &known {
            let client = self.client(account)?;
            let patience = if pushed > 0 { WAKE } else { Duration::ZERO };
            let begun = SystemClock.now();
            loop {
                let new = executions(client, name).await?.iter().any(|e| !before.contains(text(e, "pipelineExecutionId")));
                if new {
                    break;
                }
                if SystemClock.now().since(begun) >= patience {
                    client.call("codepipeline", "StartPipelineExecution", json!({"name": name})).await?;
                    break;
                }
                tokio::time::sleep(POLL).await;
            }
            if let Err(failure) = self.watch(account, name, approvals, pushed > 0).await {
                failures.push(failure);
            }
        }
        match failures.len() {
            0 => Ok(()),
            1 => Err(failures.swap_remove(0)),
            n => Err(Failure::new(format!(
                "{n} pipelines failed:\n{}",
                failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            ))),
        }
    }

    async fn watch(&self, account: &str, name: &str, approvals: &Approvals, pushed: bool) -> Result<(), Failure> {
        let client = self.client(account)?;
        let definition = client.call("codepipeline", "GetPipeline", json!({"name": name})).await?;
        let mut shown: BTreeMap<(String, String), String> = BTreeMap::new();
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
            self.show(client, name, &state, (&id, since), &definition, &mut shown, approvals).await?;
            if !id.is_empty() && !running(&status) {
                // The first execution of a new pipeline may end before the push wakes the next one.
                let by_creation = newest.pointer("/trigger/triggerType").and_then(Value::as_str) == Some("CreatePipeline");
                if by_creation && pushed && status == "Failed" && SystemClock.now().since(settled_since) < WAKE {
                    tokio::time::sleep(POLL).await;
                    continue;
                }
                self.tally.execution(&status);
                return if status == "Succeeded" { Ok(()) } else { Err(self.why(account, name, &id, &status, &state)) };
            }
            tokio::time::sleep(POLL).await;
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one place shows a state, and needs all of it")]
    async fn show(
        &self,
        client: &Client,
        name: &str,
        state: &Value,
        (id, since): (&str, f64),
        definition: &Value,
        shown: &mut BTreeMap<(String, String), String>,
        approvals: &Approvals,
    ) -> Result<(), Failure> {
        for stage in list(state, "stageStates") {
            let stage_name = text(stage, "stageName");
            let holder = stage.pointer("/latestExecution/pipelineExecutionId").and_then(Value::as_str).unwrap_or_default();
            if holder != id {
                self.let_go(client, name, stage, holder, shown, approvals).await?;
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
                    self.approve(client, name, stage_name, action_name, token, text(latest, "summary"), approvals).await?;
                }
            }
        }
        Ok(())
    }

    /// An earlier execution that waits for its approval holds the stage, and the one that is followed waits behind it.
    async fn let_go(
        &self,
        client: &Client,
        name: &str,
        stage: &Value,
        holder: &str,
        shown: &mut BTreeMap<(String, String), String>,
        approvals: &Approvals,
    ) -> Result<(), Failure> {
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
            self.approve(client, name, stage_name, action_name, token, text(latest, "summary"), approvals).await?;
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "AWS's own call has as many")]
    async fn approve(
        &self,
        client: &Client,
        pipeline: &str,
        stage: &str,
        action: &str,
        token: &str,
        about: &str,
        approvals: &Approvals,
    ) -> Result<(), Failure> {
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

    fn why(&self, account: &str, name: &str, id: &str, status: &str, state: &Value) -> Failure {
        let mut text_of = format!("pipeline {account}/{name}: execution {id} ended as {status}");
        let mut help = None;
        for stage in list(state, "stageStates") {
            for action in list(stage, "actionStates") {
                let error = &action["latestExecution"]["errorDetails"];
                if text(&action["latestExecution"], "status") == "Failed" && !error.is_null() {
                    let message = text(error, "message");
                    text_of.push_str(&format!(
                        "\n  {}.{}: {}: {message}",
                        text(stage, "stageName"),
                        text(action, "actionName"),
                        text(error, "code")
                    ));
                    if let Some(record) = self.tally.denied(message) {
                        if let Some(denial) = record.event.pointer("/additionalEventData/denial")
                            && let Some(place) = super::place::first(denial, &self.delivery, &self.folder)
                        {
                            text_of.push_str(&format!("\n    {}", place.pointer().join("\n    ")));
                        }
                        help = Some(format!(
                            "sekisho explain{} {}    ({} by {})",
                            super::dir_flag(&self.folder),
                            record.id,
                            record.action,
                            record.principal
                        ));
                    }
                }
            }
        }
        let failure = Failure::new(super::progress::plain(&text_of));
        match help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

fn declared<'d>(definition: &'d Value, stage: &str, action: &str) -> Option<&'d Value> {
    let stages = definition.pointer("/pipeline/stages")?.as_array()?;
    let found = stages.iter().find(|s| text(s, "name") == stage)?;
    list(found, "actions").iter().find(|a| text(a, "name") == action)
}
