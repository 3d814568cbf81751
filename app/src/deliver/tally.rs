use super::progress::{BAD, DIM, GOOD, Progress, duration, styled};
use delivery::Delivery;
use gate::{Gate, Record, RecordKind};
use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

#[derive(Default)]
struct Counts {
    done: u64,
    failed: u64,
    denied: u64,
}

#[derive(Default)]
struct Seen {
    by_principal: BTreeMap<String, Counts>,
    denied: VecDeque<Arc<Record>>,
    executions: BTreeMap<String, u64>,
}

/// What the records of a run say: who made how many calls, and which were denied.
pub(crate) struct Tally(Arc<Mutex<Seen>>);

/// Denied records that are kept for the summary.
const KEPT: usize = 100;

/// The role of a session, without the session's name: runs make a new session for each step.
fn principal(record: &Record) -> String {
    match record.principal.split_once(":assumed-role/") {
        Some((_, rest)) => format!("{} {}", record.account, rest.split('/').next().unwrap_or(rest)),
        None => record.principal.clone(),
    }
}

impl Tally {
    pub(crate) fn watch(gate: &Gate) -> Self {
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let shared = seen.clone();
        gate.watch(move |record| {
            let mut seen = shared.lock().unwrap_or_else(|e| e.into_inner());
            let counts = seen.by_principal.entry(principal(record)).or_default();
            match record.kind {
                RecordKind::Done => counts.done += 1,
                RecordKind::Failed => counts.failed += 1,
                RecordKind::Denied => {
                    counts.denied += 1;
                    if seen.denied.len() >= KEPT {
                        seen.denied.pop_front();
                    }
                    seen.denied.push_back(record.clone());
                }
            }
        });
        Self(seen)
    }

    /// The last call that was denied with this message.
    pub(crate) fn denied(&self, message: &str) -> Option<Arc<Record>> {
        let seen = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let said = |r: &&Arc<Record>| r.event["errorMessage"].as_str().is_some_and(|m| message.contains(m));
        seen.denied.iter().rev().find(said).or_else(|| seen.denied.back()).cloned()
    }

    pub(crate) fn execution(&self, status: &str) {
        *self.0.lock().unwrap_or_else(|e| e.into_inner()).executions.entry(status.to_string()).or_default() += 1;
    }

    pub(crate) fn print(&self, progress: &Progress, delivery: &Delivery, took: Duration, folder: &Path) {
        let seen = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let executions: Vec<String> = seen.executions.iter().map(|(status, n)| format!("{n} {status}")).collect();
        progress.line(
            "summary",
            &format!(
                "executions: {}   time: {}",
                if executions.is_empty() { "none".into() } else { executions.join(", ") },
                duration(took)
            ),
        );
        let (mut done, mut denied, mut failed) = (0, 0, 0);
        for counts in seen.by_principal.values() {
            done += counts.done;
            denied += counts.denied;
            failed += counts.failed;
        }
        let denied_text = styled(if denied == 0 { GOOD } else { BAD }, &format!("{denied} denied"));
        progress.line("calls", &format!("{} allowed, {denied_text}, {failed} failed otherwise; every one is recorded:", done));
        for (name, counts) in &seen.by_principal {
            let mut shown = name.clone();
            for account in &delivery.accounts {
                shown = shown.replace(&format!("{} ", account.id), &format!("{}/", account.name));
            }
            let denied = if counts.denied == 0 { String::new() } else { styled(BAD, &format!(", {} denied", counts.denied)) };
            progress.line("", &format!("{shown:<44} {:>5} allowed{denied}", counts.done));
        }
        let where_to = super::dir_flag(folder);
        progress.line("trail", &styled(DIM, &format!("sekisho audit lookup{where_to}    sekisho explain{where_to} EVENT-ID")));
    }
}
