//! Forms of the query protocol: limits hold, the order of parameters does not matter to what they say, and a form that is
//! written anew reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use wire::query::Form;

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::String(_) => 0,
        other => panic!("a leaf that is no text: {other}"),
    }
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(leaves).sum(),
        Value::Object(members) => members.values().map(leaves).sum(),
        _ => 1,
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(form) = Form::read(data) else { return };
    assert!(!form.operation.is_empty() && form.operation.len() <= 128);
    assert!(depth(&form.input) <= 26, "the limit on depth");
    let text = std::str::from_utf8(data).expect("a form that was read is UTF-8");
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    // `entry.N.key` is not a leaf of its own, and a list or map has its names once.
    assert!(leaves(&form.input) <= pairs.len(), "no value comes from nowhere");
    let written = |pairs: &[(String, String)]| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let own: Vec<(Vec<u8>, Vec<u8>)> = wire::encoding::query_pairs(text).collect();
    let oracle: Vec<(Vec<u8>, Vec<u8>)> = pairs.iter().map(|(n, v)| (n.clone().into_bytes(), v.clone().into_bytes())).collect();
    // The oracle replaces what is not UTF-8; a form that was read has nothing of it. A lone `+` or `%` reads alike.
    if own.iter().all(|(n, v)| std::str::from_utf8(n).is_ok() && std::str::from_utf8(v).is_ok()) && !text.contains("&&") {
        let present =
            |pairs: Vec<(Vec<u8>, Vec<u8>)>| pairs.into_iter().filter(|(n, v)| !(n.is_empty() && v.is_empty())).collect::<Vec<_>>();
        assert_eq!(present(own), present(oracle), "pairs as the web reads them");
        let again = Form::read(written(&pairs).as_bytes());
        assert_eq!(again.as_ref(), Ok(&form), "a form that is written anew reads the same");
    }
    let xml = wire::query::response(&form.operation, "urn:x", &form.input, "id");
    assert!(xml.starts_with('<') && xml.ends_with('>'));
});
