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
    state::{Bucket, Object, StoredPart, Version},
    tags::{self, Tag},
};
use base::{IsoTime, Secret};
use gate::{Authorized, Caller, Demand, Demands, Error, Identity, Operation, Scope, View};
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

impl GetObjectInput {
    /// Only who signs a request may choose headers of its answer.
    fn check_overrides(&self, caller: &Caller) -> Result<(), Error> {
        let chosen = [
            &self.response_cache_control,
            &self.response_content_disposition,
            &self.response_content_encoding,
            &self.response_content_language,
            &self.response_content_type,
            &self.response_expires,
        ];
        if chosen.iter().any(|c| c.is_some()) && matches!(caller.identity(), Identity::Anonymous) {
            return Err(error::invalid_request("Request specific response headers cannot be used for anonymous GET requests."));
        }
        Ok(())
    }
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

/// The probe whether the caller may know how many tags there are.
pub(crate) const MAY_COUNT_TAGS: &str = "tags";

/// What is to be decided of a call on an object that should be there.
pub(crate) struct Target {
    /// The right to it, with its tags where it is there.
    pub(crate) demand: Demand,
    /// None: it is not there.
    pub(crate) tags: Option<Vec<Tag>>,
    /// Who may not list is not told that the key is missing.
    may_list: Option<Demand>,
}

impl Target {
    /// The demands of the call, whose own one may see `more`.
    pub(crate) fn demands(self, more: impl FnOnce(Demand) -> Demand) -> Demands {
        Demands::all([more(self.demand)].into_iter().chain(self.may_list))
    }
}

/// The right to the first of these actions on an object, or to the second on a version of it.
pub(crate) fn target(
    facts: &mut View<'_, S3>,
    actions: [&'static str; 2],
    bucket: &str,
    key: &str,
    version: Option<&String>,
) -> Result<Target, Error> {
    let action = actions[usize::from(version.is_some())];
    let mut demand = access::on_object(facts, action, bucket, key)?.with_some("s3:versionid", version);
    let tags = objects::tags(facts, bucket, key, version.map(String::as_str))?;
    for (key, value) in tags::pairs(tags.as_deref().unwrap_or_default()) {
        demand = demand.with(format!("s3:ExistingObjectTag/{key}"), value);
    }
    let may_list = match tags {
        Some(_) => None,
        None => Some(access::on_bucket(facts, "s3:ListBucket", bucket)?.probe(MAY_LIST)),
    };
    Ok(Target { demand, tags, may_list })
}

pub(crate) fn demands(input: &GetObjectInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
    let version = input.version_id.as_ref();
    let read = target(facts, ["s3:GetObject", "s3:GetObjectVersion"], &input.bucket, &input.key, version)?;
    let tagged = read.tags.as_ref().is_some_and(|tags| !tags.is_empty());
    let demands = lock::and_seen(read.demands(|demand| demand), facts, &input.bucket, &input.key)?;
    if !tagged {
        return Ok(demands);
    }
    let tags = target(facts, ["s3:GetObjectTagging", "s3:GetObjectVersionTagging"], &input.bucket, &input.key, version)?;
    Ok(demands.and(tags.demand.probe(MAY_COUNT_TAGS)))
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
        Found::Marker(marker) if version.is_some() => {
            Err(error::method_not_allowed("The specified method is not allowed against this resource: the version is a delete marker.")
                .member("DeleteMarker", true)
                .member("VersionId", marker.id)
                .member("LastModified", marker.modified.http())
                .member("Allow", "DELETE"))
        }
        _ if !may_list => Err(access::may_not_know(scope.caller(), bucket)),
        Found::Marker(marker) => Err(error::no_such_key(key).member("DeleteMarker", true).member("VersionId", marker.id)),
        Found::Nothing => Err(match version {
            Some(id) => error::no_such_version(key, id),
            None => error::no_such_key(key),
        }),
    }
}

/// What the caller may know beside the object.
pub(crate) struct May {
    pub(crate) list: bool,
    pub(crate) count_tags: bool,
}

impl May {
    pub(crate) fn of<Op: Operation>(call: &Authorized<'_, Op>) -> Self {
        Self { list: call.probe(MAY_LIST), count_tags: call.probe(MAY_COUNT_TAGS) }
    }
}

pub(crate) fn open(scope: &mut Scope<'_, S3>, input: GetObjectInput, operation: &str, may: May) -> Result<Opened, Error> {
    input.unsupported.check(operation)?;
    input.check_overrides(scope.caller())?;
    let bucket = access::open(scope, &input.bucket, input.expected_bucket_owner.as_deref())?;
    let (version, object) = locate(scope, &input.bucket, &input.key, input.version_id.as_deref(), may.list)?;
    input.conditions.check(&object.etag, version.modified).map_err(|e| told_of(e, &bucket, &version, &object))?;
    let stretch = stretch(&input, &object)?;
    let key = open_key(scope, &object.key, &input.bucket, &input.key)?;
    let part = match input.part_number {
        Some(number) if object.parts.is_some() => {
            let parts = objects::kept_parts(scope, &input.bucket, &input.key, &version.id)?;
            usize::try_from(number - 1).ok().and_then(|index| parts.into_iter().nth(index))
        }
        _ => None,
    };
    let held = version.held.clone();
    let expiration = match input.version_id {
        None => lifecycle::told(scope, &bucket, &input.key, &object, version.modified)?,
        Some(_) => None,
    };
    let mut output = answer(input, &bucket, version, &object, stretch, part);
    output.expiration = expiration;
    output.tag_count = output.tag_count.filter(|_| may.count_tags);
    Ok(Opened { held, start: stretch.map_or(0, |(start, _)| start), output, object, key })
}

/// What an answer that sends no object tells of it all the same.
fn told_of(error: Error, bucket: &Bucket, version: &Version, object: &Object) -> Error {
    if error.status != 304 {
        return error;
    }
    let error = error.member("ETag", quoted(&object.etag)).member("LastModified", version.modified.http());
    match objects::told_id(bucket, &version.id) {
        Some(id) => error.member("VersionId", id),
        None => error,
    }
}

/// The stretch that a range or a part number asks for.
fn stretch(input: &GetObjectInput, object: &Object) -> Result<Option<(u64, u64)>, Error> {
    let Some(number) = input.part_number else { return range(input.range.as_deref(), object.size) };
    if input.range.is_some() {
        return Err(error::invalid_request("Cannot specify both Range header and partNumber query parameter"));
    }
    let index = usize::try_from(number).ok().and_then(|n| n.checked_sub(1)).unwrap_or(usize::MAX);
    if index == 0 && object.size == 0 {
        return Ok(None);
    }
    match object.stretches.get(index) {
        Some(part) => Ok(Some((object.stretches[..index].iter().map(|s| s.length).sum(), part.length))),
        None => Err(Error::new("InvalidPartNumber", "The requested partnumber is not satisfiable")
            .status(416)
            .member("PartNumberRequested", number)
            .member("ActualPartCount", object.stretches.len())),
    }
}

fn answer(
    input: GetObjectInput,
    bucket: &Bucket,
    version: Version,
    object: &Object,
    stretch: Option<(u64, u64)>,
    part: Option<StoredPart>,
) -> GetObjectOutput {
    let stored = object.content.clone();
    // That of the whole says nothing of a range; that of a part does.
    let checksums = match (stretch, part) {
        (_, Some(part)) => Some(part.checksums),
        (Some((_, length)), None) if length < object.size || input.part_number.is_none() => None,
        _ => Some(object.checksums.clone()),
    };
    let asked = input.checksum_mode.as_deref().is_some_and(|m| m.eq_ignore_ascii_case("ENABLED"));
    let checksums = checksums.filter(|checksums| asked && !checksums.is_empty());
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
        checksum_type: checksums.as_ref().and(object.checksum_type.clone()),
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
        checksums: checksums.unwrap_or_default(),
    }
}
