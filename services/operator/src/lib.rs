//! What the operator asks of the server itself: backups, another root key, what is under way. AWS has no such service, so it takes no name of AWS's.
//!
//! Must not know how it is done: files and keys belong to the binary, which does what was allowed and recorded here.

mod error;
mod operations;

use gate::{Protocol, Registration, Service};

pub use operations::{create_backup::CreateBackup, describe_work::DescribeWork, rotate_root_key::RotateRootKey};

/// The service's token.
pub struct Operator(());

impl Service for Operator {
    const NAME: &'static str = "operator";
    const PRINCIPAL: &'static str = "operator.sekisho";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Operator>().operation::<CreateBackup>().operation::<DescribeWork>().operation::<RotateRootKey>()
}
