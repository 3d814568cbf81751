//! The one event data store that an account has here: its trail, which is there from the account's first call on and cannot
//! be deleted. Its retention is what can be set.

use crate::CloudTrail;
use base::{AccountId, Arn, Region};
use gate::{Error, Scope};
use serde::Serialize;

/// An event data store as its operations answer it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventDataStore {
    event_data_store_arn: Arn,
    name: &'static str,
    status: &'static str,
    multi_region_enabled: bool,
    organization_enabled: bool,
    /// Days; missing: records are kept for ever.
    retention_period: Option<u32>,
    termination_protection_enabled: bool,
}

/// The ARN of an account's trail.
pub(crate) fn arn(region: &Region, account: AccountId) -> Arn {
    Arn::new("cloudtrail", region.as_str(), account.as_str(), &format!("eventdatastore/{}", id(account)))
}

/// Ids are UUIDs: this one says whose it is.
fn id(account: AccountId) -> String {
    format!("00000000-0000-4000-8000-{account}")
}

/// The ARN that a request means: one that it gives, or the caller's own by its id.
pub(crate) fn named(given: &str, region: &Region, account: AccountId) -> Result<Arn, Error> {
    let own = arn(region, account);
    if given == id(account) || given == own.as_str() {
        return Ok(own);
    }
    let other: Option<Arn> =
        given.parse().ok().filter(|arn: &Arn| arn.service() == "cloudtrail" && arn.resource_of("eventdatastore").is_some());
    other
        .or_else(|| {
            (!given.contains(':') && given.len() <= 64)
                .then(|| Arn::new("cloudtrail", region.as_str(), account.as_str(), &format!("eventdatastore/{given}")))
        })
        .ok_or_else(|| Error::new("EventDataStoreARNInvalidException", "The specified event data store ARN is not valid."))
}

/// The event data store behind an ARN that the caller was allowed.
pub(crate) fn found(call: &mut Scope<'_, CloudTrail>, given: &str, region: &Region, account: AccountId) -> Result<EventDataStore, Error> {
    let arn = named(given, region, account)?;
    if arn != self::arn(region, account) {
        return Err(Error::new("EventDataStoreNotFoundException", format!("The event data store {arn} was not found.")));
    }
    Ok(EventDataStore {
        event_data_store_arn: arn,
        name: "trail",
        status: "ENABLED",
        multi_region_enabled: true,
        organization_enabled: false,
        retention_period: call.trail_retention(account)?,
        termination_protection_enabled: true,
    })
}
