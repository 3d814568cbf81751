//! Parameter Store's errors.
//! Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html#API_PutParameter_Errors>

use gate::{Error, Protocol};

pub(crate) fn no_parameter(name: &str) -> Error {
    Error::new("ParameterNotFound", format!("Parameter {} not found.", clipped(name)))
}
pub(crate) fn no_version(which: &str, name: &str) -> Error {
    Error::new(
        "ParameterVersionNotFound",
        format!("Systems Manager could not find version {} of {name}. Verify the version and try again.", clipped(which)),
    )
}
pub(crate) fn exists() -> Error {
    Error::new(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    )
}
pub(crate) fn invalid_token() -> Error {
    Error::new("InvalidNextToken", "The specified token isn't valid.")
}
pub(crate) fn invalid_resource() -> Error {
    Error::new("InvalidResourceId", "The resource ID is not valid. Verify that you entered the correct ID and try again.")
}

/// A member that breaks one of the model's constraints, in AWS's words.
pub(crate) fn constraint(value: &str, member: &str, must: &str) -> Error {
    let value = clipped(value);
    Error::validation(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {must}"
    ))
}

/// A number that has bounds.
pub(crate) fn within(value: Option<usize>, member: &str, most: usize, default: usize) -> Result<usize, Error> {
    match value.unwrap_or(default) {
        0 => Err(constraint("0", member, "have value greater than or equal to 1")),
        more if more > most => Err(constraint(&more.to_string(), member, &format!("have value less than or equal to {most}"))),
        fits => Ok(fits),
    }
}

/// KMS's refusals in Parameter Store's words; a denial keeps its cause.
pub(crate) fn behind(cause: Error) -> Error {
    let told = format!("{} (Service: AWSKMS; Status Code: {}; Error Code: {})", cause.message, cause.status, cause.code);
    if cause.is_denied() || cause.code == "AccessDeniedException" {
        let mut denied = Error::access_denied(Protocol::Json, told);
        denied.denial = cause.denial;
        return denied;
    }
    match cause.code.as_ref() {
        "NotFoundException"
        | "DisabledException"
        | "KMSInvalidStateException"
        | "InvalidKeyUsageException"
        | "InvalidArnException"
        | "UnsupportedOperationException" => Error::new("InvalidKeyId", told),
        _ => cause,
    }
}

/// Enough of a value to know it by.
pub(crate) fn clipped(text: &str) -> String {
    text.chars().take(200).collect()
}
