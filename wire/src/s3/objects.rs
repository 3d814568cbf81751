//! Objects.

use super::groups::{
    BODY, BUCKET, CHECKSUM_ALGORITHM, CHECKSUM_TYPE, CHECKSUMS, CONTENT, CUSTOMER_KEY, ENCRYPTION, INTEGRITY, LOCK, LOCK_BYPASS,
    NEW_OBJECT, OBJECT, OUT, OUT_BESIDE_BODY, OUT_READ, READ_IF, RESPONSE, SOURCE, VERSION, WRITE_IF, copy, header, header_date,
    header_list, on_bucket, on_object, output, xml_body,
};
use crate::rest::{Binding, Member, OutputBody};

const LENGTH: &[Member] = &[header("ContentLength", "content-length"), header("WriteOffsetBytes", "x-amz-write-offset-bytes")];
const DELETE: &[Member] = &[header("MFA", "x-amz-mfa")];
const DELETE_IF: &[Member] = &[
    header("IfMatch", "if-match"),
    header_date("IfMatchLastModifiedTime", "x-amz-if-match-last-modified-time"),
    header("IfMatchSize", "x-amz-if-match-size"),
];
const DELETE_LIST: &[Member] = &[xml_body("Delete", "Delete", true)];
const DIRECTIVES: &[Member] = &[
    header("AnnotationDirective", "x-amz-object-annotation-directive"),
    header("MetadataDirective", "x-amz-metadata-directive"),
    header("TaggingDirective", "x-amz-tagging-directive"),
];
const ACL: &[Member] = &[
    header("ACL", "x-amz-acl"),
    header("GrantFullControl", "x-amz-grant-full-control"),
    header("GrantRead", "x-amz-grant-read"),
    header("GrantReadACP", "x-amz-grant-read-acp"),
    header("GrantWrite", "x-amz-grant-write"),
    header("GrantWriteACP", "x-amz-grant-write-acp"),
];
const ACCESS: &[Member] = &[xml_body("AccessControlPolicy", "AccessControlPolicy", false)];
const TAGGING: &[Member] = &[xml_body("Tagging", "Tagging", true)];
const ATTRIBUTES: &[Member] = &[
    header_list("ObjectAttributes", "x-amz-object-attributes"),
    header("MaxParts", "x-amz-max-parts"),
    header("PartNumberMarker", "x-amz-part-number-marker"),
];

pub(super) const OBJECTS: &[Binding] = &[
    on_object(
        "GetObject",
        "GET",
        &[],
        &[OBJECT, VERSION, READ_IF, RESPONSE, CUSTOMER_KEY],
        output(200, &[OUT, OUT_READ, CONTENT, CHECKSUMS, CHECKSUM_TYPE, ENCRYPTION, LOCK], OutputBody::Stream),
    ),
    on_object(
        "HeadObject",
        "HEAD",
        &[],
        &[OBJECT, VERSION, READ_IF, RESPONSE, CUSTOMER_KEY],
        output(200, &[OUT, OUT_READ, CONTENT, CHECKSUMS, CHECKSUM_TYPE, ENCRYPTION, LOCK], OutputBody::None),
    ),
    on_object(
        "PutObject",
        "PUT",
        &[],
        &[OBJECT, BODY, LENGTH, INTEGRITY, CHECKSUMS, CONTENT, NEW_OBJECT, ENCRYPTION, CUSTOMER_KEY, LOCK, WRITE_IF],
        output(200, &[OUT, CHECKSUMS, CHECKSUM_TYPE, ENCRYPTION], OutputBody::None),
    ),
    copy(
        "CopyObject",
        &[],
        &[OBJECT, SOURCE, DIRECTIVES, CHECKSUM_ALGORITHM, CONTENT, NEW_OBJECT, ENCRYPTION, CUSTOMER_KEY, LOCK, WRITE_IF],
        output(200, &[OUT, ENCRYPTION], OutputBody::XmlMember("CopyObjectResult")),
    ),
    on_object("DeleteObject", "DELETE", &[], &[OBJECT, VERSION, DELETE, LOCK_BYPASS, DELETE_IF], output(204, &[OUT], OutputBody::None)),
    on_bucket(
        "DeleteObjects",
        "POST",
        &[("delete", None)],
        &[BUCKET, INTEGRITY, DELETE, LOCK_BYPASS, DELETE_LIST],
        output(200, &[OUT_BESIDE_BODY], OutputBody::Xml("DeleteResult")),
    ),
    on_object(
        "GetObjectAcl",
        "GET",
        &[("acl", None)],
        &[OBJECT, VERSION],
        output(200, &[OUT_BESIDE_BODY], OutputBody::Xml("AccessControlPolicy")),
    ),
    on_object(
        "PutObjectAcl",
        "PUT",
        &[("acl", None)],
        &[OBJECT, VERSION, INTEGRITY, ACL, ACCESS],
        output(200, &[OUT_BESIDE_BODY], OutputBody::None),
    ),
    on_object("GetObjectTagging", "GET", &[("tagging", None)], &[OBJECT, VERSION], output(200, &[OUT], OutputBody::Xml("Tagging"))),
    on_object(
        "PutObjectTagging",
        "PUT",
        &[("tagging", None)],
        &[OBJECT, VERSION, INTEGRITY, TAGGING],
        output(200, &[OUT], OutputBody::None),
    ),
    on_object("DeleteObjectTagging", "DELETE", &[("tagging", None)], &[OBJECT, VERSION], output(204, &[OUT], OutputBody::None)),
    on_object(
        "GetObjectAttributes",
        "GET",
        &[("attributes", None)],
        &[OBJECT, VERSION, ATTRIBUTES, CUSTOMER_KEY],
        output(200, &[OUT_BESIDE_BODY], OutputBody::Xml("GetObjectAttributesResponse")),
    ),
];
