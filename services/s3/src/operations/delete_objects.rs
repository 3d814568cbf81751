use crate::{S3, access, error, lock, objects, operations::delete_object};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes up to a thousand objects; each is decided on by itself.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>
pub struct DeleteObjects;

/// An object to delete.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObjectIdentifier {
    /// Its key.
    pub key: String,
    /// The version that goes for good.
    pub version_id: Option<String>,
    /// Only if the current object has this ETag.
    #[serde(rename = "ETag")]
    pub etag: Option<String>,
    /// Refused.
    pub last_modified_time: Option<String>,
    /// Refused.
    pub size: Option<u64>,
}

/// The objects to delete.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Delete {
    /// At most 1000.
    #[serde(default)]
    pub objects: Vec<ObjectIdentifier>,
    /// Answer with failures alone.
    pub quiet: Option<bool>,
}

/// What to delete.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteObjectsInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// The objects.
    pub delete: Delete,
    /// `true`: also what is under governance.
    pub bypass_governance_retention: Option<String>,
}

/// An object that was deleted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeletedEntry {
    /// Its key.
    pub key: String,
    /// The version that was asked for.
    pub version_id: Option<String>,
    /// Whether a delete marker was made or deleted.
    pub delete_marker: Option<bool>,
    /// That delete marker.
    pub delete_marker_version_id: Option<String>,
}

/// An object that was not deleted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ErrorEntry {
    /// Its key.
    pub key: String,
    /// The version that was asked for.
    pub version_id: Option<String>,
    /// Why.
    pub code: String,
    /// Why.
    pub message: String,
}

/// What became of each.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteObjectsOutput {
    /// Deleted.
    pub deleted: Vec<DeletedEntry>,
    /// Not deleted.
    pub errors: Vec<ErrorEntry>,
}

const MOST: usize = 1000;

impl Operation for DeleteObjects {
    type Service = S3;
    const NAME: &'static str = "DeleteObjects";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = DeleteObjectsInput;
    type Output = DeleteObjectsOutput;

    fn demands(input: &DeleteObjectsInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        if input.delete.objects.is_empty() || input.delete.objects.len() > MOST {
            return Err(error::malformed_xml());
        }
        let mut demands = Demands::default();
        for (index, object) in input.delete.objects.iter().enumerate() {
            let (version, if_match) = (object.version_id.as_ref(), object.etag.as_ref());
            for demand in delete_object::conditional(facts, &input.bucket, &object.key, version, if_match)? {
                demands = demands.and(demand.item(index));
            }
            let bypass = lock::bypass(facts, input.bypass_governance_retention.as_deref(), &input.bucket, &object.key)?;
            demands = bypass.into_iter().fold(demands, |demands, bypass| demands.and(bypass.item(index)));
        }
        Ok(demands)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteObjectsInput) -> Result<DeleteObjectsOutput, Error> {
        let objects = input.delete.objects;
        if objects.iter().any(|o| o.last_modified_time.is_some() || o.size.is_some()) {
            return Err(Error::not_implemented("s3:DeleteObjects with LastModifiedTime or Size"));
        }
        // Nobody who may delete nothing here is told whether the bucket is there.
        let denied = (0..objects.len()).map(|i| call.item(i).cloned()).collect::<Option<Vec<_>>>();
        if let Some(first) = denied.and_then(|all| all.into_iter().next())
            && call.get(&crate::state::BUCKETS, input.bucket.as_str())?.is_none()
        {
            return Err(first);
        }
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let bypass = lock::bypasses(input.bypass_governance_retention.as_deref());
        let quiet = input.delete.quiet == Some(true);
        let mut output = DeleteObjectsOutput { deleted: Vec::new(), errors: Vec::new() };
        for (index, object) in objects.into_iter().enumerate() {
            let result = match call.item(index) {
                Some(denial) => Err(denial.clone()),
                None => delete_object::check(call, &bucket, &object.key, object.etag)
                    .and_then(|()| objects::delete(call, &bucket, &object.key, object.version_id.as_deref(), bypass)),
            };
            match result {
                Err(error) if error.status < 500 => {
                    output.errors.push(ErrorEntry {
                        key: object.key,
                        version_id: object.version_id,
                        code: error.code.into_owned(),
                        message: error.message,
                    });
                }
                Err(error) => return Err(error),
                Ok(_) if quiet => {}
                Ok(deleted) => output.deleted.push(DeletedEntry {
                    key: object.key,
                    version_id: object.version_id,
                    delete_marker: deleted.marker.then_some(true),
                    delete_marker_version_id: deleted.version_id.filter(|_| deleted.marker),
                }),
            }
        }
        Ok(output)
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Delete": {"Objects": [{"Key": "a"}, {"Key": "b"}]}}))
            .after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }
}
