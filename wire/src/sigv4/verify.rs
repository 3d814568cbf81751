//! Whether a signature is right, in time and covers what it must.

use super::{
    Authorization, MAX_SKEW, PathRule, RequestParts, SignatureError, SigningKey,
    canonical::{canonical_request, string_to_sign},
};
use base::{Secret, Timestamp};

/// A signature that held, with what the chunks of its body are verified by.
#[derive(Clone, Debug)]
pub struct VerifiedSignature {
    /// The key of the credential scope.
    pub key: SigningKey,
    /// The request's signature: the first chunk's predecessor.
    pub signature: String,
    /// `20261122T050000Z`.
    pub date_text: String,
    /// `20261122/us-east-1/s3/aws4_request`.
    pub scope: String,
}

/// Verifies a request. `body_sha256_hex` is the body's hash; none while an S3 body is still to be read, and then
/// the caller compares [`super::PayloadHash::Hex`] at its end.
pub fn verify(
    authorization: &Authorization,
    request: RequestParts<'_>,
    secret: &Secret<String>,
    now: Timestamp,
    body_sha256_hex: Option<&str>,
) -> Result<VerifiedSignature, SignatureError> {
    let key = SigningKey::derive(secret, &authorization.scope_date, &authorization.region, &authorization.service);
    verify_with_key(authorization, request, &key, now, body_sha256_hex)
}

/// The same with a key at hand, from a [`super::KeyCache`].
pub fn verify_with_key(
    authorization: &Authorization,
    request: RequestParts<'_>,
    key: &SigningKey,
    now: Timestamp,
    body_sha256_hex: Option<&str>,
) -> Result<VerifiedSignature, SignatureError> {
    check_time(authorization, now)?;
    check_signed_headers(authorization, request)?;
    check_signature(authorization, request, PathRule::of(&authorization.service), key, body_sha256_hex)
}

fn check_time(authorization: &Authorization, now: Timestamp) -> Result<(), SignatureError> {
    let date = authorization.date;
    let day = &authorization.date_text[..8];
    if day != authorization.scope_date {
        return Err(SignatureError::ScopeDate { scope: authorization.scope_date.clone(), date: authorization.date_text.clone() });
    }
    let presigned = authorization.presigned_expires.is_some();
    if date > now.plus(MAX_SKEW) {
        return Err(SignatureError::NotYetValid { date, now, presigned });
    }
    let life = authorization.presigned_expires.unwrap_or(MAX_SKEW);
    if now > date.plus(life) {
        return Err(SignatureError::Expired { date, now, life, presigned });
    }
    Ok(())
}

/// Host and every `x-amz-*` header must be signed, and the `date` if it was used.
fn check_signed_headers(authorization: &Authorization, request: RequestParts<'_>) -> Result<(), SignatureError> {
    let signed = |name: &str| authorization.signed_headers.binary_search_by(|s| s.as_str().cmp(name)).is_ok();
    let by_date_header = !authorization.is_presigned() && !request.headers.contains_key("x-amz-date");
    let mut unsigned: Vec<String> = request
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-") || (by_date_header && *name == "date"))
        .filter(|name| !signed(name))
        .map(str::to_owned)
        .collect();
    if !signed("host") {
        unsigned.insert(0, "host".to_owned());
    }
    if unsigned.is_empty() { Ok(()) } else { Err(SignatureError::NotSigned(unsigned)) }
}

/// The cryptographic part alone.
pub(super) fn check_signature(
    authorization: &Authorization,
    request: RequestParts<'_>,
    rule: PathRule,
    key: &SigningKey,
    body_sha256_hex: Option<&str>,
) -> Result<VerifiedSignature, SignatureError> {
    let claimed = authorization.payload.text();
    let payload = match (authorization.is_s3(), claimed, body_sha256_hex) {
        (true, Some(claimed), _) => claimed,
        // Services other than S3 sign the hash of the body itself, whatever a header says.
        (_, _, Some(of_body)) => of_body,
        (_, _, None) => return Err(SignatureError::Mismatch),
    };
    let canonical = canonical_request(request, rule, &authorization.signed_headers, payload).ok_or(SignatureError::Mismatch)?;
    if !key.verifies(string_to_sign(authorization, &canonical).as_bytes(), &authorization.signature) {
        return Err(SignatureError::Mismatch);
    }
    if let (super::PayloadHash::Hex(claimed), Some(of_body)) = (&authorization.payload, body_sha256_hex)
        && claimed != of_body
    {
        return Err(SignatureError::ContentMismatch);
    }
    Ok(VerifiedSignature {
        key: key.clone(),
        signature: authorization.signature.clone(),
        date_text: authorization.date_text.clone(),
        scope: authorization.scope(),
    })
}

/// Equality of secrets in constant time (for one length).
pub(super) fn same(a: &str, b: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}
