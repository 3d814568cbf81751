//! Secret key bytes: made, sealed and used here, and nowhere else.

use crate::{
    Kms, asymmetric,
    blob::{self, LONGEST_PLAINTEXT},
    error::invalid_ciphertext,
    kinds::Spec,
    state::{Imported, KeyRow, Material},
    usage::{SYMMETRIC, Sealed},
};
use aws_lc_rs::digest;
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
    Ok(Material { id, sealed: sealed.into(), created: scope.now(), on_demand, imported: None })
}

/// Material that was given for the key. The same again has the same id.
pub(crate) fn imported(scope: &Scope<'_, Kms>, key: &str, bytes: &Secret<Vec<u8>>, about: Imported) -> Result<Material, Error> {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in [b"sekisho kms material".as_slice(), key.as_bytes(), bytes.expose()] {
        hash.update(part);
    }
    let id = hex::encode(&hash.finish().as_ref()[..16]);
    let sealed = scope.seal(&place(key, &id), bytes.expose())?;
    Ok(Material { id, sealed: sealed.into(), created: scope.now(), on_demand: false, imported: Some(about) })
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

/// Encrypts under the key's newest material.
pub(crate) fn encrypt(
    scope: &Scope<'_, Kms>,
    key: &KeyRow,
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
    let secret = newest(scope, key)?;
    blob::seal(scope.entropy(), (&key.id, &last(key)?.id), &secret, plain, context).map(Blob)
}

/// Gives the key new material, because it is time; what the old encrypted can still be decrypted. Of several periods that
/// went by, one rotation makes up.
pub(crate) fn rotate_on_schedule(scope: &Scope<'_, Kms>, key: &mut KeyRow) -> Result<(), Error> {
    key.materials.push(new(scope, &key.id, key.kind.spec, false)?);
    while let Some(due) = key.next_rotation().filter(|due| *due <= scope.now()) {
        key.rotation_since = Some(due);
    }
    Ok(())
}

/// What was decrypted, and the id of the material that did it, as answers show it; pairs have none.
pub(crate) struct Opened {
    pub(crate) plain: Secret<Blob>,
    pub(crate) material: Option<String>,
}

/// Decrypts what one of the key's materials encrypted; None: the ciphertext was left aside.
pub(crate) fn decrypt(
    scope: &Scope<'_, Kms>,
    key: &KeyRow,
    algorithm: &str,
    sealed: &Sealed<'_>,
    context: &BTreeMap<String, String>,
) -> Result<Option<Opened>, Error> {
    check_context(algorithm, context)?;
    let (plain, material) = match sealed {
        Sealed::Symmetric(ciphertext) => {
            let material = key.materials.iter().find(|m| m.id == ciphertext.material).ok_or_else(invalid_ciphertext)?;
            (ciphertext.open(&unsealed(scope, key, material)?, context)?, Some(material.shown_id()))
        }
        Sealed::Asymmetric(bytes) => (asymmetric::decrypt(&newest(scope, key)?, algorithm, bytes)?, None),
        Sealed::Ignored => return Ok(None),
    };
    Ok(Some(Opened { plain: Secret::new(Blob(plain.expose().clone())), material }))
}

/// A data key of this many bytes.
pub(crate) fn data_key(scope: &Scope<'_, Kms>, length: usize) -> Secret<Blob> {
    Secret::new(Blob(random(scope, length)))
}
