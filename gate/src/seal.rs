use crate::Error;
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf,
};
use base::Entropy;

/// Seals small texts with keys derived from the server's sealing key, a key for each purpose and a fresh one for each
/// message (HKDF with a random salt), so that no use of AES-GCM needs to be counted.
pub(crate) struct Sealer {
    key: hkdf::Prk,
    /// Of before: what was kept under them opens.
    older: Vec<hkdf::Prk>,
}

const SALT: usize = 32;

struct KeyLength;
impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        32
    }
}

impl Sealer {
    pub(crate) fn new(sealing_key: &[u8; 32]) -> Self {
        Self { key: extracted(sealing_key), older: Vec::new() }
    }

    /// Opens what was kept under this key, too.
    pub(crate) fn older(&mut self, sealing_key: &[u8; 32]) {
        self.older.push(extracted(sealing_key));
    }

    fn derive(prk: &hkdf::Prk, purpose: &str, salt: &[u8]) -> Result<LessSafeKey, Error> {
        let mut key = [0; 32];
        let info = [purpose.as_bytes(), salt];
        prk.expand(&info, KeyLength).and_then(|okm| okm.fill(&mut key)).map_err(|_| Error::internal("key derivation"))?;
        let unbound = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| Error::internal("key derivation"))?;
        Ok(LessSafeKey::new(unbound))
    }

    pub(crate) fn seal(&self, entropy: &dyn Entropy, purpose: &str, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
        let mut out = vec![0; SALT];
        entropy.fill(&mut out);
        let key = Self::derive(&self.key, purpose, &out)?;
        let mut body = plain.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key([0; 12]), Aad::from(aad), &mut body)
            .map_err(|_| Error::internal("sealing"))?;
        out.append(&mut body);
        Ok(out)
    }

    /// None if the text was not sealed here for this purpose, or was altered. What others bring is opened with the present key
    /// alone: who has an older one must not be able to make it.
    pub(crate) fn open(&self, purpose: &str, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        Self::opened(&self.key, purpose, aad, sealed)
    }

    /// The same for what lies in rows, which may be older than the present key.
    pub(crate) fn open_kept(&self, purpose: &str, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        std::iter::once(&self.key).chain(&self.older).find_map(|prk| Self::opened(prk, purpose, aad, sealed))
    }

    fn opened(prk: &hkdf::Prk, purpose: &str, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (salt, body) = sealed.split_at_checked(SALT)?;
        let key = Self::derive(prk, purpose, salt).ok()?;
        let mut body = body.to_vec();
        let length = key.open_in_place(Nonce::assume_unique_for_key([0; 12]), Aad::from(aad), &mut body).ok()?.len();
        body.truncate(length);
        Some(body)
    }
}

fn extracted(sealing_key: &[u8; 32]) -> hkdf::Prk {
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"sekisho gate").extract(sealing_key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SystemEntropy;

    #[test]
    fn opens_only_what_it_sealed_for_the_same_purpose() {
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal(&SystemEntropy, "a", b"x", b"text").unwrap();
        assert_eq!(sealer.open("a", b"x", &sealed).as_deref(), Some(&b"text"[..]));
        assert!(sealer.open("b", b"x", &sealed).is_none());
        assert!(sealer.open("a", b"y", &sealed).is_none());
        let mut other = Sealer::new(&[8; 32]);
        assert!(other.open_kept("a", b"x", &sealed).is_none());
        other.older(&[7; 32]);
        assert_eq!(other.open_kept("a", b"x", &sealed).as_deref(), Some(&b"text"[..]));
        assert!(other.open("a", b"x", &sealed).is_none());
        for i in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[i] ^= 1;
            assert!(sealer.open("a", b"x", &bad).is_none(), "byte {i}");
        }
    }
}
