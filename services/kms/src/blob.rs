//! Ciphertexts: which key and material made them, a salt, and the sealed bytes.
//!
//! One byte of version, the key's id (16 bytes), the material's id (16), a random salt (32), then AES-256-GCM under a key
//! derived from the material and the salt. All before the sealed bytes, and the encryption context, is authenticated.

use crate::error::invalid_ciphertext;
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf,
};
use base::{Entropy, Secret};
use gate::Error;
use std::collections::BTreeMap;

const VERSION: u8 = 1;
/// Of a key of several regions, whose id is no UUID.
const VERSION_OF_SEVERAL: u8 = 2;
const SEVERAL: &str = "mrk-";
const ID: usize = 16;
const SALT: usize = 32;
const HEADER: usize = 1 + ID + ID + SALT;
const TAG: usize = 16;
/// What `Encrypt` takes, and `Decrypt`.
pub(crate) const LONGEST_PLAINTEXT: usize = 4096;
const LONGEST_CONTEXT: usize = 8192;

/// A ciphertext that was read; nothing in it is believed before it is opened.
pub(crate) struct Ciphertext<'b> {
    /// The key's id.
    pub(crate) key: String,
    /// The material's id.
    pub(crate) material: String,
    header: &'b [u8],
    salt: &'b [u8],
    sealed: &'b [u8],
}

fn uuid_text(bytes: &[u8]) -> String {
    let text = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

impl<'b> Ciphertext<'b> {
    pub(crate) fn read(blob: &'b [u8]) -> Result<Self, Error> {
        let (header, sealed) = blob.split_at_checked(HEADER).ok_or_else(invalid_ciphertext)?;
        if ![VERSION, VERSION_OF_SEVERAL].contains(&header[0]) || sealed.len() < TAG || sealed.len() > LONGEST_PLAINTEXT + TAG {
            return Err(invalid_ciphertext());
        }
        let (ids, salt) = header[1..].split_at(ID + ID);
        let key = match header[0] {
            VERSION => uuid_text(&ids[..ID]),
            _ => format!("{SEVERAL}{}", hex::encode(&ids[..ID])),
        };
        Ok(Self { key, material: hex::encode(&ids[ID..]), header, salt, sealed })
    }
    pub(crate) fn open(&self, material: &Secret<Vec<u8>>, context: &BTreeMap<String, String>) -> Result<Secret<Vec<u8>>, Error> {
        let mut bytes = self.sealed.to_vec();
        let length = cipher(material, self.salt)?
            .open_in_place(Nonce::assume_unique_for_key([0; 12]), Aad::from(authenticated(self.header, context)), &mut bytes)
            .map_err(|_| invalid_ciphertext())?
            .len();
        bytes.truncate(length);
        Ok(Secret::new(bytes))
    }
}

/// Encrypts under a key that is derived for this message alone, so that no nonce is used twice under one key.
pub(crate) fn seal(
    entropy: &dyn Entropy,
    (key, material_id): (&str, &str),
    material: &Secret<Vec<u8>>,
    plain: &[u8],
    context: &BTreeMap<String, String>,
) -> Result<Vec<u8>, Error> {
    let several = key.strip_prefix(SEVERAL);
    let mut blob = vec![if several.is_some() { VERSION_OF_SEVERAL } else { VERSION }];
    for id in [several.unwrap_or(key), material_id] {
        let bytes = hex::decode(id.replace('-', "")).ok().filter(|bytes| bytes.len() == ID);
        blob.extend(bytes.ok_or_else(|| Error::internal("a key's id has another form"))?);
    }
    let mut salt = [0; SALT];
    entropy.fill(&mut salt);
    blob.extend(salt);
    let mut sealed = plain.to_vec();
    cipher(material, &salt)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key([0; 12]), Aad::from(authenticated(&blob, context)), &mut sealed)
        .map_err(|_| Error::internal("encryption"))?;
    blob.append(&mut sealed);
    Ok(blob)
}

struct KeyLength;
impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        32
    }
}

fn cipher(material: &Secret<Vec<u8>>, salt: &[u8]) -> Result<LessSafeKey, Error> {
    let broken = |_| Error::internal("key derivation");
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(material.expose());
    let mut bytes = vec![0; 32];
    prk.expand(&[b"sekisho kms 1"], KeyLength).and_then(|okm| okm.fill(&mut bytes)).map_err(broken)?;
    let key = Secret::new(bytes);
    UnboundKey::new(&AES_256_GCM, key.expose()).map(LessSafeKey::new).map_err(broken)
}

/// The header and the context in one form: pairs in the order of their keys, each with its length.
fn authenticated(header: &[u8], context: &BTreeMap<String, String>) -> Vec<u8> {
    let mut aad = header.to_vec();
    for text in context.iter().flat_map(|(key, value)| [key, value]) {
        aad.extend((text.len() as u64).to_be_bytes());
        aad.extend(text.as_bytes());
    }
    aad
}

/// A context is bounded, and its keys are not empty.
pub(crate) fn check_context(context: &BTreeMap<String, String>) -> Result<(), Error> {
    let size: usize = context.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > LONGEST_CONTEXT || context.keys().any(String::is_empty) {
        return Err(Error::validation(format!("An encryption context has at most {LONGEST_CONTEXT} bytes, and no key of it is empty")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SystemEntropy;

    #[test]
    fn opens_only_what_was_sealed_so() {
        let material = Secret::new(vec![7; 32]);
        let ids = ("01234567-89ab-cdef-0123-456789abcdef", "000102030405060708090a0b0c0d0e0f");
        let context: BTreeMap<String, String> = [("a".to_owned(), "b".to_owned())].into();
        let blob = seal(&SystemEntropy, ids, &material, b"text", &context).unwrap();
        let read = Ciphertext::read(&blob).unwrap();
        assert_eq!((read.key.as_str(), read.material.as_str()), ids);
        assert_eq!(read.open(&material, &context).unwrap().expose(), b"text");
        assert!(read.open(&Secret::new(vec![8; 32]), &context).is_err());
        // Pairs do not run into each other.
        let shifted = [("ab".to_owned(), String::new())].into();
        assert!(read.open(&material, &shifted).is_err());
        assert!(read.open(&material, &BTreeMap::new()).is_err());
        for i in 0..blob.len() {
            let mut bad = blob.clone();
            bad[i] ^= 1;
            let opened = Ciphertext::read(&bad).and_then(|c| c.open(&material, &context).map(|_| c.key == ids.0 && c.material == ids.1));
            assert!(opened.is_err(), "byte {i}");
        }
        for length in 0..blob.len() {
            assert!(Ciphertext::read(&blob[..length]).and_then(|c| c.open(&material, &context)).is_err(), "{length} bytes");
        }
    }
}
