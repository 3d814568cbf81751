//! What an account's services tell comes to the rules of its default bus.

use crate::{
    Events,
    names::Bus,
    routing,
    state::{DEFAULT, LISTENERS},
};
use durable::{Next, Work, Workflow};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};

/// Hears the services of an account in a region, for as long as a rule is for events of theirs.
pub(crate) struct Listener;

/// Who hears.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    region: String,
}

/// The services that tell.
const SOURCES: [&str; 6] = ["cloudformation", "codebuild", "codecommit", "codepipeline", "s3", "ssm"];

/// Makes sure that the services are heard: from now on, not from the next step on.
pub(crate) fn ensure(scope: &mut Scope<'_, Events>, bus: &Bus) -> Result<(), Error> {
    let key = [bus.account.as_str(), bus.region.as_str()];
    if scope.get(&LISTENERS, &key)?.is_some() {
        return Ok(());
    }
    let id = format!("events/listener/{}", base::uuid(scope.entropy()));
    durable::start::<Listener>(scope, &id, bus.account, &State { region: bus.region.clone() })?;
    for source in SOURCES {
        durable::subscribe(scope, &id, &format!("{source}/event/{}", bus.account))?;
    }
    scope.put(&LISTENERS, &key, &id)
}

impl Workflow for Listener {
    type Service = Events;
    const NAME: &'static str = "Listener";
    type State = State;

    fn token() -> Events {
        Events(())
    }

    fn step(work: &mut Work<'_, Self>, state: State) -> Result<Next<State>, Error> {
        let bus = Bus { account: work.owner(), region: state.region.clone(), name: DEFAULT.into() };
        for event in work.signals() {
            // A service tells of all regions at one place.
            if event["region"] == state.region.as_str() {
                routing::route(work, &bus, &event, 0)?;
            }
        }
        if bus.rules(work)?.iter().any(|rule| rule.enabled() && rule.pattern.is_some()) {
            return Ok(Next::Wait(state));
        }
        work.delete(&LISTENERS, &[bus.account.as_str(), bus.region.as_str()]);
        Ok(Next::Done)
    }

    fn give_up(work: &mut Work<'_, Self>, state: State, _error: &Error) -> Result<(), Error> {
        let account = work.owner();
        work.delete(&LISTENERS, &[account.as_str(), state.region.as_str()]);
        Ok(())
    }
}
