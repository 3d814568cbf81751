//! What cryptographic operations have in common.

use crate::{
    Kms,
    blob::Ciphertext,
    error::invalid_ciphertext,
    keys::{Named, Rows, load, named, usable},
    state::KeyRow,
};
use gate::{Error, Scope};
use serde_json::Value;

/// Symmetric keys have one algorithm.
pub(crate) fn check_algorithm(given: Option<&str>) -> Result<(), Error> {
    match given {
        None | Some("SYMMETRIC_DEFAULT") => Ok(()),
        Some(other) => {
            let message = format!("The key is a symmetric one: its algorithm is SYMMETRIC_DEFAULT, not {}", crate::error::clipped(other));
            Err(Error::new("InvalidKeyUsageException", message))
        }
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
pub(crate) fn decrypting_key(rows: &mut impl Rows, ciphertext: &Ciphertext<'_>, given: Option<&str>) -> Result<Named, Error> {
    if let Some(text) = given {
        return named(rows, text);
    }
    let key = rows.key_row(&ciphertext.key)?.ok_or_else(invalid_ciphertext)?;
    Ok(Named { arn: key.arn.clone(), key: Some(key), alias: None })
}

/// The same after the call was allowed: it must be the key that the ciphertext names.
pub(crate) fn load_decrypting(scope: &mut Scope<'_, Kms>, ciphertext: &Ciphertext<'_>, given: Option<&str>) -> Result<KeyRow, Error> {
    let key = match given {
        Some(text) => load(scope, text)?,
        None => decrypting_key(scope, ciphertext, None)?.key.ok_or_else(invalid_ciphertext)?,
    };
    let key = usable(key)?;
    if key.id == ciphertext.key {
        return Ok(key);
    }
    Err(Error::new("IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation."))
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
