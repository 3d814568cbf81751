//! What the gate refused, in the order in which it did.

use crate::{
    calls::{Because, Judged, judge},
    names::lasting,
};
use gate::{About, Fault, Refused};
use serde_json::Value;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A call that was refused, and then taken to be allowed.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// The caller's ARN, of a session with its name.
    pub(crate) caller: String,
    pub(crate) principal: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) operation: String,
    pub(crate) within: Vec<String>,
    pub(crate) about: Option<About>,
    /// The id of the work that ran.
    pub(crate) during: String,
    /// Of the policy engine, with origins.
    pub(crate) reasons: Vec<Value>,
    /// The options on which the verdict rests.
    pub(crate) depends_on: Vec<String>,
    pub(crate) context: Value,
    /// Where the call was read, if a build makes it.
    pub(crate) because: Option<Because>,
    /// What the rehearsal was at.
    pub(crate) at: At,
}

/// A policy that names a principal which was not there when it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) principal: String,
    pub(crate) about: Option<About>,
    pub(crate) at: At,
}

/// What a rehearsal is at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum At {
    /// Making ready: nothing of the user's.
    #[default]
    Ground,
    /// A stack: account's name, stack's name.
    Stack(String, String),
    /// A pipeline that is made: account's name, pipeline's name.
    Pipeline(String, String),
    /// Pipelines at work.
    Run,
    /// Pipelines at work for the second time.
    Again,
}

#[derive(Default)]
struct State {
    list: Vec<Refusal>,
    missing: Vec<Missing>,
    during: String,
    at: At,
    because: Option<Because>,
    /// The operations that were decided for it.
    decided: Vec<String>,
    unread: Vec<String>,
    /// What happens is not the delivery's.
    quiet: bool,
    /// What would be decided is asked: a denial is an answer.
    asking: bool,
}

/// All refusals of a world.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<State>);

impl Refusals {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What runs now.
    pub(crate) fn during(&self, id: &str) {
        let mut state = self.lock();
        state.during.clear();
        state.during.push_str(id);
    }

    /// Why the calls that follow are made.
    pub(crate) fn because(&self, because: Option<Because>) {
        let mut state = self.lock();
        state.because = because;
        state.decided.clear();
    }

    /// Notes that an operation was decided.
    pub(crate) fn decided(&self, operation: &str) {
        let mut state = self.lock();
        if state.because.is_some() {
            state.decided.push(operation.to_owned());
        }
    }

    /// Whether an operation was decided since the calls that follow are known.
    pub(crate) fn was_decided(&self, operation: &str) -> bool {
        self.lock().decided.iter().any(|one| one == operation)
    }

    /// Whether what follows is the rehearsal's own doing, of which nothing is noted.
    pub(crate) fn quiet(&self, quiet: bool) {
        self.lock().quiet = quiet;
    }

    /// Whether what follows are questions: what is denied is neither noted nor gone over.
    pub(crate) fn asking(&self, asking: bool) {
        self.lock().asking = asking;
    }

    pub(crate) fn is_asking(&self) -> bool {
        self.lock().asking
    }

    /// Tells of what a build does and could not be read.
    pub(crate) fn unread(&self, what: String) {
        let mut state = self.lock();
        if !state.unread.contains(&what) {
            state.unread.push(what);
        }
    }

    /// What could not be read of builds.
    pub(crate) fn all_unread(&self) -> Vec<String> {
        self.lock().unread.clone()
    }

    pub(crate) fn at(&self, at: At) {
        self.lock().at = at;
    }

    /// Notes what stands in the way. The answer is whether to go on over it: always, since what is noted is told.
    pub(crate) fn note(&self, fault: &Fault<'_>) -> bool {
        {
            let state = self.lock();
            if state.quiet || state.asking {
                return state.quiet;
            }
        }
        match fault {
            Fault::Denied(refused) => self.refused(refused),
            Fault::NoPrincipal { principal, about } => {
                let mut state = self.lock();
                let missing = Missing { principal: (*principal).to_owned(), about: about.cloned(), at: state.at.clone() };
                if !state.missing.contains(&missing) {
                    state.missing.push(missing);
                }
            }
        }
        true
    }

    fn refused(&self, refused: &Refused<'_>) {
        let denial = refused.denial;
        let reasons = denial.decision["reasons"].as_array().cloned().unwrap_or_default();
        let depends_on = denial.decision["dependsOn"].as_array().into_iter().flatten();
        let depends_on = depends_on.filter_map(Value::as_str).map(str::to_owned).collect();
        let mut state = self.lock();
        let partly = state.because.as_ref().is_some_and(|because| !because.whole);
        let resource = match judge(&denial.action, &denial.resource, &denial.context, &reasons) {
            Judged::Denied(_) if partly && rests_on_conditions(&reasons) => return,
            Judged::Denied(resource) => resource,
            Judged::Open(pattern) => {
                let place = state.because.as_ref().map(|because| because.text.clone()).unwrap_or_default();
                let what = format!(
                    "whether {} may {} on {pattern} depends on what is not known of the call ({place})",
                    refused.principal, denial.action
                );
                if !state.unread.contains(&what) {
                    state.unread.push(what);
                }
                return;
            }
        };
        // What is named at random is another in every run.
        let named = lasting(&resource);
        let same =
            |one: &&mut Refusal| one.principal == refused.principal && one.action == denial.action && lasting(&one.resource) == named;
        if let Some(known) = state.list.iter_mut().find(same) {
            let plain = |reason: &Value| {
                let seen = reason["seen"].as_str().map(lasting);
                let mut reason = reason.clone();
                reason["seen"] = seen.into();
                reason
            };
            let told: Vec<Value> = known.reasons.iter().map(plain).collect();
            let new: Vec<Value> = reasons.into_iter().filter(|reason| !told.contains(&plain(reason))).collect();
            known.reasons.extend(new);
            return;
        }
        let refusal = Refusal {
            caller: denial.principal.clone(),
            principal: refused.principal.clone(),
            action: denial.action.clone(),
            resource,
            operation: refused.operation.clone(),
            within: refused.within.clone(),
            about: refused.about.cloned(),
            during: state.during.clone(),
            reasons,
            depends_on,
            context: denial.context.clone(),
            because: state.because.clone(),
            at: state.at.clone(),
        };
        state.list.push(refusal);
    }

    pub(crate) fn take(&self) -> (Vec<Refusal>, Vec<Missing>) {
        let mut state = self.lock();
        (std::mem::take(&mut state.list), std::mem::take(&mut state.missing))
    }
}

/// Whether a statement would allow a call but for a condition.
fn rests_on_conditions(reasons: &[Value]) -> bool {
    let element = |reason: &Value| reason["element"].as_str().is_some_and(|element| element.starts_with("Condition"));
    reasons.iter().any(|reason| reason["role"] == "nearMiss" && element(reason))
}
