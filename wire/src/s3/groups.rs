//! Members that many operations share, and the short hand that the tables are written in.

use crate::rest::{At, Binding, Form, Member, Output, OutputBody, Target};

pub(super) const fn header(name: &'static str, header: &'static str) -> Member {
    Member { name, at: At::Header(header), form: Form::Text, required: false }
}
pub(super) const fn header_date(name: &'static str, header: &'static str) -> Member {
    Member { name, at: At::Header(header), form: Form::HttpDate, required: false }
}
pub(super) const fn header_list(name: &'static str, header: &'static str) -> Member {
    Member { name, at: At::Header(header), form: Form::List, required: false }
}
pub(super) const fn query(name: &'static str, parameter: &'static str) -> Member {
    Member { name, at: At::Query(parameter), form: Form::Text, required: false }
}
pub(super) const fn xml_body(name: &'static str, root: &'static str, required: bool) -> Member {
    Member { name, at: At::XmlBody(root), form: Form::Text, required }
}
const fn plain(name: &'static str, at: At) -> Member {
    Member { name, at, form: Form::Text, required: true }
}

pub(super) const BODY: &[Member] = &[plain("Body", At::Stream)];
pub(super) const POLICY: &[Member] = &[plain("Policy", At::TextBody)];
const METADATA: Member = Member { name: "Metadata", at: At::HeaderPrefix("x-amz-meta-"), form: Form::Text, required: false };

/// What each request on a bucket may have. Who pays for it (`x-amz-request-payer`) is nothing that an operation has to know.
pub(super) const BUCKET: &[Member] = &[plain("Bucket", At::Bucket), header("ExpectedBucketOwner", "x-amz-expected-bucket-owner")];
/// What each request on an object may have.
pub(super) const OBJECT: &[Member] =
    &[plain("Bucket", At::Bucket), plain("Key", At::Key), header("ExpectedBucketOwner", "x-amz-expected-bucket-owner")];
pub(super) const VERSION: &[Member] = &[query("VersionId", "versionId")];
/// Integrity of a body that configures something.
pub(super) const INTEGRITY: &[Member] = &[header("ContentMD5", "content-md5"), header("ChecksumAlgorithm", "x-amz-sdk-checksum-algorithm")];
pub(super) const CHECKSUMS: &[Member] = &[
    header("ChecksumCRC32", "x-amz-checksum-crc32"),
    header("ChecksumCRC32C", "x-amz-checksum-crc32c"),
    header("ChecksumCRC64NVME", "x-amz-checksum-crc64nvme"),
    header("ChecksumSHA1", "x-amz-checksum-sha1"),
    header("ChecksumSHA256", "x-amz-checksum-sha256"),
];
pub(super) const CHECKSUM_TYPE: &[Member] = &[header("ChecksumType", "x-amz-checksum-type")];
pub(super) const CHECKSUM_ALGORITHM: &[Member] = &[header("ChecksumAlgorithm", "x-amz-checksum-algorithm")];
/// Encryption with a key that the customer sends.
pub(super) const CUSTOMER_KEY: &[Member] = &[
    header("SSECustomerAlgorithm", "x-amz-server-side-encryption-customer-algorithm"),
    header("SSECustomerKey", "x-amz-server-side-encryption-customer-key"),
    header("SSECustomerKeyMD5", "x-amz-server-side-encryption-customer-key-md5"),
];
/// Encryption as requests ask for it and answers tell of it.
pub(super) const ENCRYPTION: &[Member] = &[
    header("ServerSideEncryption", "x-amz-server-side-encryption"),
    header("SSEKMSKeyId", "x-amz-server-side-encryption-aws-kms-key-id"),
    header("SSEKMSEncryptionContext", "x-amz-server-side-encryption-context"),
    header("BucketKeyEnabled", "x-amz-server-side-encryption-bucket-key-enabled"),
];
/// What an object is stored with.
pub(super) const CONTENT: &[Member] = &[
    header("CacheControl", "cache-control"),
    header("ContentDisposition", "content-disposition"),
    header("ContentEncoding", "content-encoding"),
    header("ContentLanguage", "content-language"),
    header("ContentType", "content-type"),
    header("Expires", "expires"),
    header("WebsiteRedirectLocation", "x-amz-website-redirect-location"),
    header("StorageClass", "x-amz-storage-class"),
    METADATA,
];
pub(super) const LOCK: &[Member] = &[
    header("ObjectLockMode", "x-amz-object-lock-mode"),
    header("ObjectLockRetainUntilDate", "x-amz-object-lock-retain-until-date"),
    header("ObjectLockLegalHoldStatus", "x-amz-object-lock-legal-hold"),
];
/// Asks to delete or change what is under governance.
pub(super) const LOCK_BYPASS: &[Member] = &[header("BypassGovernanceRetention", "x-amz-bypass-governance-retention")];
/// Rights and tags that come with a new object.
pub(super) const NEW_OBJECT: &[Member] = &[
    header("ACL", "x-amz-acl"),
    header("GrantFullControl", "x-amz-grant-full-control"),
    header("GrantRead", "x-amz-grant-read"),
    header("GrantReadACP", "x-amz-grant-read-acp"),
    header("GrantWriteACP", "x-amz-grant-write-acp"),
    header("ObjectLockEventHold", "x-amz-object-lock-event-hold"),
    header("ObjectLockEventHoldDurationDays", "x-amz-object-lock-event-hold-duration-days"),
    header("ObjectLockEventHoldDurationYears", "x-amz-object-lock-event-hold-duration-years"),
    header("Tagging", "x-amz-tagging"),
];
/// Conditions of a write.
pub(super) const WRITE_IF: &[Member] = &[header("IfMatch", "if-match"), header("IfNoneMatch", "if-none-match")];
/// Conditions of a read, and the range.
pub(super) const READ_IF: &[Member] = &[
    header("IfMatch", "if-match"),
    header_date("IfModifiedSince", "if-modified-since"),
    header("IfNoneMatch", "if-none-match"),
    header_date("IfUnmodifiedSince", "if-unmodified-since"),
    header("Range", "range"),
    header("ChecksumMode", "x-amz-checksum-mode"),
    query("PartNumber", "partNumber"),
];
/// Headers of the answer that a reader may choose.
pub(super) const RESPONSE: &[Member] = &[
    query("ResponseCacheControl", "response-cache-control"),
    query("ResponseContentDisposition", "response-content-disposition"),
    query("ResponseContentEncoding", "response-content-encoding"),
    query("ResponseContentLanguage", "response-content-language"),
    query("ResponseContentType", "response-content-type"),
    query("ResponseExpires", "response-expires"),
];
pub(super) const PART: &[Member] = &[query("UploadId", "uploadId"), query("PartNumber", "partNumber")];
pub(super) const UPLOAD: &[Member] = &[query("UploadId", "uploadId")];
/// Where a copy comes from.
pub(super) const SOURCE: &[Member] = &[
    header("CopySource", "x-amz-copy-source"),
    header("CopySourceIfMatch", "x-amz-copy-source-if-match"),
    header_date("CopySourceIfModifiedSince", "x-amz-copy-source-if-modified-since"),
    header("CopySourceIfNoneMatch", "x-amz-copy-source-if-none-match"),
    header_date("CopySourceIfUnmodifiedSince", "x-amz-copy-source-if-unmodified-since"),
    header("CopySourceSSECustomerAlgorithm", "x-amz-copy-source-server-side-encryption-customer-algorithm"),
    header("CopySourceSSECustomerKey", "x-amz-copy-source-server-side-encryption-customer-key"),
    header("CopySourceSSECustomerKeyMD5", "x-amz-copy-source-server-side-encryption-customer-key-md5"),
    header("ExpectedSourceBucketOwner", "x-amz-source-expected-bucket-owner"),
];

/// What answers about an object tell in headers.
pub(super) const OUT: &[Member] = &[
    header("DeleteMarker", "x-amz-delete-marker"),
    header("ETag", "etag"),
    header("Expiration", "x-amz-expiration"),
    header_date("LastModified", "last-modified"),
    header("RequestCharged", "x-amz-request-charged"),
    header("VersionId", "x-amz-version-id"),
    header("CopySourceVersionId", "x-amz-copy-source-version-id"),
    header("SSECustomerAlgorithm", "x-amz-server-side-encryption-customer-algorithm"),
    header("SSECustomerKeyMD5", "x-amz-server-side-encryption-customer-key-md5"),
    header("Size", "x-amz-object-size"),
];
/// The same for answers whose `ETag` is in the body.
pub(super) const OUT_BESIDE_BODY: &[Member] = &[
    header("DeleteMarker", "x-amz-delete-marker"),
    header("Expiration", "x-amz-expiration"),
    header_date("LastModified", "last-modified"),
    header("RequestCharged", "x-amz-request-charged"),
    header("VersionId", "x-amz-version-id"),
    header_date("AbortDate", "x-amz-abort-date"),
    header("AbortRuleId", "x-amz-abort-rule-id"),
    header("SSECustomerAlgorithm", "x-amz-server-side-encryption-customer-algorithm"),
    header("SSECustomerKeyMD5", "x-amz-server-side-encryption-customer-key-md5"),
];
/// What reading an object tells beside that.
pub(super) const OUT_READ: &[Member] = &[
    header("AcceptRanges", "accept-ranges"),
    header("ArchiveStatus", "x-amz-archive-status"),
    header("ContentLength", "content-length"),
    header("ContentRange", "content-range"),
    header("MissingMeta", "x-amz-missing-meta"),
    header("PartsCount", "x-amz-mp-parts-count"),
    header("ReplicationStatus", "x-amz-replication-status"),
    header("Restore", "x-amz-restore"),
    header("TagCount", "x-amz-tagging-count"),
];

/// The markers of a query.
pub(super) type Markers = &'static [(&'static str, Option<&'static str>)];
pub(super) type Groups = &'static [&'static [Member]];

pub(super) const fn output(status: u16, headers: Groups, body: OutputBody) -> Output {
    Output { status, headers, body }
}
/// An answer with nothing in it.
pub(super) const OK: Output = output(200, &[], OutputBody::None);
/// The same, as most deletions answer.
pub(super) const NO_CONTENT: Output = output(204, &[], OutputBody::None);

pub(super) const fn on_bucket(operation: &'static str, method: &'static str, query: Markers, members: Groups, output: Output) -> Binding {
    Binding { operation, method, target: Target::Bucket, query, header: None, members, output }
}
pub(super) const fn on_object(operation: &'static str, method: &'static str, query: Markers, members: Groups, output: Output) -> Binding {
    Binding { operation, method, target: Target::Object, query, header: None, members, output }
}
/// An operation that is told apart by `x-amz-copy-source`.
pub(super) const fn copy(operation: &'static str, query: Markers, members: Groups, output: Output) -> Binding {
    Binding { operation, method: "PUT", target: Target::Object, query, header: Some("x-amz-copy-source"), members, output }
}
