//! The canonical request and the string to sign.

use super::{ALGORITHM, Authorization, RequestParts, hex_sha256};
use crate::encoding;

/// How a path is made canonical.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathRule {
    /// Encoded once, never normalized: `a/../b` is a key.
    S3,
    /// Normalized, and the path as sent is encoded once more.
    Normalized,
}

impl PathRule {
    /// The rule of a service, by its signing name.
    pub fn of(service: &str) -> Self {
        match service {
            "s3" | "s3-object-lambda" | "s3-outposts" | "s3express" => Self::S3,
            _ => Self::Normalized,
        }
    }
    fn apply(self, path: &str) -> String {
        let path = if path.is_empty() { "/" } else { path };
        match self {
            Self::S3 => encoding::encode_path(&encoding::decode(path)),
            Self::Normalized => encoding::encode_path(normalize_path(path).as_bytes()),
        }
    }
}

/// Removes `.`, `..` and empty segments, as signers of services other than S3 do. What such a service reads
/// of a path must come from this form, since the signature covers no more.
pub fn normalize_path(path: &str) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            name => kept.push(name),
        }
    }
    let tail = if path.ends_with('/') && !kept.is_empty() { "/" } else { "" };
    format!("/{}{tail}", kept.join("/"))
}

/// Sorted and encoded anew; a presigned URL's own signature is left out.
pub(super) fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = encoding::query_pairs(query)
        .filter(|(name, _)| name != b"X-Amz-Signature")
        .map(|(name, value)| (encoding::encode(&name), encoding::encode(&value)))
        .collect();
    pairs.sort_unstable();
    let mut text = String::with_capacity(query.len());
    for (name, value) in &pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text
}

/// Trimmed, with runs of spaces as one.
fn push_value(out: &mut Vec<u8>, value: &[u8]) {
    let mut gap = false;
    for byte in value.trim_ascii() {
        match byte {
            b' ' | b'\t' => gap = true,
            byte => {
                if std::mem::take(&mut gap) {
                    out.push(b' ');
                }
                out.push(*byte);
            }
        }
    }
}

/// The canonical request. A signed header that the request lacks makes none.
pub(super) fn canonical_request(request: RequestParts<'_>, rule: PathRule, signed_headers: &[String], payload: &str) -> Option<Vec<u8>> {
    let (path, query) = encoding::split_target(request.path_and_query);
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(request.method.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(rule.apply(path).as_bytes());
    out.push(b'\n');
    out.extend_from_slice(canonical_query(query).as_bytes());
    out.push(b'\n');
    for name in signed_headers {
        out.extend_from_slice(name.as_bytes());
        let mut separator = b':';
        for value in request.headers.get_all(name.as_str()) {
            out.push(separator);
            push_value(&mut out, value.as_bytes());
            separator = b',';
        }
        if separator == b':' {
            return None;
        }
        out.push(b'\n');
    }
    out.push(b'\n');
    out.extend_from_slice(signed_headers.join(";").as_bytes());
    out.push(b'\n');
    out.extend_from_slice(payload.as_bytes());
    Some(out)
}

/// The string to sign of a whole request.
pub(super) fn string_to_sign(authorization: &Authorization, canonical: &[u8]) -> String {
    format!("{ALGORITHM}\n{}\n{}\n{}", authorization.date_text, authorization.scope(), hex_sha256(canonical))
}
