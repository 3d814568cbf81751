//! Where copies come from: whole objects, and parts of them.

use crate::{
    S3, access,
    conditions::ReadIf,
    error,
    objects::{self, Found},
    read::{self, Target},
    state::{BUCKETS, Bucket, Object, Version},
    write::MOST_AT_ONCE,
};
use base::{IsoTime, Region};
use gate::{Error, Scope, View};
use serde::{Deserialize, Serialize};

/// An object to copy from, and on which conditions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CopySource {
    /// `bucket/key`, percent-encoded, with `?versionId=…` for an old version.
    pub copy_source: String,
    /// The account that the source's bucket must belong to.
    pub expected_source_bucket_owner: Option<String>,
    /// A condition on the source.
    pub copy_source_if_match: Option<String>,
    /// A condition on the source.
    pub copy_source_if_none_match: Option<String>,
    /// A condition on the source.
    pub copy_source_if_modified_since: Option<IsoTime>,
    /// A condition on the source.
    pub copy_source_if_unmodified_since: Option<IsoTime>,
    /// Refused.
    #[serde(rename = "CopySourceSSECustomerAlgorithm")]
    pub copy_source_sse_customer_algorithm: Option<String>,
}

/// A source that was read.
pub(crate) struct Source {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) version: Option<String>,
}

impl Source {
    /// The rights to read it, wherever its bucket is: a copy is signed for the region of its destination.
    pub(crate) fn target(&self, facts: &mut View<'_, S3>, actions: [&'static str; 2]) -> Result<Target, Error> {
        let region = match facts.shared(&BUCKETS, &[self.bucket.as_str()])? {
            Some(bucket) => Region::new(&bucket.region),
            None => facts.region().clone(),
        };
        facts.in_region(&region, |facts| read::target(facts, actions, &self.bucket, &self.key, self.version.as_ref()))
    }
}

impl CopySource {
    pub(crate) fn parse(&self) -> Result<Source, Error> {
        let (bucket, key, version) = wire::s3::copy_source(&self.copy_source).ok_or_else(|| {
            error::invalid_argument("x-amz-copy-source", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
        })?;
        Ok(Source { bucket, key, version })
    }

    pub(crate) fn check(&self, operation: &str) -> Result<(), Error> {
        match self.copy_source_sse_customer_algorithm {
            Some(_) => Err(Error::not_implemented(&format!("s3:{operation} with CopySourceSSECustomerAlgorithm"))),
            None => Ok(()),
        }
    }

    fn conditions(&self) -> ReadIf {
        ReadIf {
            if_match: self.copy_source_if_match.clone(),
            if_none_match: self.copy_source_if_none_match.clone(),
            if_modified_since: self.copy_source_if_modified_since,
            if_unmodified_since: self.copy_source_if_unmodified_since,
        }
    }

    /// Finds the source, whose bucket, conditions and length must be as the request has them. Who may not list is not told that it is missing.
    pub(crate) fn open(&self, scope: &mut Scope<'_, S3>, source: &Source, may_list: bool) -> Result<(Bucket, Version, Box<Object>), Error> {
        let bucket = access::open(scope, &source.bucket, self.expected_source_bucket_owner.as_deref())?;
        let (version, object) = match objects::find(scope, &source.bucket, &source.key, source.version.as_deref())? {
            Found::Object(version, object) => (version, object),
            Found::Marker(_) if source.version.is_some() => {
                return Err(error::invalid_request(
                    "The source of a copy request may not specifically refer to a delete marker by version id.",
                ));
            }
            _ if !may_list => return Err(access::may_not_know(scope.caller(), &source.bucket)),
            Found::Marker(_) | Found::Nothing => {
                return Err(match &source.version {
                    Some(id) => error::no_such_version(&source.key, id),
                    None => error::no_such_key(&source.key),
                });
            }
        };
        self.conditions().check_source(&object.etag, version.modified)?;
        Ok((bucket, version, object))
    }
}

/// More than a copy takes at once.
pub(crate) fn too_large() -> Error {
    error::invalid_request(format!("The specified copy source is larger than the maximum allowable size for a copy source: {MOST_AT_ONCE}"))
}

/// The stretch that `x-amz-copy-source-range` names: unlike the range of a read it must lie in the object.
pub(crate) fn range(header: Option<&str>, size: u64) -> Result<(u64, u64), Error> {
    let Some(header) = header else { return Ok((0, size)) };
    let number = |text: &str| text.parse::<u64>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let edges = header.strip_prefix("bytes=").and_then(|r| r.split_once('-')).and_then(|(a, b)| Some((number(a)?, number(b)?)));
    let Some((first, last)) = edges.filter(|(first, last)| first <= last) else {
        return Err(error::invalid_argument(
            "x-amz-copy-source-range",
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
        ));
    };
    if last >= size {
        let message = format!("Range specified is not valid for source object of size: {size}");
        return Err(error::invalid_argument("x-amz-copy-source-range", message));
    }
    Ok((first, last - first + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_copies_are_strict() {
        assert_eq!(range(None, 10).unwrap(), (0, 10));
        assert_eq!(range(Some("bytes=0-9"), 10).unwrap(), (0, 10));
        assert_eq!(range(Some("bytes=3-3"), 10).unwrap(), (3, 1));
        for bad in ["bytes=0-10", "bytes=-3", "bytes=3-", "bytes=3-1", "bytes=+1-2", "0-3", "bytes=0-18446744073709551615"] {
            assert_eq!(range(Some(bad), 10).unwrap_err().code, "InvalidArgument", "{bad}");
        }
    }
}
