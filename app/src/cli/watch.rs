//! `sekisho watch`: a pipeline's execution, live.

use super::{block_on, project};
use crate::{
    deliver::{Denials, POLL, Progress, Watch, executions, running, text},
    failure::{FAILED, Failure},
};
use clap::Args;
use serde_json::json;
use std::{path::PathBuf, process::ExitCode};

const EXAMPLES: &str = "Examples:
  sekisho watch shop                 until its newest execution has ended
  sekisho watch dev/shop --follow    and those that come after it, until stopped

Exit codes:
  0  the execution succeeded
  1  it ended otherwise: what failed, its last lines and the denied call are told
  2  what was given cannot be used";

/// Watch a pipeline's newest execution: its stages and actions as they change, until it ends.
///
/// A running server is asked, as the operator; of a stopped one, where its work stands is shown. Approvals are shown, and given by
/// `aws codepipeline put-approval-result`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WatchOf {
    /// The pipeline: its name, or ACCOUNT/NAME
    pipeline: String,
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Go on with the executions that come after it
    #[arg(long)]
    follow: bool,
}

impl WatchOf {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let delivery = project::read(&self.dir)?;
        block_on(async {
            let operator = project::Operator::at_any(&self.dir, &delivery).await?;
            let watched = async {
                let clients = operator.in_accounts(&delivery).await?;
                let (account, name) = self.find(&clients).await?;
                let progress = Progress::new();
                let watch = Watch {
                    clients: &clients,
                    delivery: &delivery,
                    folder: &self.dir,
                    progress: &progress,
                    denials: Denials::Trails(&clients),
                    approvals: None,
                };
                let result = self.watch(&watch, &account, &name, operator.is_running()).await;
                progress.end();
                result
            };
            let result = tokio::select! {
                result = watched => result,
                heard = super::up::interrupted() => heard.map(|()| ExitCode::from(FAILED)),
            };
            operator.end();
            result
        })
    }

    /// The pipeline's account and name.
    async fn find(&self, clients: &project::Clients) -> Result<(String, String), Failure> {
        let (account, name) = match self.pipeline.split_once('/') {
            Some((account, name)) => (Some(account), name),
            None => (None, self.pipeline.as_str()),
        };
        for (known, client) in clients.iter().filter(|(known, _)| account.is_none_or(|account| account == *known)) {
            match client.call("codepipeline", "GetPipeline", json!({"name": name})).await {
                Ok(_) => return Ok((known.clone(), name.to_owned())),
                Err(error) if error.code.ends_with("PipelineNotFoundException") => {}
                Err(error) => return Err(error.into()),
            }
        }
        let names: Vec<&str> = clients.keys().map(String::as_str).collect();
        Err(Failure::unusable(format!("there is no pipeline {}", self.pipeline))
            .help(format!("looked for in {}; `aws codepipeline list-pipelines` lists them", names.join(", "))))
    }

    async fn watch(&self, watch: &Watch<'_>, account: &str, name: &str, runs: bool) -> Result<ExitCode, Failure> {
        let client = &watch.clients[account];
        let newest =
            |all: &[serde_json::Value]| all.first().map(|e| (text(e, "pipelineExecutionId").to_owned(), running(text(e, "status"))));
        let mut seen = None;
        loop {
            match newest(&executions(client, name).await?) {
                None if !self.follow => {
                    return Err(Failure::new(format!("pipeline {account}/{name} has not run yet"))
                        .help(format!("aws codepipeline start-pipeline-execution --name {name}")));
                }
                Some((id, going)) if seen.as_ref() != Some(&id) => {
                    if going && !runs {
                        return Err(Failure::new(format!("execution {id} of pipeline {account}/{name} goes on when the server runs"))
                            .help("sekisho up"));
                    }
                    let ended = watch.to_end(account, name, false).await?;
                    match ended.failure {
                        Some(failure) if !self.follow => return Err(failure),
                        Some(failure) => watch.progress.line("failed", &failure.to_string()),
                        None if !self.follow => return Ok(ExitCode::SUCCESS),
                        None => {}
                    }
                    seen = Some(ended.execution);
                }
                _ => {}
            }
            tokio::time::sleep(POLL).await;
        }
    }
}
