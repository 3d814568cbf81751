use crate::{
    S3, access, error,
    listing::{self, Walk, limit},
    names::quoted,
    objects,
    operations::list_objects_v2::{CommonPrefix, demand, prefixes},
    owner::{self, Owner},
    state::{VERSIONS, Version},
};
use base::IsoTime;
use gate::{Authorized, Demands, Error, Example, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// All versions and delete markers, by key, the newest first.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html>
pub struct ListObjectVersions;

/// Which page.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListObjectVersionsInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// Keys that begin so.
    pub prefix: Option<String>,
    /// Keys that are the same up to it are rolled up.
    pub delimiter: Option<String>,
    /// At most 1000.
    pub max_keys: Option<i64>,
    /// Behind this key; with `VersionIdMarker` behind that version of it.
    pub key_marker: Option<String>,
    /// A version of `KeyMarker`.
    pub version_id_marker: Option<String>,
    /// `url`.
    pub encoding_type: Option<String>,
}

/// A version.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VersionEntry {
    /// Its key.
    pub key: String,
    /// Its id.
    pub version_id: String,
    /// Whether it is the newest of its key.
    pub is_latest: bool,
    /// When it was written.
    pub last_modified: IsoTime,
    /// In quotes.
    #[serde(rename = "ETag")]
    pub etag: String,
    /// The algorithm of its checksum, if it has one.
    pub checksum_algorithm: Vec<String>,
    /// How the checksum was made.
    pub checksum_type: Option<String>,
    /// Bytes.
    pub size: u64,
    /// `STANDARD`.
    pub storage_class: &'static str,
    /// Whose it is.
    pub owner: Owner,
}

/// A delete marker.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteMarkerEntry {
    /// Its key.
    pub key: String,
    /// Its id.
    pub version_id: String,
    /// Whether it is the newest of its key.
    pub is_latest: bool,
    /// When it was made.
    pub last_modified: IsoTime,
    /// Whose it is.
    pub owner: Owner,
}

/// A page of versions.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListObjectVersionsOutput {
    /// The bucket.
    pub name: String,
    /// As asked.
    pub prefix: String,
    /// As asked.
    pub key_marker: String,
    /// As asked.
    pub version_id_marker: String,
    /// As asked.
    pub delimiter: Option<String>,
    /// As asked.
    pub max_keys: usize,
    /// As asked.
    pub encoding_type: Option<String>,
    /// Whether there are more.
    pub is_truncated: bool,
    /// Where the next page begins.
    pub next_key_marker: Option<String>,
    /// Where the next page begins.
    pub next_version_id_marker: Option<String>,
    /// Versions that are objects.
    pub versions: Vec<VersionEntry>,
    /// Versions that are delete markers.
    pub delete_markers: Vec<DeleteMarkerEntry>,
    /// The keys that were rolled up.
    pub common_prefixes: Vec<CommonPrefix>,
}

/// The row behind which the page begins.
fn start(scope: &mut Scope<'_, S3>, input: &ListObjectVersionsInput) -> Result<Option<Vec<String>>, Error> {
    let marker = |text: &Option<String>| text.clone().filter(|t| !t.is_empty());
    match (marker(&input.key_marker), marker(&input.version_id_marker)) {
        (None, None) => Ok(None),
        (None, Some(_)) => {
            Err(error::invalid_argument("version-id-marker", "A version-id marker cannot be specified without a key marker."))
        }
        (Some(key), None) => Ok(Some(vec![key])),
        (Some(key), Some(id)) => {
            let order = objects::order_of_marker(scope, &input.bucket, &key, &id)?;
            Ok(Some(vec![key, order]))
        }
    }
}

impl Operation for ListObjectVersions {
    type Service = S3;
    const NAME: &'static str = "ListObjectVersions";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = ListObjectVersionsInput;
    type Output = ListObjectVersionsOutput;

    fn demands(input: &ListObjectVersionsInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        demand(facts, "s3:ListBucketVersions", &input.bucket, input.prefix.as_ref(), input.delimiter.as_ref(), input.max_keys)
            .map(Demands::from)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: ListObjectVersionsInput) -> Result<ListObjectVersionsOutput, Error> {
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let limit = limit("max-keys", input.max_keys)?;
        let after = start(call, &input)?;
        let prefix = input.prefix.unwrap_or_default();
        let inside = after.as_ref().filter(|a| a.len() > 1).map(|a| a[0].clone());
        let page =
            Walk { bucket: &bucket.name, prefix: &prefix, delimiter: input.delimiter.as_deref(), after, limit }.page(call, &VERSIONS)?;
        let next_version = match (&page.next, page.rows.last()) {
            // The page may end with a common prefix, which has no version.
            (Some(next), Some((parts, version))) if next == parts => Some(version.id.clone()),
            _ => None,
        };
        let mut output = ListObjectVersionsOutput {
            name: input.bucket,
            prefix,
            key_marker: input.key_marker.unwrap_or_default(),
            version_id_marker: input.version_id_marker.unwrap_or_default(),
            delimiter: input.delimiter,
            max_keys: limit,
            encoding_type: listing::encoding(input.encoding_type)?,
            is_truncated: page.next.is_some(),
            next_key_marker: page.next.map(|mut next| next.swap_remove(0)),
            next_version_id_marker: next_version,
            versions: Vec::new(),
            delete_markers: Vec::new(),
            common_prefixes: prefixes(page.prefixes),
        };
        let owner = owner::of(bucket.account);
        let mut previous = inside;
        for (mut parts, version) in page.rows {
            let key = parts.swap_remove(0);
            let is_latest = previous.as_ref() != Some(&key);
            previous = Some(key.clone());
            output.push(key, version, is_latest, &owner);
        }
        Ok(output)
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}

impl ListObjectVersionsOutput {
    fn push(&mut self, key: String, version: Version, is_latest: bool, owner: &Owner) {
        let (version_id, last_modified, owner) = (version.id, IsoTime(version.modified), owner.clone());
        match version.object {
            Some(object) => {
                let (etag, size) = (quoted(&object.etag), object.size);
                let checksum_algorithm = object.checksums.algorithm().map(Into::into).into_iter().collect();
                self.versions.push(VersionEntry {
                    key,
                    version_id,
                    is_latest,
                    last_modified,
                    etag,
                    checksum_algorithm,
                    checksum_type: object.checksum_type,
                    size,
                    storage_class: "STANDARD",
                    owner,
                });
            }
            None => self.delete_markers.push(DeleteMarkerEntry { key, version_id, is_latest, last_modified, owner }),
        }
    }
}
