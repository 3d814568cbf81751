//! S3's older presigned URLs (signature version 2), which many clients still make where nothing else is asked for:
//! reading and verifying, never making. The header form is refused.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html>

use crate::{encoding, sigv4::SignatureError};
use aws_lc_rs::hmac;
use base::{Secret, Timestamp};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::BTreeMap;

const MAX_QUERY: usize = 16 * 1024;
const TOKEN: &str = "x-amz-security-token";
/// Headers that such a URL may carry in its query string, besides those of `x-amz-`.
const PLAIN: [&str; 2] = ["content-md5", "content-type"];
/// Parameters that are part of what is signed.
const SIGNED: [&str; 47] = [
    "abac",
    "accelerate",
    "acl",
    "analytics",
    "attributes",
    "cors",
    "defaultObjectAcl",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "select",
    "select-type",
    "session",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// A presigned request of version 2, not believed yet.
#[derive(Clone, Debug)]
pub struct Presigned {
    /// Whose key.
    pub access_key_id: String,
    /// The token of temporary credentials.
    pub session_token: Option<Secret<String>>,
    /// When it ends.
    pub expires: Timestamp,
    signature: Vec<u8>,
    string_to_sign: String,
}

fn malformed(what: &str) -> SignatureError {
    SignatureError::MalformedQuery(what.into())
}

/// Reads such a URL's parameters; none if the request is no such URL. `host_bucket` tells the bucket that the host names.
/// Headers that the query string carries go into `headers`, as they count like any.
///
/// # Errors
/// A parameter is missing, doubled or unreadable, or there is another signature besides.
pub fn read(
    method: &str,
    path_and_query: &str,
    headers: &mut HeaderMap,
    host_bucket: impl FnOnce(&HeaderMap) -> Option<String>,
) -> Result<Option<Presigned>, SignatureError> {
    let (path, query) = encoding::split_target(path_and_query);
    if query.len() > MAX_QUERY || !query.contains("AWSAccessKeyId=") {
        return Ok(None);
    }
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    let mut signed: Vec<(String, Option<String>)> = Vec::new();
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let Some((name, value)) = encoding::query_pairs(pair).next() else { continue };
        let (Ok(name), Ok(value)) = (String::from_utf8(name), String::from_utf8(value)) else {
            return Err(malformed("a parameter of the presigned URL is not UTF-8"));
        };
        if SIGNED.contains(&name.as_str()) {
            signed.push((name, pair.contains('=').then_some(value)));
            continue;
        }
        let lower = name.to_ascii_lowercase();
        let kept = if lower.starts_with("x-amz-") || PLAIN.contains(&lower.as_str()) { lower } else { name };
        if given.insert(kept, value).is_some() {
            return Err(malformed("a parameter of the presigned URL was given more than once"));
        }
    }
    if given.contains_key("x-amz-algorithm") || headers.contains_key("authorization") {
        return Err(SignatureError::TwoMechanisms);
    }
    let mut take = |name: &str| {
        given
            .remove(name)
            .ok_or_else(|| malformed("Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"))
    };
    let (access_key_id, expires, signature) = (take("AWSAccessKeyId")?, take("Expires")?, take("Signature")?);
    let seconds = expires.parse::<u32>().map_err(|_| malformed("'Expires' of the presigned URL must be seconds since 1970"))?;
    let signature = STANDARD.decode(&signature).map_err(|_| malformed("'Signature' of the presigned URL is not base64"))?;
    let session_token = given.get(TOKEN).map(|t| Secret::new(t.clone()));
    if session_token.is_some() && headers.contains_key(TOKEN) {
        return Err(malformed("the session token of a presigned URL belongs into its query string"));
    }
    fold(&given, headers)?;
    signed.sort();
    let string_to_sign = string_to_sign(method, path, host_bucket(headers).as_deref(), headers, &expires, &signed);
    headers.remove(TOKEN);
    Ok(Some(Presigned { access_key_id, session_token, expires: Timestamp::from_seconds(seconds.into()), signature, string_to_sign }))
}

/// The query string's headers join the others; one that is in both would leave a choice.
fn fold(given: &BTreeMap<String, String>, headers: &mut HeaderMap) -> Result<(), SignatureError> {
    for (name, value) in given {
        if !name.starts_with("x-amz-") && !PLAIN.contains(&name.as_str()) {
            continue;
        }
        let unreadable = || malformed("a header in the query string of the presigned URL is unreadable");
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unreadable())?;
        let value = HeaderValue::from_str(value).map_err(|_| unreadable())?;
        if headers.get(&header).is_some_and(|other| *other != value) {
            return Err(SignatureError::Mismatch);
        }
        headers.insert(header, value);
    }
    Ok(())
}

fn string_to_sign(
    method: &str,
    path: &str,
    host_bucket: Option<&str>,
    headers: &HeaderMap,
    expires: &str,
    signed: &[(String, Option<String>)],
) -> String {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).trim().to_owned();
    let one = |name: &str| headers.get(name).map(text).unwrap_or_default();
    let mut out = format!("{method}\n{}\n{}\n{expires}\n", one("content-md5"), one("content-type"));
    let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).filter(|n| n.starts_with("x-amz-")).collect();
    names.sort_unstable();
    for name in names {
        let values: Vec<String> = headers.get_all(name).iter().map(text).collect();
        out.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    if let Some(bucket) = host_bucket {
        out.push('/');
        out.push_str(bucket);
    }
    out.push_str(path);
    for (i, (name, value)) in signed.iter().enumerate() {
        out.push(if i == 0 { '?' } else { '&' });
        out.push_str(name);
        if let Some(value) = value {
            out.push('=');
            out.push_str(value);
        }
    }
    out
}

impl Presigned {
    /// Whether the signature is right and in time.
    ///
    /// # Errors
    /// It is neither, or has ended.
    pub fn verify(&self, secret: &Secret<String>, now: Timestamp) -> Result<(), SignatureError> {
        if now > self.expires {
            let life = std::time::Duration::ZERO;
            return Err(SignatureError::Expired { date: self.expires, now, life, presigned: true });
        }
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose().as_bytes());
        hmac::verify(&key, self.string_to_sign.as_bytes(), &self.signature).map_err(|_| SignatureError::Mismatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    /// The documentation's example.
    const TARGET: &str =
        "/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";

    fn verdict(method: &str, target: &str, headers: &[(&'static str, &'static str)], bucket: Option<&str>, now: i64) -> String {
        let mut map: HeaderMap = headers.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect();
        match read(method, target, &mut map, |_| bucket.map(str::to_owned)) {
            Ok(None) => "none".into(),
            Ok(Some(presigned)) => match presigned.verify(&Secret::new(SECRET.into()), Timestamp::from_seconds(now)) {
                Ok(()) => "verified".into(),
                Err(e) => format!("{e:?}").chars().take_while(char::is_ascii_alphabetic).collect(),
            },
            Err(e) => format!("{e:?}").chars().take_while(char::is_ascii_alphabetic).collect(),
        }
    }

    #[test]
    fn the_documented_url_verifies_and_no_altered_one_does() {
        let johnsmith = Some("johnsmith");
        assert_eq!(verdict("GET", TARGET, &[], johnsmith, 1_175_139_619), "verified");
        assert_eq!(verdict("GET", &format!("/johnsmith{TARGET}"), &[], None, 1_175_139_619), "verified");
        assert_eq!(verdict("GET", TARGET, &[], johnsmith, 1_175_139_621), "Expired");
        assert_eq!(verdict("PUT", TARGET, &[], johnsmith, 0), "Mismatch");
        assert_eq!(verdict("GET", TARGET, &[], Some("other"), 0), "Mismatch");
        assert_eq!(verdict("GET", TARGET, &[("x-amz-meta-a", "b")], johnsmith, 0), "Mismatch");
        assert_eq!(verdict("GET", TARGET, &[("authorization", "AWS4-HMAC-SHA256 x")], johnsmith, 0), "TwoMechanisms");
        for more in ["&acl", "&retention", "&versionId=1", "&x-amz-acl=public-read", "&content-type=text%2Fhtml"] {
            assert_eq!(verdict("GET", &format!("{TARGET}{more}"), &[], johnsmith, 0), "Mismatch", "{more}");
        }
        for more in ["&Expires=9999999999", "&Signature=AAAA", "&X-Amz-Algorithm=AWS4-HMAC-SHA256", "&x-amz-meta-\u{e4}=1", "&x-amz-a=%0d"]
        {
            assert_ne!(verdict("GET", &format!("{TARGET}{more}"), &[], johnsmith, 0), "verified", "{more}");
        }
        for at in TARGET.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).map(|(i, _)| i) {
            let mut altered = TARGET.as_bytes().to_vec();
            altered[at] = if altered[at] == b'0' { b'1' } else { b'0' };
            let altered = String::from_utf8(altered).unwrap();
            let key = altered.find("AWSAccessKeyId=").map(|i| i + 15..i + 35);
            if !key.is_some_and(|k| k.contains(&at)) {
                assert_ne!(verdict("GET", &altered, &[], johnsmith, 0), "verified", "{altered}");
            }
        }
        assert_eq!(verdict("GET", "/photos/puppy.jpg?X-Amz-Signature=x", &[], johnsmith, 0), "none");
    }
}
