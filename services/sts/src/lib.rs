//! AWS STS: who calls, and sessions of roles.
//!
//! Must not know how roles are kept: the gate tells what a session needs of them.

mod operations;

use gate::{IssuesSessions, Protocol, Registration, Service};

pub use operations::{
    assume_role::{AssumeRole, AssumeRoleInput, AssumeRoleOutput, Credentials},
    get_caller_identity::GetCallerIdentity,
};

/// The service's token.
pub struct Sts(());

impl Service for Sts {
    const NAME: &'static str = "sts";
    const PRINCIPAL: &'static str = "sts.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Query;
}
impl IssuesSessions for Sts {}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Sts>().operation::<AssumeRole>().operation::<GetCallerIdentity>()
}
