//! AWS STS: who calls, and sessions: of roles, of users, of those for whom a user or an OpenID Connect provider vouches.
//!
//! Must not know how roles, users and providers are kept, nor how a token is verified: the gate tells.

mod error;
pub mod example;
mod members;
mod operations;
mod session;

use gate::{IssuesSessions, Protocol, Registration, Service};

pub use operations::{
    assume_role::{AssumeRole, AssumeRoleInput, AssumeRoleOutput},
    assume_role_with_web_identity::AssumeRoleWithWebIdentity,
    decode_authorization_message::DecodeAuthorizationMessage,
    get_access_key_info::GetAccessKeyInfo,
    get_caller_identity::GetCallerIdentity,
    get_federation_token::GetFederationToken,
    get_session_token::GetSessionToken,
};
pub use session::Credentials;

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
    Registration::new::<Sts>()
        .operation::<AssumeRole>()
        .operation::<AssumeRoleWithWebIdentity>()
        .operation::<DecodeAuthorizationMessage>()
        .operation::<GetAccessKeyInfo>()
        .operation::<GetCallerIdentity>()
        .operation::<GetFederationToken>()
        .operation::<GetSessionToken>()
}
