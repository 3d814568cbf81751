//! Fetches the keys of an issuer: when the first provider for it is made, every hour, and when a token has a key that is not known.

use super::{
    discovery::{self, Fetch},
    issuers::ISSUERS,
};
use crate::Iam;
use base::AccountId;
use durable::{Agent, Engine, Next, Work, Workflow};
use gate::{Error, Scope, StepContext};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{sync::Arc, time::Duration};

pub(crate) struct IssuerKeys;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IssuerKeysState {
    issuer: String,
}

const EVERY: Duration = Duration::from_secs(3600);
/// After a failure; twice as long after each further one, at most `EVERY`.
const RETRY: Duration = Duration::from_secs(30);
/// The outbox's handler.
const FETCH: &str = "FetchIssuerKeys";
/// What is kept of the reason of a failure.
const LONGEST_FAILURE: usize = 300;

impl Workflow for IssuerKeys {
    type Service = Iam;
    const NAME: &'static str = "IssuerKeys";
    type State = IssuerKeysState;

    fn token() -> Iam {
        Iam(())
    }

    fn step(work: &mut Work<'_, Self>, state: IssuerKeysState) -> Result<Next<IssuerKeysState>, Error> {
        // A signal says no more than that it is time to look.
        work.signals();
        let row = work.get(&ISSUERS, state.issuer.as_str())?;
        let Some(row) = row.filter(|row| row.watch.as_deref() == Some(work.id())) else { return Ok(Next::Done) };
        if row.given {
            return Ok(Next::Wait(state));
        }
        let id = format!("issuer-keys/{}", base::uuid(work.entropy()));
        work.command(FETCH, &id, json!({"issuer": state.issuer}))?;
        let next = work.now().plus(EVERY);
        Ok(Next::At(state, next))
    }

    fn give_up(_work: &mut Work<'_, Self>, _state: IssuerKeysState, _error: &Error) -> Result<(), Error> {
        Ok(())
    }
}

pub(crate) fn start(scope: &mut Scope<'_, Iam>, id: &str, account: AccountId, issuer: &str) -> Result<(), Error> {
    durable::start::<IssuerKeys>(scope, id, account, &IssuerKeysState { issuer: issuer.into() })
}

/// Lets the workflow look at its issuer now.
pub(crate) fn wake(scope: &mut Scope<'_, Iam>, id: &str) -> Result<(), Error> {
    durable::signal(scope, id, json!("look"))
}

/// Registers it; `fetch` reaches the issuers.
pub(crate) fn register(engine: &mut Engine, fetch: Arc<Fetch>) {
    engine.workflow::<IssuerKeys>();
    engine.handler::<Iam>(FETCH, move |agent| run(agent, &*fetch));
}

fn run(agent: &Agent<'_>, fetch: &Fetch) -> Result<(), Error> {
    let issuer = agent.command.payload["issuer"].as_str().unwrap_or_default();
    let found = discovery::keys(fetch, issuer);
    let context = StepContext { account: agent.command.account, region: agent.command.region.clone() };
    agent.gate.step(&Iam(()), &context, |scope| {
        let Some(mut row) = scope.get(&ISSUERS, issuer)?.filter(|row| !row.given) else { return Ok(()) };
        let now = scope.now();
        row.checked = Some(now);
        row.wanted = false;
        match &found {
            Ok(keys) => (row.keys, row.failure, row.failures) = (keys.clone(), None, 0),
            Err(why) => {
                // The keys of the last time still count: an issuer that is down for a while locks nobody out.
                row.failure = Some(why.chars().filter(|c| !c.is_control()).take(LONGEST_FAILURE).collect());
                row.failures = row.failures.saturating_add(1);
                let pause = RETRY.saturating_mul(1 << (row.failures - 1).min(10)).min(EVERY);
                if let Some(watch) = &row.watch {
                    durable::wake_at(scope, watch, now.plus(pause))?;
                }
            }
        }
        scope.put(&ISSUERS, issuer, &row)
    })
}
