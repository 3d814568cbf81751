//! The figures as they are asked for.

use super::{ENTITIES, KEYS_USED, LastUse, USED, fold::Newest, folded};
use crate::Iam;
use base::AccountId;
use gate::{Error, Scope};
use std::collections::BTreeMap;

/// What is read of the trail's end, where it is not folded yet.
const TAIL: usize = 5000;

fn tail(scope: &mut Scope<'_, Iam>, account: AccountId) -> Result<Newest, Error> {
    let from = folded(scope, account)?;
    let mut newest = Newest::default();
    scope.latest_uses(account, from.as_deref(), TAIL)?.list.into_iter().for_each(|used| newest.add(used));
    Ok(newest)
}

/// The last use of an access key of a user of `account`.
pub(crate) fn key_last_used(scope: &mut Scope<'_, Iam>, account: AccountId, key: &str) -> Result<Option<LastUse>, Error> {
    KeyFigures::read(scope, account)?.of(scope, key)
}

/// The last uses of all access keys of an account: the trail's end is read once.
pub(crate) struct KeyFigures(Newest);

impl KeyFigures {
    pub(crate) fn read(scope: &mut Scope<'_, Iam>, account: AccountId) -> Result<Self, Error> {
        tail(scope, account).map(Self)
    }
    pub(crate) fn of(&self, scope: &mut Scope<'_, Iam>, key: &str) -> Result<Option<LastUse>, Error> {
        match self.0.keys.get(key) {
            Some(last) => Ok(Some(last.clone())),
            None => scope.get(&KEYS_USED, key),
        }
    }
}

/// The last use of a role, of what is folded: one row is read.
pub(crate) fn role_last_used(scope: &mut Scope<'_, Iam>, account: AccountId, id: &str) -> Result<Option<LastUse>, Error> {
    scope.get(&ENTITIES, &[account.as_str(), id])
}

/// All that the entities of an account used last.
pub(crate) struct Figures {
    account: AccountId,
    tail: Newest,
}

impl Figures {
    pub(crate) fn read(scope: &mut Scope<'_, Iam>, account: AccountId) -> Result<Self, Error> {
        Ok(Self { account, tail: tail(scope, account)? })
    }
    /// The last use of each action by an entity: `service:Operation`.
    pub(crate) fn of(&self, scope: &mut Scope<'_, Iam>, id: &str) -> Result<BTreeMap<String, LastUse>, Error> {
        let rows = scope.scan(&USED, &[self.account.as_str(), id])?;
        let mut actions: BTreeMap<String, LastUse> = rows.into_iter().map(|(_, last)| (last.action.clone(), last)).collect();
        let young = self.tail.actions.iter().filter(|((entity, _), _)| entity == id);
        actions.extend(young.map(|((_, action), last)| (action.clone(), last.clone())));
        Ok(actions)
    }
}
