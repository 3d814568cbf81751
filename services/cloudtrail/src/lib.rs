//! AWS CloudTrail: the trail of all calls, for those who may read it.
//!
//! Must not write the trail: the gate does, with every call.

mod operations;

use gate::{Protocol, ReadsTrail, Registration, Service};

pub use operations::lookup_events::{LookupAttribute, LookupEvents, LookupEventsInput};

/// The service's token.
pub struct CloudTrail(());

impl Service for CloudTrail {
    const NAME: &'static str = "cloudtrail";
    const PRINCIPAL: &'static str = "cloudtrail.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}
impl ReadsTrail for CloudTrail {}

/// The service.
pub fn service() -> Registration {
    Registration::new::<CloudTrail>().operation::<LookupEvents>()
}
