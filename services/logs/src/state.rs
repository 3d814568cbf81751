use crate::Logs;
use base::Timestamp;
use gate::Table;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
pub(crate) struct GroupRow {
    pub(crate) created: Timestamp,
    /// Days; None: events are kept.
    pub(crate) retention: Option<u32>,
    pub(crate) tags: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StreamRow {
    pub(crate) created: Timestamp,
    pub(crate) first_event: Option<i64>,
    pub(crate) last_event: Option<i64>,
    pub(crate) last_ingestion: Option<Timestamp>,
    /// How many batches the stream has got: the order of those that begin at the same moment.
    pub(crate) batches: u64,
    /// Letters, the same for the stream's life, of AWS's sequence tokens.
    pub(crate) token: String,
}

/// What one call of PutLogEvents brought, in the order of the events' times.
#[derive(Serialize, Deserialize)]
pub(crate) struct BatchRow {
    pub(crate) ingested: Timestamp,
    /// (time, message)
    pub(crate) events: Vec<(i64, String)>,
}

/// Account, region, group.
pub(crate) static GROUPS: Table<Logs, GroupRow> = Table::new("groups");
/// Account, region, group, stream.
pub(crate) static STREAMS: Table<Logs, StreamRow> = Table::new("streams");
/// Account, region, group, stream, key of the batch (see `events::Place`).
pub(crate) static BATCHES: Table<Logs, BatchRow> = Table::new("batches");
