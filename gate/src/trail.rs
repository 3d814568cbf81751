use crate::{Error, ReadsTrail, Record, Scope, record::TRAIL, table::Bounds};
use base::AccountId;

impl<S: ReadsTrail> Scope<'_, S> {
    /// Records of an account, newest first, older than the event id `before` (all if None).
    ///
    /// # Errors
    /// The store failed.
    pub fn trail(&mut self, account: AccountId, before: Option<&str>, limit: usize) -> Result<Vec<Record>, Error> {
        let from = before.map(|id| [id]);
        let from: Option<&[&str]> = from.as_ref().map(|f| f.as_slice());
        let rows = TRAIL.scan(self.view.core, &[account.as_str()], Bounds { from, inclusive: false, limit, reverse: true })?;
        Ok(rows.into_iter().map(|(_, record)| record).collect())
    }
    /// One record of an account.
    ///
    /// # Errors
    /// The store failed.
    pub fn trail_event(&mut self, account: AccountId, id: &str) -> Result<Option<Record>, Error> {
        TRAIL.get(self.view.core, &[account.as_str(), id])
    }
}
