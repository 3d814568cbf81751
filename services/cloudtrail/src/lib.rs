//! AWS CloudTrail: the trail of all calls, for those who may read it.
//!
//! Must not write the trail: the gate does, with every call. How long it is kept is set here.

mod event_data_store;
mod operations;

use gate::{KeepsTrail, Protocol, ReadsTrail, Registration, Service};

pub use operations::get_event_data_store::{GetEventDataStore, GetEventDataStoreInput};
pub use operations::lookup_events::{LookupAttribute, LookupEvents, LookupEventsInput};
pub use operations::update_event_data_store::{UpdateEventDataStore, UpdateEventDataStoreInput};

/// The service's token.
pub struct CloudTrail(());

impl Service for CloudTrail {
    const NAME: &'static str = "cloudtrail";
    const PRINCIPAL: &'static str = "cloudtrail.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}
impl KeepsTrail for CloudTrail {}
impl ReadsTrail for CloudTrail {}

/// The service.
pub fn service() -> Registration {
    Registration::new::<CloudTrail>().operation::<GetEventDataStore>().operation::<LookupEvents>().operation::<UpdateEventDataStore>()
}
