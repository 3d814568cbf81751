//! The end of a secret: when its recovery window is over, it is removed with its values.
//! Source: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html>

use crate::{
    Secretsmanager,
    state::{SECRETS, SecretRow},
};
use base::{AccountId, Timestamp};
use durable::{Next, Work, Workflow};
use gate::{Error, Scope, ServiceEvent};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Waits for the day.
pub(crate) struct Removal;

/// Which secret, and when.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    account: AccountId,
    name: String,
    day: Timestamp,
}

/// Sees to it that a secret is removed on its day, if it is not restored.
pub(crate) fn begin(scope: &mut Scope<'_, Secretsmanager>, row: &SecretRow, day: Timestamp) -> Result<(), Error> {
    let id = format!("secretsmanager/removal/{}", scope.event_id());
    durable::start::<Removal>(scope, &id, row.account, &State { account: row.account, name: row.name.clone(), day })
}

impl Workflow for Removal {
    type Service = Secretsmanager;
    const NAME: &'static str = "Removal";
    type State = State;

    fn token() -> Secretsmanager {
        Secretsmanager(())
    }

    fn step(work: &mut Work<'_, Self>, state: State) -> Result<Next<State>, Error> {
        let now = work.now();
        if now < state.day {
            let day = state.day;
            return Ok(Next::At(state, day));
        }
        let place = [state.account.as_str(), state.name.as_str()];
        // It may have been restored, or be another one by now.
        if let Some(row) = work.get(&SECRETS, &place)?.filter(|row| !row.lives(now)) {
            work.delete(&SECRETS, &place);
            let (resources, details) = (vec![row.arn.clone()], json!({"secretId": row.arn}));
            let name = "EndSecretVersionDelete";
            work.record_event(ServiceEvent { name, account: state.account, resources, details, data: false })?;
        }
        Ok(Next::Done)
    }

    fn give_up(_work: &mut Work<'_, Self>, _state: State, _error: &Error) -> Result<(), Error> {
        // Nobody can see the secret any more; a new one of its name takes its place.
        Ok(())
    }
}
