//! What sessions of users may not call, whatever policies say.

use crate::{Caller, Error, Identity, Protocol};

/// What a user's own session may still call of `sts`.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
const BY_USERS: [&str; 2] = ["AssumeRole", "GetCallerIdentity"];
/// What a federated user's session may.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>
const BY_FEDERATED_USERS: [&str; 1] = ["GetCallerIdentity"];

/// Sessions of `GetSessionToken` (without MFA, as all are here) and of `GetFederationToken` reach nothing of `iam`, and of `sts`
/// next to nothing. AWS's own words, which do not say why, and what to do.
pub(crate) fn may_call(caller: &Caller, service: &str, operation: &str) -> Result<(), Error> {
    let (maker, of_sts): (_, &[&str]) = match caller.identity() {
        Identity::User { temporary: Some(_), .. } => ("GetSessionToken", &BY_USERS),
        Identity::Federated(_) => ("GetFederationToken", &BY_FEDERATED_USERS),
        _ => return Ok(()),
    };
    match service {
        "iam" => {
            let message = format!(
                "The security token included in the request is invalid. Sessions of {maker} cannot call iam:{operation}: call it with the user's own access key, or as a role."
            );
            Err(Error::new("InvalidClientTokenId", message).status(403))
        }
        "sts" if !of_sts.contains(&operation) => {
            Err(Error::access_denied(Protocol::Query, format!("Cannot call {operation} with session credentials")))
        }
        _ => Ok(()),
    }
}
