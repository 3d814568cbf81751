//! What last-used figures are derived from: of each record who used what, where and when, and no more.

use crate::{Error, FollowsUse, Record, Scope, record::TRAIL, table::Bounds};
use base::{AccountId, Timestamp};
use serde_json::Value;

/// One use of a user's or role's rights, allowed or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// When.
    pub time: Timestamp,
    /// The unique id of the user or role.
    pub entity: String,
    /// The access key that signed.
    pub access_key_id: Option<String>,
    /// `service:Operation`.
    pub action: String,
    /// The region of the call.
    pub region: String,
}

/// A stretch of an account's trail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// In the order in which they were asked for.
    pub list: Vec<Use>,
    /// The id of the last event that was looked at; None: there was none.
    pub last: Option<String>,
    /// Whether as many events were looked at as were asked for: there may be more.
    pub more: bool,
}

impl Use {
    /// None: neither a user nor a role called.
    fn of(record: Record) -> Option<Self> {
        let identity = &record.event["userIdentity"];
        let id = match identity["type"].as_str()? {
            "IAMUser" => &identity["principalId"],
            "AssumedRole" | "FederatedUser" => &identity["sessionContext"]["sessionIssuer"]["principalId"],
            _ => return None,
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some(Self {
            time: record.time,
            entity: text(id)?,
            access_key_id: text(&identity["accessKeyId"]),
            region: text(&record.event["awsRegion"]).unwrap_or_default(),
            action: record.action,
        })
    }
}

impl<S: FollowsUse> Scope<'_, S> {
    /// What was used in an account behind the event `after`, not later than `until`, oldest first.
    ///
    /// # Errors
    /// The store failed.
    pub fn uses(&mut self, account: AccountId, after: Option<&str>, until: Timestamp, limit: usize) -> Result<Uses, Error> {
        let mut records = self.stretch(account, after, limit, false)?;
        let more = records.len() == limit;
        let in_time = records.iter().take_while(|record| record.time <= until).count();
        records.truncate(in_time);
        let last = records.last().map(|record| record.id.clone());
        Ok(Uses { list: records.into_iter().filter_map(Use::of).collect(), last, more: more && in_time == limit })
    }
    /// What was used in an account behind the event `after`, newest first.
    ///
    /// # Errors
    /// The store failed.
    pub fn latest_uses(&mut self, account: AccountId, after: Option<&str>, limit: usize) -> Result<Uses, Error> {
        let mut records = self.stretch(account, None, limit, true)?;
        let more = records.len() == limit;
        let new = records.iter().take_while(|record| after.is_none_or(|after| *record.id > *after)).count();
        records.truncate(new);
        let last = records.last().map(|record| record.id.clone());
        Ok(Uses { list: records.into_iter().filter_map(Use::of).collect(), last, more: more && new == limit })
    }

    fn stretch(&mut self, account: AccountId, from: Option<&str>, limit: usize, reverse: bool) -> Result<Vec<Record>, Error> {
        let from = from.map(|id| [id]);
        let bounds = Bounds { from: from.as_ref().map(<[&str; 1]>::as_slice), inclusive: false, limit, reverse };
        let rows = TRAIL.scan(self.view.core, &[account.as_str()], bounds)?;
        Ok(rows.into_iter().map(|(_, record)| record).collect())
    }
}
