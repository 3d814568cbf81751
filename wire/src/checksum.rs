//! Running checksums of objects and parts, as S3 names and writes them.

mod combine;

pub use combine::combined;

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use crc_fast::CrcAlgorithm;

/// A checksum algorithm of S3.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Algorithm {
    /// CRC-32 (ISO-HDLC).
    Crc32,
    /// CRC-32C (Castagnoli).
    Crc32c,
    /// CRC-64/NVME.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// All that there are.
    pub const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// AWS's name, as in `x-amz-sdk-checksum-algorithm`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }
    /// The member of inputs and outputs that holds it.
    pub fn member(self) -> &'static str {
        match self {
            Self::Crc32 => "ChecksumCRC32",
            Self::Crc32c => "ChecksumCRC32C",
            Self::Crc64Nvme => "ChecksumCRC64NVME",
            Self::Sha1 => "ChecksumSHA1",
            Self::Sha256 => "ChecksumSHA256",
        }
    }
    /// The header or trailer that holds it.
    pub fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }
    /// By AWS's name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.name().eq_ignore_ascii_case(name))
    }
    /// By the name of its header, in any case.
    pub fn from_header(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.header().eq_ignore_ascii_case(name))
    }
    /// Length of the value in bytes.
    pub fn size(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
    /// Whether `text` is base64 of a value of this algorithm's length.
    pub fn is_value(self, text: &str) -> bool {
        STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == self.size())
    }
}

enum State {
    Crc { digest: Box<crc_fast::Digest>, size: usize },
    Digest(digest::Context),
}

/// A checksum that is being computed.
pub struct Checksum {
    algorithm: Algorithm,
    state: State,
}

impl Checksum {
    /// Of nothing yet.
    pub fn new(algorithm: Algorithm) -> Self {
        let crc = |kind| State::Crc { digest: Box::new(crc_fast::Digest::new(kind)), size: algorithm.size() };
        let state = match algorithm {
            Algorithm::Crc32 => crc(CrcAlgorithm::Crc32IsoHdlc),
            Algorithm::Crc32c => crc(CrcAlgorithm::Crc32Iscsi),
            Algorithm::Crc64Nvme => crc(CrcAlgorithm::Crc64Nvme),
            Algorithm::Sha1 => State::Digest(digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
            Algorithm::Sha256 => State::Digest(digest::Context::new(&digest::SHA256)),
        };
        Self { algorithm, state }
    }
    /// Which algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Crc { digest, .. } => digest.update(bytes),
            State::Digest(context) => context.update(bytes),
        }
    }
    /// The value, big-endian.
    pub fn finish(self) -> Vec<u8> {
        match self.state {
            State::Crc { digest, size } => digest.finalize().to_be_bytes()[8 - size..].to_vec(),
            State::Digest(context) => context.finish().as_ref().to_vec(),
        }
    }
    /// The value as S3 writes it.
    pub fn finish_base64(self) -> String {
        STANDARD.encode(self.finish())
    }
    /// The value of `bytes` as S3 writes it.
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> String {
        let mut sum = Self::new(algorithm);
        sum.update(bytes);
        sum.finish_base64()
    }
}

// The polynomials, reversed.
const CRC32_POLYNOMIAL: u64 = 0xedb8_8320;
const CRC32C_POLYNOMIAL: u64 = 0x82f6_3b78;
const CRC64NVME_POLYNOMIAL: u64 = 0x9a6c_9329_ac4b_c9b5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values() {
        // The check values of the CRC catalogue, and the digests' own, of "123456789".
        for (algorithm, expected) in [
            (Algorithm::Crc32, "cbf43926"),
            (Algorithm::Crc32c, "e3069283"),
            (Algorithm::Crc64Nvme, "ae8b14860a799888"),
            (Algorithm::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            (Algorithm::Sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ] {
            let mut sum = Checksum::new(algorithm);
            sum.update(b"1234");
            sum.update(b"56789");
            assert_eq!(hex::encode(sum.finish()), expected, "{}", algorithm.name());
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
            assert_eq!(Algorithm::from_header(algorithm.header()), Some(algorithm));
            assert!(algorithm.is_value(&Checksum::of(algorithm, b"x")));
            assert!(!algorithm.is_value("AA=="));
        }
        assert_eq!(Algorithm::from_name("md5"), None);
    }

    #[test]
    fn pieces_make_the_whole() {
        let bytes: Vec<u8> = (0..1000u32).map(|i| (i * 7 % 251) as u8).collect();
        for algorithm in Algorithm::ALL {
            let whole = Checksum::of(algorithm, &bytes);
            for cut in [0, 1, 7, 8, 9, 500, 999, 1000] {
                let mut sum = Checksum::new(algorithm);
                sum.update(&bytes[..cut]);
                sum.update(&bytes[cut..]);
                assert_eq!(sum.finish_base64(), whole, "{} cut at {cut}", algorithm.name());
            }
        }
    }
}
