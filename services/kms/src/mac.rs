//! Message authentication codes of HMAC keys.

use crate::{Kms, kinds::Usage, material, state::KeyRow, usage::check_usage};
use aws_lc_rs::hmac;
use base::Blob;
use gate::{Error, Scope};

/// The algorithm that was asked for, if it is the key's.
pub(crate) fn algorithm(key: &KeyRow, asked: &str, operation: &str) -> Result<&'static str, Error> {
    check_usage(key, Usage::GenerateVerifyMac, operation)?;
    key.kind.algorithm(asked, key.kind.mac_algorithms())
}

fn keyed(scope: &Scope<'_, Kms>, key: &KeyRow) -> Result<hmac::Key, Error> {
    let algorithm = match key.kind.mac_algorithms() {
        ["HMAC_SHA_224"] => hmac::HMAC_SHA224,
        ["HMAC_SHA_256"] => hmac::HMAC_SHA256,
        ["HMAC_SHA_384"] => hmac::HMAC_SHA384,
        _ => hmac::HMAC_SHA512,
    };
    Ok(hmac::Key::new(algorithm, material::newest(scope, key)?.expose()))
}

pub(crate) fn generate(scope: &Scope<'_, Kms>, key: &KeyRow, message: &[u8]) -> Result<Blob, Error> {
    Ok(Blob(hmac::sign(&keyed(scope, key)?, message).as_ref().to_vec()))
}

/// In constant time.
pub(crate) fn verify(scope: &Scope<'_, Kms>, key: &KeyRow, message: &[u8], mac: &Blob) -> Result<bool, Error> {
    Ok(hmac::verify(&keyed(scope, key)?, message, &mac.0).is_ok())
}
