//! Signatures that are not those of the request.

use crate::{attempt::Attempt, prepared::Prepared};
use base::Timestamp;
use gate::{Proof, RecordKind, Request};

use testworld::REGION;

/// What a refused signature may be called, in the three families of protocols.
const REFUSALS: [&str; 10] = [
    "AccessDenied",
    "AuthorizationHeaderMalformed",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "XAmzContentSHA256Mismatch",
    "InvalidClientTokenId",
];

/// The example's call, signed rightly and then altered, or signed for something else.
pub fn altered(prepared: &Prepared) -> Vec<(&'static str, Request)> {
    let caller = prepared.walker.credentials.as_ref().unwrap_or(&prepared.admin);
    let signed = |region: &str, time: Timestamp| {
        prepared.world.request_signed(Some(caller), &prepared.operation, prepared.input.clone(), prepared.body.clone(), (region, time))
    };
    let now = prepared.now();
    let with = |alter: &dyn Fn(&mut gate::SignedRequest)| {
        let mut request = signed(REGION, now);
        let Proof::SigV4(proof) = &mut request.proof else { unreachable!("a signed request") };
        alter(proof);
        request
    };
    vec![
        ("another signature", with(&|p| p.authorization.signature = flipped(&p.authorization.signature))),
        ("another host", with(&|p| drop(p.headers.insert("host", http::HeaderValue::from_static("localhost"))))),
        ("another body", with(&|p| p.body_sha256 = p.body_sha256.as_deref().map(flipped))),
        ("another method", with(&|p| p.method = "PUT".into())),
        ("another query", with(&|p| p.target = "/?all".into())),
        ("signed an hour ago", signed(REGION, Timestamp::from_seconds(now.seconds() - 3600))),
        ("moved to another region", with(&|p| p.authorization.region = "eu-west-3".into())),
        ("signed for no region", signed("nowhere-1", now)),
    ]
}

/// The last hexadecimal digit changed.
fn flipped(hex: &str) -> String {
    let last = if hex.ends_with('0') { '1' } else { '0' };
    hex[..hex.len() - 1].chars().chain([last]).collect()
}

/// Whether the call was refused before anything was decided, with one record of nobody's call.
pub fn refused(attempt: &Attempt, operation: &str) -> Result<(), String> {
    let own = attempt.own(operation)?;
    let error = match &attempt.result {
        Ok(_) => return Err("accepted".into()),
        Err(error) => error,
    };
    if !REFUSALS.contains(&error.code.as_ref()) {
        return Err(format!("refused for another reason: {error}"));
    }
    if attempt.records.len() != 1 || own.kind != RecordKind::Failed || own.principal != "anonymous" || !attempt.decided.is_empty() {
        return Err(format!("decided or recorded as somebody's: {own:?}"));
    }
    Ok(())
}
