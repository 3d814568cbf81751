//! JSON bodies and their typed reading: limits hold, what was read is read again from its print, and what serde reads
//! strictly, the lenient reading reads too and alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

const LIMIT: usize = 4096;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    text: Option<String>,
    number: Option<i64>,
    small: Option<u8>,
    flag: Option<bool>,
    #[serde(default)]
    list: Vec<Item>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    kind: Option<Kind>,
    inner: Option<Box<Input>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    key: String,
    value: Option<f64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Some,
    Other,
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(value) = wire::json::read_body(data, LIMIT) else { return };
    assert!(data.len() <= LIMIT, "the limit on size");
    assert!(value.is_object(), "a body is an object");
    assert!(depth(&value) <= 128, "the limit on depth");
    let printed = wire::json::response(&value);
    assert_eq!(wire::json::read_body(&printed, printed.len()).as_ref(), Ok(&value), "the print reads as the value");
    let lenient = wire::lenient::from_value::<Input>(value.clone());
    if let Ok(strict) = serde_json::from_value::<Input>(value) {
        assert_eq!(lenient.as_ref(), Ok(&strict), "what is strictly right is read alike");
    }
    match lenient {
        Ok(input) => {
            let again = serde_json::to_value(&input).expect("an input prints");
            assert_eq!(wire::lenient::from_value::<Input>(again), Ok(input), "an input reads as itself");
        }
        Err(error) => assert!(!error.message.is_empty() && error.to_string().len() < 4096, "an error says why, in short"),
    }
});
