//! What becomes of a key when its time comes: new material, the end of imported material, its own end.
//! Sources: <https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html>

use crate::{
    Kms, grants, keys, material,
    state::{ALIASES, KEYS, KeyRow, KeyState, Material, OWNED},
};
use base::Timestamp;
use durable::{Next, Work, Workflow};
use gate::{Error, Scope, ServiceEvent};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// One key's upkeep. It sleeps until something is due, and ends when nothing is to come.
pub(crate) struct Upkeep;

/// Whose it is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    key: String,
}

/// When something is due next.
fn due(key: &mut KeyRow) -> Option<Timestamp> {
    if key.deletion.is_some() {
        return key.deletion;
    }
    // A key that is not in use keeps its material; when it is enabled again, what was left out is done.
    let rotation = key.next_rotation().filter(|_| key.state() == KeyState::Enabled);
    key.all_materials().filter_map(|material| Material::expiry(material)).chain(rotation).min()
}

/// Saves a key, and sees to it that what is due is done.
pub(crate) fn save(scope: &mut Scope<'_, Kms>, key: &mut KeyRow) -> Result<(), Error> {
    let id = format!("kms/key/{}", key.id);
    match (due(key), key.upkeep) {
        (None, _) => {}
        (Some(time), true) => durable::wake_at(scope, &id, time)?,
        (Some(_), false) => {
            key.upkeep = true;
            durable::start::<Upkeep>(scope, &id, key.account, &State { key: key.id.clone() })?;
        }
    }
    keys::save(scope, key)
}

/// Destroys a key with its material, its aliases and its grants.
fn destroy(scope: &mut Scope<'_, Kms>, dead: &KeyRow) -> Result<(), Error> {
    let account = dead.account;
    for alias in &dead.aliases {
        // The name may be another key's by now.
        if scope.get(&ALIASES, &[account.as_str(), alias])?.is_some_and(|row| row.target == dead.id) {
            scope.delete(&ALIASES, &[account.as_str(), alias]);
        }
    }
    for (grant, row) in &dead.grants {
        grants::forget(scope, dead, grant, row);
    }
    scope.delete(&OWNED, &[account.as_str(), &dead.id]);
    scope.delete(&KEYS, dead.id.as_str());
    Ok(())
}

/// What was done to a key without a call: AWS's names of these events.
fn event(name: &'static str, key: &KeyRow) -> ServiceEvent {
    let details = json!({"keyId": key.id});
    ServiceEvent { name, account: key.account, resources: vec![key.arn.clone()], details, data: false }
}

impl Workflow for Upkeep {
    type Service = Kms;
    const NAME: &'static str = "Upkeep";
    type State = State;

    fn token() -> Kms {
        Kms(())
    }

    fn step(work: &mut Work<'_, Self>, state: State) -> Result<Next<State>, Error> {
        let now = work.now();
        let Some(key) = work.get(&KEYS, state.key.as_str())? else { return Ok(Next::Done) };
        if !key.lives(now) {
            destroy(work, &key)?;
            work.record_event(event("DeleteKey", &key))?;
            return Ok(Next::Done);
        }
        let mut kept = key;
        let expired = kept.all_materials().any(|material| material.expiry().is_some_and(|end| end <= now));
        let mut key = kept.at(now);
        let mut done: Vec<_> = expired.then(|| event("DeleteExpiredKeyMaterial", &key)).into_iter().collect();
        if key.state() == KeyState::Enabled && key.next_rotation().is_some_and(|due| due <= now) {
            material::rotate_on_schedule(work, &mut key)?;
            done.push(event("RotateKey", &key));
        }
        let next = due(&mut key);
        key.upkeep = next.is_some();
        keys::save(work, &key)?;
        for event in done {
            work.record_event(event)?;
        }
        Ok(next.map_or(Next::Done, |time| Next::At(state, time)))
    }

    fn give_up(work: &mut Work<'_, Self>, state: State, _error: &Error) -> Result<(), Error> {
        let Some(mut key) = work.get(&KEYS, state.key.as_str())? else { return Ok(()) };
        // The next change of the key begins anew.
        key.upkeep = false;
        keys::save(work, &key)
    }
}
