//! Multipart uploads.

use super::groups::{
    BODY, CHECKSUM_ALGORITHM, CHECKSUM_TYPE, CHECKSUMS, CONTENT, CUSTOMER_KEY, ENCRYPTION, INTEGRITY, LOCK, NEW_OBJECT, OBJECT, OUT,
    OUT_BESIDE_BODY, PART, SOURCE, UPLOAD, WRITE_IF, copy, header, header_date, on_object, output, xml_body,
};
use crate::rest::{Binding, Member, OutputBody};

const LENGTH: &[Member] = &[header("ContentLength", "content-length")];
const RANGE: &[Member] = &[header("CopySourceRange", "x-amz-copy-source-range")];
const COMPLETE: &[Member] =
    &[header("MpuObjectSize", "x-amz-mp-object-size"), xml_body("MultipartUpload", "CompleteMultipartUpload", true)];
const ABORT: &[Member] = &[header_date("IfMatchInitiatedTime", "x-amz-if-match-initiated-time")];

pub(super) const MULTIPART: &[Binding] = &[
    on_object(
        "CreateMultipartUpload",
        "POST",
        &[("uploads", None)],
        &[OBJECT, CONTENT, NEW_OBJECT, ENCRYPTION, CUSTOMER_KEY, LOCK, CHECKSUM_ALGORITHM, CHECKSUM_TYPE],
        output(200, &[OUT_BESIDE_BODY, ENCRYPTION, CHECKSUM_ALGORITHM, CHECKSUM_TYPE], OutputBody::Xml("InitiateMultipartUploadResult")),
    ),
    on_object(
        "UploadPart",
        "PUT",
        &[("uploadId", None), ("partNumber", None)],
        &[OBJECT, PART, BODY, LENGTH, INTEGRITY, CHECKSUMS, CUSTOMER_KEY],
        output(200, &[OUT, CHECKSUMS, ENCRYPTION], OutputBody::None),
    ),
    copy(
        "UploadPartCopy",
        &[("uploadId", None), ("partNumber", None)],
        &[OBJECT, PART, SOURCE, RANGE, CUSTOMER_KEY],
        output(200, &[OUT, ENCRYPTION], OutputBody::XmlMember("CopyPartResult")),
    ),
    on_object(
        "CompleteMultipartUpload",
        "POST",
        &[("uploadId", None)],
        &[OBJECT, UPLOAD, COMPLETE, CHECKSUMS, CHECKSUM_TYPE, WRITE_IF, CUSTOMER_KEY],
        output(200, &[OUT_BESIDE_BODY, ENCRYPTION], OutputBody::Xml("CompleteMultipartUploadResult")),
    ),
    on_object("AbortMultipartUpload", "DELETE", &[("uploadId", None)], &[OBJECT, UPLOAD, ABORT], output(204, &[OUT], OutputBody::None)),
];
