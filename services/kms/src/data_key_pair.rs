//! Pairs of keys that are made here and used elsewhere.

use crate::{Kms, asymmetric, keys, kinds::Spec, material, state::KeyRow, usage};
use base::{Blob, Secret};
use gate::{Error, Scope};
use std::collections::BTreeMap;

pub(crate) struct DataKeyPair {
    /// The private half, in PKCS #8.
    pub(crate) private: Secret<Blob>,
    /// The private half, encrypted.
    pub(crate) sealed: Blob,
    /// The public half, in DER.
    pub(crate) public: Blob,
}

/// The spec of the pair.
pub(crate) fn spec(text: &str, operation: &str) -> Result<Spec, Error> {
    let spec = Spec::parse(text, operation, "KeyPairSpec")?;
    if spec.secret_bytes().is_some() {
        return Err(Error::validation(format!("KeyPairSpec {text} is not one of a pair of keys: RSA_* and ECC_* are")));
    }
    Ok(spec)
}

/// The key under which the private half is encrypted.
pub(crate) fn key(scope: &mut Scope<'_, Kms>, name: &str, operation: &str) -> Result<KeyRow, Error> {
    let key = keys::usable(keys::load(scope, name)?)?;
    usage::check_symmetric(&key, operation)?;
    Ok(key)
}

pub(crate) fn generate(scope: &Scope<'_, Kms>, key: &KeyRow, spec: Spec, context: &BTreeMap<String, String>) -> Result<DataKeyPair, Error> {
    let private = asymmetric::generate(spec)?;
    let public = Blob(asymmetric::public(spec, &private)?);
    let sealed = material::encrypt(scope, key, usage::SYMMETRIC, private.expose(), context)?;
    Ok(DataKeyPair { private: Secret::new(Blob(private.expose().clone())), sealed, public })
}
