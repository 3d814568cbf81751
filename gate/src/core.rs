use crate::{Caller, Decided, Error, Gate, RequestContext, Sending, record::Written};
use base::{Region, Timestamp};
use std::sync::Arc;

/// One attempt at a call: its transaction, its moment, and what must happen when it is committed.
pub(crate) struct Core {
    pub(crate) gate: Gate,
    pub(crate) tx: store::Tx,
    pub(crate) now: Timestamp,
    pub(crate) depth: usize,
    /// The calls under way, the outermost first: service and operation.
    pub(crate) within: Vec<(&'static str, &'static str)>,
    /// Whether nobody has shown valid credentials (yet).
    pub(crate) stranger: bool,
    /// Files of bodies that this attempt wrote: removed if it is not committed.
    pub(crate) new_files: Vec<String>,
    /// Files of bodies that this attempt gave up: removed when it is committed.
    pub(crate) old_files: Vec<String>,
    /// The records of this attempt, for those who watch.
    pub(crate) records: Vec<Written>,
    /// What this attempt decided, if anybody watches.
    pub(crate) decided: Vec<Decided>,
    /// What the answer goes on with.
    pub(crate) sending: Option<Sending>,
}

/// Who calls, and how the call came: one for each call, nested ones included.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(crate) caller: Caller,
    pub(crate) context: Arc<RequestContext>,
    /// The record's id of the call that this one is made in.
    pub(crate) parent: Option<String>,
    /// The id of the call's own record, where it was given before (uploads).
    pub(crate) event: Option<String>,
    /// What it is made for, as those tell who do long work.
    pub(crate) about: Option<Arc<About>>,
}

/// What calls are made for: a part of some long work. It changes no decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The ARN of the pipeline or the stack.
    pub work: String,
    /// The stage and the action; the resource.
    pub part: Vec<String>,
}

impl Frame {
    /// The same call, for another region.
    pub(crate) fn in_region(&self, region: &Region) -> Self {
        let context = RequestContext { region: region.clone(), ..(*self.context).clone() };
        Self { context: Arc::new(context), ..self.clone() }
    }
}

/// Calls within calls; AWS's deepest chain (CloudFormation → S3 → KMS) needs three.
const MAX_DEPTH: usize = 8;

impl Core {
    pub(crate) fn new(gate: &Gate) -> Self {
        Self {
            gate: gate.clone(),
            tx: gate.0.store.begin(),
            now: gate.0.clock.now(),
            depth: 0,
            within: Vec::new(),
            stranger: true,
            new_files: Vec::new(),
            old_files: Vec::new(),
            records: Vec::new(),
            decided: Vec::new(),
            sending: None,
        }
    }

    pub(crate) fn enter(&mut self) -> Result<(), Error> {
        if self.depth >= MAX_DEPTH {
            return Err(Error::internal("calls within calls go too deep"));
        }
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Drops everything, records too: there is nothing to commit.
    pub(crate) fn forget(&mut self) {
        self.tx = self.gate.0.store.begin();
        self.old_files.clear();
        self.records.clear();
    }

    /// The point to which a call that fails is undone.
    pub(crate) fn mark(&mut self) -> Mark {
        Mark { savepoint: self.tx.savepoint(), new_files: self.new_files.len(), old_files: self.old_files.len() }
    }

    /// Drops all that was done since; records stay.
    pub(crate) fn undo(&mut self, mark: Mark) {
        self.tx.rollback(mark.savepoint);
        self.old_files.truncate(mark.old_files);
        for id in self.new_files.split_off(mark.new_files) {
            // A file that stays behind is swept at the next start.
            let _ = self.gate.0.blobs.delete(&id);
        }
    }
}

pub(crate) struct Mark {
    savepoint: store::Savepoint,
    new_files: usize,
    old_files: usize,
}
