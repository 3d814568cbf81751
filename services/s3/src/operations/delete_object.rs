use crate::{S3, access, conditions::WriteIf, examples, lock, objects, state::Bucket};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, Scope, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Deletes an object (in a versioned bucket: hides it behind a delete marker), or one version for good.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html>
pub struct DeleteObject;

/// What to delete.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteObjectInput {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
    /// The version that goes for good.
    pub version_id: Option<String>,
    /// `true`: also what is under governance.
    pub bypass_governance_retention: Option<String>,
    /// Only if the current object has this ETag.
    pub if_match: Option<String>,
    /// Refused.
    pub if_match_last_modified_time: Option<String>,
    /// Refused.
    pub if_match_size: Option<u64>,
}

/// What was deleted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteObjectOutput {
    /// The deleted version, or the new delete marker.
    pub version_id: Option<String>,
    /// Whether that is a delete marker.
    pub delete_marker: Option<bool>,
}

/// The right to delete an object or a version of it.
pub(crate) fn demand(facts: &mut View<'_, S3>, bucket: &str, key: &str, version: Option<&String>) -> Result<Demand, Error> {
    let action = if version.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
    Ok(access::on_object(facts, action, bucket, key)?.with_some("s3:versionid", version))
}

/// The same with a condition: who names an ETag learns whether it is the object's, so it needs the right to read as well.
pub(crate) fn conditional(
    facts: &mut View<'_, S3>,
    bucket: &str,
    key: &str,
    version: Option<&String>,
    if_match: Option<&String>,
) -> Result<Vec<Demand>, Error> {
    let mut demands = vec![demand(facts, bucket, key, version)?.with_some("s3:if-match", if_match)];
    if if_match.is_some_and(|etag| etag != "*") {
        demands.push(access::on_object(facts, "s3:GetObject", bucket, key)?);
    }
    Ok(demands)
}

/// Whether the current object is the one that the request names.
pub(crate) fn check(scope: &mut Scope<'_, S3>, bucket: &Bucket, key: &str, if_match: Option<String>) -> Result<(), Error> {
    if if_match.is_none() {
        return Ok(());
    }
    let current = objects::current_etag(scope, &bucket.name, key)?;
    WriteIf { if_match, if_none_match: None }.check(key, current.as_deref())
}

impl Operation for DeleteObject {
    type Service = S3;
    const NAME: &'static str = "DeleteObject";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = DeleteObjectInput;
    type Output = DeleteObjectOutput;

    fn demands(input: &DeleteObjectInput, facts: &mut View<'_, S3>) -> Result<Demands, Error> {
        let own = conditional(facts, &input.bucket, &input.key, input.version_id.as_ref(), input.if_match.as_ref())?;
        let bypass = lock::bypass(facts, input.bypass_governance_retention.as_deref(), &input.bucket, &input.key)?;
        Ok(Demands::all(own.into_iter().chain(bypass)))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: DeleteObjectInput) -> Result<DeleteObjectOutput, Error> {
        if input.if_match_last_modified_time.is_some() || input.if_match_size.is_some() {
            return Err(Error::not_implemented("s3:DeleteObject with IfMatchLastModifiedTime or IfMatchSize"));
        }
        let bucket = access::open(call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        check(call, &bucket, &input.key, input.if_match)?;
        let bypass = lock::bypasses(input.bypass_governance_retention.as_deref());
        let deleted = objects::delete(call, &bucket, &input.key, input.version_id.as_deref(), bypass)?;
        Ok(DeleteObjectOutput { version_id: deleted.version_id, delete_marker: deleted.marker.then_some(true) })
    }

    fn example() -> Example {
        Example::of(json!({"Bucket": "example-bucket", "Key": "a"})).after("s3:CreateBucket", json!({"Bucket": "example-bucket"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let if_match = json!({"Bucket": "example-bucket", "Key": "a", "IfMatch": "$1/ETag"});
        let governed = json!({"BypassGovernanceRetention": "true"});
        vec![
            ("with a bypass", examples::with_locked(examples::object(governed))),
            ("if it is this one", examples::with_bucket(if_match).after("s3:PutObject", json!({"Bucket": "example-bucket", "Key": "a"}))),
            ("of a version", examples::with_version(examples::object(json!({"VersionId": "$2/VersionId"})))),
        ]
    }
}
