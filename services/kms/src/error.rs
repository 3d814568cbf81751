//! KMS's errors.

use gate::Error;

pub(crate) fn no_key(text: &str) -> Error {
    Error::new("NotFoundException", format!("Key '{text}' does not exist"))
}
pub(crate) fn no_alias(text: &str) -> Error {
    Error::new("NotFoundException", format!("Alias {text} is not found."))
}
pub(crate) fn no_grant(id: &str) -> Error {
    Error::new("NotFoundException", format!("Grant ID {} not found", clipped(id)))
}
pub(crate) fn invalid_ciphertext() -> Error {
    Error::new(
        "InvalidCiphertextException",
        "The ciphertext is not one of this key, was altered, or was made with another encryption context.",
    )
}
pub(crate) fn malformed_policy(message: impl Into<String>) -> Error {
    Error::new("MalformedPolicyDocumentException", message)
}
pub(crate) fn invalid_arn(text: &str) -> Error {
    Error::new("InvalidArnException", format!("ARN does not refer to a valid principal: {}", clipped(text)))
}
pub(crate) fn invalid_state(message: String) -> Error {
    Error::new("KMSInvalidStateException", message)
}
pub(crate) fn invalid_usage(message: String) -> Error {
    Error::new("InvalidKeyUsageException", message)
}
pub(crate) fn unsupported(message: impl Into<String>) -> Error {
    Error::new("UnsupportedOperationException", message)
}
pub(crate) fn dry_run() -> Error {
    Error::new("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.").status(412)
}
pub(crate) fn limit_exceeded(message: impl Into<String>) -> Error {
    Error::new("LimitExceededException", message)
}

/// Enough of a value to know it by.
pub(crate) fn clipped(text: &str) -> String {
    text.chars().take(200).collect()
}
