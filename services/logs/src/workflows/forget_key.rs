use crate::{Logs, names::Group, state::CURRENT_KEYS};
use base::{AccountId, Timestamp};
use durable::{Next, Work, Workflow};
use gate::{Error, Scope};
use serde::{Deserialize, Serialize};

/// Forgets the data key that a group's new events are encrypted with, when its time has come: who disables or deletes the KMS
/// key can rely on it.
pub(super) struct ForgetKey;

#[derive(Serialize, Deserialize)]
pub(super) struct State {
    account: AccountId,
    group: String,
}

/// Plans it; `planned` says that a key lies there, and so that the work is under way already.
pub(crate) fn at(scope: &mut Scope<'_, Logs>, group: &Group, time: Timestamp, planned: bool) -> Result<(), Error> {
    let id = format!("logs/forget-key/{}", group.row.id);
    if !planned {
        let state = State { account: group.named.account, group: group.row.id.clone() };
        durable::start::<ForgetKey>(scope, &id, group.named.account, &state)?;
    }
    durable::wake_at(scope, &id, time)
}

impl Workflow for ForgetKey {
    type Service = Logs;
    const NAME: &'static str = "ForgetKey";
    type State = State;

    fn token() -> Logs {
        Logs(())
    }

    fn step(work: &mut Work<'_, Self>, state: State) -> Result<Next<State>, Error> {
        let key = [state.account.as_str(), &state.group];
        let now = work.now();
        match work.get(&CURRENT_KEYS, &key)? {
            Some(row) if now < row.until => Ok(Next::At(state, row.until)),
            _ => {
                work.delete(&CURRENT_KEYS, &key);
                Ok(Next::Done)
            }
        }
    }

    fn give_up(work: &mut Work<'_, Self>, state: State, _error: &Error) -> Result<(), Error> {
        work.delete(&CURRENT_KEYS, &[state.account.as_str(), &state.group]);
        Ok(())
    }
}
