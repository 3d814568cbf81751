//! Secret key bytes: made, sealed and used here, and nowhere else.

use crate::{
    Kms, asymmetric,
    blob::{self, LONGEST_PLAINTEXT},
    error::invalid_ciphertext,
    keys,
    kinds::Spec,
    state::{KeyRow, Material},
    usage::{SYMMETRIC, Sealed},
};
use base::{Blob, Secret};
use gate::{Error, Scope};
use std::collections::BTreeMap;

fn place(key: &str, material: &str) -> String {
    format!("key {key} material {material}")
}

/// New material for the key of this id.
pub(crate) fn new(scope: &Scope<'_, Kms>, key: &str, spec: Spec, on_demand: bool) -> Result<Material, Error> {
    let id = hex::encode(random(scope, 16));
    let bytes = match spec.secret_bytes() {
        Some(length) => Secret::new(random(scope, length)),
        None => asymmetric::generate(spec)?,
    };
    let sealed = scope.seal(&place(key, &id), bytes.expose())?;
    Ok(Material { id, sealed: sealed.into(), created: scope.now(), on_demand })
}

/// The key's newest material, in the clear: it must not leave this crate.
pub(crate) fn newest(scope: &Scope<'_, Kms>, key: &KeyRow) -> Result<Secret<Vec<u8>>, Error> {
    unsealed(scope, key, last(key)?)
}

fn last(key: &KeyRow) -> Result<&Material, Error> {
    key.materials.last().ok_or_else(|| Error::internal(format_args!("{} has no material", key.arn)))
}

fn random(scope: &Scope<'_, Kms>, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    scope.entropy().fill(&mut bytes);
    bytes
}

fn unsealed(scope: &Scope<'_, Kms>, key: &KeyRow, material: &Material) -> Result<Secret<Vec<u8>>, Error> {
    let lost = || Error::internal(format_args!("the material of {} cannot be unsealed: was the server's root key changed?", key.arn));
    scope.unseal(&place(&key.id, &material.id), &material.sealed.0).ok_or_else(lost)
}

fn check_context(algorithm: &str, context: &BTreeMap<String, String>) -> Result<(), Error> {
    if algorithm != SYMMETRIC && !context.is_empty() {
        return Err(Error::validation("An encryption context goes with symmetric encryption keys; asymmetric ones take none."));
    }
    blob::check_context(context)
}

/// Encrypts under the key's newest material, after a rotation if one is due.
pub(crate) fn encrypt(
    scope: &mut Scope<'_, Kms>,
    key: &mut KeyRow,
    algorithm: &str,
    plain: &[u8],
    context: &BTreeMap<String, String>,
) -> Result<Blob, Error> {
    check_context(algorithm, context)?;
    if plain.is_empty() || plain.len() > LONGEST_PLAINTEXT {
        return Err(Error::validation(format!(
            "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length between 1 and {LONGEST_PLAINTEXT}"
        )));
    }
    if algorithm != SYMMETRIC {
        return asymmetric::encrypt(&newest(scope, key)?, algorithm, plain).map(Blob);
    }
    if key.next_rotation().is_some_and(|due| due <= scope.now()) {
        rotate(scope, key, false)?;
    }
    let secret = newest(scope, key)?;
    blob::seal(scope.entropy(), (&key.id, &last(key)?.id), &secret, plain, context).map(Blob)
}

/// Gives the key new material; what the old encrypted can still be decrypted.
pub(crate) fn rotate(scope: &mut Scope<'_, Kms>, key: &mut KeyRow, on_demand: bool) -> Result<(), Error> {
    key.materials.push(new(scope, &key.id, key.kind.spec, on_demand)?);
    keys::save(scope, key)
}

/// Decrypts what one of the key's materials encrypted.
pub(crate) fn decrypt(
    scope: &Scope<'_, Kms>,
    key: &KeyRow,
    algorithm: &str,
    sealed: &Sealed<'_>,
    context: &BTreeMap<String, String>,
) -> Result<Secret<Blob>, Error> {
    check_context(algorithm, context)?;
    let plain = match sealed {
        Sealed::Symmetric(ciphertext) => {
            let material = key.materials.iter().find(|m| m.id == ciphertext.material).ok_or_else(invalid_ciphertext)?;
            ciphertext.open(&unsealed(scope, key, material)?, context)?
        }
        Sealed::Asymmetric(bytes) => asymmetric::decrypt(&newest(scope, key)?, algorithm, bytes)?,
    };
    Ok(Secret::new(Blob(plain.expose().clone())))
}

/// A data key of this many bytes.
pub(crate) fn data_key(scope: &Scope<'_, Kms>, length: usize) -> Secret<Blob> {
    Secret::new(Blob(random(scope, length)))
}
