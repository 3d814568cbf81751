//! The names of condition keys, hashed once.

/// A condition key that is known at compile time.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub(crate) text: &'static str,
    pub(crate) hash: u32,
}

impl Key {
    /// A key by its name in lowercase: keys have no case.
    ///
    /// # Panics
    /// The name has uppercase letters or is not ASCII. In a constant that is an error of compilation.
    pub const fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            assert!(bytes[at].is_ascii() && !bytes[at].is_ascii_uppercase(), "a condition key is written in lowercase here");
            at += 1;
        }
        Self { text, hash: hash(bytes) }
    }
}

/// A condition key of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyText {
    /// In lowercase.
    pub text: Box<str>,
    pub hash: u32,
}

impl KeyText {
    pub fn new(text: &str) -> Self {
        let text = text.to_lowercase();
        Self { hash: hash(text.as_bytes()), text: text.into() }
    }
}

/// Equal hashes are compared by their texts, so nobody gains by a collision.
pub(crate) const fn hash(bytes: &[u8]) -> u32 {
    let mut sum = bytes.len() as u64;
    let mut rest = bytes;
    while let Some((eight, after)) = rest.split_first_chunk::<8>() {
        sum = mixed(sum, u64::from_le_bytes(*eight));
        rest = after;
    }
    let mut last = 0;
    while let Some((byte, after)) = rest.split_first() {
        last = last << 8 | *byte as u64;
        rest = after;
    }
    (mixed(sum, last) >> 32) as u32
}

const fn mixed(sum: u64, eight: u64) -> u64 {
    let product = (sum ^ eight).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 29
}
