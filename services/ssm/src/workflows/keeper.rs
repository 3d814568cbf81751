//! Looks after the policies of one parameter: tells the feed, and deletes what has expired.

use crate::{
    Ssm, events,
    names::Key,
    parameters, policies,
    state::{PARAMETERS, ParameterRow},
};
use base::Timestamp;
use durable::{Next, Work, Workflow};
use gate::{Error, Scope, ServiceEvent};
use serde_json::json;

/// The work: its state is the parameter's key.
pub(crate) struct Keeper;

/// Has a keeper look at the parameter, if it has policies or had some. The row is saved by who calls.
pub(crate) fn attend(scope: &mut Scope<'_, Ssm>, mut row: ParameterRow) -> Result<ParameterRow, Error> {
    match &row.keeper {
        Some(keeper) => durable::signal(scope, keeper, serde_json::Value::Null)?,
        None if row.current.policies.is_empty() => {}
        None => {
            let id = format!("ssm-parameter-{}", base::uuid(scope.entropy()));
            durable::start::<Keeper>(scope, &id, row.key.account, &row.key)?;
            row.keeper = Some(id);
        }
    }
    Ok(row)
}

/// When the next policy that was not applied is due.
fn next(row: &ParameterRow) -> Option<Timestamp> {
    let end = policies::end(&row.current.policies);
    row.current.policies.iter().filter(|policy| !policy.done).filter_map(|policy| policy.due(row.current.changed, end)).min()
}

impl Workflow for Keeper {
    type Service = Ssm;
    const NAME: &'static str = "keeper";
    type State = Key;

    fn token() -> Ssm {
        Ssm(())
    }

    fn step(work: &mut Work<'_, Self>, key: Key) -> Result<Next<Key>, Error> {
        let now = work.now();
        let found = work.get(&PARAMETERS, &key)?;
        // A parameter that was deleted and made again has another keeper.
        let Some(mut row) = found.filter(|row: &ParameterRow| row.keeper.as_deref() == Some(work.id())) else { return Ok(Next::Done) };
        let end = policies::end(&row.current.policies);
        let due = |policy: &policies::Policy| !policy.done && policy.due(row.current.changed, end).is_some_and(|time| time <= now);
        let due: Vec<usize> = (0..row.current.policies.len()).filter(|n| due(&row.current.policies[*n])).collect();
        for n in due {
            row.current.policies[n].done = true;
            events::applied(work, &row, &row.current.policies[n])?;
        }
        if !row.lives(now) {
            row.keeper = None;
            parameters::delete(work, &row)?;
            let (resources, details) = (vec![row.arn.clone()], json!({"name": row.name, "policy": "Expiration"}));
            let event = ServiceEvent { name: "DeleteParameter", account: key.account, resources, details, data: false };
            work.record_event(event)?;
            return Ok(Next::Done);
        }
        let next = next(&row);
        if next.is_none() {
            row.keeper = None;
        }
        parameters::save(work, &row)?;
        Ok(next.map_or(Next::Done, |time| Next::At(key, time)))
    }

    fn give_up(work: &mut Work<'_, Self>, key: Key, _error: &Error) -> Result<(), Error> {
        // The parameter's next change begins anew.
        if let Some(mut row) = work.get(&PARAMETERS, &key)? {
            row.keeper = None;
            parameters::save(work, &row)?;
        }
        Ok(())
    }
}
