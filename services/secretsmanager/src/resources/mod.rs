//! Secrets Manager's resource types of CloudFormation.

pub(crate) mod resource_policy;
pub(crate) mod secret;

use gate::Error;

/// Something that is gone already, or on its way, is as good as deleted.
fn gone_is_fine<T>(result: Result<T, Error>) -> Result<(), Error> {
    match result {
        Err(error) if !["ResourceNotFoundException", "InvalidRequestException"].contains(&&*error.code) => Err(error),
        _ => Ok(()),
    }
}
