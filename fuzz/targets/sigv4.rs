//! Signatures in headers and in query strings: what this side signs verifies, and no other secret, digit or time does.
#![no_main]

use fuzz::{altered, headers, now, pieces, secret, text};
use libfuzzer_sys::fuzz_target;
use std::time::Duration;
use wire::sigv4::{Credentials, PayloadHash, RequestParts, hex_sha256, parse_authorization, presign, sign, verify};

/// Headers that a signature puts there itself, or that change the form of the body's hash.
const OWN: [&str; 6] = ["authorization", "date", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "host"];

fuzz_target!(|data: &[u8]| {
    let mut parts = pieces(data);
    let (Some(method), Some(target), Some(head)) = (parts.next(), parts.next(), parts.next()) else { return };
    let body = parts.next().unwrap_or_default();
    let (method, target, hash) = (text(method), text(target), hex_sha256(body));
    let mut headers = headers(head.split(|b| *b == b'\n'));

    // As it came: read or refused, and never believed under a secret that nobody signed with.
    let request = RequestParts { method: &method, path_and_query: &target, headers: &headers };
    match parse_authorization(request) {
        Ok(Some(found)) => {
            assert!(found.signed_headers.is_sorted() && found.signature.len() <= 1024);
            let strange = base::Secret::new("a secret that is none".to_owned());
            assert!(verify(&found, request, &strange, now(), Some(&hash)).is_err(), "nobody signed with this");
            if verify(&found, request, &secret(), now(), Some(&hash)).is_ok() {
                assert!(found.signed_headers.iter().any(|n| n == "host"));
                let unsigned =
                    |n: &http::HeaderName| n.as_str().starts_with("x-amz-") && !found.signed_headers.iter().any(|s| s == n.as_str());
                assert!(!headers.keys().any(unsigned), "a header of AWS's that is not signed");
            }
        }
        Ok(None) => {}
        Err(error) => {
            for dialect in [wire::sigv4::Dialect::Query, wire::sigv4::Dialect::Json, wire::sigv4::Dialect::S3] {
                assert!(matches!(error.answer(dialect).status, 400 | 403));
            }
        }
    }

    // Version 2, which is read only: no secret of ours signed it.
    let mut brought = headers.clone();
    if let Ok(Some(presigned)) = wire::sigv2::read(&method, &target, &mut brought, |_| None) {
        assert!(presigned.verify(&secret(), now()).is_err(), "nobody signed with this");
        assert!(!brought.contains_key("x-amz-security-token"));
    }

    // Signed by this side.
    for name in OWN {
        headers.remove(name);
    }
    headers.insert("host", http::HeaderValue::from_static("localhost:4566"));
    let plain = parse_authorization(RequestParts { method: &method, path_and_query: &target, headers: &headers });
    let query = wire::encoding::split_target(&target).1;
    let signed_in_part = wire::encoding::query_pairs(query).any(|(name, _)| name.starts_with(b"X-Amz-"));
    if !matches!(plain, Ok(None)) || signed_in_part {
        return;
    }
    let service = if body.len() % 2 == 0 { "s3" } else { "sts" };
    let credentials = Credentials { access_key_id: "AKIDEXAMPLE".into(), secret_access_key: secret(), session_token: None };
    let mut signed = headers.clone();
    let scope = (service, "us-east-1");
    if sign(&method, &target, &mut signed, &credentials, scope, now(), PayloadHash::Hex(hash.clone())).is_some() {
        let request = RequestParts { method: &method, path_and_query: &target, headers: &signed };
        let found = parse_authorization(request).expect("a signature of ours is read").expect("and is there");
        verify(&found, request, &secret(), now(), Some(&hash)).expect("a signature of ours verifies");
        let mut other = found.clone();
        other.signature = altered(&found.signature, body.len());
        assert!(verify(&other, request, &secret(), now(), Some(&hash)).is_err(), "another digit");
        assert!(verify(&found, request, &secret(), now().plus(Duration::from_secs(901)), Some(&hash)).is_err(), "too late");
        let body = hex_sha256(b"another body");
        assert!(verify(&found, request, &secret(), now(), Some(&body)).is_err(), "another body");
        let mut late = signed.clone();
        late.insert("x-amz-late", http::HeaderValue::from_static("1"));
        let request = RequestParts { headers: &late, ..request };
        assert!(verify(&found, request, &secret(), now(), Some(&hash)).is_err(), "a header that came later");
    }
    if target.starts_with('/')
        && !target.contains('#')
        && let Some(url) = presign(&method, &target, "localhost:4566", &credentials, ("s3", "us-east-1"), now(), Duration::from_secs(60))
    {
        let mut headers = http::HeaderMap::new();
        headers.insert("host", http::HeaderValue::from_static("localhost:4566"));
        let request = RequestParts { method: &method, path_and_query: &url, headers: &headers };
        let found = parse_authorization(request).expect("a URL of ours is read").expect("and is signed");
        verify(&found, request, &secret(), now(), None).expect("a URL of ours verifies");
        assert!(verify(&found, request, &secret(), now().plus(Duration::from_secs(61)), None).is_err(), "it has ended");
    }
});
