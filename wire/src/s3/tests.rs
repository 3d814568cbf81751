use super::*;
use crate::{
    lenient, mutate,
    rest::{BodyKind, RestBody},
};
use base::Timestamp;
use http::{HeaderName, HeaderValue};
use serde_json::json;
use std::collections::BTreeSet;

const REQUESTS: &str = include_str!("../../testdata/s3/requests.json");
const NO_SUFFIXES: &[&str] = &[];
const ANSWERS: &str = include_str!("../../testdata/s3/answers.json");
const SETTINGS_REQUESTS: &str = include_str!("../../testdata/s3/settings-requests.json");
const SETTINGS_ANSWERS: &str = include_str!("../../testdata/s3/settings-answers.json");

fn cases(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs.iter().map(|(n, v)| (HeaderName::from_bytes(n.as_bytes()).unwrap(), HeaderValue::from_bytes(v.as_bytes()).unwrap())).collect()
}

fn recorded_headers(case: &Value) -> HeaderMap {
    let pairs: Vec<(&str, &str)> =
        case["headers"].as_array().unwrap().iter().map(|p| (p[0].as_str().unwrap(), p[1].as_str().unwrap())).collect();
    headers(&pairs)
}

fn decoded(case: &Value) -> RestRequest {
    let mut request =
        decode(case["method"].as_str().unwrap(), case["target"].as_str().unwrap(), &recorded_headers(case), &["s3.test"]).unwrap();
    finish_body(&mut request, case["body"].as_str().unwrap().as_bytes()).unwrap();
    request
}

/// Whether `found`, whose leaves are text, says what `given` does.
fn same(given: &Value, found: &Value) -> bool {
    match (given, found) {
        (Value::Object(given), Value::Object(found)) => given.iter().all(|(name, value)| found.get(name).is_some_and(|f| same(value, f))),
        (Value::Array(given), Value::Array(found)) => given.len() == found.len() && given.iter().zip(found).all(|(g, f)| same(g, f)),
        (given, Value::String(found)) => {
            let text = xml::scalar(given).unwrap_or_default();
            let moment = Timestamp::parse_iso(&text);
            text == *found || (moment.is_some() && moment == Timestamp::parse_iso(found))
        }
        _ => false,
    }
}

/// The copy source is given to botocore in parts.
fn expected(name: &str, value: &Value) -> Value {
    match (name, value.as_object()) {
        ("CopySource", Some(_)) => json!("other/k%2B%20%C3%A4?versionId=v1"),
        _ => value.clone(),
    }
}

#[test]
fn requests_of_botocore() {
    let mut seen = BTreeSet::new();
    for case in cases(REQUESTS).into_iter().chain(cases(SETTINGS_REQUESTS)) {
        let request = decoded(&case);
        assert_eq!(request.operation, case["operation"], "{} {}", case["method"], case["target"]);
        for (name, value) in case["params"].as_object().unwrap() {
            let found = &request.input[name];
            assert!(same(&expected(name, value), found), "{} {name}: {value} came as {found}", request.operation);
        }
        seen.insert(request.operation);
    }
    let all: BTreeSet<&str> = API.operations().collect();
    assert_eq!(seen, all, "operations without a recorded request");
}

/// The answers in the file were read by botocore; ours must be the same to the letter.
#[test]
fn answers_that_botocore_reads() {
    let mut seen = BTreeSet::new();
    for case in cases(ANSWERS).into_iter().chain(cases(SETTINGS_ANSWERS)) {
        let operation = case["operation"].as_str().unwrap();
        let response = encode(operation, &case["output"]).unwrap();
        let body = match &response.body {
            RestBody::Bytes(bytes) => String::from_utf8(bytes.clone()).unwrap(),
            RestBody::Stream => String::new(),
        };
        assert_eq!(json!(response.status), case["status"], "{operation}");
        assert_eq!(json!(body), case["body"], "{operation}");
        assert_eq!(response.headers, recorded_headers(&case), "{operation}");
        seen.insert(operation.to_owned());
    }
    let all: BTreeSet<String> = API.operations().map(str::to_owned).collect();
    assert_eq!(seen, all, "operations without a recorded answer");
}

#[test]
fn addresses() {
    for (host, target, suffixes, bucket, key) in [
        ("127.0.0.1:4566", "/b/k", &["s3.test"][..], Some("b"), Some("k")),
        ("s3.test:4566", "/b/k", &["s3.test"], Some("b"), Some("k")),
        ("B.s3.test:4566", "/b/k", &["s3.test"], Some("b"), Some("b/k")),
        ("my.bucket.s3.test", "/", &["s3.test"], Some("my.bucket"), None),
        ("evils3.test", "/b", &["s3.test"], Some("b"), None),
        ("x.s3.eu-west-1.amazonaws.com", "/k", &["localhost"], Some("x"), Some("k")),
        ("x.y.s3.amazonaws.com:443", "/k", &["localhost"], Some("x.y"), Some("k")),
        ("s3-x.s3-eu-west-1.amazonaws.com", "/k", &["localhost"], Some("s3-x"), Some("k")),
        ("x.s3.dualstack.eu-west-1.amazonaws.com", "/k", &["localhost"], Some("x"), Some("k")),
        ("s3.eu-west-1.amazonaws.com", "/b/k", &["localhost"], Some("b"), Some("k")),
        ("s3.amazonaws.com", "/b/k", &["localhost"], Some("b"), Some("k")),
        ("x.localhost", "/k", &["s3.test", "localhost"], Some("x"), Some("k")),
        ("s3.localhost", "/b/k", &["s3.localhost", "localhost"], Some("b"), Some("k")),
        ("[::1]:4566", "/b/k", &["s3.test"], Some("b"), Some("k")),
        ("h", "/b/", &[], Some("b"), None),
        ("h", "/b//k", &[], Some("b"), Some("/k")),
        ("h", "/b/../k/./", &[], Some("b"), Some("../k/./")),
        ("h", "/b/a+b%2Bc%20%25", &[], Some("b"), Some("a+b+c %")),
    ] {
        let request = decode("GET", target, &headers(&[("host", host)]), suffixes).unwrap();
        assert_eq!((request.input["Bucket"].as_str(), request.input["Key"].as_str()), (bucket, key), "{host}{target}");
    }
}

#[test]
fn refusals() {
    let long = format!("/b/{}", "ä".repeat(513));
    for (method, target, code) in [
        ("GET", "//k", "InvalidURI"),
        ("GET", "b/k", "InvalidURI"),
        ("GET", "/b/%ff", "InvalidURI"),
        ("GET", "/b/%2", "InvalidURI"),
        ("GET", "/b?prefix=%ff", "InvalidURI"),
        ("GET", &long, "KeyTooLongError"),
    ] {
        let error = decode(method, target, &HeaderMap::new(), NO_SUFFIXES).unwrap_err();
        assert_eq!((error.code(), error.status()), (code, 400), "{target}");
    }
    for (method, target, operation) in [
        ("PUT", "/b?cors", "PutBucketCors"),
        ("POST", "/b/k?legal-hold", "PostObjectLegalHold"),
        ("GET", "/b?list-type=3", "GetBucketListType"),
        ("POST", "/b/k?select&select-type=2", "PostObjectSelect"),
        ("PUT", "/b/k?acl&tagging", "PutObjectAclTagging"),
        ("GET", "/b?policy&acl", "GetBucketAclPolicy"),
        ("PUT", "/b/k?uploadId=u", "PutObjectUploadId"),
        ("POST", "/b", "PostBucket"),
        ("PATCH", "/", "PatchService"),
        ("DELETE", "/", "DeleteService"),
    ] {
        let error = decode(method, target, &HeaderMap::new(), NO_SUFFIXES).unwrap_err();
        assert_eq!(error, RestError::NotImplemented { operation: operation.to_owned() });
        assert_eq!((error.code(), error.status()), ("NotImplemented", 501));
    }
    let account = headers(&[("x-amz-account-id", "111122223333")]);
    let error = decode("PUT", "/v20180820/configuration/publicAccessBlock", &account, NO_SUFFIXES).unwrap_err();
    assert_eq!(error, RestError::NotImplemented { operation: "PutPublicAccessBlock of s3control".to_owned() });
    assert!(decode("PUT", "/v20180820/configuration/publicAccessBlock", &HeaderMap::new(), NO_SUFFIXES).is_ok(), "a bucket's name");
    let copy = headers(&[("x-amz-copy-source", "b/k")]);
    assert!(decode("GET", "/b/k", &copy, NO_SUFFIXES).is_err(), "a copy source makes no read");
    let mut twice = headers(&[("range", "bytes=0-1")]);
    twice.append("range", HeaderValue::from_static("bytes=2-3"));
    assert_eq!(decode("GET", "/b/k", &twice, NO_SUFFIXES).unwrap_err().code(), "InvalidArgument");
}

#[test]
fn bodies() {
    let finish = |method, target, body: &[u8]| {
        let mut request = decode(method, target, &HeaderMap::new(), NO_SUFFIXES).unwrap();
        finish_body(&mut request, body).map(|()| request)
    };
    assert_eq!(finish("PUT", "/b", b"").unwrap().input, json!({"Bucket": "b"}));
    for (body, code) in [
        (&b""[..], "MissingRequestBodyError"),
        (b"<Other/>", "MalformedXML"),
        (b"<Tagging>", "MalformedXML"),
        (b"<!DOCTYPE x []><Tagging/>", "MalformedXML"),
        (b"<Tagging><TagSet><Key/></TagSet></Tagging>", "MalformedXML"),
    ] {
        assert_eq!(finish("PUT", "/b?tagging", body).unwrap_err().code(), code, "{}", String::from_utf8_lossy(body));
    }
    assert_eq!(finish("PUT", "/b?policy", b"\xff").unwrap_err().code(), "InvalidRequest");
    assert_eq!(finish("PUT", "/b/k", b"x").unwrap().body, BodyKind::Stream);
    assert_eq!(finish("GET", "/b/k", b"x").unwrap().body, BodyKind::None);
}

#[test]
fn chunks_are_not_of_the_object() {
    let sent = [("content-length", "120"), ("x-amz-decoded-content-length", "5")];
    for (encoding, expected) in
        [("aws-chunked", None), ("gzip,aws-chunked", Some("gzip")), ("AWS-Chunked, gzip, br", Some("gzip,br")), ("gzip", Some("gzip"))]
    {
        let mut sent = headers(&sent);
        sent.insert("content-encoding", HeaderValue::from_static(encoding));
        let input = decode("PUT", "/b/k", &sent, NO_SUFFIXES).unwrap().input;
        assert_eq!((input["ContentLength"].as_str(), input["ContentEncoding"].as_str()), (Some("5"), expected), "{encoding}");
    }
}

#[test]
fn presigned_headers_in_the_query() {
    let request = decode("PUT", "/b/k?x-amz-acl=private&X-Amz-Signature=0", &HeaderMap::new(), NO_SUFFIXES).unwrap();
    assert_eq!(request.input["ACL"], "private");
    let request = decode("PUT", "/b/k?x-amz-acl=private", &HeaderMap::new(), NO_SUFFIXES).unwrap();
    assert_eq!(request.input.get("ACL"), None);
}

#[test]
fn inputs_become_typed() {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Delete {
        objects: Vec<serde_json::Map<String, Value>>,
        quiet: bool,
    }
    let case = cases(REQUESTS).into_iter().find(|c| c["operation"] == "DeleteObjects").unwrap();
    let delete: Delete = lenient::from_value(decoded(&case).input["Delete"].clone()).unwrap();
    assert!(delete.quiet);
    assert_eq!(delete.objects[0]["Key"], "only\none & <more>");
}

#[test]
fn keys_that_xml_cannot_hold() {
    let output = json!({"EncodingType": "url", "Prefix": "a b/", "Delimiter": "/", "Contents": [{"Key": "a b/\u{1}+ä%"}], "Name": "a+b"});
    let RestBody::Bytes(body) = encode("ListObjectsV2", &output).unwrap().body else { panic!("a list is not a stream") };
    let read = xml::read(&body, "ListBucketResult", Names::default()).unwrap();
    assert_eq!(read["Contents"]["Key"], "a%20b/%01%2B%C3%A4%25");
    assert_eq!((&read["Prefix"], &read["Delimiter"], &read["Name"]), (&json!("a%20b/"), &json!("/"), &json!("a+b")));
}

#[test]
fn faults_of_ours() {
    assert!(encode("NoSuchThing", &json!({})).is_err());
    assert!(encode("PutObject", &json!({"ETag": "a\r\nx: y"})).is_err());
    assert!(encode("PutObject", &json!({"ETag": ["a"]})).is_err());
    assert!(encode("HeadObject", &json!({"Metadata": {"a b": "c"}})).is_err());
    assert!(encode("HeadObject", &json!({"LastModified": "today"})).is_err());
}

#[test]
fn errors() {
    let body = error("NoSuchKey", "The specified key does not exist.", "/b/<k>", "id", &[("Key", "<k>")]);
    assert_eq!(
        String::from_utf8(body).unwrap(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>\
         <Key>&lt;k&gt;</Key><Resource>/b/&lt;k&gt;</Resource><RequestId>id</RequestId></Error>"
    );
}

#[test]
fn copy_sources() {
    let some = |bucket: &str, key: &str, version: Option<&str>| Some((bucket.to_owned(), key.to_owned(), version.map(str::to_owned)));
    for (text, expected) in [
        ("b/k", some("b", "k", None)),
        ("/b/a%2Fb%20c+d?versionId=v%3D", some("b", "a/b c+d", Some("v="))),
        ("b%2Fk", some("b", "k", None)),
        ("b", None),
        ("b/", None),
        ("/", None),
        ("b/%zz", None),
    ] {
        assert_eq!(copy_source(text), expected, "{text}");
    }
}

#[test]
fn damage_never_panics() {
    let recorded: Vec<Value> = cases(REQUESTS).into_iter().chain(cases(SETTINGS_REQUESTS)).collect();
    let targets: Vec<&[u8]> = recorded.iter().map(|c| c["target"].as_str().unwrap().as_bytes()).collect();
    mutate::each(&targets, 100, |bytes| {
        let target = String::from_utf8_lossy(bytes);
        for method in ["GET", "PUT", "POST", "DELETE"] {
            drop(decode(method, &target, &HeaderMap::new(), &["s3.test"]));
        }
    });
    for case in recorded.iter().filter(|c| !c["body"].as_str().unwrap().is_empty()) {
        let request = decoded(case);
        mutate::each(&[case["body"].as_str().unwrap().as_bytes()], 500, |bytes| {
            drop(finish_body(&mut request.clone(), bytes));
        });
    }
}
