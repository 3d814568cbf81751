//! The client's side.

use super::{
    ALGORITHM, Authorization, PathRule, PayloadHash, RequestParts, SigningKey, VerifiedSignature,
    canonical::{canonical_request, string_to_sign},
};
use crate::encoding;
use base::{Secret, Timestamp};
use http::{HeaderMap, HeaderValue};
use std::time::Duration;

/// What a client signs with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The key's public name.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: Secret<String>,
    /// The token of temporary credentials.
    pub session_token: Option<Secret<String>>,
}

/// What signing a request gives, beside the headers: its own signature and the means to sign chunks.
pub type Signed = VerifiedSignature;

/// Headers that proxies and HTTP libraries change.
const UNSIGNED: [&str; 7] =
    ["authorization", "connection", "content-length", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"];

impl Credentials {
    fn authorization(&self, service: &str, region: &str, now: Timestamp, payload: PayloadHash, names: Vec<String>) -> Authorization {
        let date_text = now.basic();
        Authorization {
            access_key_id: self.access_key_id.clone(),
            session_token: self.session_token.clone(),
            date: now,
            scope_date: date_text[..8].to_owned(),
            date_text,
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers: names,
            signature: String::new(),
            payload,
            presigned_expires: None,
        }
    }
}

/// The signature itself; none if a header or the payload's hash is missing.
fn complete(mut authorization: Authorization, request: RequestParts<'_>, secret: &Secret<String>) -> Option<(Authorization, Signed)> {
    let rule = PathRule::of(&authorization.service);
    let payload = authorization.payload.text()?;
    let canonical = canonical_request(request, rule, &authorization.signed_headers, payload)?;
    let key = SigningKey::derive(secret, &authorization.scope_date, &authorization.region, &authorization.service);
    let signature = key.sign(string_to_sign(&authorization, &canonical).as_bytes());
    authorization.signature.clone_from(&signature);
    let signed = Signed { key, signature, date_text: authorization.date_text.clone(), scope: authorization.scope() };
    Some((authorization, signed))
}

fn value(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(text).ok()
}

/// Signs a request by headers: adds `x-amz-date`, `x-amz-security-token`, `x-amz-content-sha256` (S3) and `authorization`.
/// `headers` must hold `host`; `payload` must not be [`PayloadHash::OfBody`] (give the body's hash as `Hex`).
/// None if either is missing or a credential is not a header's text.
pub fn sign(
    method: &str,
    path_and_query: &str,
    headers: &mut HeaderMap,
    credentials: &Credentials,
    (service, region): (&str, &str),
    now: Timestamp,
    payload: PayloadHash,
) -> Option<Signed> {
    headers.get("host")?;
    headers.insert("x-amz-date", value(&now.basic())?);
    if let Some(token) = &credentials.session_token {
        headers.insert("x-amz-security-token", value(token.expose())?);
    }
    if PathRule::of(service) == PathRule::S3 {
        headers.insert("x-amz-content-sha256", value(payload.text()?)?);
    }
    let mut names: Vec<String> = headers.keys().map(|n| n.as_str().to_owned()).filter(|n| !UNSIGNED.contains(&n.as_str())).collect();
    names.sort_unstable();
    let authorization = credentials.authorization(service, region, now, payload, names);
    let (done, signed) = complete(authorization, RequestParts { method, path_and_query, headers }, &credentials.secret_access_key)?;
    let text = format!(
        "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={}",
        done.access_key_id,
        done.scope(),
        done.signed_headers.join(";"),
        done.signature
    );
    headers.insert("authorization", value(&text)?);
    Some(signed)
}

/// Makes a presigned request target: the given one with the signature in its query. Only `host` is signed.
/// Outside S3 it is for requests without a body.
pub fn presign(
    method: &str,
    path_and_query: &str,
    host: &str,
    credentials: &Credentials,
    (service, region): (&str, &str),
    now: Timestamp,
    expires: Duration,
) -> Option<String> {
    let payload =
        if PathRule::of(service) == PathRule::S3 { PayloadHash::Unsigned } else { PayloadHash::Hex(super::EMPTY_SHA256.to_owned()) };
    let authorization = credentials.authorization(service, region, now, payload, vec!["host".to_owned()]);
    let mut target = path_and_query.to_owned();
    let credential = format!("{}/{}", authorization.access_key_id, authorization.scope());
    let seconds = expires.as_secs().to_string();
    let mut add = |name: &str, value: &str| {
        target.push(if target.contains('?') { '&' } else { '?' });
        target.push_str(&format!("{name}={}", encoding::encode(value.as_bytes())));
    };
    add("X-Amz-Algorithm", ALGORITHM);
    add("X-Amz-Credential", &credential);
    add("X-Amz-Date", &authorization.date_text);
    add("X-Amz-Expires", &seconds);
    if let Some(token) = &credentials.session_token {
        add("X-Amz-Security-Token", token.expose());
    }
    add("X-Amz-SignedHeaders", "host");
    let mut headers = HeaderMap::new();
    headers.insert("host", value(host)?);
    let request = RequestParts { method, path_and_query: &target, headers: &headers };
    let (done, _) = complete(authorization, request, &credentials.secret_access_key)?;
    target.push_str(&format!("&X-Amz-Signature={}", done.signature));
    Some(target)
}
