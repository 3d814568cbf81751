use crate::{
    Checksums, S3, access, error, examples, objects,
    read::{self, MAY_LIST, locate},
    state::{Object, StoredPart},
};
use base::IsoTime;
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What is known of an object: its checksum and its parts among it.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html>
pub struct GetObjectAttributes;

/// Of which object, and what.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetObjectAttributesInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// An old version.
    pub version_id: Option<String>,
    /// `ETag`, `Checksum`, `ObjectParts`, `StorageClass`, `ObjectSize`.
    #[serde(default)]
    pub object_attributes: Vec<String>,
    /// At most 1000.
    pub max_parts: Option<u64>,
    /// Parts behind this number.
    pub part_number_marker: Option<u64>,
    /// Refused.
    #[serde(rename = "SSECustomerAlgorithm")]
    pub sse_customer_algorithm: Option<String>,
}

/// A checksum and how it was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectChecksum {
    /// The checksum.
    #[serde(flatten)]
    pub checksums: Checksums,
    /// `COMPOSITE` or `FULL_OBJECT`.
    pub checksum_type: Option<String>,
}

/// A part.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectPart {
    /// Its number.
    pub part_number: u64,
    /// Bytes.
    pub size: u64,
    /// As uploaded.
    #[serde(flatten)]
    pub checksums: Checksums,
}

/// The parts that an object was uploaded in.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectParts {
    /// How many.
    pub total_parts_count: usize,
    /// As asked; this and what follows, where the parts have checksums.
    pub part_number_marker: Option<u64>,
    /// Where the next page begins.
    pub next_part_number_marker: Option<u64>,
    /// As asked.
    pub max_parts: Option<u64>,
    /// Whether there are more.
    pub is_truncated: Option<bool>,
    /// The parts.
    pub parts: Option<Vec<ObjectPart>>,
}

/// What was asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetObjectAttributesOutput {
    /// When it was written.
    pub last_modified: IsoTime,
    /// In versioned buckets.
    pub version_id: Option<String>,
    /// Without quotes, here alone.
    #[serde(rename = "ETag")]
    pub etag: Option<String>,
    /// The checksum.
    pub checksum: Option<ObjectChecksum>,
    /// The parts, of an object that was uploaded in parts.
    pub object_parts: Option<ObjectParts>,
    /// `STANDARD`.
    pub storage_class: Option<&'static str>,
    /// Bytes.
    pub object_size: Option<u64>,
}

const KNOWN: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];
const MOST: u64 = 1000;

impl GetObjectAttributesInput {
    fn check(&self) -> Result<(), Error> {
        if self.sse_customer_algorithm.is_some() {
            return Err(Error::not_implemented("s3:GetObjectAttributes with SSECustomerAlgorithm"));
        }
        if self.object_attributes.iter().all(String::is_empty) {
            let message = "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty";
            return Err(error::invalid_request(message));
        }
        if self.object_attributes.iter().any(|name| !KNOWN.contains(&name.as_str())) {
            return Err(error::invalid_argument("x-amz-object-attributes", "Invalid attribute name specified."));
        }
        Ok(())
    }
    fn asks(&self, name: &str) -> bool {
        self.object_attributes.iter().any(|asked| asked == name)
    }
    fn parts(&self, object: &Object, stored: Vec<StoredPart>) -> Option<ObjectParts> {
        let total_parts_count = object.parts?;
        let listed = stored.iter().any(|part| !part.checksums.is_empty());
        let (marker, most) = (self.part_number_marker.unwrap_or(0), self.max_parts.unwrap_or(MOST).min(MOST));
        let mut behind = stored.into_iter().filter(|part| part.number > marker);
        let page: Vec<ObjectPart> = behind
            .by_ref()
            .take(usize::try_from(most).unwrap_or(0))
            .map(|part| ObjectPart { part_number: part.number, size: part.size, checksums: part.checksums })
            .collect();
        let last = page.last().map_or(0, |part| part.part_number);
        let only = |value: u64| listed.then_some(value);
        Some(ObjectParts {
            total_parts_count,
            part_number_marker: only(marker),
            next_part_number_marker: only(last),
            max_parts: only(most),
            is_truncated: listed.then(|| behind.next().is_some()),
            parts: listed.then_some(page),
        })
    }
}

impl Operation for GetObjectAttributes {
    type Service = S3;
    const NAME: &'static str = "GetObjectAttributes";
    const READ_ONLY: bool = true;
    const DATA_EVENT: bool = true;
    type Input = GetObjectAttributesInput;
    type Output = GetObjectAttributesOutput;

    fn demands(input: &GetObjectAttributesInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let version = input.version_id.as_ref();
        let read = read::target(facts, ["s3:GetObject", "s3:GetObjectVersion"], &input.bucket, &input.key, version)?;
        let actions = ["s3:GetObjectAttributes", "s3:GetObjectVersionAttributes"];
        let attributes = read::target(facts, actions, &input.bucket, &input.key, version)?;
        Ok(Demands::from(attributes.demand).and_all(read.demands(|demand| demand)))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: GetObjectAttributesInput) -> Result<GetObjectAttributesOutput, Error> {
        input.check()?;
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let may_list = call.probe(MAY_LIST);
        let (version, object) = locate(call, &input.bucket, &input.key, input.version_id.as_deref(), may_list)?;
        let object_parts = match input.asks("ObjectParts") && object.parts.is_some() {
            true => input.parts(&object, objects::kept_parts(call, &input.bucket, &input.key, &version.id)?),
            false => None,
        };
        let checksum = ObjectChecksum { checksums: object.checksums.clone(), checksum_type: object.checksum_type.clone() };
        Ok(GetObjectAttributesOutput {
            last_modified: IsoTime(version.modified),
            version_id: objects::told_id(&bucket, &version.id),
            etag: input.asks("ETag").then(|| object.etag.clone()),
            checksum: Some(checksum).filter(|checksum| input.asks("Checksum") && !checksum.checksums.is_empty()),
            object_parts,
            storage_class: input.asks("StorageClass").then_some("STANDARD"),
            object_size: input.asks("ObjectSize").then_some(object.size),
        })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a", "ObjectAttributes": ["ETag", "ObjectSize"]}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
            .after("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "a"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let input = |more| examples::object(more);
        vec![
            ("of a version", examples::with_version(input(json!({"VersionId": "$2/VersionId", "ObjectAttributes": ["Checksum"]})))),
            ("of what is not there", examples::with_bucket(input(json!({"ObjectAttributes": ["ETag"]}))).fails("NoSuchKey")),
        ]
    }
}
