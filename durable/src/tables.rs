use crate::lease::Lease;
use base::{AccountId, Region, Timestamp};
use gate::{Protocol, Service, Table};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The token of this crate's tables. Made nowhere else.
pub struct Durable(());

pub(crate) const DURABLE: Durable = Durable(());

impl Service for Durable {
    const NAME: &'static str = "durable";
    const PRINCIPAL: &'static str = "sekisho";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// Where a workflow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It has more to do.
    Running,
    /// It came to its end. Only releases before leases kept such rows.
    Done,
    /// A step of it kept failing, and it was given up.
    Failed,
}

/// One running or failed workflow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) workflow: String,
    /// Of the state's form.
    #[serde(default = "first")]
    pub(crate) version: u32,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) state: Value,
    pub(crate) status: Status,
    pub(crate) started: Timestamp,
    /// When it is due; None: it waits for a signal.
    pub(crate) wake: Option<Timestamp>,
    /// How often the present step has failed.
    pub(crate) failures: u32,
    pub(crate) topics: Vec<String>,
    /// Who goes on with it, while one step follows another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lease: Option<Lease>,
    /// Why its present step failed last, or why it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

fn first() -> u32 {
    1
}

/// Work outside transactions that a step asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Command {
    /// Its id: whoever does it twice can tell by it.
    pub id: String,
    /// `service/handler`.
    pub handler: String,
    /// Whose work it is.
    pub account: AccountId,
    /// Where.
    pub region: Region,
    /// What to do.
    pub payload: Value,
}

/// Who does a command, and what became of it so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Claim {
    /// One more each time that somebody takes it: who had it before sees that it is theirs no more.
    pub(crate) fence: u64,
    pub(crate) lease: Option<Lease>,
    /// How often it has failed.
    pub(crate) failures: u32,
    pub(crate) error: Option<String>,
    /// After a failure: when it is tried again.
    pub(crate) next: Option<Timestamp>,
}

/// Workflow id.
pub(crate) static INSTANCES: Table<Durable, Instance> = Table::new("instances");
/// Wake time as twenty digits, workflow id.
pub(crate) static DUE: Table<Durable, ()> = Table::new("due");
/// Workflow id, signal id (sorted by time).
pub(crate) static SIGNALS: Table<Durable, Value> = Table::new("signals");
/// Topic, workflow id.
pub(crate) static SUBSCRIPTIONS: Table<Durable, ()> = Table::new("subscriptions");
/// Command id.
pub(crate) static OUTBOX: Table<Durable, Command> = Table::new("outbox");
/// Command id.
pub(crate) static CLAIMS: Table<Durable, Claim> = Table::new("claims");
/// Workflow or command id: why this release leaves it as it is.
pub(crate) static LEFT: Table<Durable, String> = Table::new("left");

pub(crate) fn digits(time: Timestamp) -> String {
    format!("{:020}", time.0.max(0))
}
