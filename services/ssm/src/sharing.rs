//! Resource policies of parameters: how other accounts may read them.
//! Source: <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html>

use crate::{
    Ssm,
    error::clipped,
    names::{Key, resource},
    parameters,
    state::{ParameterRow, SharedBy},
};
use aws_lc_rs::digest::{SHA256, digest};
use base::Arn;
use gate::{Demand, Error, Scope, View};
use policy::{Policy, PolicyKind};

/// Bytes.
const LONGEST: usize = 1024;

fn no_resource() -> Error {
    Error::new("ResourceNotFoundException", "The specified parameter to be shared could not be found.")
}

pub(crate) fn invalid(name: &str, message: impl Into<String>) -> Error {
    Error::new("ResourcePolicyInvalidParameterException", message).member("ParameterNames", vec![name])
}

pub(crate) fn unknown() -> Error {
    Error::new("ResourcePolicyNotFoundException", "No policies with the specified policy ID and hash could be found.")
}

pub(crate) fn conflict() -> Error {
    Error::new("ResourcePolicyConflictException", "The hash provided in the call doesn't match the stored hash.")
}

fn malformed(message: impl std::fmt::Display) -> Error {
    Error::new("MalformedResourcePolicyDocumentException", format!("The specified policy document is malformed or invalid. {message}"))
}

/// The ARN that a request names, of a parameter.
fn arn(text: &str) -> Result<Arn, Error> {
    let arn: Arn = text.parse().map_err(|_| invalid("ResourceArn", format!("'{}' is not an ARN.", clipped(text))))?;
    let kind = arn.resource().split('/').next().unwrap_or_default();
    match (arn.service(), kind) {
        ("ssm", "parameter") if arn.resource().len() > "parameter/".len() => Ok(arn),
        ("ssm", "opsitemgroup" | "document") => Err(Error::not_implemented(&format!("resource policies of ssm {kind}"))),
        _ => Err(invalid("ResourceArn", format!("'{}' is not the ARN of a parameter.", clipped(text)))),
    }
}

/// The right to an action on the policies of a parameter.
pub(crate) fn demand(view: &mut View<'_, Ssm>, action: &'static str, text: &str) -> Result<Demand, Error> {
    let arn = arn(text)?;
    parameters::demand(view, action, &arn)
}

/// The parameter of the ARN, after the call was allowed.
pub(crate) fn load(view: &mut View<'_, Ssm>, text: &str) -> Result<ParameterRow, Error> {
    let arn = arn(text)?;
    let (account, name) = (arn.account(), arn.resource_of("parameter").unwrap_or_default());
    let Some(account) = account else { return Err(no_resource()) };
    let row = parameters::row(view, &Key::new(account, name))?;
    row.filter(|row| row.arn == arn && arn.resource() == resource(&row.name)).ok_or_else(no_resource)
}

/// Checks a policy; gives it as it is kept.
pub(crate) fn checked(scope: &mut Scope<'_, Ssm>, id: String, document: &str) -> Result<SharedBy, Error> {
    if document.trim().is_empty() {
        return Err(malformed("It is empty."));
    }
    if document.len() > LONGEST {
        return Err(Error::new(
            "ResourcePolicyLimitExceededException",
            format!("A policy can't be greater than {LONGEST} bytes in size; this one has {}.", document.len()),
        )
        .member("Limit", LONGEST)
        .member("LimitType", "PolicySize"));
    }
    let parsed = Policy::parse(document, PolicyKind::Resource).map_err(malformed)?;
    if parsed.is_public() {
        return Err(malformed("It allows everyone; name the accounts or principals that may read the parameter."));
    }
    let kept = scope.principals_to_ids(document).map_err(|failure| match failure {
        Ok(principal) => malformed(format_args!("It names a principal that does not exist: {principal}")),
        Err(error) => error,
    })?;
    Ok(SharedBy { id, hash: hex::encode(digest(&SHA256, document.as_bytes())), document: kept })
}
