//! Rules that run by the clock.
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>

use crate::{
    Events, routing,
    rules::read_schedule,
    state::{RULES, RuleRow},
};
use base::Timestamp;
use durable::{Next, Work, Workflow};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Waits for the times of a rule's schedule.
pub(crate) struct Clock;

/// Which rule, and when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    region: String,
    bus: String,
    rule: String,
    schedule: String,
    /// What a rate counts from.
    from: Timestamp,
    next: Option<Timestamp>,
}

/// Starts the work of a rule's schedule anew, and ends the one before.
pub(crate) fn replace(scope: &mut Scope<'_, Events>, row: &mut RuleRow) -> Result<(), Error> {
    end(scope, row.clock.take().as_deref())?;
    let Some(text) = row.schedule.clone().filter(|_| row.enabled()) else { return Ok(()) };
    let now = scope.now();
    let next = read_schedule(&text)?.next(now, now);
    let state = State { region: row.region.clone(), bus: row.bus.clone(), rule: row.name.clone(), schedule: text, from: now, next };
    let id = format!("events/clock/{}", base::uuid(scope.entropy()));
    durable::start::<Clock>(scope, &id, row.account, &state)?;
    row.clock = Some(id);
    Ok(())
}

/// Wakes work that no rule names any more: it ends.
pub(crate) fn end(scope: &mut Scope<'_, Events>, clock: Option<&str>) -> Result<(), Error> {
    clock.map_or(Ok(()), |id| durable::signal(scope, id, json!("replaced")))
}

impl Workflow for Clock {
    type Service = Events;
    const NAME: &'static str = "Clock";
    type State = State;

    fn token() -> Events {
        Events(())
    }

    fn step(work: &mut Work<'_, Self>, mut state: State) -> Result<Next<State>, Error> {
        let account = work.owner();
        let found = work.get(&RULES, &[account.as_str(), &state.region, &state.bus, &state.rule])?;
        let Some(rule) = found.filter(|rule| rule.clock.as_deref() == Some(work.id())) else { return Ok(Next::Done) };
        let now = work.now();
        let Some(next) = state.next else { return Ok(Next::Done) };
        if next > now {
            return Ok(Next::At(state, next));
        }
        let event = json!({
            "version": "0",
            "id": base::uuid(work.entropy()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": account,
            "time": next.iso(),
            "region": state.region,
            "resources": [rule.arn],
            "detail": {},
        });
        routing::deliver(work, &rule, &event, 0)?;
        // Times that passed while nobody was there are not made up for.
        state.next = read_schedule(&state.schedule)?.next(state.from, now);
        match state.next {
            Some(next) => Ok(Next::At(state, next)),
            None => Ok(Next::Done),
        }
    }

    fn give_up(_work: &mut Work<'_, Self>, _state: State, _error: &Error) -> Result<(), Error> {
        Ok(())
    }
}
