//! Secret key bytes: made, sealed and used here, and nowhere else.

use crate::{
    Kms, blob,
    blob::{Ciphertext, LONGEST_PLAINTEXT},
    error::invalid_ciphertext,
    keys,
    state::{KeyRow, Material},
};
use base::{Blob, Secret};
use gate::{Error, Scope};
use std::collections::BTreeMap;

fn place(key: &str, material: &str) -> String {
    format!("key {key} material {material}")
}

/// New material for the key of this id.
pub(crate) fn new(scope: &Scope<'_, Kms>, key: &str) -> Result<Material, Error> {
    let id = hex::encode(random(scope, 16));
    let bytes = Secret::new(random(scope, 32));
    let sealed = scope.seal(&place(key, &id), bytes.expose())?;
    Ok(Material { id, sealed: sealed.into(), created: scope.now() })
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

/// Encrypts under the key's newest material, after a rotation if one is due.
pub(crate) fn encrypt(
    scope: &mut Scope<'_, Kms>,
    key: &mut KeyRow,
    plain: &[u8],
    context: &BTreeMap<String, String>,
) -> Result<Blob, Error> {
    blob::check_context(context)?;
    if plain.is_empty() || plain.len() > LONGEST_PLAINTEXT {
        return Err(Error::validation(format!(
            "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length between 1 and {LONGEST_PLAINTEXT}"
        )));
    }
    if key.next_rotation().is_some_and(|due| due <= scope.now()) {
        key.materials.push(new(scope, &key.id)?);
        keys::save(scope, key)?;
    }
    let newest = key.materials.last().ok_or_else(|| Error::internal(format_args!("{} has no material", key.arn)))?;
    let secret = unsealed(scope, key, newest)?;
    blob::seal(scope.entropy(), (&key.id, &newest.id), &secret, plain, context).map(Blob)
}

/// Decrypts what one of the key's materials encrypted.
pub(crate) fn decrypt(
    scope: &Scope<'_, Kms>,
    key: &KeyRow,
    ciphertext: &Ciphertext<'_>,
    context: &BTreeMap<String, String>,
) -> Result<Secret<Blob>, Error> {
    blob::check_context(context)?;
    let material = key.materials.iter().find(|m| m.id == ciphertext.material).ok_or_else(invalid_ciphertext)?;
    let plain = ciphertext.open(&unsealed(scope, key, material)?, context)?;
    Ok(Secret::new(Blob(plain.expose().clone())))
}

/// A data key of this many bytes.
pub(crate) fn data_key(scope: &Scope<'_, Kms>, length: usize) -> Secret<Blob> {
    Secret::new(Blob(random(scope, length)))
}
