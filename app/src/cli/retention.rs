use super::{block_on, project};
use crate::{client::Client, config, failure::Failure, reserve, say::say, world::MANAGEMENT};
use clap::Args;
use delivery::Delivery;
use serde_json::json;
use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

/// Keep records for so many days, and remove older ones. On a full disk it first gives up the space that is set aside for
/// it, so that the change itself can be recorded; the server sets it aside again when there is room.
#[derive(Args)]
pub(crate) struct Retention {
    /// How many days records are kept, 1 to 3653
    #[arg(value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3653))]
    days: u32,
    /// The folder of sekisho.yaml
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Only this account (repeatable); all accounts, the operator's own too, if not given
    #[arg(long)]
    account: Vec<String>,
}

/// How long the server may take to remove what is too old before this command stops watching.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take until calls are recorded again.
const ROOM: Duration = Duration::from_secs(30);
/// What the gate says of a call for whose record there was no room.
const NOT_RECORDED: &str = "could not be recorded";

impl Retention {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let delivery = project::read(&self.dir)?;
        let data = self.dir.join(config::STATE).join("data");
        reserve::release(&data)?;
        block_on(async {
            let operator = project::Operator::at_any(&self.dir, &delivery).await?;
            let names: Vec<String> =
                if self.account.is_empty() { delivery.accounts.iter().map(|a| a.name.clone()).collect() } else { self.account.clone() };
            let began = Instant::now();
            // The store needs a moment to find that there is room.
            while let Err(e) = self.keep_all(&operator, &delivery, &names).await {
                if began.elapsed() > ROOM || !e.message.contains(NOT_RECORDED) {
                    return Err(e);
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            say!("records are kept for {} days; older ones are removed now", self.days);
            let set_aside = reserve::comes_back(&data, PATIENCE).await;
            operator.end();
            if set_aside {
                return Ok(ExitCode::SUCCESS);
            }
            Err(Failure::new("the disk is still full: the space for the next time could not be set aside again")
                .help("keep records for fewer days, or make room on the disk; the server tries again by itself"))
        })
    }

    async fn keep_all(&self, operator: &project::Operator, delivery: &Delivery, names: &[String]) -> Result<(), Failure> {
        if self.account.is_empty() {
            self.keep(&operator.client, MANAGEMENT).await?;
        }
        for name in names {
            let (client, _) = operator.in_account(delivery, name, None, 900).await?;
            self.keep(&client, delivery.account_id(name).unwrap_or_default()).await?;
        }
        Ok(())
    }

    async fn keep(&self, client: &Client, account: &str) -> Result<(), Failure> {
        let input = json!({"EventDataStore": format!("00000000-0000-4000-8000-{account}"), "RetentionPeriod": self.days});
        client.call("cloudtrail", "UpdateEventDataStore", input).await?;
        Ok(())
    }
}
