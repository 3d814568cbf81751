//! The kinds of callers, and what must become of each one's call.

use crate::{
    attempt::Attempt,
    cases::Case,
    exact::{Right, rights},
    exceptions::Finding,
    prepared::Prepared,
    secrets, signatures,
};
use gate::{Decided, Part, RecordKind, Verdict};
use serde_json::{Value, json};

/// What was found about one operation, and how many calls were made as each kind of caller.
#[derive(Default)]
pub struct Walked {
    pub label: String,
    pub findings: Vec<Finding>,
    pub counts: Vec<(&'static str, usize)>,
}

pub const ADMINISTRATOR: &str = "administrator";
pub const EXACT: &str = "exactly its demands";
pub const WITHOUT: &str = "each demand removed";
pub const DENY: &str = "explicit deny";
pub const ANONYMOUS: &str = "anonymous";
pub const RIGHTLESS: &str = "no rights";
pub const SIGNATURE: &str = "altered signature";
pub const SECRETS: &str = "secret fields";
pub const KINDS: [&str; 8] = [ADMINISTRATOR, EXACT, WITHOUT, DENY, ANONYMOUS, RIGHTLESS, SIGNATURE, SECRETS];

impl Walked {
    /// Counts a call as this kind of caller, and notes what did not hold.
    pub fn check(&mut self, kind: &'static str, result: Result<(), String>) {
        self.count(kind);
        if let Err(what) = result {
            self.findings.push(Finding { label: self.label.clone(), kind, what });
        }
    }

    fn count(&mut self, kind: &'static str) {
        match self.counts.iter_mut().find(|(k, _)| *k == kind) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((kind, 1)),
        }
    }
}

pub fn everything() -> Value {
    json!({"Effect": "Allow", "Action": "*", "Resource": "*"})
}

/// The call of one who may do everything.
pub struct Learned {
    pub attempt: Attempt,
    pub principal: String,
    pub input: Value,
}

/// The call by one who may do everything: how what it demands is learned.
pub fn administrator(case: &Case) -> Result<Learned, String> {
    let prepared = Prepared::new(case)?;
    prepared.allow(&[everything()]);
    let attempt = prepared.attempt();
    done(&attempt, case)?;
    Ok(Learned { attempt, principal: prepared.walker.principal, input: prepared.input })
}

/// Whether the call was done, and recorded as its example says.
fn done(attempt: &Attempt, case: &Case) -> Result<(), String> {
    let kind = match (&attempt.result, case.example.fails) {
        (Ok(_), None) => RecordKind::Done,
        (Err(error), Some(code)) if error.code == code => RecordKind::Failed,
        (Err(error), _) => return Err(error.to_string()),
        (Ok(_), Some(code)) => return Err(format!("done, not {code}")),
    };
    attempt.recorded_exactly(&case.name(), &case.example.inside)?;
    match attempt.own(&case.name())?.kind {
        recorded if recorded == kind => Ok(()),
        other => Err(format!("recorded as {other:?}")),
    }
}

/// All kinds of callers.
pub fn walk(case: &Case) -> Walked {
    let mut walked = Walked { label: case.label(), ..Walked::default() };
    let learned = administrator(case);
    let learned = match learned {
        Ok(learned) => {
            walked.check(ADMINISTRATOR, Ok(()));
            learned
        }
        Err(e) => {
            walked.check(ADMINISTRATOR, Err(e));
            return walked;
        }
    };
    let rights = rights(&learned.attempt.decided, &learned.principal);
    let exact = exactly(case, &rights);
    walked.check(EXACT, exact.as_ref().map(drop).map_err(Clone::clone));
    let answer = exact.unwrap_or(Value::Null);
    let mut world = Unchanged { case, ready: None };
    if let Err(e) = world.with(|prepared| ((), strangers(case, prepared, &mut walked))) {
        walked.check(ANONYMOUS, Err(e));
    }
    for right in &rights {
        let others: Vec<Value> = rights.iter().filter(|r| !std::ptr::eq(*r, right)).map(Right::allow).collect();
        let without = lacking(&mut world, &others, &right.demand, (Verdict::ImplicitDeny, &answer));
        walked.check(WITHOUT, without.map_err(|e| format!("without {}: {e}", shown(&right.demand))));
        let denied = lacking(&mut world, &[everything(), right.deny()], &right.demand, (Verdict::ExplicitDeny, &answer));
        walked.check(DENY, denied.map_err(|e| format!("with a deny of {}: {e}", shown(&right.demand))));
    }
    secrets::walk(case, &mut walked);
    walked
}

fn shown(demand: &Decided) -> String {
    let resource = demand.resource.as_ref().map_or("*", |arn| arn.as_str());
    format!("{} on {resource} ({:?})", demand.action, demand.part)
}

/// The call under a policy of its demands and nothing else.
fn exactly(case: &Case, rights: &[Right]) -> Result<Value, String> {
    let prepared = Prepared::new(case)?;
    let statements: Vec<Value> = rights.iter().map(Right::allow).collect();
    prepared.allow(&statements);
    let attempt = prepared.attempt();
    done(&attempt, case)?;
    Ok(attempt.answer())
}

/// Those who have nothing: no credentials, no rights, no right signature. Tells whether one of them was let in.
fn strangers(case: &Case, prepared: &Prepared, walked: &mut Walked) -> bool {
    let name = case.name();
    let inside = &case.example.inside;
    let mut changed = false;
    for (kind, caller) in [(ANONYMOUS, None), (RIGHTLESS, Some(prepared.walker.credentials.as_ref().unwrap_or(&prepared.admin)))] {
        let attempt = prepared.attempt_as(caller, prepared.input.clone());
        changed |= attempt.result.is_ok();
        walked.check(kind, attempt.refused(&name).and_then(|()| attempt.recorded_at_most(&name, inside)));
    }
    prepared.allow(&[everything()]);
    for (how, request) in signatures::altered(prepared) {
        let attempt = prepared.send(&request);
        changed |= attempt.result.is_ok();
        walked.check(SIGNATURE, signatures::refused(&attempt, &name).map_err(|e| format!("{how}: {e}")));
    }
    changed
}

/// A world that is used again as long as all calls in it fail: those change nothing.
struct Unchanged<'a> {
    case: &'a Case,
    ready: Option<Prepared>,
}

impl Unchanged<'_> {
    /// Does `work`, which tells whether a call was done.
    fn with<T>(&mut self, work: impl FnOnce(&Prepared) -> (T, bool)) -> Result<T, String> {
        let prepared = match self.ready.take() {
            Some(prepared) => prepared,
            None => Prepared::new(self.case)?,
        };
        let (found, changed) = work(&prepared);
        self.ready = (!changed).then_some(prepared);
        Ok(found)
    }
}

/// The call by one who has these rights, and lacks what is demanded: refused, unless the demand is a probe or an item of a
/// batch, which change the answer alone.
fn lacking(world: &mut Unchanged<'_>, statements: &[Value], demand: &Decided, expected: (Verdict, &Value)) -> Result<(), String> {
    let (verdict, answer) = expected;
    let case = world.case;
    let name = case.name();
    let attempt = world.with(|prepared| {
        prepared.allow(statements);
        let attempt = prepared.attempt();
        let changed = attempt.result.is_ok();
        (attempt, changed)
    })?;
    attempt.recorded_at_most(&name, &case.example.inside)?;
    if !attempt.has(demand, verdict) {
        return Err(format!("it was not decided as {verdict:?}; the answer is {:?}", attempt.result));
    }
    match (demand.part, &attempt.result) {
        (Part::Required, Ok(_)) => Err("allowed".into()),
        (Part::Required, Err(_)) => attempt.refused(&name),
        (Part::Probe(_) | Part::Item(_), _) if attempt.answer() == *answer => Err("the answer is the same".into()),
        (Part::Probe(_) | Part::Item(_), _) => Ok(()),
    }
}
