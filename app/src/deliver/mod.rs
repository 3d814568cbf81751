//! `sekisho run`: a delivery from its file to its last stage, by the same calls that anybody would make.

mod approve;
pub(crate) mod build_log;
mod denials;
mod pipelines;
mod place;
mod progress;
mod sources;
mod stacks;
mod tally;
mod watch;

pub(crate) use approve::Approvals;
pub(crate) use denials::Denials;
pub(crate) use place::Place;
pub(crate) use progress::{BAD, GOOD, Progress, WAITING, plain, styled};
pub(crate) use watch::{POLL, Watch, executions, running};

use crate::{
    client::{self, Client},
    failure::Failure,
    world::{Served, World},
};
use base::{Clock, SystemClock};
use delivery::Delivery;
use gate::ADMINISTRATOR_ROLE;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use tally::Tally;
use wire::sigv4::Credentials;

/// Seconds: longer than a run should take; each run makes new sessions.
const SESSION: u64 = 3600;

/// A delivery under way.
pub(crate) struct Run {
    pub(crate) folder: PathBuf,
    pub(crate) delivery: Delivery,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) progress: Progress,
    pub(crate) bundle: PathBuf,
    pub(crate) address: std::net::SocketAddr,
    pub(crate) tally: Tally,
    /// What stacks gave: account/stack/output.
    pub(crate) outputs: BTreeMap<(String, String, String), String>,
}

/// The operator's own client at a server.
pub(crate) fn operator(world: &World, served: &Served) -> Result<Client, Failure> {
    let credentials =
        Credentials { access_key_id: world.operator.id.clone(), secret_access_key: world.operator.secret.clone(), session_token: None };
    Ok(Client::new(served.address, client::trust(&served.bundle)?, world.gate.region().clone(), credentials))
}

impl Run {
    pub(crate) async fn begin(folder: PathBuf, delivery: Delivery, world: &World, served: &Served) -> Result<Self, Failure> {
        let tally = Tally::watch(&world.gate);
        let operator = operator(world, served)?;
        let mut clients = BTreeMap::new();
        for account in &delivery.accounts {
            let role = format!("arn:aws:iam::{}:role/{ADMINISTRATOR_ROLE}", account.id);
            let (client, _) = operator.assume(&role, "sekisho-run", SESSION).await?;
            clients.insert(account.name.clone(), client);
        }
        Ok(Self {
            folder,
            delivery,
            clients,
            progress: Progress::new(),
            bundle: served.bundle.clone(),
            address: served.address,
            tally,
            outputs: BTreeMap::new(),
        })
    }

    pub(crate) fn client(&self, account: &str) -> Result<&Client, Failure> {
        self.clients.get(account).ok_or_else(|| Failure::new(format!("there is no account '{account}'")))
    }

    /// Deploys the stacks, creates the pipelines, pushes the sources, and follows the pipelines to their end.
    pub(crate) async fn deliver(&mut self, approvals: &Approvals) -> Result<(), Failure> {
        let begun = SystemClock.now();
        let accounts: Vec<String> = self.delivery.accounts.iter().map(|a| format!("{} {}", a.name, a.id)).collect();
        self.progress.line("accounts", &accounts.join(" · "));
        let result = self.work(approvals).await;
        self.progress.end();
        self.tally.print(&self.progress, &self.delivery, SystemClock.now().since(begun), &self.folder);
        result
    }

    async fn work(&mut self, approvals: &Approvals) -> Result<(), Failure> {
        self.deploy_stacks().await?;
        self.create_pipelines().await?;
        let before = self.known_executions().await?;
        let pushed = self.push_sources().await?;
        self.follow(before, pushed, approvals).await
    }

    /// A file of the delivery.
    pub(crate) fn read(&self, name: &str, position: delivery::Position) -> Result<String, Failure> {
        let path = self.folder.join(name);
        std::fs::read_to_string(&path).map_err(|e| {
            Failure::unusable(format!("sekisho.yaml:{}:{}: {}: {e}", position.line, position.column, path.display()))
                .help("the path is relative to the folder of sekisho.yaml")
        })
    }
}

/// How a later command finds the delivery in `folder`.
pub(crate) fn dir_flag(folder: &Path) -> String {
    if folder == Path::new(".") || folder.as_os_str().is_empty() { String::new() } else { format!(" --dir {}", folder.display()) }
}

/// A text member, or nothing.
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// A list member, or an empty one.
pub(crate) fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}
