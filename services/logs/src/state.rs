use crate::Logs;
use base::{Blob, Timestamp};
use gate::Table;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct GroupRow {
    /// What its rows are kept under: a group deleted and made again has another.
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    /// Days; None: events are kept.
    pub(crate) retention: Option<u32>,
    pub(crate) tags: BTreeMap<String, String>,
    /// `STANDARD` or `INFREQUENT_ACCESS`.
    pub(crate) class: String,
    /// The ARN of the KMS key that new events are encrypted with.
    pub(crate) kms_key: Option<String>,
    /// Whether it cannot be deleted.
    pub(crate) protected: bool,
    /// Whether its upkeep is under way.
    pub(crate) upkeep: bool,
    /// Its own resource policy.
    pub(crate) policy: Option<PolicyRow>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StreamRow {
    /// What its batches are kept under.
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) first_event: Option<i64>,
    pub(crate) last_event: Option<i64>,
    pub(crate) last_ingestion: Option<Timestamp>,
    /// How many batches the stream has got.
    pub(crate) batches: u64,
    /// Those that came within the last seconds.
    #[serde(default)]
    pub(crate) recent: Vec<Arrived>,
}

/// A batch that came.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Arrived {
    pub(crate) at: Timestamp,
    /// The time of its first event.
    pub(crate) first: u64,
    pub(crate) number: u64,
}

/// Events that came together and lie close to each other in time, in the order of their times.
#[derive(Serialize, Deserialize)]
pub(crate) struct BatchRow {
    pub(crate) ingested: Timestamp,
    /// (time, message); empty where they are encrypted.
    #[serde(default)]
    pub(crate) events: Vec<(i64, String)>,
    #[serde(default)]
    pub(crate) sealed: Option<Sealed>,
}

/// Encrypted events.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sealed {
    /// The id of the data key.
    pub(crate) key: String,
    pub(crate) bytes: Blob,
}

/// A data key as KMS encrypted it.
#[derive(Serialize, Deserialize)]
pub(crate) struct DataKeyRow {
    pub(crate) kms_key: String,
    pub(crate) wrapped: Blob,
}

/// The data key that new events are encrypted with, for a short while.
#[derive(Serialize, Deserialize)]
pub(crate) struct CurrentKeyRow {
    pub(crate) id: String,
    pub(crate) kms_key: String,
    /// Sealed by the server, for its group.
    pub(crate) plain: Blob,
    pub(crate) until: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PolicyRow {
    pub(crate) document: String,
    pub(crate) updated: Timestamp,
    pub(crate) revision: String,
}

/// Account, region, group.
pub(crate) static GROUPS: Table<Logs, GroupRow> = Table::new("groups");
/// Account, group's id, stream.
pub(crate) static STREAMS: Table<Logs, StreamRow> = Table::new("streams");
/// Account, group's id, stream's id, time of the first event, number.
pub(crate) static BATCHES: Table<Logs, BatchRow> = Table::new("batches");
/// Account, group's id, time of the first event, stream's id, number: the batches of a whole group by time, with their stream.
pub(crate) static TIMES: Table<Logs, String> = Table::new("times");
/// Account, group's id, second of the last arrival, stream's id: the streams by what came last, with their names.
pub(crate) static ARRIVALS: Table<Logs, String> = Table::new("arrivals");
/// Account, group's id, data key's id.
pub(crate) static DATA_KEYS: Table<Logs, DataKeyRow> = Table::new("data-keys");
/// Account, group's id.
pub(crate) static CURRENT_KEYS: Table<Logs, CurrentKeyRow> = Table::new("current-keys");
/// Account, region, policy's name.
pub(crate) static POLICIES: Table<Logs, PolicyRow> = Table::new("policies");
