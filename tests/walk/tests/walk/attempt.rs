//! One call, and all that is seen of it.

use crate::prepared::Prepared;
use gate::{Decided, Error, Record, RecordKind, Request, Verdict};
use serde_json::{Value, json};
use std::sync::Arc;
use testworld::Credentials;

pub struct Attempt {
    pub result: Result<Value, Error>,
    pub records: Vec<Arc<Record>>,
    pub decided: Vec<Decided>,
}

impl Prepared {
    /// The walker's call.
    pub fn attempt(&self) -> Attempt {
        self.attempt_as(self.walker.credentials.as_ref(), self.input.clone())
    }

    pub fn attempt_as(&self, caller: Option<&Credentials>, input: Value) -> Attempt {
        self.send(&self.world.request(caller, &self.operation, input, self.body.clone()))
    }

    pub fn send(&self, request: &Request) -> Attempt {
        self.world.records();
        self.decided.lock().unwrap().clear();
        let result = self.world.gate.call_blocking(request).map(|answer| answer.output);
        Attempt { result, records: self.world.records(), decided: std::mem::take(&mut *self.decided.lock().unwrap()) }
    }
}

impl Attempt {
    /// What the caller is told: the output, or the error's code.
    pub fn answer(&self) -> Value {
        self.result.clone().unwrap_or_else(|e| json!({"Error": e.code}))
    }

    /// The call's own record: the last one, and the only one without a parent.
    pub fn own(&self, operation: &str) -> Result<&Record, String> {
        let mut own = self.records.iter().filter(|r| r.event["additionalEventData"]["parentEventID"].is_null());
        match (own.next(), own.next()) {
            (Some(record), None) if record.action == operation => Ok(record),
            _ => Err(format!("records: {:?}", self.actions())),
        }
    }

    /// The records' calls, in the order in which they ended.
    pub fn actions(&self) -> Vec<&str> {
        self.records.iter().map(|r| r.action.as_str()).collect()
    }

    /// Whether all of `inside`, and the call itself, left one record each, every one below another.
    pub fn recorded_exactly(&self, operation: &str, inside: &[&str]) -> Result<(), String> {
        self.own(operation)?;
        let expected: Vec<&str> = inside.iter().copied().chain([operation]).collect();
        if self.actions() != expected {
            return Err(format!("recorded {:?}, its example lists {inside:?} inside", self.actions()));
        }
        self.each_has_its_parent()
    }

    /// Whether the call left one record, after none but some of `inside`, in their order.
    pub fn recorded_at_most(&self, operation: &str, inside: &[&str]) -> Result<(), String> {
        self.own(operation)?;
        let mut listed = inside.iter().chain([&operation]);
        match self.actions().iter().all(|action| listed.any(|one| one == action)) {
            true => self.each_has_its_parent(),
            false => Err(format!("recorded {:?}, its example lists {inside:?} inside", self.actions())),
        }
    }

    fn each_has_its_parent(&self) -> Result<(), String> {
        let has_parent = |record: &Record| match record.event["additionalEventData"]["parentEventID"].as_str() {
            Some(parent) => self.records.iter().any(|r| r.id == parent),
            None => true,
        };
        match self.records.iter().find(|r| !has_parent(r)) {
            Some(record) => Err(format!("the record of {} has no parent", record.action)),
            None => Ok(()),
        }
    }

    /// Whether the call was refused for want of a right, and recorded so.
    pub fn refused(&self, operation: &str) -> Result<(), String> {
        let own = self.own(operation)?;
        match &self.result {
            Ok(_) => Err("allowed".into()),
            Err(error) if own.kind == RecordKind::Denied || error.status == 403 || error.code.contains("AccessDenied") => Ok(()),
            Err(error) => Err(format!("not refused: {error}")),
        }
    }

    /// Whether this demand was decided with this verdict.
    pub fn has(&self, demand: &Decided, verdict: Verdict) -> bool {
        self.decided.iter().any(|d| d.verdict == verdict && d.action == demand.action && d.resource == demand.resource)
    }
}
