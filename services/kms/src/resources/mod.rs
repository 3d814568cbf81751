//! KMS's resource types of CloudFormation.

pub(crate) mod alias;
pub(crate) mod key;

use gate::Error;

/// Something that is gone already, or on its way, is as good as deleted.
fn gone_is_fine<T>(result: Result<T, Error>) -> Result<(), Error> {
    match result {
        Err(error) if !["NotFoundException", "KMSInvalidStateException"].contains(&&*error.code) => Err(error),
        _ => Ok(()),
    }
}
