use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::{Zeroize, Zeroizing};

/// The key that everything at rest hangs on. It lies outside the data directory, never shows itself, and is cleared
/// from memory when dropped.
#[derive(Clone)]
pub struct RootKey([u8; 32]);

impl RootKey {
    /// Takes 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key for one purpose: HKDF-SHA-256 (RFC 5869), so that no purpose's key tells anything of another's.
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        struct Bytes32;
        impl KeyType for Bytes32 {
            fn len(&self) -> usize {
                32
            }
        }
        let mut out = Zeroizing::new([0; 32]);
        Salt::new(HKDF_SHA256, b"sekisho root key")
            .extract(&self.0)
            .expand(&[purpose.as_bytes()], Bytes32)
            .and_then(|okm| okm.fill(out.as_mut_slice()))
            .expect("32 bytes are within HKDF's limit");
        out
    }
}

impl Drop for RootKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
