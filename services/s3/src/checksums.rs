//! Checksums that are kept with objects. The server verifies them against the bytes before the call.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>

use base::Blob;
use gate::Error;
use serde::{Deserialize, Serialize};
use wire::checksum::{Algorithm, Checksum};

/// Checksums in base64, by algorithm.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksums {
    /// CRC-32.
    #[serde(rename = "ChecksumCRC32")]
    pub crc32: Option<String>,
    /// CRC-32C.
    #[serde(rename = "ChecksumCRC32C")]
    pub crc32c: Option<String>,
    /// CRC-64/NVME.
    #[serde(rename = "ChecksumCRC64NVME")]
    pub crc64nvme: Option<String>,
    /// SHA-1.
    #[serde(rename = "ChecksumSHA1")]
    pub sha1: Option<String>,
    /// SHA-256.
    #[serde(rename = "ChecksumSHA256")]
    pub sha256: Option<String>,
}

pub(crate) const FULL: &str = "FULL_OBJECT";
pub(crate) const COMPOSITE: &str = "COMPOSITE";

impl Checksums {
    fn slot(&mut self, algorithm: Algorithm) -> &mut Option<String> {
        match algorithm {
            Algorithm::Crc32 => &mut self.crc32,
            Algorithm::Crc32c => &mut self.crc32c,
            Algorithm::Crc64Nvme => &mut self.crc64nvme,
            Algorithm::Sha1 => &mut self.sha1,
            Algorithm::Sha256 => &mut self.sha256,
        }
    }
    fn get(&self, algorithm: Algorithm) -> Option<&str> {
        match algorithm {
            Algorithm::Crc32 => self.crc32.as_deref(),
            Algorithm::Crc32c => self.crc32c.as_deref(),
            Algorithm::Crc64Nvme => self.crc64nvme.as_deref(),
            Algorithm::Sha1 => self.sha1.as_deref(),
            Algorithm::Sha256 => self.sha256.as_deref(),
        }
    }
    /// The algorithm of the one checksum that there is.
    pub(crate) fn algorithm(&self) -> Option<&'static str> {
        Algorithm::ALL.into_iter().find(|a| self.get(*a).is_some()).map(Algorithm::name)
    }
    /// Whether all that are in `self` are the same in `other`.
    pub(crate) fn agree_with(&self, other: &Checksums) -> bool {
        Algorithm::ALL.into_iter().all(|a| self.get(a).is_none_or(|mine| other.get(a) == Some(mine)))
    }
    pub(crate) fn check(&self) -> Result<(), Error> {
        for algorithm in Algorithm::ALL {
            if self.get(algorithm).is_some_and(|text| !algorithm.is_value(text)) {
                return Err(crate::error::invalid_request(format!("Value for {} header is invalid.", algorithm.header())));
            }
        }
        Ok(())
    }
    /// The checksum of the parts' checksums, as multipart uploads without a checksum of the whole have it.
    pub(crate) fn composite(algorithm: &str, parts: &[Checksums]) -> Option<Checksums> {
        let algorithm = Algorithm::from_name(algorithm)?;
        let mut sum = Checksum::new(algorithm);
        for part in parts {
            let bytes: Blob = serde_json::from_value(part.get(algorithm)?.into()).ok()?;
            sum.update(&bytes.0);
        }
        let mut all = Checksums::default();
        *all.slot(algorithm) = Some(format!("{}-{}", sum.finish_base64(), parts.len()));
        Some(all)
    }
}
