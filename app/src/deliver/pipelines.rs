use super::{
    Approvals, Run,
    denials::Denials,
    list,
    progress::{GOOD, styled},
    text,
    watch::{POLL, WAKE, Watch, executions, running},
};
use crate::failure::Failure;
use base::{Clock, SystemClock};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Account name, pipeline name.
type Name = (String, String);
/// The executions that each pipeline had before the sources were pushed.
pub(super) type Known = BTreeMap<Name, BTreeSet<String>>;

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
        let watch = Watch {
            clients: &self.clients,
            delivery: &self.delivery,
            folder: &self.folder,
            progress: &self.progress,
            denials: Denials::Seen(&self.tally),
            approvals: Some(approvals),
        };
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
            let ended = watch.to_end(account, name, pushed > 0).await?;
            self.tally.execution(&ended.status);
            failures.extend(ended.failure);
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
}
