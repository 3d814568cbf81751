//! `sekisho logs`: what a build wrote.

use super::{block_on, project};
use crate::{
    client::Client,
    deliver::{build_log, list, text},
    failure::{FAILED, Failure},
    say::say,
};
use clap::Args;
use serde_json::{Value, json};
use std::{path::PathBuf, process::ExitCode, time::Duration};

const POLL: Duration = Duration::from_millis(300);

const EXAMPLES: &str = "Examples:
  sekisho logs shop                      the newest build of a project
  sekisho logs shop:1b2c... --follow     as it is written, until the build ends

Exit codes:
  0  written (with --follow: and the build succeeded)
  1  could not be read (with --follow: or the build ended otherwise)
  2  what was given cannot be used";

/// Write a build's log, line by line.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Logs {
    /// The build's id, or a project's name for its newest build
    build: String,
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Go on until the build has ended
    #[arg(long, short)]
    follow: bool,
}

impl Logs {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let delivery = project::read(&self.dir)?;
        block_on(async {
            let operator = project::Operator::at_any(&self.dir, &delivery).await?;
            let written = async {
                let clients = operator.in_accounts(&delivery).await?;
                let (client, id) = self.find(&clients).await?;
                self.write(client, &id, self.follow && operator.is_running()).await
            };
            let result = tokio::select! {
                result = written => result,
                heard = super::up::interrupted() => heard.map(|()| ExitCode::from(FAILED)),
            };
            operator.end();
            result
        })
    }

    /// The build's id, and a client of its account.
    async fn find<'c>(&self, clients: &'c project::Clients) -> Result<(&'c Client, String), Failure> {
        for client in clients.values() {
            if self.build.contains(':') {
                match build_log::build(client, &self.build).await {
                    Ok(Some(_)) => return Ok((client, self.build.clone())),
                    Ok(None) => continue,
                    Err(error) if error.code.ends_with("InvalidInputException") => return Err(Failure::unusable(error.to_string())),
                    Err(error) => return Err(error.into()),
                }
            }
            match client.call("codebuild", "ListBuildsForProject", json!({"projectName": self.build})).await {
                Ok(answer) => {
                    let newest = list(&answer, "ids").first().and_then(Value::as_str);
                    let newest = newest.ok_or_else(|| Failure::new(format!("project {} has no build yet", self.build)))?;
                    return Ok((client, newest.to_owned()));
                }
                Err(error) if error.code.ends_with("ResourceNotFoundException") => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Failure::unusable(format!("no account of this delivery has a build or a project {}", self.build))
            .help("`sekisho status` shows the builds that run; `aws codebuild list-builds` lists them all"))
    }

    async fn write(&self, client: &Client, id: &str, follow: bool) -> Result<ExitCode, Failure> {
        let mut token: Option<String> = None;
        loop {
            // Asked before the lines are read: what it wrote last is read after its end.
            let build = build_log::build(client, id).await?.unwrap_or_default();
            let ended = text(&build, "buildStatus") != "IN_PROGRESS";
            loop {
                let (lines, next) = build_log::lines(client, &build, token.as_deref()).await?;
                lines.iter().for_each(|line| say!("{line}"));
                let more = !lines.is_empty() && next.is_some();
                token = next.or(token);
                if !more {
                    break;
                }
            }
            if !follow || ended {
                let good = !follow || text(&build, "buildStatus") == "SUCCEEDED";
                return Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(FAILED) });
            }
            tokio::time::sleep(POLL).await;
        }
    }
}
