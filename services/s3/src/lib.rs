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
mod examples;
mod listing;
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
mod write;

use gate::{Protocol, Registration, Service};
use serde::{Deserialize, Serialize};

pub use checksums::Checksums;
pub use conditions::{ReadIf, WriteIf};
pub use content::{Acl, Content, Unsupported};
pub use encryption::Encryption;
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
    delete_bucket_policy::DeleteBucketPolicy,
    delete_bucket_tagging::DeleteBucketTagging,
    delete_object::{DeleteObject, DeleteObjectInput, DeleteObjectOutput},
    delete_object_tagging::DeleteObjectTagging,
    delete_objects::{Delete, DeleteObjects, DeleteObjectsInput, DeleteObjectsOutput, DeletedEntry, ErrorEntry, ObjectIdentifier},
    delete_public_access_block::DeletePublicAccessBlock,
    get_bucket_acl::{GetBucketAcl, GetBucketAclOutput},
    get_bucket_encryption::{GetBucketEncryption, GetBucketEncryptionOutput},
    get_bucket_location::{GetBucketLocation, GetBucketLocationOutput},
    get_bucket_ownership_controls::{GetBucketOwnershipControls, GetBucketOwnershipControlsOutput},
    get_bucket_policy::{GetBucketPolicy, GetBucketPolicyOutput},
    get_bucket_tagging::{GetBucketTagging, GetBucketTaggingOutput},
    get_bucket_versioning::{GetBucketVersioning, GetBucketVersioningOutput},
    get_object::GetObject,
    get_object_acl::GetObjectAcl,
    get_object_attributes::{
        GetObjectAttributes, GetObjectAttributesInput, GetObjectAttributesOutput, ObjectChecksum, ObjectPart, ObjectParts,
    },
    get_object_tagging::{GetObjectTagging, GetObjectTaggingInput, GetObjectTaggingOutput},
    get_public_access_block::{GetPublicAccessBlock, GetPublicAccessBlockOutput},
    head_bucket::{HeadBucket, HeadBucketOutput},
    head_object::HeadObject,
    list_buckets::{BucketEntry, ListBuckets, ListBucketsInput, ListBucketsOutput},
    list_multipart_uploads::{ListMultipartUploads, ListMultipartUploadsInput, ListMultipartUploadsOutput, UploadEntry},
    list_object_versions::{DeleteMarkerEntry, ListObjectVersions, ListObjectVersionsInput, ListObjectVersionsOutput, VersionEntry},
    list_objects::{ListObjects, ListObjectsInput, ListObjectsOutput},
    list_objects_v2::{CommonPrefix, ListObjectsV2, ListObjectsV2Input, ListObjectsV2Output, ObjectEntry},
    list_parts::{ListParts, ListPartsInput, ListPartsOutput, PartEntry},
    put_bucket_encryption::{
        EncryptionByDefault, EncryptionRule, PutBucketEncryption, PutBucketEncryptionInput, ServerSideEncryptionConfiguration,
    },
    put_bucket_ownership_controls::{OwnershipControls, OwnershipRule, PutBucketOwnershipControls, PutBucketOwnershipControlsInput},
    put_bucket_policy::{PutBucketPolicy, PutBucketPolicyInput},
    put_bucket_tagging::{PutBucketTagging, PutBucketTaggingInput},
    put_bucket_versioning::{PutBucketVersioning, PutBucketVersioningInput, VersioningConfiguration},
    put_object::{PutObject, PutObjectInput, PutObjectOutput},
    put_object_acl::{PutObjectAcl, PutObjectAclInput},
    put_object_tagging::{PutObjectTagging, PutObjectTaggingInput, PutObjectTaggingOutput},
    put_public_access_block::{PublicAccessBlock, PutPublicAccessBlock, PutPublicAccessBlockInput},
    upload_part::{UploadPart, UploadPartInput, UploadPartOutput},
    upload_part_copy::{CopyPartResult, UploadPartCopy, UploadPartCopyInput, UploadPartCopyOutput},
};
pub use owner::Owner;
pub use read::{GetObjectInput, GetObjectOutput};
pub use source::CopySource;
pub use tags::{Tag, Tagging};

/// The service's token.
pub struct S3(());

impl Service for S3 {
    const NAME: &'static str = "s3";
    const PRINCIPAL: &'static str = "s3.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::RestXml;
}

/// The input of operations that need a bucket alone.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketInput {
    /// The bucket.
    pub bucket: String,
    /// The account that the bucket must belong to.
    pub expected_bucket_owner: Option<String>,
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
        .operation::<DeleteBucketPolicy>()
        .operation::<DeleteBucketTagging>()
        .operation::<DeleteObject>()
        .operation::<DeleteObjectTagging>()
        .operation::<DeleteObjects>()
        .operation::<DeletePublicAccessBlock>()
        .operation::<GetBucketAcl>()
        .operation::<GetBucketEncryption>()
        .operation::<GetBucketLocation>()
        .operation::<GetBucketOwnershipControls>()
        .operation::<GetBucketPolicy>()
        .operation::<GetBucketTagging>()
        .operation::<GetBucketVersioning>()
        .operation::<GetObject>()
        .operation::<GetObjectAcl>()
        .operation::<GetObjectAttributes>()
        .operation::<GetObjectTagging>()
        .operation::<GetPublicAccessBlock>()
        .operation::<HeadBucket>()
        .operation::<HeadObject>()
        .operation::<ListBuckets>()
        .operation::<ListMultipartUploads>()
        .operation::<ListObjectVersions>()
        .operation::<ListObjects>()
        .operation::<ListObjectsV2>()
        .operation::<ListParts>()
        .operation::<PutBucketEncryption>()
        .operation::<PutBucketOwnershipControls>()
        .operation::<PutBucketPolicy>()
        .operation::<PutBucketTagging>()
        .operation::<PutBucketVersioning>()
        .operation::<PutObject>()
        .operation::<PutObjectAcl>()
        .operation::<PutObjectTagging>()
        .operation::<PutPublicAccessBlock>()
        .operation::<UploadPart>()
        .operation::<UploadPartCopy>()
        .resource_type(resources::bucket::Bucket)
        .resource_type(resources::bucket_policy::BucketPolicy)
        .resources::<S3>(access::facts)
}
