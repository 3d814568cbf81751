//! Checksums that are kept with objects. The server verifies them against the bytes before the call.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>

use base::Blob;
use gate::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use wire::checksum::{Algorithm, Checksum, combined};

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

/// What S3 computes where a request asks for nothing.
pub(crate) const DEFAULT: Algorithm = Algorithm::Crc64Nvme;

pub(crate) fn algorithm(name: &str) -> Result<Algorithm, Error> {
    Algorithm::from_name(name).ok_or_else(|| {
        crate::error::invalid_request("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
    })
}

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
    pub(crate) fn get(&self, algorithm: Algorithm) -> Option<&str> {
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
    pub(crate) fn is_empty(&self) -> bool {
        self.algorithm().is_none()
    }
    pub(crate) fn one(algorithm: Algorithm, value: String) -> Self {
        let mut one = Self::default();
        *one.slot(algorithm) = Some(value);
        one
    }
    /// As the gate computed them, by members' names.
    pub(crate) fn of_map(map: &BTreeMap<String, String>) -> Self {
        let mut all = Self::default();
        for algorithm in Algorithm::ALL {
            *all.slot(algorithm) = map.get(algorithm.member()).cloned();
        }
        all
    }
    /// Those of no bytes.
    pub(crate) fn of_nothing(wanted: &[Algorithm]) -> Self {
        let mut all = Self::default();
        for algorithm in wanted {
            *all.slot(*algorithm) = Some(Checksum::of(*algorithm, b""));
        }
        all
    }
    /// The one of this algorithm alone.
    pub(crate) fn only(&self, algorithm: Algorithm) -> Self {
        self.get(algorithm).map(|value| Self::one(algorithm, value.into())).unwrap_or_default()
    }
    /// What to compute of a body: what the request announces, or else the algorithm that it names.
    pub(crate) fn wanted(&self, named: Option<&str>) -> Result<Option<Algorithm>, Error> {
        let mut announced = Algorithm::ALL.into_iter().filter(|a| self.get(*a).is_some());
        let first = announced.next();
        if announced.next().is_some() {
            return Err(crate::error::invalid_request(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
            ));
        }
        let named = named.map(algorithm).transpose()?;
        match (first, named) {
            (Some(first), Some(named)) if first != named => {
                Err(crate::error::invalid_request("Value for x-amz-sdk-checksum-algorithm header is invalid."))
            }
            (first, named) => Ok(first.or(named)),
        }
    }
    /// Refuses bytes that are not those that the request announced.
    pub(crate) fn verify(&self, computed: &Checksums) -> Result<(), Error> {
        match Algorithm::ALL.into_iter().find(|a| self.get(*a).is_some_and(|announced| computed.get(*a) != Some(announced))) {
            None => Ok(()),
            Some(wrong) => {
                Err(Error::new("BadDigest", format!("The {} you specified did not match the calculated checksum.", wrong.name())))
            }
        }
    }
    /// The checksum of the whole from those of its parts, with their lengths. None: a part has none.
    pub(crate) fn whole<'a>(algorithm: Algorithm, parts: impl IntoIterator<Item = (Option<&'a str>, u64)>) -> Option<Checksums> {
        let parts = parts.into_iter().map(|(value, length)| Some((value?, length))).collect::<Option<Vec<_>>>()?;
        Some(Self::one(algorithm, combined(algorithm, parts)?))
    }
    /// The checksum of the parts' checksums, as multipart uploads without a checksum of the whole have it.
    pub(crate) fn composite(algorithm: &str, parts: &[Checksums]) -> Option<Checksums> {
        let algorithm = Algorithm::from_name(algorithm)?;
        let mut sum = Checksum::new(algorithm);
        for part in parts {
            let bytes: Blob = serde_json::from_value(part.get(algorithm)?.into()).ok()?;
            sum.update(&bytes.0);
        }
        Some(Self::one(algorithm, format!("{}-{}", sum.finish_base64(), parts.len())))
    }
}
