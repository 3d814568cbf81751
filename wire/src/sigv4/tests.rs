//! AWS's published vectors, botocore's requests, and damage to both.

use super::*;
use crate::mutate::{self, Random};
use http::{HeaderName, HeaderValue};
use serde_json::Value;
use std::collections::BTreeMap;

const SUITE: &str = include_str!("../../testdata/sigv4/aws-signing-test-suite.json");
const BOTOCORE: &str = include_str!("../../testdata/sigv4/botocore.json");
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

#[derive(Clone, PartialEq)]
struct Message {
    method: String,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Message {
    fn parts(&self) -> RequestParts<'_> {
        RequestParts { method: &self.method, path_and_query: &self.target, headers: &self.headers }
    }
    /// A request as the suite writes it, folded header lines included.
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let mut lines = head.lines();
        let first = lines.next().unwrap();
        let (method, rest) = first.split_once(' ').unwrap();
        let mut pairs: Vec<(String, String)> = Vec::new();
        for line in lines.filter(|l| !l.is_empty()) {
            match line.strip_prefix(' ') {
                Some(more) => pairs.last_mut().unwrap().1.push_str(&format!(" {more}")),
                None => {
                    let (name, value) = line.split_once(':').unwrap();
                    pairs.push((name.to_owned(), value.to_owned()));
                }
            }
        }
        let headers = header_map(&pairs);
        Self { method: method.to_owned(), target: rest.trim_end_matches(" HTTP/1.1").to_owned(), headers, body: body.trim_end().into() }
    }
    fn check(&self, now: Timestamp) -> Result<Authorization, SignatureError> {
        let authorization = parse_authorization(self.parts())?.ok_or(SignatureError::Missing)?;
        // The key id is what the secret is looked up by; it is not under the signature.
        if authorization.access_key_id != "AKIDEXAMPLE" {
            return Err(SignatureError::UnknownKey);
        }
        let hash = hex_sha256(&self.body);
        verify(&authorization, self.parts(), &Secret::new(SECRET.to_owned()), now, Some(&hash))?;
        Ok(authorization)
    }
}

fn header_map(pairs: &[(String, String)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

fn suite() -> Vec<Value> {
    serde_json::from_str(SUITE).unwrap()
}

fn botocore() -> Vec<Message> {
    let cases: Vec<Value> = serde_json::from_str(BOTOCORE).unwrap();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    cases
        .iter()
        .map(|case| {
            let pairs: Vec<_> = case["headers"].as_array().unwrap().iter().map(|p| (text(&p[0]), text(&p[1]))).collect();
            Message {
                method: text(&case["method"]),
                target: text(&case["target"]),
                headers: header_map(&pairs),
                body: text(&case["body"]).into(),
            }
        })
        .collect()
}

fn botocore_now() -> Timestamp {
    Timestamp::parse_basic("20261122T050000Z").unwrap()
}

#[test]
fn published_vectors() {
    let mut verified = 0;
    for case in suite() {
        let name = case["name"].as_str().unwrap();
        let rule = if case["context"]["normalize"] == true { PathRule::Normalized } else { PathRule::S3 };
        let now = Timestamp::parse_iso(case["context"]["timestamp"].as_str().unwrap()).unwrap();
        for form in ["header", "query"] {
            let message = Message::read(case[format!("{form}_signed_request")].as_str().unwrap());
            let authorization = parse_authorization(message.parts()).unwrap().unwrap();
            let hash = hex_sha256(&message.body);
            let canonical = canonical::canonical_request(message.parts(), rule, &authorization.signed_headers, &hash).unwrap();
            // The token that was added after signing must not be there when signing.
            let late_token = case["context"]["omit_session_token"] == true;
            if !(late_token && form == "query") {
                let expected = case[format!("{form}_canonical_request")].as_str().unwrap().trim_end();
                assert_eq!(String::from_utf8(canonical).unwrap(), expected, "{name} {form}");
                let secret = Secret::new(SECRET.to_owned());
                let key = SigningKey::derive(&secret, &authorization.scope_date, &authorization.region, &authorization.service);
                verify::check_signature(&authorization, message.parts(), rule, &key, Some(&hash))
                    .unwrap_or_else(|e| panic!("{name} {form}: {e}"));
                verified += 1;
            }
            let whole = message.check(now);
            match (late_token, rule) {
                (true, _) => assert!(whole.is_err(), "{name} {form}: an unsigned token was believed"),
                (false, PathRule::Normalized) => assert!(whole.is_ok(), "{name} {form}: {whole:?}"),
                // This service is not S3, so the path is normalized, which not every vector survives.
                (false, PathRule::S3) => {}
            }
        }
    }
    assert_eq!(verified, 2 * 38 - 1);
}

#[test]
fn requests_of_botocore() {
    for message in botocore() {
        message.check(botocore_now()).unwrap_or_else(|e| panic!("{} {}: {e}", message.method, message.target));
    }
}

/// Every byte of every vector, in turn, replaced by another: method, target, names and values of headers (the signature among
/// them), body. Refused, or the same request in other words.
#[test]
fn altered_bytes_are_refused() {
    let now = Timestamp::parse_iso("2015-08-30T12:36:00Z").unwrap();
    let published =
        suite().into_iter().filter(|case| case["context"]["normalize"] == true && case["context"]["omit_session_token"] != true);
    let published = published
        .flat_map(|case| ["header_signed_request", "query_signed_request"].map(|form| (Message::read(case[form].as_str().unwrap()), now)));
    let mut random = Random::new(7);
    let (mut vectors, mut altered) = (0, BTreeMap::<&str, usize>::new());
    for (message, now) in published.chain(botocore().into_iter().map(|m| (m, botocore_now()))) {
        vectors += 1;
        let mut refused = |part: &'static str, changed: Message| {
            *altered.entry(part).or_default() += 1;
            let body = String::from_utf8_lossy(&changed.body);
            let told = format!("{part}: {} {} {:?} {body}", changed.method, changed.target, changed.headers);
            assert!(changed.check(now).is_err(), "{told}");
        };
        for bytes in changes(&mut random, message.method.as_bytes()) {
            refused("method", Message { method: String::from_utf8(bytes).unwrap(), ..message.clone() });
        }
        for bytes in changes(&mut random, message.target.as_bytes()) {
            let changed = Message { target: String::from_utf8_lossy(&bytes).into_owned(), ..message.clone() };
            if meaning(&changed.target) != meaning(&message.target) {
                refused("target", changed);
            }
        }
        let authorization = parse_authorization(message.parts()).unwrap().unwrap();
        let covered = |name: &str| name == "authorization" || authorization.signed_headers.iter().any(|n| n == name);
        for (index, (name, value)) in message.headers.iter().enumerate().filter(|(_, (name, _))| covered(name.as_str())) {
            let with = |name: &HeaderName, value: &HeaderValue| {
                let mut headers = HeaderMap::new();
                for (i, (n, v)) in message.headers.iter().enumerate() {
                    let (n, v) = if i == index { (name, value) } else { (n, v) };
                    headers.append(n.clone(), v.clone());
                }
                Message { headers, ..message.clone() }
            };
            for bytes in changes(&mut random, name.as_str().as_bytes()) {
                // Names of headers have no case.
                if !bytes.eq_ignore_ascii_case(name.as_str().as_bytes()) {
                    refused("header names", with(&HeaderName::from_bytes(&bytes).unwrap(), value));
                }
            }
            for bytes in changes(&mut random, value.as_bytes()) {
                refused("header values", with(name, &HeaderValue::from_bytes(&bytes).unwrap()));
            }
        }
        // A presigned URL of S3 leaves its body unsigned, and a streamed one signs it by chunks.
        if authorization.payload.text().is_none_or(|hash| hash == hex_sha256(&message.body)) {
            for body in changes(&mut random, &message.body) {
                refused("body", Message { body, ..message.clone() });
            }
        }
    }
    println!("{vectors} vectors; altered and refused: {} bytes {altered:?}", altered.values().sum::<usize>());
    assert!(altered.values().sum::<usize>() > 20_000 && altered.len() == 5, "{altered:?}");
}

/// Each byte in turn replaced by another.
fn changes(random: &mut Random, bytes: &[u8]) -> Vec<Vec<u8>> {
    let change = |(at, byte): (usize, &u8)| {
        let mut changed = bytes.to_vec();
        changed[at] = another(random, *byte);
        changed
    };
    bytes.iter().enumerate().map(change).collect()
}

/// What a target says, whatever the spelling: the decoded query, and the path as its service reads it.
fn meaning(target: &str) -> String {
    let (path, query) = crate::encoding::split_target(target);
    let mut pairs: Vec<_> = crate::encoding::query_pairs(query).collect();
    pairs.sort();
    let decoded = String::from_utf8_lossy(&crate::encoding::decode(path)).into_owned();
    format!("{} {pairs:?}", normalize_unless_s3(&decoded))
}

/// The signature of services other than S3 covers the normalized path only.
fn normalize_unless_s3(path: &str) -> String {
    if path.starts_with("/bucket") { path.to_owned() } else { normalize_path(path) }
}

fn another(random: &mut Random, byte: u8) -> u8 {
    const LETTERS: &[u8] = b"abcxyzABCXYZ0123456789";
    loop {
        let other = LETTERS[random.below(LETTERS.len())];
        if other != byte {
            return other;
        }
    }
}

fn signed(service: &str, target: &str, now: Timestamp) -> Message {
    let credentials =
        Credentials { access_key_id: "AKIDEXAMPLE".into(), secret_access_key: Secret::new(SECRET.into()), session_token: None };
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("localhost:4566"));
    let payload = PayloadHash::Hex(hex_sha256(b"x"));
    sign("POST", target, &mut headers, &credentials, (service, "us-east-1"), now, payload).unwrap();
    Message { method: "POST".into(), target: target.into(), headers, body: b"x".to_vec() }
}

#[test]
fn our_own_signatures() {
    let now = botocore_now();
    for service in ["s3", "sts"] {
        let message = signed(service, "/a%20b/../c?x=1&y=%2B", now);
        let authorization = message.check(now).unwrap();
        assert!(authorization.require_scope(service, "us-east-1").is_ok());
        assert!(authorization.require_scope("iam", "us-east-1").is_err());
        assert!(authorization.require_scope(service, "eu-west-1").is_err());
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: Secret::new(SECRET.into()),
            session_token: Some(Secret::new("t/+".into())),
        };
        let target = presign("GET", "/b/k?versionId=1", "h", &credentials, (service, "us-east-1"), now, Duration::from_secs(60)).unwrap();
        let message = Message { method: "GET".into(), target, headers: header_map(&[("host".into(), "h".into())]), body: vec![] };
        let authorization = message.check(now.plus(Duration::from_secs(59))).unwrap();
        assert_eq!(authorization.session_token.unwrap().expose(), "t/+");
        assert!(matches!(message.check(now.plus(Duration::from_secs(61))), Err(SignatureError::Expired { presigned: true, .. })));
    }
}

#[test]
fn time() {
    let now = botocore_now();
    let message = signed("sts", "/", now);
    let minutes = |m: u64| Duration::from_secs(60 * m);
    assert!(message.check(now.plus(minutes(15))).is_ok());
    assert!(matches!(message.check(now.plus(minutes(16))), Err(SignatureError::Expired { presigned: false, .. })));
    assert!(message.check(Timestamp(now.0 - 15 * 60_000)).is_ok());
    assert!(matches!(message.check(Timestamp(now.0 - 16 * 60_000)), Err(SignatureError::NotYetValid { .. })));
    let expired = message.check(now.plus(minutes(16))).unwrap_err();
    assert_eq!(
        expired.answer(Dialect::Query).message,
        "Signature expired: 20261122T050000Z is now earlier than 20261122T050100Z (20261122T051600Z - 15 min.)"
    );
    assert_eq!(expired.answer(Dialect::S3).code, "RequestTimeTooSkewed");
}

#[test]
fn refusals() {
    let now = botocore_now();
    let good = signed("s3", "/b/k", now);
    let with = |name: &'static str, value: &str| {
        let mut message = good.clone();
        message.headers.insert(name, value.parse().unwrap());
        message.check(now).unwrap_err()
    };
    let authorization = good.headers["authorization"].to_str().unwrap();
    for (name, value, code, status) in [
        ("x-amz-meta-late", "1", "AccessDenied", 403),
        ("x-amz-content-sha256", "nonsense", "InvalidArgument", 400),
        ("x-amz-content-sha256", EMPTY_SHA256, "SignatureDoesNotMatch", 403),
        ("x-amz-date", "yesterday", "AuthorizationHeaderMalformed", 400),
        ("x-amz-date", "20261122T050001Z", "SignatureDoesNotMatch", 403),
        ("host", "other", "SignatureDoesNotMatch", 403),
        ("authorization", "AWS AKID:c2ln", "InvalidRequest", 400),
        ("authorization", "AWS4-ECDSA-P256-SHA256 Credential=a", "InvalidRequest", 400),
        ("authorization", "Basic dTpw", "InvalidRequest", 400),
        ("authorization", "AWS4-HMAC-SHA256 Credential=a", "AuthorizationHeaderMalformed", 400),
        ("authorization", &authorization.replace("host;", ""), "AccessDenied", 403),
        ("authorization", &authorization.replace("host;", "host;host;"), "AuthorizationHeaderMalformed", 400),
        ("authorization", &authorization.replace("20261122/", "20261121/"), "AuthorizationHeaderMalformed", 400),
        ("authorization", &authorization[..authorization.len() - 1], "SignatureDoesNotMatch", 403),
        ("authorization", &format!("{authorization}0"), "SignatureDoesNotMatch", 403),
        ("authorization", &authorization.replace("aws4_request", "aws4_requesu"), "AuthorizationHeaderMalformed", 400),
        ("authorization", &format!("{authorization}, Signature=00"), "AuthorizationHeaderMalformed", 400),
    ] {
        let answer = with(name, value).answer(Dialect::S3);
        assert_eq!((answer.code, answer.status), (code, status), "{name}: {value}: {}", answer.message);
    }
    let mut two = good.clone();
    two.headers.append("x-amz-date", "20261122T050000Z".parse().unwrap());
    assert!(matches!(two.check(now), Err(SignatureError::Malformed(_))));
    let mut both = good.clone();
    both.target = "/b/k?X-Amz-Signature=0".into();
    assert_eq!(both.check(now).unwrap_err(), SignatureError::TwoMechanisms);
    let mut no_hash = good.clone();
    no_hash.headers.remove("x-amz-content-sha256");
    assert_eq!(no_hash.check(now).unwrap_err(), SignatureError::MissingContentHash);
    let other_body = Message { body: b"y".to_vec(), ..good.clone() };
    assert_eq!(other_body.check(now).unwrap_err(), SignatureError::ContentMismatch);
    let other_body = Message { body: b"y".to_vec(), ..signed("sts", "/", now) };
    assert_eq!(other_body.check(now).unwrap_err().answer(Dialect::Json).code, "InvalidSignatureException");
    let anonymous = Message { headers: header_map(&[("host".into(), "h".into())]), ..good };
    assert!(parse_authorization(anonymous.parts()).unwrap().is_none());
    let v2 = Message { target: "/b/k?AWSAccessKeyId=a&Signature=b&Expires=1".into(), ..anonymous };
    assert_eq!(v2.check(now).unwrap_err(), SignatureError::Unsupported);
}

#[test]
fn presigned_refusals() {
    let now = botocore_now();
    let credentials =
        Credentials { access_key_id: "AKIDEXAMPLE".into(), secret_access_key: Secret::new(SECRET.into()), session_token: None };
    let target = |seconds| presign("GET", "/b/k", "h", &credentials, ("s3", "us-east-1"), now, Duration::from_secs(seconds)).unwrap();
    let check = |target: String, extra: &[(&str, &str)]| {
        let mut pairs = vec![("host".to_owned(), "h".to_owned())];
        pairs.extend(extra.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        Message { method: "GET".into(), target, headers: header_map(&pairs), body: vec![] }.check(now).map(drop)
    };
    assert_eq!(check(target(604_800), &[]), Ok(()));
    assert!(matches!(check(target(604_801), &[]), Err(SignatureError::MalformedQuery(_))));
    assert!(matches!(check(target(9).replace("Expires=9", "Expires=-9"), &[]), Err(SignatureError::MalformedQuery(_))));
    assert!(matches!(check(target(9).replace("X-Amz-Expires=9&", ""), &[]), Err(SignatureError::MalformedQuery(_))));
    assert!(matches!(check(target(9) + "&X-Amz-Date=20261122T050000Z", &[]), Err(SignatureError::MalformedQuery(_))));
    assert_eq!(check(target(9) + "&versionId=2", &[]), Err(SignatureError::Mismatch));
    // A signature of another length is a wrong one: 403, as on AWS.
    let cut = target(9);
    for wrong in
        [cut[..cut.len() - 1].to_owned(), cut.clone() + "0", cut[..cut.len() - 64].to_owned(), cut.replace("Signature=", "Signature=x")]
    {
        assert_eq!(check(wrong, &[]).unwrap_err().answer(Dialect::S3).status, 403);
    }
    assert_eq!(check(target(9), &[("x-amz-acl", "public-read")]), Err(SignatureError::NotSigned(vec!["x-amz-acl".into()])));
}

#[test]
fn cached_keys_verify_as_fresh_ones() {
    let now = botocore_now();
    let cache = KeyCache::new(8);
    let message = signed("s3", "/b/k", now);
    let authorization = parse_authorization(message.parts()).unwrap().unwrap();
    let right = Secret::new(SECRET.to_owned());
    for _ in 0..2 {
        let key = cache.key(&authorization, &right);
        assert!(verify_with_key(&authorization, message.parts(), &key, now, None).is_ok());
    }
    assert_eq!(cache.len(), 1);
    let wrong = cache.key(&authorization, &Secret::new("another".to_owned()));
    assert_eq!(verify_with_key(&authorization, message.parts(), &wrong, now, None).map(drop), Err(SignatureError::Mismatch));
    for i in 0..100 {
        let other = Authorization { access_key_id: format!("AKID{i}"), ..authorization.clone() };
        cache.key(&other, &right);
        assert!(cache.len() <= 8);
    }
    assert!(!format!("{cache:?} {:?}", SigningKey::derive(&right, "d", "r", "s")).contains(SECRET));
}

#[test]
fn damage_never_panics() {
    let messages = botocore();
    let targets: Vec<&[u8]> = messages.iter().map(|m| m.target.as_bytes()).collect();
    mutate::each(&targets, 300, |bytes| {
        let target = String::from_utf8_lossy(bytes).into_owned();
        let changed = Message { target, ..messages[0].clone() };
        drop(changed.check(botocore_now()));
        let mut bare = changed;
        bare.headers.remove("authorization");
        drop(bare.check(botocore_now()));
    });
    let values: Vec<&[u8]> = messages.iter().filter_map(|m| m.headers.get("authorization")).map(HeaderValue::as_bytes).collect();
    mutate::each(&values, 300, |bytes| {
        let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
        let mut changed = messages[0].clone();
        changed.headers.insert("authorization", value);
        drop(changed.check(botocore_now()));
    });
}
