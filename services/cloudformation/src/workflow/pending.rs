//! What a rollback undoes, when an update that failed was followed by another one.

use super::cleanup::retained;
use crate::{
    CloudFormation,
    state::{LEFTOVERS, Leftover, Made, Pending, Stack, digits},
};
use gate::{Error, Scope};

/// Above the numbers that a clean-up and a deletion give.
const FIRST: u64 = 2_000_000;

/// One that was made on the way and is neither the old nor the new one.
fn leave(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, id: &str, made: Made) -> Result<(), Error> {
    let [account, uuid] = stack.key();
    let retain = retained(made.update_replace_policy.as_deref(), false);
    let leftover = Leftover { logical_id: id.into(), made, retain };
    // No event has this number twice, and each replacement has an event.
    scope.put(&LEFTOVERS, &[account, uuid, digits(FIRST + stack.events).as_str()], &leftover)
}

/// What was done since the stack was last as it should be: `before`, and `now` on top of it.
pub(super) fn together(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    id: &str,
    before: Option<Pending>,
    now: Pending,
) -> Result<Pending, Error> {
    Ok(match (before, now) {
        (None | Some(Pending::Failed), now) => now,
        (Some(before @ (Pending::Created | Pending::Replaced(_) | Pending::ChangedAndReplaced(..))), Pending::Replaced(between)) => {
            leave(scope, stack, id, *between)?;
            before
        }
        (Some(Pending::Updated(first)), Pending::Replaced(as_it_is)) => Pending::ChangedAndReplaced(first, as_it_is),
        (Some(before), _) => before,
    })
}
