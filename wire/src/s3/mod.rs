//! S3's REST-XML protocol: its addresses, its table of operations and its errors.

mod buckets;
mod groups;
mod listing;
mod multipart;
mod objects;
mod settings;
#[cfg(test)]
mod tests;

use crate::{
    encoding,
    rest::{self, Api, EncodeError, Request, RestError, RestRequest, RestResponse},
    xml::{self, List, Names},
};
use http::HeaderMap;
use serde_json::{Map, Value};

/// The longest key, in bytes of UTF-8.
pub const MAX_KEY: usize = 1024;

/// Members that an operation need not know: those of the transfer, which the listener has checked, and those that change nothing,
/// for nobody pays for requests, and nobody is kept from locking themselves out.
pub const IDLE: &[&str] = &[
    "ChecksumAlgorithm",
    "ChecksumCRC32",
    "ChecksumCRC32C",
    "ChecksumCRC64NVME",
    "ChecksumSHA1",
    "ChecksumSHA256",
    "ConfirmRemoveSelfBucketAccess",
    "ContentLength",
    "ContentMD5",
    "RequestPayer",
];

/// All operations that can be decoded.
pub static API: Api = Api {
    bindings: &[buckets::BUCKETS, listing::LISTING, objects::OBJECTS, multipart::MULTIPART, settings::SETTINGS],
    markers: &[
        "accelerate",
        "acl",
        "analytics",
        "append",
        "attributes",
        "cors",
        "delete",
        "encryption",
        "intelligent-tiering",
        "inventory",
        "legal-hold",
        "lifecycle",
        "list-type",
        "location",
        "logging",
        "metadataConfiguration",
        "metadataInventoryTable",
        "metadataJournalTable",
        "metadataTable",
        "metrics",
        "notification",
        "object-lock",
        "ownershipControls",
        "policy",
        "policyStatus",
        "publicAccessBlock",
        "renameObject",
        "replication",
        "requestPayment",
        "restore",
        "retention",
        "select",
        "session",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versioning",
        "versions",
        "website",
    ],
    header_markers: &["x-amz-copy-source"],
    names: Names {
        lists: &[
            List { member: "Buckets", element: "Buckets", item: Some("Bucket") },
            List { member: "Grants", element: "AccessControlList", item: Some("Grant") },
            List { member: "Tags", element: "Tags", item: Some("Tag") },
            List { member: "TagSet", element: "TagSet", item: Some("Tag") },
            List { member: "DeleteMarkers", element: "DeleteMarker", item: None },
            List { member: "EncryptionType", element: "EncryptionType", item: None },
            List { member: "Errors", element: "Error", item: None },
            List { member: "Objects", element: "Object", item: None },
            List { member: "Events", element: "Event", item: None },
            List { member: "LambdaFunctionConfigurations", element: "CloudFunctionConfiguration", item: None },
            List { member: "Parts", element: "Part", item: None },
            List { member: "QueueConfigurations", element: "QueueConfiguration", item: None },
            List { member: "Rules", element: "Rule", item: None },
            List { member: "TopicConfigurations", element: "TopicConfiguration", item: None },
            List { member: "Uploads", element: "Upload", item: None },
            List { member: "Versions", element: "Version", item: None },
        ],
        renamed: &[
            ("LambdaFunctionArn", "CloudFunction"),
            ("MFADelete", "MfaDelete"),
            ("QueueArn", "Queue"),
            ("TopicArn", "Topic"),
            ("TotalPartsCount", "PartsCount"),
        ],
    },
    url_encoded: &["Delimiter", "Key", "KeyMarker", "Marker", "NextKeyMarker", "NextMarker", "Prefix", "StartAfter"],
    xmlns: "http://s3.amazonaws.com/doc/2006-03-01/",
};

/// Decodes a request but for its body. `host_suffixes` are the hosts under which buckets are subdomains, without ports.
pub fn decode(
    method: &str,
    path_and_query: &str,
    headers: &HeaderMap,
    host_suffixes: &[impl AsRef<str>],
) -> Result<RestRequest, RestError> {
    let (path, query) = encoding::split_target(path_and_query);
    let path = path.strip_prefix('/').ok_or_else(unreadable)?;
    if headers.contains_key("x-amz-account-id") && path.starts_with(CONTROL) {
        return Err(RestError::NotImplemented { operation: control_operation(method, path) });
    }
    let host_bucket = bucket_of_host(headers, host_suffixes);
    let (bucket, key) = match host_bucket {
        Some(bucket) => (Some(bucket), (!path.is_empty()).then_some(path)),
        None => match path.split_once('/') {
            None if path.is_empty() => (None, None),
            None => (Some(decode_part(path)?), None),
            Some(("", _)) => return Err(unreadable()),
            Some((bucket, key)) => (Some(decode_part(bucket)?), (!key.is_empty()).then_some(key)),
        },
    };
    let key = key.map(decode_part).transpose()?;
    if key.as_ref().is_some_and(|key| key.len() > MAX_KEY) {
        return Err(RestError::invalid("KeyTooLongError", "Your key is too long"));
    }
    let mut request = rest::decode(&API, Request { method, bucket: bucket.as_deref(), key: key.as_deref(), query, headers })?;
    if let Value::Object(input) = &mut request.input {
        forget_chunks(input, headers);
    }
    Ok(request)
}

/// What paths of S3 Control begin with, which is about accounts: none of its operations is there.
const CONTROL: &str = "v20180820/";

/// `PutPublicAccessBlock of s3control`, as far as a path names what it is about.
fn control_operation(method: &str, path: &str) -> String {
    let subject = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let capital = |word: &str| -> String {
        let mut letters = word.chars().filter(char::is_ascii_alphanumeric).take(64);
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    };
    format!("{}{} of s3control", capital(&method.to_ascii_lowercase()), capital(subject))
}

/// aws-chunked is of the transfer: the object's own length and encoding are what the operation sees.
fn forget_chunks(input: &mut Map<String, Value>, headers: &HeaderMap) {
    if let Some(length) = headers.get("x-amz-decoded-content-length").and_then(|v| v.to_str().ok())
        && let Some(member) = input.get_mut("ContentLength")
    {
        *member = Value::from(length);
    }
    let Some(Value::String(encoding)) = input.get_mut("ContentEncoding") else { return };
    let own: Vec<&str> = encoding.split(',').map(str::trim).filter(|e| !e.eq_ignore_ascii_case("aws-chunked") && !e.is_empty()).collect();
    if own.is_empty() {
        input.shift_remove("ContentEncoding");
    } else {
        *encoding = own.join(",");
    }
}

/// Puts a body that was read whole into the input.
pub fn finish_body(request: &mut RestRequest, body: &[u8]) -> Result<(), RestError> {
    rest::finish_body(&API, request, body)?;
    if let (rest::BodyKind::Xml(..) | rest::BodyKind::Text(_), Value::Object(input)) = (&request.body, &mut request.input) {
        // How the body was proved whole is of the transfer, as chunks are: the operation sees the body.
        groups::INTEGRITY.iter().for_each(|member| drop(input.shift_remove(member.name)));
    }
    Ok(())
}

/// Writes an operation's output. A `GetObject` with a range answers 206.
pub fn encode(operation: &str, output: &Value) -> Result<RestResponse, EncodeError> {
    let mut response = rest::encode(&API, operation, output)?;
    if response.headers.contains_key("content-range") {
        response.status = 206;
    }
    Ok(response)
}

/// The body of an error. `details` are elements that some errors add, such as `BucketName`.
pub fn error(code: &str, message: &str, resource: &str, request_id: &str, details: &[(&str, &str)]) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
    let plain = [("Code", code), ("Message", message)];
    for (name, text) in plain.iter().chain(details).chain(&[("Resource", resource), ("RequestId", request_id)]) {
        xml::push_element(&mut out, name, text);
    }
    out.push_str("</Error>");
    out.into_bytes()
}

/// Splits `x-amz-copy-source` into bucket, key and version.
pub fn copy_source(text: &str) -> Option<(String, String, Option<String>)> {
    let (path, version) = text.split_once("?versionId=").map_or((text, None), |(path, version)| (path, Some(version)));
    let path = decode_part(path.strip_prefix('/').unwrap_or(path)).ok()?;
    let (bucket, key) = path.split_once('/').filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())?;
    let version = version.map(decode_part).transpose().ok()?;
    Some((bucket.to_owned(), key.to_owned(), version))
}

/// The bucket that the host names, where buckets are subdomains of one of `suffixes`.
pub fn bucket_of_host(headers: &HeaderMap, suffixes: &[impl AsRef<str>]) -> Option<String> {
    let host = headers.get("host")?.to_str().ok()?.to_ascii_lowercase();
    let host =
        host.rsplit_once(':').map_or(host.as_str(), |(name, port)| if port.bytes().all(|b| b.is_ascii_digit()) { name } else { &host });
    if suffixes.iter().any(|suffix| suffix.as_ref() == host) {
        return None;
    }
    let of_suffix = suffixes.iter().find_map(|suffix| host.strip_suffix(suffix.as_ref())?.strip_suffix('.'));
    let bucket = of_suffix.or_else(|| bucket_of_aws(host))?;
    (!bucket.is_empty()).then(|| bucket.to_owned())
}

/// The bucket before one of AWS's own names: `s3.amazonaws.com`, `s3.REGION.amazonaws.com`, `s3-REGION.amazonaws.com`,
/// `s3.dualstack.REGION.amazonaws.com`.
fn bucket_of_aws(host: &str) -> Option<&str> {
    let name = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    let of_service = |label: &str| label == "s3" || label.starts_with("s3-");
    // From the right: a bucket's own labels may look the same.
    let mut end = name.len();
    for _ in 0..3 {
        let label_at = name[..end].rfind('.').map_or(0, |dot| dot + 1);
        if of_service(&name[label_at..end]) {
            return name[..label_at].strip_suffix('.');
        }
        end = label_at.checked_sub(1)?;
    }
    None
}

fn decode_part(text: &str) -> Result<String, RestError> {
    // A percent sign without two digits behind it has no one meaning.
    let bytes = text.as_bytes();
    let broken =
        bytes.iter().enumerate().any(|(i, b)| *b == b'%' && !bytes.get(i + 1..i + 3).is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit)));
    if broken {
        return Err(unreadable());
    }
    String::from_utf8(encoding::decode(text).into_owned()).map_err(|_| unreadable())
}

fn unreadable() -> RestError {
    RestError::invalid("InvalidURI", "Couldn't parse the specified URI.")
}
