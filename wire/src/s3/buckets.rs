//! Buckets and their settings.

use super::groups::{BUCKET, INTEGRITY, NO_CONTENT, OK, POLICY, header, on_bucket, output, query, xml_body};
use crate::rest::{Binding, Member, OutputBody, Target};

const NEW_BUCKET: &[Member] = &[
    header("ACL", "x-amz-acl"),
    header("BucketNamespace", "x-amz-bucket-namespace"),
    header("GrantFullControl", "x-amz-grant-full-control"),
    header("GrantRead", "x-amz-grant-read"),
    header("GrantReadACP", "x-amz-grant-read-acp"),
    header("GrantWrite", "x-amz-grant-write"),
    header("GrantWriteACP", "x-amz-grant-write-acp"),
    header("ObjectLockEnabledForBucket", "x-amz-bucket-object-lock-enabled"),
    header("ObjectOwnership", "x-amz-object-ownership"),
    xml_body("CreateBucketConfiguration", "CreateBucketConfiguration", false),
];
const LIST_BUCKETS: &[Member] = &[
    query("MaxBuckets", "max-buckets"),
    query("ContinuationToken", "continuation-token"),
    query("Prefix", "prefix"),
    query("BucketRegion", "bucket-region"),
];
const OUT_BUCKET: &[Member] = &[
    header("Location", "location"),
    header("BucketArn", "x-amz-bucket-arn"),
    header("BucketRegion", "x-amz-bucket-region"),
    header("AccessPointAlias", "x-amz-access-point-alias"),
];
const CONFIRM: &[Member] = &[header("ConfirmRemoveSelfBucketAccess", "x-amz-confirm-remove-self-bucket-access")];
const MFA: &[Member] = &[header("MFA", "x-amz-mfa"), xml_body("VersioningConfiguration", "VersioningConfiguration", true)];
const ENCRYPTION: &[Member] = &[xml_body("ServerSideEncryptionConfiguration", "ServerSideEncryptionConfiguration", true)];
const PUBLIC_ACCESS: &[Member] = &[xml_body("PublicAccessBlockConfiguration", "PublicAccessBlockConfiguration", true)];
const TAGGING: &[Member] = &[xml_body("Tagging", "Tagging", true)];
const OWNERSHIP: &[Member] = &[xml_body("OwnershipControls", "OwnershipControls", true)];

pub(super) const BUCKETS: &[Binding] = &[
    Binding {
        operation: "ListBuckets",
        method: "GET",
        target: Target::Service,
        query: &[],
        header: None,
        members: &[LIST_BUCKETS],
        output: output(200, &[], OutputBody::Xml("ListAllMyBucketsResult")),
    },
    on_bucket("CreateBucket", "PUT", &[], &[BUCKET, NEW_BUCKET], output(200, &[OUT_BUCKET], OutputBody::None)),
    on_bucket("DeleteBucket", "DELETE", &[], &[BUCKET], NO_CONTENT),
    on_bucket("HeadBucket", "HEAD", &[], &[BUCKET], output(200, &[OUT_BUCKET], OutputBody::None)),
    on_bucket(
        "GetBucketLocation",
        "GET",
        &[("location", None)],
        &[BUCKET],
        output(200, &[], OutputBody::XmlText("LocationConstraint", "LocationConstraint")),
    ),
    on_bucket("GetBucketAcl", "GET", &[("acl", None)], &[BUCKET], output(200, &[], OutputBody::Xml("AccessControlPolicy"))),
    on_bucket("PutBucketPolicy", "PUT", &[("policy", None)], &[BUCKET, INTEGRITY, CONFIRM, POLICY], NO_CONTENT),
    on_bucket("GetBucketPolicy", "GET", &[("policy", None)], &[BUCKET], output(200, &[], OutputBody::Text("Policy"))),
    on_bucket("DeleteBucketPolicy", "DELETE", &[("policy", None)], &[BUCKET], NO_CONTENT),
    on_bucket(
        "GetBucketPolicyStatus",
        "GET",
        &[("policyStatus", None)],
        &[BUCKET],
        output(200, &[], OutputBody::XmlMember("PolicyStatus")),
    ),
    on_bucket("PutBucketVersioning", "PUT", &[("versioning", None)], &[BUCKET, INTEGRITY, MFA], OK),
    on_bucket(
        "GetBucketVersioning",
        "GET",
        &[("versioning", None)],
        &[BUCKET],
        output(200, &[], OutputBody::Xml("VersioningConfiguration")),
    ),
    on_bucket("PutBucketEncryption", "PUT", &[("encryption", None)], &[BUCKET, INTEGRITY, ENCRYPTION], OK),
    on_bucket(
        "GetBucketEncryption",
        "GET",
        &[("encryption", None)],
        &[BUCKET],
        output(200, &[], OutputBody::XmlMember("ServerSideEncryptionConfiguration")),
    ),
    on_bucket("DeleteBucketEncryption", "DELETE", &[("encryption", None)], &[BUCKET], NO_CONTENT),
    on_bucket("PutPublicAccessBlock", "PUT", &[("publicAccessBlock", None)], &[BUCKET, INTEGRITY, PUBLIC_ACCESS], OK),
    on_bucket(
        "GetPublicAccessBlock",
        "GET",
        &[("publicAccessBlock", None)],
        &[BUCKET],
        output(200, &[], OutputBody::XmlMember("PublicAccessBlockConfiguration")),
    ),
    on_bucket("DeletePublicAccessBlock", "DELETE", &[("publicAccessBlock", None)], &[BUCKET], NO_CONTENT),
    on_bucket("PutBucketTagging", "PUT", &[("tagging", None)], &[BUCKET, INTEGRITY, TAGGING], NO_CONTENT),
    on_bucket("GetBucketTagging", "GET", &[("tagging", None)], &[BUCKET], output(200, &[], OutputBody::Xml("Tagging"))),
    on_bucket("DeleteBucketTagging", "DELETE", &[("tagging", None)], &[BUCKET], NO_CONTENT),
    on_bucket("PutBucketOwnershipControls", "PUT", &[("ownershipControls", None)], &[BUCKET, INTEGRITY, OWNERSHIP], OK),
    on_bucket(
        "GetBucketOwnershipControls",
        "GET",
        &[("ownershipControls", None)],
        &[BUCKET],
        output(200, &[], OutputBody::XmlMember("OwnershipControls")),
    ),
];
