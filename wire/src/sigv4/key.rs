//! Signing keys, and a bounded cache of them.

use super::{Authorization, verify::same};
use aws_lc_rs::hmac;
use base::Secret;
use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

/// A secret key bound to one day, region and service.
#[derive(Clone)]
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// Derives the key of a credential scope.
    pub fn derive(secret: &Secret<String>, date: &str, region: &str, service: &str) -> Self {
        let first = Secret::new(format!("AWS4{}", secret.expose()));
        let mut key = hmac::Key::new(hmac::HMAC_SHA256, first.expose().as_bytes());
        for part in [date, region, service, "aws4_request"] {
            key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref());
        }
        Self(key)
    }
    /// The signature of a string to sign, in hex.
    pub fn sign(&self, text: &[u8]) -> String {
        hex::encode(hmac::sign(&self.0, text))
    }
    /// Whether `signature` (lower-case hex) is that of `text`, in constant time.
    pub fn verifies(&self, text: &[u8], signature: &str) -> bool {
        // Upper-case digits would be a second spelling of one signature.
        let lower = !signature.bytes().any(|b| b.is_ascii_uppercase());
        lower && hex::decode(signature).is_ok_and(|tag| hmac::verify(&self.0, text, &tag).is_ok())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

struct Entry {
    secret: Secret<String>,
    key: SigningKey,
    used: u64,
}

#[derive(Default)]
struct Shelf {
    entries: HashMap<String, Entry>,
    clock: u64,
}

/// Keeps derived keys: deriving costs four HMACs, and a client uses one key all day.
pub struct KeyCache {
    capacity: usize,
    shelf: Mutex<Shelf>,
}

impl KeyCache {
    /// A cache of at most `capacity` keys.
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(4), shelf: Mutex::default() }
    }
    /// The key for `authorization`'s scope under `secret`, derived if it is not here.
    pub fn key(&self, authorization: &Authorization, secret: &Secret<String>) -> SigningKey {
        let name = format!("{}/{}", authorization.access_key_id, authorization.scope());
        {
            let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
            shelf.clock += 1;
            let now = shelf.clock;
            // The secret is compared as well, so a key id that got another secret never meets the old key.
            if let Some(entry) = shelf.entries.get_mut(&name)
                && same(entry.secret.expose(), secret.expose())
            {
                entry.used = now;
                return entry.key.clone();
            }
        }
        let key = SigningKey::derive(secret, &authorization.scope_date, &authorization.region, &authorization.service);
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.entries.len() >= self.capacity {
            shelf.make_room();
        }
        let used = shelf.clock;
        shelf.entries.insert(name, Entry { secret: secret.clone(), key: key.clone(), used });
        key
    }
    /// How many keys are held.
    pub fn len(&self) -> usize {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).entries.len()
    }
    /// Whether no key is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Shelf {
    /// Drops the quarter that was not used for longest: one sort pays for many insertions.
    fn make_room(&mut self) {
        let mut ages: Vec<u64> = self.entries.values().map(|e| e.used).collect();
        ages.sort_unstable();
        let limit = ages[ages.len() / 4];
        self.entries.retain(|_, entry| entry.used > limit);
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}
