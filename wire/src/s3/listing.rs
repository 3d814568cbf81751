//! Lists of objects, versions, parts and uploads.

use super::groups::{BUCKET, CUSTOMER_KEY, OBJECT, OUT_BESIDE_BODY, UPLOAD, header_list, on_bucket, on_object, output, query};
use crate::rest::{Binding, Member, OutputBody};

const PAGE: &[Member] = &[
    query("Delimiter", "delimiter"),
    query("EncodingType", "encoding-type"),
    query("MaxKeys", "max-keys"),
    query("Prefix", "prefix"),
    header_list("OptionalObjectAttributes", "x-amz-optional-object-attributes"),
];
const V1: &[Member] = &[query("Marker", "marker")];
const V2: &[Member] =
    &[query("ContinuationToken", "continuation-token"), query("FetchOwner", "fetch-owner"), query("StartAfter", "start-after")];
const VERSIONS: &[Member] = &[query("KeyMarker", "key-marker"), query("VersionIdMarker", "version-id-marker")];
const UPLOADS: &[Member] = &[
    query("Delimiter", "delimiter"),
    query("EncodingType", "encoding-type"),
    query("KeyMarker", "key-marker"),
    query("MaxUploads", "max-uploads"),
    query("Prefix", "prefix"),
    query("UploadIdMarker", "upload-id-marker"),
];
const PARTS: &[Member] = &[query("MaxParts", "max-parts"), query("PartNumberMarker", "part-number-marker")];

pub(super) const LISTING: &[Binding] = &[
    on_bucket("ListObjects", "GET", &[], &[BUCKET, PAGE, V1], output(200, &[OUT_BESIDE_BODY], OutputBody::Xml("ListBucketResult"))),
    on_bucket(
        "ListObjectsV2",
        "GET",
        &[("list-type", Some("2"))],
        &[BUCKET, PAGE, V2],
        output(200, &[OUT_BESIDE_BODY], OutputBody::Xml("ListBucketResult")),
    ),
    on_bucket(
        "ListObjectVersions",
        "GET",
        &[("versions", None)],
        &[BUCKET, PAGE, VERSIONS],
        output(200, &[OUT_BESIDE_BODY], OutputBody::Xml("ListVersionsResult")),
    ),
    on_bucket(
        "ListMultipartUploads",
        "GET",
        &[("uploads", None)],
        &[BUCKET, UPLOADS],
        output(200, &[OUT_BESIDE_BODY], OutputBody::Xml("ListMultipartUploadsResult")),
    ),
    on_object(
        "ListParts",
        "GET",
        &[("uploadId", None)],
        &[OBJECT, UPLOAD, PARTS, CUSTOMER_KEY],
        output(200, &[OUT_BESIDE_BODY], OutputBody::Xml("ListPartsResult")),
    ),
];
