//! What GetObject and HeadObject have in common.

use crate::{
    S3, access,
    checksums::Checksums,
    conditions::{ReadIf, range},
    content::{Content, Unsupported},
    encryption::{Encryption, open_key},
    error, lifecycle,
    lock::{self, Held, ObjectLock},
    names::quoted,
    objects::{self, Found},
    state::{Bucket, Object, Version},
};
use base::{IsoTime, Secret};
use gate::{Demands, Error, Scope, View};
use serde::{Deserialize, Serialize};

/// Which object, which part of it, and under which conditions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetObjectInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// An old version.
    pub version_id: Option<String>,
    /// `bytes=0-9`.
    pub range: Option<String>,
    /// A part of a multipart upload.
    pub part_number: Option<u64>,
    /// `ENABLED`: answer with the checksum.
    pub checksum_mode: Option<String>,
    /// Answer with this instead of the stored one.
    pub response_cache_control: Option<String>,
    /// Answer with this instead of the stored one.
    pub response_content_disposition: Option<String>,
    /// Answer with this instead of the stored one.
    pub response_content_encoding: Option<String>,
    /// Answer with this instead of the stored one.
    pub response_content_language: Option<String>,
    /// Answer with this instead of the stored one.
    pub response_content_type: Option<String>,
    /// Answer with this instead of the stored one.
    pub response_expires: Option<String>,
    /// Conditions.
    #[serde(flatten)]
    pub conditions: ReadIf,
    /// Refused members.
    #[serde(flatten)]
    pub unsupported: Unsupported,
}

/// An object but for its bytes.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetObjectOutput {
    /// `bytes`.
    pub accept_ranges: &'static str,
    /// Bytes of the answer.
    pub content_length: u64,
    /// Where a range lies in the object.
    pub content_range: Option<String>,
    /// In quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// When it was written.
    pub last_modified: IsoTime,
    /// When it ends by a lifecycle rule, and which.
    pub expiration: Option<String>,
    /// In versioned buckets.
    pub version_id: Option<String>,
    /// With `PartNumber`: how many parts there are.
    pub parts_count: Option<usize>,
    /// How many tags it has, if any.
    pub tag_count: Option<usize>,
    /// How the checksum was made.
    pub checksum_type: Option<String>,
    /// Its headers.
    #[serde(flatten)]
    pub content: Content,
    /// Its encryption.
    #[serde(flatten)]
    pub encryption: Encryption,
    /// Its lock, as far as the caller may know.
    #[serde(flatten)]
    pub lock: ObjectLock,
    /// Its checksum, if asked for.
    #[serde(flatten)]
    pub checksums: Checksums,
}

/// An object that was found and opened, and the stretch of it that is asked for.
pub(crate) struct Opened {
    pub(crate) object: Box<Object>,
    pub(crate) key: Secret<Vec<u8>>,
    pub(crate) start: u64,
    pub(crate) held: Held,
    pub(crate) output: GetObjectOutput,
}

/// The probe whether the caller may know of keys that are missing.
pub(crate) const MAY_LIST: &str = "list";

pub(crate) fn demands(input: &GetObjectInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
    let action = if input.version_id.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
    let demand = access::on_object(facts, action, &input.bucket, &input.key)?.with_some("s3:versionid", input.version_id.as_ref());
    let demands = lock::and_seen(demand.into(), facts, &input.bucket, &input.key)?;
    if objects::exists(facts, &input.bucket, &input.key, input.version_id.as_deref())? {
        return Ok(demands);
    }
    // Who may not list is not told that the key is missing.
    Ok(demands.and(access::on_bucket(facts, "s3:ListBucket", &input.bucket)?.probe(MAY_LIST)))
}

/// Finds an object, or says what the caller may know of its absence.
pub(crate) fn locate(
    scope: &mut Scope<'_, S3>,
    bucket: &str,
    key: &str,
    version: Option<&str>,
    may_list: bool,
) -> Result<(Version, Box<Object>), Error> {
    match objects::find(scope, bucket, key, version)? {
        Found::Object(version, object) => Ok((version, object)),
        Found::Marker(_) if version.is_some() => {
            Err(error::method_not_allowed("The specified method is not allowed against this resource: the version is a delete marker.")
                .member("DeleteMarker", true))
        }
        _ if !may_list => Err(access::may_not_know(scope.caller(), bucket)),
        Found::Marker(marker) => Err(error::no_such_key(key).member("DeleteMarker", true).member("VersionId", marker.id)),
        Found::Nothing => Err(match version {
            Some(id) => error::no_such_version(key, id),
            None => error::no_such_key(key),
        }),
    }
}

pub(crate) fn open(scope: &mut Scope<'_, S3>, input: GetObjectInput, operation: &str, may_list: bool) -> Result<Opened, Error> {
    input.unsupported.check(operation)?;
    let bucket = access::open(scope, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let (version, object) = locate(scope, &input.bucket, &input.key, input.version_id.as_deref(), may_list)?;
    input.conditions.check(&object.etag, version.modified)?;
    let stretch = stretch(&input, &object)?;
    let key = open_key(scope, &object.key, &input.bucket, &input.key)?;
    let held = version.held.clone();
    let expiration = match input.version_id {
        None => lifecycle::told(scope, &bucket, &input.key, &object, version.modified)?,
        Some(_) => None,
    };
    let output = GetObjectOutput { expiration, ..answer(input, &bucket, version, &object, stretch) };
    Ok(Opened { held, start: stretch.map_or(0, |(start, _)| start), output, object, key })
}

/// The stretch that a range or a part number asks for.
fn stretch(input: &GetObjectInput, object: &Object) -> Result<Option<(u64, u64)>, Error> {
    let Some(number) = input.part_number else { return range(input.range.as_deref(), object.size) };
    if input.range.is_some() {
        return Err(error::invalid_request("Cannot specify both Range header and partNumber query parameter"));
    }
    let index = usize::try_from(number).ok().and_then(|n| n.checked_sub(1)).unwrap_or(usize::MAX);
    match object.stretches.get(index) {
        Some(part) => Ok(Some((object.stretches[..index].iter().map(|s| s.length).sum(), part.length))),
        None => Err(Error::new("InvalidPartNumber", "The requested partnumber is not satisfiable")
            .status(416)
            .member("PartNumberRequested", number)
            .member("ActualPartCount", object.stretches.len())),
    }
}

fn answer(input: GetObjectInput, bucket: &Bucket, version: Version, object: &Object, stretch: Option<(u64, u64)>) -> GetObjectOutput {
    let stored = object.content.clone();
    let whole = stretch.is_none();
    let with_checksum = whole && input.checksum_mode.as_deref().is_some_and(|m| m.eq_ignore_ascii_case("ENABLED"));
    let content_range =
        stretch.filter(|(_, length)| *length > 0).map(|(start, length)| format!("bytes {start}-{}/{}", start + length - 1, object.size));
    GetObjectOutput {
        accept_ranges: "bytes",
        content_length: stretch.map_or(object.size, |(_, length)| length),
        content_range,
        etag: quoted(&object.etag),
        last_modified: IsoTime(version.modified),
        expiration: None,
        version_id: objects::told_id(bucket, &version.id),
        parts_count: input.part_number.and(object.parts),
        tag_count: Some(object.tags.len()).filter(|n| *n > 0),
        checksum_type: object.checksum_type.clone().filter(|_| with_checksum),
        content: Content {
            cache_control: input.response_cache_control.or(stored.cache_control),
            content_disposition: input.response_content_disposition.or(stored.content_disposition),
            content_encoding: input.response_content_encoding.or(stored.content_encoding),
            content_language: input.response_content_language.or(stored.content_language),
            content_type: input.response_content_type.or(stored.content_type).or_else(|| Some("binary/octet-stream".into())),
            expires: input.response_expires.or(stored.expires),
            metadata: stored.metadata,
        },
        encryption: object.key.told(),
        lock: ObjectLock::default(),
        checksums: if with_checksum { object.checksums.clone() } else { Checksums::default() },
    }
}
