//! Operations that are allowed by an action of another name.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html>

use crate::table::service;

/// Service, operation, action.
const OTHERWISE: [(&str, &str, &str); 42] = [
    ("kms", "ReEncrypt", "ReEncryptFrom"),
    ("lambda", "Invoke", "InvokeFunction"),
    ("s3", "CompleteMultipartUpload", "PutObject"),
    ("s3", "CopyObject", "PutObject"),
    ("s3", "CreateMultipartUpload", "PutObject"),
    ("s3", "DeleteBucketEncryption", "PutEncryptionConfiguration"),
    ("s3", "DeleteBucketLifecycle", "PutLifecycleConfiguration"),
    ("s3", "DeleteBucketOwnershipControls", "PutBucketOwnershipControls"),
    ("s3", "DeleteBucketTagging", "PutBucketTagging"),
    ("s3", "DeleteObjects", "DeleteObject"),
    ("s3", "DeletePublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("s3", "GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"),
    ("s3", "GetBucketAnalyticsConfiguration", "GetAnalyticsConfiguration"),
    ("s3", "GetBucketCors", "GetBucketCORS"),
    ("s3", "GetBucketEncryption", "GetEncryptionConfiguration"),
    ("s3", "GetBucketIntelligentTieringConfiguration", "GetIntelligentTieringConfiguration"),
    ("s3", "GetBucketInventoryConfiguration", "GetInventoryConfiguration"),
    ("s3", "GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"),
    ("s3", "GetBucketMetricsConfiguration", "GetMetricsConfiguration"),
    ("s3", "GetBucketNotificationConfiguration", "GetBucketNotification"),
    ("s3", "GetBucketReplication", "GetReplicationConfiguration"),
    ("s3", "GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    ("s3", "GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    ("s3", "HeadBucket", "ListBucket"),
    ("s3", "HeadObject", "GetObject"),
    ("s3", "ListBucketAnalyticsConfigurations", "GetAnalyticsConfiguration"),
    ("s3", "ListBucketIntelligentTieringConfigurations", "GetIntelligentTieringConfiguration"),
    ("s3", "ListBucketInventoryConfigurations", "GetInventoryConfiguration"),
    ("s3", "ListBucketMetricsConfigurations", "GetMetricsConfiguration"),
    ("s3", "ListBuckets", "ListAllMyBuckets"),
    ("s3", "ListMultipartUploads", "ListBucketMultipartUploads"),
    ("s3", "ListObjectVersions", "ListBucketVersions"),
    ("s3", "ListObjects", "ListBucket"),
    ("s3", "ListObjectsV2", "ListBucket"),
    ("s3", "ListParts", "ListMultipartUploadParts"),
    ("s3", "PutBucketEncryption", "PutEncryptionConfiguration"),
    ("s3", "PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"),
    ("s3", "PutBucketNotificationConfiguration", "PutBucketNotification"),
    ("s3", "PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
    ("s3", "PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("s3", "UploadPart", "PutObject"),
    ("s3", "UploadPartCopy", "PutObject"),
];

/// The action that allows an operation: the first that it needs, where it needs several. None: the service has no table here,
/// or no such action.
pub fn action_of(prefix: &str, operation: &str) -> Option<&'static str> {
    let table = service(prefix)?;
    let otherwise = OTHERWISE.iter().find(|(service, name, _)| *service == table.prefix && *name == operation);
    table.action(otherwise.map_or(operation, |(.., action)| action)).map(|action| action.name)
}
