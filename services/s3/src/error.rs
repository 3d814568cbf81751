//! S3's errors.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>

use crate::S3;
use gate::{Error, Service};

pub(crate) fn no_such_bucket(bucket: &str) -> Error {
    Error::new("NoSuchBucket", "The specified bucket does not exist").status(404).member("BucketName", bucket)
}
/// A request that is signed for another region than its bucket's.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html>
pub(crate) fn permanent_redirect(bucket: &str, region: &str) -> Error {
    let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
    Error::new("PermanentRedirect", message)
        .status(301)
        .member("Endpoint", format!("{bucket}.s3.{region}.amazonaws.com"))
        .member("Bucket", bucket)
        .member("Region", region)
}
pub(crate) fn no_such_policy(bucket: &str) -> Error {
    Error::new("NoSuchBucketPolicy", "The bucket policy does not exist").status(404).member("BucketName", bucket)
}
pub(crate) fn no_such_key(key: &str) -> Error {
    Error::new("NoSuchKey", "The specified key does not exist.").status(404).member("Key", key)
}
pub(crate) fn no_such_version(key: &str, version: &str) -> Error {
    Error::new("NoSuchVersion", "The specified version does not exist.").status(404).member("Key", key).member("VersionId", version)
}
pub(crate) fn no_such_upload(upload: &str) -> Error {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    Error::new("NoSuchUpload", message).status(404).member("UploadId", upload)
}
pub(crate) fn invalid_argument(name: &str, message: impl Into<String>) -> Error {
    Error::new("InvalidArgument", message).member("ArgumentName", name)
}
pub(crate) fn invalid_request(message: impl Into<String>) -> Error {
    Error::new("InvalidRequest", message)
}
pub(crate) fn malformed_xml() -> Error {
    Error::new("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
}
pub(crate) fn malformed_policy(message: impl Into<String>) -> Error {
    Error::new("MalformedPolicy", message)
}
pub(crate) fn access_denied(message: impl Into<String>) -> Error {
    Error::access_denied(S3::PROTOCOL, message)
}
/// A condition of the request does not hold.
pub(crate) fn precondition_failed(condition: &str) -> Error {
    Error::new("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
        .status(412)
        .member("Condition", condition)
}
pub(crate) fn not_modified() -> Error {
    Error::new("NotModified", "Not Modified").status(304)
}
pub(crate) fn method_not_allowed(message: &str) -> Error {
    Error::new("MethodNotAllowed", message).status(405)
}
pub(crate) fn acl_not_supported() -> Error {
    Error::new("AccessControlListNotSupported", "The bucket does not allow ACLs")
}
pub(crate) fn too_large(what: &str, length: u64, most: u64) -> Error {
    Error::new(
        "EntityTooLarge",
        format!("Your proposed upload exceeds the maximum allowed size: {what} has {length} bytes, {most} are allowed."),
    )
    .member("ProposedSize", length)
    .member("MaxSizeAllowed", most)
}
