//! Versions of objects, and which of them is current.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html>

use crate::{
    S3, error,
    lock::Held,
    state::{
        BUCKETS, Bucket, CURRENT, FIRST_ORDER, NULL, NULLS, Object, PART_LISTS, Rows, StoredPart, Summary, VERSIONS, Version, Versioning,
    },
    tags::Tag,
};
use gate::{Error, Scope};
use serde_json::json;

/// A version with its place among those of its key.
pub(crate) struct Placed {
    pub(crate) order: String,
    pub(crate) version: Version,
}

/// What is found under a key.
pub(crate) enum Found {
    Object(Version, Box<Object>),
    Marker(Version),
    Nothing,
}

const ORDER_DIGITS: usize = 16;

/// The id of a version begins with its order, so that it is found by one read.
fn order_of(version_id: &str) -> Result<&str, Error> {
    let well_formed = version_id.len() == 2 * ORDER_DIGITS && version_id.bytes().all(|b| b.is_ascii_hexdigit());
    version_id
        .get(..ORDER_DIGITS)
        .filter(|_| well_formed)
        .ok_or_else(|| error::invalid_argument("versionId", "Invalid version id specified"))
}

/// The place that a version id stands for, whether or not the version is still there.
pub(crate) fn order_of_marker(rows: &mut impl Rows, bucket: &str, key: &str, id: &str) -> Result<String, Error> {
    match id {
        NULL => Ok(rows.row(&NULLS, [bucket, key])?.unwrap_or_else(|| FIRST_ORDER.into())),
        id => order_of(id).map(Into::into),
    }
}

/// A version by its id.
pub(crate) fn by_id(rows: &mut impl Rows, bucket: &str, key: &str, id: &str) -> Result<Option<Placed>, Error> {
    let order = order_of_marker(rows, bucket, key, id)?;
    let found = rows.row(&VERSIONS, [bucket, key, &order])?.filter(|v| v.id == id);
    Ok(found.map(|version| Placed { order, version }))
}

/// The tags of what a read of this key and version finds. None: it finds nothing.
pub(crate) fn tags(rows: &mut impl Rows, bucket: &str, key: &str, version: Option<&str>) -> Result<Option<Vec<Tag>>, Error> {
    let found = match version {
        None => match rows.row(&CURRENT, [bucket, key])? {
            None => return Ok(None),
            Some(Summary { tags: Some(tags), .. }) => return Ok(Some(tags)),
            Some(Summary { order, .. }) => rows.row(&VERSIONS, [bucket, key, &order])?,
        },
        Some(id) => by_id(rows, bucket, key, id)?.map(|placed| placed.version),
    };
    Ok(found.map(|version| version.object.map(|object| object.tags).unwrap_or_default()))
}

fn newest(scope: &mut Scope<'_, S3>, bucket: &str, key: &str) -> Result<Option<Placed>, Error> {
    let rows = scope.page(&VERSIONS, &[bucket, key], None, 1, false)?;
    Ok(rows.into_iter().next().map(|(mut parts, version)| Placed { order: parts.pop().unwrap_or_default(), version }))
}

/// The current version, or the one that `version` names.
pub(crate) fn find(scope: &mut Scope<'_, S3>, bucket: &str, key: &str, version: Option<&str>) -> Result<Found, Error> {
    let placed = match version {
        Some(id) => by_id(scope, bucket, key, id)?,
        None => match scope.row(&CURRENT, [bucket, key])? {
            Some(summary) => scope.row(&VERSIONS, [bucket, key, &summary.order])?.map(|version| Placed { order: summary.order, version }),
            None => newest(scope, bucket, key)?,
        },
    };
    Ok(match placed.map(|p| p.version) {
        None => Found::Nothing,
        Some(mut version) => match version.object.take() {
            Some(object) => Found::Object(version, object),
            None => Found::Marker(version),
        },
    })
}

/// The ETag of the current object, for conditional writes.
pub(crate) fn current_etag(scope: &mut Scope<'_, S3>, bucket: &str, key: &str) -> Result<Option<String>, Error> {
    Ok(scope.row(&CURRENT, [bucket, key])?.map(|s| s.etag))
}

/// The version id that answers tell: none in a bucket that was never versioned.
pub(crate) fn told_id(bucket: &Bucket, id: &str) -> Option<String> {
    (bucket.versioning != Versioning::Never).then(|| id.to_string())
}

/// A place before `newest`, by the time of the call.
fn next_order(scope: &Scope<'_, S3>, newest: Option<&Placed>) -> String {
    let moment = u64::try_from(scope.now().0).unwrap_or(0).saturating_mul(1000);
    let by_time = u64::MAX - moment;
    let before = newest.and_then(|n| u64::from_str_radix(&n.order, 16).ok()).unwrap_or(u64::MAX);
    format!("{:016x}", by_time.min(before.saturating_sub(1)))
}

/// Writes an object or (None) a delete marker as the newest version, by the rules of the bucket's versioning. Gives its id.
pub(crate) fn write(
    scope: &mut Scope<'_, S3>,
    bucket: &Bucket,
    key: &str,
    object: Option<Box<Object>>,
    held: Held,
    event: &str,
) -> Result<String, Error> {
    let name = bucket.name.as_str();
    let (order, id) = match bucket.versioning {
        Versioning::Never => {
            erase_at(scope, name, key, FIRST_ORDER)?;
            (FIRST_ORDER.to_string(), NULL.to_string())
        }
        Versioning::Enabled => {
            let newest = newest(scope, name, key)?;
            let order = next_order(scope, newest.as_ref());
            let mut random = [0; ORDER_DIGITS / 2];
            scope.entropy().fill(&mut random);
            let id = format!("{order}{}", hex::encode(random));
            (order, id)
        }
        Versioning::Suspended => {
            if let Some(old) = by_id(scope, name, key, NULL)? {
                erase_at(scope, name, key, &old.order)?;
            }
            let newest = newest(scope, name, key)?;
            let order = next_order(scope, newest.as_ref());
            scope.put(&NULLS, &[name, key], &order)?;
            (order, NULL.to_string())
        }
    };
    let version = Version { id: id.clone(), modified: scope.now(), object, held };
    set_current(scope, name, key, Some((&order, &version)))?;
    scope.put(&VERSIONS, &[name, key, &order], &version)?;
    publish(scope, bucket, key, event, &version)?;
    Ok(id)
}

fn set_current(scope: &mut Scope<'_, S3>, bucket: &str, key: &str, newest: Option<(&str, &Version)>) -> Result<(), Error> {
    let object = newest.and_then(|(order, version)| version.object.as_ref().map(|object| (order, version, object)));
    match object {
        Some((order, version, object)) => {
            let summary = Summary {
                order: order.to_string(),
                etag: object.etag.clone(),
                size: object.size,
                modified: version.modified,
                checksum_algorithm: object.checksums.algorithm().map(Into::into),
                checksum_type: object.checksum_type.clone(),
                tags: Some(object.tags.clone()),
            };
            scope.put(&CURRENT, &[bucket, key], &summary)
        }
        None => {
            scope.delete(&CURRENT, &[bucket, key]);
            Ok(())
        }
    }
}

/// Drops the version at `order` with its bodies; which one is current is not looked at.
fn erase_at(scope: &mut Scope<'_, S3>, bucket: &str, key: &str, order: &str) -> Result<Option<Version>, Error> {
    let Some(old) = scope.row(&VERSIONS, [bucket, key, order])? else { return Ok(None) };
    for stretch in old.object.iter().flat_map(|o| &o.stretches) {
        scope.delete_body(&stretch.body)?;
    }
    if old.object.as_ref().is_some_and(|o| o.parts.is_some()) {
        scope.delete(&PART_LISTS, &[bucket, key, order]);
    }
    scope.delete(&VERSIONS, &[bucket, key, order]);
    if old.id == NULL && order != FIRST_ORDER {
        scope.delete(&NULLS, &[bucket, key]);
    }
    Ok(Some(old))
}

/// Whether a deletion hides an object instead of ending it.
pub(crate) fn keeps_versions(bucket: &Bucket) -> bool {
    bucket.versioning != Versioning::Never
}

/// What a deletion did.
#[derive(Default)]
pub(crate) struct Deleted {
    /// The version that was deleted, or the delete marker that was made.
    pub(crate) version_id: Option<String>,
    /// Whether that version is a delete marker.
    pub(crate) marker: bool,
}

/// Deletes one version for good, or (None) the object, by the rules of the bucket's versioning.
pub(crate) fn delete(scope: &mut Scope<'_, S3>, bucket: &Bucket, key: &str, version: Option<&str>, bypass: bool) -> Result<Deleted, Error> {
    match (version, bucket.versioning) {
        (Some(id), _) => erase(scope, bucket, key, id, bypass),
        (None, Versioning::Never) => {
            erase(scope, bucket, key, NULL, bypass)?;
            Ok(Deleted::default())
        }
        (None, _) => {
            let id = write(scope, bucket, key, None, Held::default(), "ObjectRemoved:DeleteMarkerCreated")?;
            Ok(Deleted { version_id: Some(id), marker: true })
        }
    }
}

fn erase(scope: &mut Scope<'_, S3>, bucket: &Bucket, key: &str, id: &str, bypass: bool) -> Result<Deleted, Error> {
    let name = bucket.name.as_str();
    let told = told_id(bucket, id);
    let Some(placed) = by_id(scope, name, key, id)? else { return Ok(Deleted { version_id: told, marker: false }) };
    placed.version.held.check_delete(bypass, scope.now())?;
    erase_at(scope, name, key, &placed.order)?;
    let newest = newest(scope, name, key)?;
    set_current(scope, name, key, newest.as_ref().map(|n| (n.order.as_str(), &n.version)))?;
    publish(scope, bucket, key, "ObjectRemoved:Delete", &placed.version)?;
    Ok(Deleted { version_id: told, marker: placed.version.object.is_none() })
}

/// Changes a version in place: its tags.
pub(crate) fn rewrite(scope: &mut Scope<'_, S3>, bucket: &str, key: &str, placed: &Placed) -> Result<(), Error> {
    let current = scope.row(&CURRENT, [bucket, key])?;
    if current.is_some_and(|summary| summary.order == placed.order) {
        set_current(scope, bucket, key, Some((&placed.order, &placed.version)))?;
    }
    scope.put(&VERSIONS, &[bucket, key, &placed.order], &placed.version)
}

/// Keeps the parts of a version that was just written.
pub(crate) fn keep_parts(
    scope: &mut Scope<'_, S3>,
    bucket: &str,
    key: &str,
    id: Option<&str>,
    parts: &Vec<StoredPart>,
) -> Result<(), Error> {
    let order = order_of_marker(scope, bucket, key, id.unwrap_or(NULL))?;
    scope.put(&PART_LISTS, &[bucket, key, &order], parts)
}

/// The parts of a version; none for one that came in one piece.
pub(crate) fn kept_parts(scope: &mut Scope<'_, S3>, bucket: &str, key: &str, id: &str) -> Result<Vec<StoredPart>, Error> {
    let order = order_of_marker(scope, bucket, key, id)?;
    Ok(scope.row(&PART_LISTS, [bucket, key, &order])?.unwrap_or_default())
}

/// The current version, or the one that `version` names, with its place: for changes.
pub(crate) fn place(scope: &mut Scope<'_, S3>, bucket: &str, key: &str, version: Option<&str>) -> Result<Option<Placed>, Error> {
    match version {
        Some(id) => by_id(scope, bucket, key, id),
        None => newest(scope, bucket, key),
    }
}

fn publish(scope: &mut Scope<'_, S3>, bucket: &Bucket, key: &str, event: &str, version: &Version) -> Result<(), Error> {
    let change = json!({
        "event": event,
        "bucket": bucket.name,
        "key": key,
        "versionId": told_id(bucket, &version.id),
        "eTag": version.object.as_ref().map(|o| &o.etag),
        "size": version.object.as_ref().map(|o| o.size),
    });
    durable::publish(scope, &format!("object/{}/{key}", bucket.name), change)?;
    crate::events::tell(scope, bucket, key, event, version)
}

/// Whether anything is left in a bucket.
pub(crate) fn is_empty(scope: &mut Scope<'_, S3>, bucket: &str) -> Result<bool, Error> {
    Ok(scope.page(&VERSIONS, bucket, None, 1, false)?.is_empty())
}

/// Stores a bucket's settings.
pub(crate) fn put_bucket(scope: &mut Scope<'_, S3>, bucket: &Bucket) -> Result<(), Error> {
    scope.put(&BUCKETS, &[bucket.name.as_str()], bucket)
}
