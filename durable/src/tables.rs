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
    /// It came to its end.
    Done,
    /// A step of it kept failing.
    Failed,
}

/// One running or ended workflow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) workflow: String,
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
}

/// A workflow that is under way, for lists.
#[derive(Debug, Clone)]
pub struct Under {
    /// Its id.
    pub id: String,
    /// `service/Workflow`.
    pub workflow: String,
    /// Whose work it is.
    pub account: AccountId,
    /// Since when.
    pub started: Timestamp,
    /// When it goes on; None: it waits for something to happen.
    pub wake: Option<Timestamp>,
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

pub(crate) fn digits(time: Timestamp) -> String {
    format!("{:020}", time.0.max(0))
}
