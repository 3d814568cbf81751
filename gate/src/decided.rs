//! Decisions, for those who watch: data about what was decided, with no power to decide or to call.

use crate::{Caller, ContextValue, Demand, OperationInfo, demands::Part};
use base::{AccountId, Arn};
use policy::{Context, Decision, Reason, Verdict};
use std::sync::{
    RwLock,
    atomic::{AtomicBool, Ordering},
};

/// One demand of a call, as it was decided.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The id of the call's record. Both halves of an upload have the same.
    pub event_id: String,
    /// The id of the record of the call that this one was made in.
    pub parent: Option<String>,
    /// The caller's ARN or service name.
    pub caller: String,
    /// The services through which the call came, first to last.
    pub via: Vec<String>,
    /// The call: `service:Operation`.
    pub operation: String,
    /// What the demand is to the call.
    pub part: Part,
    /// The action that was decided on, which need not have the operation's name.
    pub action: String,
    /// The resource; None: the action has no resource level.
    pub resource: Option<Arn>,
    /// The account that the resource counts to.
    pub owner: AccountId,
    /// The condition keys that the demand itself set, as it spells them.
    pub own: Vec<(String, ContextValue)>,
    /// All condition keys, `own` among them.
    pub context: Context,
    /// The verdict.
    pub verdict: Verdict,
    /// Why: the statements that took part.
    pub reasons: Vec<Reason>,
}

impl Decided {
    pub(crate) fn new(
        (event_id, parent): (&str, Option<&str>),
        caller: &Caller,
        of: &OperationInfo,
        demand: &Demand,
        owner: AccountId,
        context: &Context,
        decision: &Decision,
    ) -> Self {
        Self {
            event_id: event_id.into(),
            parent: parent.map(Into::into),
            caller: caller.name(),
            via: caller.via().to_vec(),
            operation: format!("{}:{}", of.service, of.name),
            part: demand.part,
            action: demand.action.to_string(),
            resource: demand.resource.clone(),
            owner,
            own: demand.context.iter().map(|(key, value)| (key.to_string(), value.clone())).collect(),
            context: context.clone(),
            verdict: decision.verdict,
            reasons: decision.reasons.clone(),
        }
    }
}

type Watcher = Box<dyn Fn(&Decided) + Send + Sync>;

/// Those who watch decisions. While there are none, a decision costs one look at a flag.
#[derive(Default)]
pub(crate) struct DecisionWatchers {
    any: AtomicBool,
    list: RwLock<Vec<Watcher>>,
}

impl DecisionWatchers {
    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }
    pub(crate) fn add(&self, watcher: Watcher) {
        self.list.write().unwrap_or_else(|e| e.into_inner()).push(watcher);
        self.any.store(true, Ordering::Release);
    }
    pub(crate) fn tell(&self, decided: &[Decided]) {
        if decided.is_empty() {
            return;
        }
        for watcher in self.list.read().unwrap_or_else(|e| e.into_inner()).iter() {
            decided.iter().for_each(watcher);
        }
    }
}
