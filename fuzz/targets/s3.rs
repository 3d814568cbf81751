//! S3's requests: method, target, headers and XML body. What is decoded belongs to the table of operations; no XML makes
//! more than it has; the error document of whatever was asked is sound.
#![no_main]

use fuzz::{headers, pieces, text};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use wire::rest::BodyKind;

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members.values().map(size).sum(),
        _ => 0,
    }
}

fuzz_target!(|data: &[u8]| {
    let mut parts = pieces(data);
    let (Some(method), Some(target), Some(head)) = (parts.next(), parts.next(), parts.next()) else { return };
    let body = parts.next().unwrap_or_default();
    let (method, target) = (text(method), text(target));
    let headers = headers(head.split(|b| *b == b'\n'));
    let mut request = match wire::s3::decode(&method, &target, &headers, &["s3.localhost", "localhost"]) {
        Ok(request) => request,
        Err(error) => {
            assert!((400..=501).contains(&error.status()), "{error}");
            let xml = wire::s3::error(error.code(), &error.to_string(), &target, "id", &[]);
            assert!(std::str::from_utf8(&xml).is_ok_and(|x| x.matches("<Error>").count() == 1 && x.ends_with("</Error>")));
            return;
        }
    };
    assert!(wire::s3::API.operations().any(|name| name == request.operation), "{} is of the table", request.operation);
    let again = wire::s3::decode(&method, &target, &headers, &["s3.localhost", "localhost"]);
    assert_eq!(again.as_ref(), Ok(&request), "one reading");
    let before = size(&request.input);
    let kind = request.body;
    if wire::s3::finish_body(&mut request, body).is_ok() && matches!(kind, BodyKind::Xml(..) | BodyKind::Text(_)) {
        // An escape is longer than what it stands for, and a name is not a value.
        assert!(size(&request.input) <= before + body.len(), "a body does not grow by being read");
    }
    if let Some((bucket, key, _)) = wire::s3::copy_source(&target) {
        assert!(!bucket.is_empty() && !bucket.contains('/') && !key.is_empty());
    }
});
