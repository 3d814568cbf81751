use crate::key::{aes_gcm, derive, random};
use aws_lc_rs::{
    aead::{Aad, LessSafeKey, Nonce},
    error::Unspecified,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use zeroize::Zeroizing;

/// A block as the database sees it.
pub(super) const PLAIN: usize = 4096;
/// A block as it lies on disk: the session's salt, the counter, the ciphertext, the tag.
pub(super) const SEALED: usize = SALT + COUNTER + PLAIN + TAG;
const SALT: usize = 16;
const COUNTER: usize = 8;
const TAG: usize = 16;
const BODY: usize = SALT + COUNTER;
/// Derived keys of earlier sessions that are kept at hand.
const KEYS: usize = 256;

/// Seals blocks with AES-256-GCM; the block's number is authenticated with it.
///
/// Each opening of the file is a session with its own random salt and so its own key, and counts its writes as nonces.
/// Random nonces under one key would be used up after some 2^32 writes, which is days for a busy server.
pub(super) struct Sealer {
    base: Zeroizing<[u8; 32]>,
    session: [u8; SALT],
    writes: AtomicU64,
    keys: Mutex<HashMap<[u8; SALT], Arc<LessSafeKey>>>,
}

fn nonce(counter: [u8; COUNTER]) -> Nonce {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&counter);
    Nonce::assume_unique_for_key(bytes)
}

impl Sealer {
    pub(super) fn new(base: Zeroizing<[u8; 32]>) -> Self {
        Self { base, session: random(), writes: AtomicU64::new(0), keys: Mutex::default() }
    }

    fn key(&self, salt: &[u8; SALT]) -> Arc<LessSafeKey> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys.get(salt) {
            return Arc::clone(key);
        }
        if keys.len() >= KEYS {
            keys.clear();
        }
        let key = Arc::new(aes_gcm(&derive(&self.base, salt, &[b"blocks"])));
        keys.insert(*salt, Arc::clone(&key));
        key
    }

    /// Appends the sealed block to `out`.
    pub(super) fn seal(&self, number: u64, plain: &[u8], out: &mut Vec<u8>) -> Result<(), Unspecified> {
        let counter = self.writes.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        out.extend_from_slice(&self.session);
        out.extend_from_slice(&counter);
        let start = out.len();
        out.extend_from_slice(plain);
        let tag = self.key(&self.session).seal_in_place_separate_tag(nonce(counter), Aad::from(number.to_be_bytes()), &mut out[start..])?;
        out.extend_from_slice(tag.as_ref());
        Ok(())
    }

    /// The plain block, or an error if it is not what was written as this number.
    pub(super) fn open<'a>(&self, number: u64, sealed: &'a mut [u8]) -> Result<&'a [u8], Unspecified> {
        let salt = sealed.first_chunk().copied().ok_or(Unspecified)?;
        let counter = sealed.get(SALT..BODY).and_then(|b| b.try_into().ok()).ok_or(Unspecified)?;
        let plain = self.key(&salt).open_in_place(nonce(counter), Aad::from(number.to_be_bytes()), &mut sealed[BODY..])?;
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_opens_only_as_itself() {
        let base = [7; 32];
        let sealer = Sealer::new(Zeroizing::new(base));
        let (mut a, mut b) = (Vec::new(), Vec::new());
        sealer.seal(3, &[1; PLAIN], &mut a).unwrap();
        sealer.seal(3, &[1; PLAIN], &mut b).unwrap();
        assert_eq!(a.len(), SEALED);
        assert_ne!(a, b, "no nonce twice");
        let next = Sealer::new(Zeroizing::new(base));
        assert_eq!(next.open(3, &mut a.clone()).unwrap(), [1; PLAIN]);
        assert!(next.open(4, &mut a.clone()).is_err());
        assert!(Sealer::new(Zeroizing::new([8; 32])).open(3, &mut a.clone()).is_err());
        for at in [0, SALT, BODY, BODY + 100, SEALED - 1] {
            let mut bad = a.clone();
            bad[at] ^= 1;
            assert!(next.open(3, &mut bad).is_err(), "byte {at}");
        }
    }
}
