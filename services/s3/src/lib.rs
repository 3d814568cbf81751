//! AWS S3: buckets and objects, each object under its own data key.
//!
//! Must not know how KMS keeps keys, who reads the feed of changes, or how requests look on the wire.

mod access;
mod bucket_policy;
mod checksums;
mod conditions;
mod content;
mod encryption;
mod error;
mod events;
mod examples;
mod inputs;
mod lifecycle;
mod listing;
mod lock;
mod multipart;
mod names;
mod objects;
mod operations;
mod owner;
mod read;
mod resources;
mod source;
mod state;
mod tags;
mod workflows;
mod write;

use gate::{Protocol, Registration, Service};

pub use checksums::Checksums;
pub use conditions::{ReadIf, WriteIf};
pub use content::{Acl, Content, Unsupported};
pub use encryption::Encryption;
pub use inputs::{BucketInput, ConfigurationInput, ConfigurationListInput, ConfigurationListOutput, Nothing, VersionInput};
pub use lifecycle::{
    AbortIncompleteMultipartUpload, LifecycleConfiguration, LifecycleExpiration, LifecycleRule, LifecycleRuleAndOperator,
    LifecycleRuleFilter, NoncurrentVersionExpiration,
};
pub use lock::{DefaultRetention, ObjectLock, Retention, RetentionMode};
pub use operations::{
    abort_multipart_upload::{AbortMultipartUpload, AbortMultipartUploadInput},
    complete_multipart_upload::{
        CompleteMultipartUpload, CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedMultipartUpload, CompletedPart,
    },
    copy_object::{CopyObject, CopyObjectInput, CopyObjectOutput, CopyObjectResult},
    create_bucket::{CreateBucket, CreateBucketConfiguration, CreateBucketInput, CreateBucketOutput},
    create_multipart_upload::{CreateMultipartUpload, CreateMultipartUploadInput, CreateMultipartUploadOutput},
    delete_bucket::DeleteBucket,
    delete_bucket_encryption::DeleteBucketEncryption,
    delete_bucket_lifecycle::DeleteBucketLifecycle,
    delete_bucket_ownership_controls::DeleteBucketOwnershipControls,
    delete_bucket_policy::DeleteBucketPolicy,
    delete_bucket_tagging::DeleteBucketTagging,
    delete_object::{DeleteObject, DeleteObjectInput, DeleteObjectOutput},
    delete_object_tagging::DeleteObjectTagging,
    delete_objects::{Delete, DeleteObjects, DeleteObjectsInput, DeleteObjectsOutput, DeletedEntry, ErrorEntry, ObjectIdentifier},
    delete_public_access_block::DeletePublicAccessBlock,
    get_bucket_accelerate_configuration::GetBucketAccelerateConfiguration,
    get_bucket_acl::{GetBucketAcl, GetBucketAclOutput},
    get_bucket_analytics_configuration::GetBucketAnalyticsConfiguration,
    get_bucket_cors::GetBucketCors,
    get_bucket_encryption::{GetBucketEncryption, GetBucketEncryptionOutput},
    get_bucket_intelligent_tiering_configuration::GetBucketIntelligentTieringConfiguration,
    get_bucket_inventory_configuration::GetBucketInventoryConfiguration,
    get_bucket_lifecycle_configuration::{GetBucketLifecycleConfiguration, GetBucketLifecycleConfigurationOutput},
    get_bucket_location::{GetBucketLocation, GetBucketLocationOutput},
    get_bucket_logging::GetBucketLogging,
    get_bucket_metrics_configuration::GetBucketMetricsConfiguration,
    get_bucket_notification_configuration::{GetBucketNotificationConfiguration, GetBucketNotificationConfigurationOutput},
    get_bucket_ownership_controls::{GetBucketOwnershipControls, GetBucketOwnershipControlsOutput},
    get_bucket_policy::{GetBucketPolicy, GetBucketPolicyOutput},
    get_bucket_policy_status::{GetBucketPolicyStatus, GetBucketPolicyStatusOutput, PolicyStatus},
    get_bucket_replication::GetBucketReplication,
    get_bucket_request_payment::{GetBucketRequestPayment, GetBucketRequestPaymentOutput},
    get_bucket_tagging::{GetBucketTagging, GetBucketTaggingOutput},
    get_bucket_versioning::{GetBucketVersioning, GetBucketVersioningOutput},
    get_bucket_website::GetBucketWebsite,
    get_object::GetObject,
    get_object_acl::GetObjectAcl,
    get_object_attributes::{
        GetObjectAttributes, GetObjectAttributesInput, GetObjectAttributesOutput, ObjectChecksum, ObjectPart, ObjectParts,
    },
    get_object_legal_hold::{GetObjectLegalHold, GetObjectLegalHoldOutput},
    get_object_lock_configuration::{GetObjectLockConfiguration, GetObjectLockConfigurationOutput},
    get_object_retention::{GetObjectRetention, GetObjectRetentionOutput},
    get_object_tagging::{GetObjectTagging, GetObjectTaggingInput, GetObjectTaggingOutput},
    get_public_access_block::{GetPublicAccessBlock, GetPublicAccessBlockOutput},
    head_bucket::{HeadBucket, HeadBucketOutput},
    head_object::HeadObject,
    list_bucket_analytics_configurations::ListBucketAnalyticsConfigurations,
    list_bucket_intelligent_tiering_configurations::ListBucketIntelligentTieringConfigurations,
    list_bucket_inventory_configurations::ListBucketInventoryConfigurations,
    list_bucket_metrics_configurations::ListBucketMetricsConfigurations,
    list_buckets::{BucketEntry, ListBuckets, ListBucketsInput, ListBucketsOutput},
    list_multipart_uploads::{ListMultipartUploads, ListMultipartUploadsInput, ListMultipartUploadsOutput, UploadEntry},
    list_object_versions::{DeleteMarkerEntry, ListObjectVersions, ListObjectVersionsInput, ListObjectVersionsOutput, VersionEntry},
    list_objects::{ListObjects, ListObjectsInput, ListObjectsOutput},
    list_objects_v2::{CommonPrefix, ListObjectsV2, ListObjectsV2Input, ListObjectsV2Output, ObjectEntry},
    list_parts::{ListParts, ListPartsInput, ListPartsOutput, PartEntry},
    put_bucket_acl::{PutBucketAcl, PutBucketAclInput},
    put_bucket_encryption::{
        EncryptionByDefault, EncryptionRule, PutBucketEncryption, PutBucketEncryptionInput, ServerSideEncryptionConfiguration,
    },
    put_bucket_lifecycle_configuration::{
        PutBucketLifecycleConfiguration, PutBucketLifecycleConfigurationInput, PutBucketLifecycleConfigurationOutput,
    },
    put_bucket_notification_configuration::{
        NotificationConfiguration, PutBucketNotificationConfiguration, PutBucketNotificationConfigurationInput,
    },
    put_bucket_ownership_controls::{OwnershipControls, OwnershipRule, PutBucketOwnershipControls, PutBucketOwnershipControlsInput},
    put_bucket_policy::{PutBucketPolicy, PutBucketPolicyInput},
    put_bucket_tagging::{PutBucketTagging, PutBucketTaggingInput},
    put_bucket_versioning::{PutBucketVersioning, PutBucketVersioningInput, VersioningConfiguration},
    put_object::{PutObject, PutObjectInput, PutObjectOutput},
    put_object_acl::{PutObjectAcl, PutObjectAclInput},
    put_object_legal_hold::{LegalHold, PutObjectLegalHold, PutObjectLegalHoldInput},
    put_object_lock_configuration::{ObjectLockConfiguration, ObjectLockRule, PutObjectLockConfiguration, PutObjectLockConfigurationInput},
    put_object_retention::{PutObjectRetention, PutObjectRetentionInput},
    put_object_tagging::{PutObjectTagging, PutObjectTaggingInput, PutObjectTaggingOutput},
    put_public_access_block::{PublicAccessBlock, PutPublicAccessBlock, PutPublicAccessBlockInput},
    upload_part::{UploadPart, UploadPartInput, UploadPartOutput},
    upload_part_copy::{CopyPartResult, UploadPartCopy, UploadPartCopyInput, UploadPartCopyOutput},
};
pub use owner::Owner;
pub use read::{GetObjectInput, GetObjectOutput};
pub use source::CopySource;
pub use tags::{Tag, Tagging};
pub use workflows::workflows;

/// The service's token.
pub struct S3(());

impl Service for S3 {
    const NAME: &'static str = "s3";
    const PRINCIPAL: &'static str = "s3.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::RestXml;
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<S3>()
        .operation::<AbortMultipartUpload>()
        .operation::<CompleteMultipartUpload>()
        .operation::<CopyObject>()
        .operation::<CreateBucket>()
        .operation::<CreateMultipartUpload>()
        .operation::<DeleteBucket>()
        .operation::<DeleteBucketEncryption>()
        .operation::<DeleteBucketLifecycle>()
        .operation::<DeleteBucketOwnershipControls>()
        .operation::<DeleteBucketPolicy>()
        .operation::<DeleteBucketTagging>()
        .operation::<DeleteObject>()
        .operation::<DeleteObjectTagging>()
        .operation::<DeleteObjects>()
        .operation::<DeletePublicAccessBlock>()
        .operation::<GetBucketAccelerateConfiguration>()
        .operation::<GetBucketAcl>()
        .operation::<GetBucketAnalyticsConfiguration>()
        .operation::<GetBucketCors>()
        .operation::<GetBucketEncryption>()
        .operation::<GetBucketIntelligentTieringConfiguration>()
        .operation::<GetBucketInventoryConfiguration>()
        .operation::<GetBucketLifecycleConfiguration>()
        .operation::<GetBucketLocation>()
        .operation::<GetBucketLogging>()
        .operation::<GetBucketMetricsConfiguration>()
        .operation::<GetBucketNotificationConfiguration>()
        .operation::<GetBucketOwnershipControls>()
        .operation::<GetBucketPolicy>()
        .operation::<GetBucketPolicyStatus>()
        .operation::<GetBucketReplication>()
        .operation::<GetBucketRequestPayment>()
        .operation::<GetBucketTagging>()
        .operation::<GetBucketVersioning>()
        .operation::<GetBucketWebsite>()
        .operation::<GetObject>()
        .operation::<GetObjectAcl>()
        .operation::<GetObjectAttributes>()
        .operation::<GetObjectLegalHold>()
        .operation::<GetObjectLockConfiguration>()
        .operation::<GetObjectRetention>()
        .operation::<GetObjectTagging>()
        .operation::<GetPublicAccessBlock>()
        .operation::<HeadBucket>()
        .operation::<HeadObject>()
        .operation::<ListBucketAnalyticsConfigurations>()
        .operation::<ListBucketIntelligentTieringConfigurations>()
        .operation::<ListBucketInventoryConfigurations>()
        .operation::<ListBucketMetricsConfigurations>()
        .operation::<ListBuckets>()
        .operation::<ListMultipartUploads>()
        .operation::<ListObjectVersions>()
        .operation::<ListObjects>()
        .operation::<ListObjectsV2>()
        .operation::<ListParts>()
        .operation::<PutBucketAcl>()
        .operation::<PutBucketEncryption>()
        .operation::<PutBucketLifecycleConfiguration>()
        .operation::<PutBucketNotificationConfiguration>()
        .operation::<PutBucketOwnershipControls>()
        .operation::<PutBucketPolicy>()
        .operation::<PutBucketTagging>()
        .operation::<PutBucketVersioning>()
        .operation::<PutObject>()
        .operation::<PutObjectAcl>()
        .operation::<PutObjectLegalHold>()
        .operation::<PutObjectLockConfiguration>()
        .operation::<PutObjectRetention>()
        .operation::<PutObjectTagging>()
        .operation::<PutPublicAccessBlock>()
        .operation::<UploadPart>()
        .operation::<UploadPartCopy>()
        .resource_type(resources::bucket::Bucket)
        .resource_type(resources::bucket_policy::BucketPolicy)
        .resources::<S3>(access::facts)
}
