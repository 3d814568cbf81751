//! What cryptographic operations have in common.

use crate::{
    Kms,
    asymmetric::MessageType,
    blob::{Ciphertext, LONGEST_PLAINTEXT},
    error::{clipped, invalid_ciphertext, invalid_usage},
    keys::{Named, Rows, load, named, usable},
    kinds::{Usage, not_among},
    state::KeyRow,
};
use base::{Blob, Secret};
use gate::{Error, Scope};
use serde_json::Value;

/// The algorithm of symmetric keys, and the one that is meant where none is named.
pub(crate) const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";

/// What `Decrypt` takes.
const LONGEST_CIPHERTEXT: usize = 6144;

/// The key must be one for `usage`.
pub(crate) fn check_usage(key: &KeyRow, usage: Usage, operation: &str) -> Result<(), Error> {
    if key.kind.usage == usage {
        return Ok(());
    }
    Err(invalid_usage(format!("{} key usage is {} which is not valid for {operation}.", key.arn, key.kind.usage.name())))
}

/// Data keys are encrypted under symmetric keys alone.
pub(crate) fn check_symmetric(key: &KeyRow, operation: &str) -> Result<(), Error> {
    check_usage(key, Usage::EncryptDecrypt, operation)?;
    if key.kind.is_symmetric() {
        return Ok(());
    }
    Err(invalid_usage(format!("{} key spec is {} which is not valid for {operation}.", key.arn, key.kind.spec.name())))
}

/// The algorithm by which the key encrypts.
pub(crate) fn encryption_algorithm(key: &KeyRow, asked: Option<&str>, operation: &str) -> Result<&'static str, Error> {
    check_usage(key, Usage::EncryptDecrypt, operation)?;
    key.kind.algorithm(asked.unwrap_or(SYMMETRIC), key.kind.encryption_algorithms())
}

/// A message, and whether it is one or its digest.
pub(crate) fn message<'m>(message: &'m Secret<Blob>, kind: Option<&str>) -> Result<(&'m [u8], MessageType), Error> {
    let kind = match kind {
        None | Some("RAW") => MessageType::Raw,
        Some("DIGEST") => MessageType::Digest,
        Some("EXTERNAL_MU") => return Err(Error::not_implemented("kms:Sign with MessageType EXTERNAL_MU")),
        Some(other) => {
            return Err(Error::validation(format!(
                "1 validation error detected: Value '{}' at 'messageType' failed to satisfy constraint: Member must satisfy enum value set: [RAW, DIGEST, EXTERNAL_MU]",
                clipped(other)
            )));
        }
    };
    let bytes = message.expose().0.as_slice();
    if bytes.is_empty() || bytes.len() > LONGEST_PLAINTEXT {
        return Err(Error::validation(format!(
            "1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length between 1 and {LONGEST_PLAINTEXT}"
        )));
    }
    Ok((bytes, kind))
}

/// What is to be decrypted: of a symmetric key, which it names itself, or of an RSA key, which must be named beside it.
pub(crate) enum Sealed<'b> {
    Symmetric(Ciphertext<'b>),
    Asymmetric(&'b [u8]),
    /// A dry run of the decision alone.
    Ignored,
}

/// Whether a dry run leaves the ciphertext aside.
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html>
pub(crate) fn ignores_ciphertext(dry_run: bool, modifiers: &[String]) -> Result<bool, Error> {
    const IGNORE: &str = "IGNORE_CIPHERTEXT";
    if let Some(other) = modifiers.iter().find(|modifier| *modifier != IGNORE) {
        return Err(not_among(other, "DryRunModifiers", &[IGNORE]));
    }
    if !modifiers.is_empty() && !dry_run {
        return Err(Error::validation("DryRunModifiers can only be specified when DryRun is true."));
    }
    Ok(!modifiers.is_empty())
}

impl<'b> Sealed<'b> {
    pub(crate) fn read(bytes: &'b [u8], (key, algorithm): (Option<&str>, Option<&str>), ignored: bool) -> Result<Self, Error> {
        if ignored {
            let needed = || Error::validation("The KeyId is required when the ciphertext is ignored.");
            return key.map(|_| Self::Ignored).ok_or_else(needed);
        }
        if bytes.is_empty() || bytes.len() > LONGEST_CIPHERTEXT {
            return Err(Error::validation(format!(
                "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length between 1 and {LONGEST_CIPHERTEXT}"
            )));
        }
        if algorithm.is_none_or(|name| name == SYMMETRIC) {
            return Ciphertext::read(bytes).map(Self::Symmetric);
        }
        if key.is_none() {
            return Err(Error::validation("The KeyId is required when the ciphertext was encrypted under an asymmetric KMS key."));
        }
        Ok(Self::Asymmetric(bytes))
    }
}

/// Answers sealed for an attested enclave are not made here.
pub(crate) fn refuse_recipient(operation: &str, recipient: Option<&Value>) -> Result<(), Error> {
    match recipient {
        Some(_) => Err(Error::not_implemented(&format!("kms:{operation} with Recipient"))),
        None => Ok(()),
    }
}

/// The key that decrypts: the one that was named, or the one that the ciphertext names.
pub(crate) fn decrypting_key(rows: &mut impl Rows, sealed: &Sealed<'_>, given: Option<&str>) -> Result<Named, Error> {
    let ciphertext = match (sealed, given) {
        (_, Some(text)) => return named(rows, text),
        (Sealed::Symmetric(ciphertext), None) => ciphertext,
        (Sealed::Asymmetric(_) | Sealed::Ignored, None) => return Err(invalid_ciphertext()),
    };
    let key = rows.key_row(&ciphertext.key)?.ok_or_else(invalid_ciphertext)?;
    Ok(Named { arn: key.arn.clone(), key: Some(key), alias: None })
}

/// The same after the call was allowed, and the algorithm: it must be the key that the ciphertext names.
pub(crate) fn load_decrypting(
    scope: &mut Scope<'_, Kms>,
    sealed: &Sealed<'_>,
    (given, algorithm): (Option<&str>, Option<&str>),
    operation: &str,
) -> Result<(KeyRow, &'static str), Error> {
    let key = match given {
        Some(text) => load(scope, text)?,
        None => decrypting_key(scope, sealed, None)?.key.ok_or_else(invalid_ciphertext)?,
    };
    let key = usable(key)?;
    let algorithm = encryption_algorithm(&key, algorithm, operation)?;
    match sealed {
        Sealed::Symmetric(ciphertext) if key.id != ciphertext.key => {
            Err(Error::new("IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation."))
        }
        _ => Ok((key, algorithm)),
    }
}

/// The length of a data key.
pub(crate) fn data_key_length(spec: Option<&str>, bytes: Option<usize>) -> Result<usize, Error> {
    match (spec, bytes) {
        (Some("AES_256"), None) => Ok(32),
        (Some("AES_128"), None) => Ok(16),
        (None, Some(bytes)) if (1..=1024).contains(&bytes) => Ok(bytes),
        _ => Err(Error::validation("Please specify either number of bytes (1 to 1024) or key spec (AES_256 or AES_128).")),
    }
}
