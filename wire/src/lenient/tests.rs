use super::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Deserialize, Debug, PartialEq, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Input {
    name: Option<String>,
    count: Option<u32>,
    offset: i64,
    ratio: Option<f64>,
    flag: bool,
    tags: Vec<Tag>,
    names: Vec<String>,
    map: BTreeMap<String, String>,
    by_number: BTreeMap<u32, bool>,
    mode: Option<Mode>,
    nested: Option<Box<Input>>,
    any: Value,
}

#[derive(Deserialize, Debug, PartialEq, Default)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: Option<String>,
}

#[derive(Deserialize, Debug, PartialEq)]
enum Mode {
    Off,
    On,
    Level(u8),
}

fn read(value: Value) -> Result<Input, DecodeError> {
    from_value(value)
}

#[test]
fn spellings() {
    let tag = |key: &str| Tag { key: key.into(), value: None };
    for (value, expected) in [
        (json!({}), Input::default()),
        (json!({"Unknown": {"x": [1]}, "Name": null}), Input::default()),
        (json!({"Count": "5", "Offset": "-3", "Ratio": "1.5"}), Input { count: Some(5), offset: -3, ratio: Some(1.5), ..Input::default() }),
        (json!({"Count": 5.0, "Offset": 7, "Ratio": 2}), Input { count: Some(5), offset: 7, ratio: Some(2.0), ..Input::default() }),
        (json!({"Flag": "true"}), Input { flag: true, ..Input::default() }),
        (json!({"Flag": "False"}), Input::default()),
        (json!({"Name": 12}), Input { name: Some("12".into()), ..Input::default() }),
        (json!({"Name": true}), Input { name: Some("true".into()), ..Input::default() }),
        (json!({"Name": ""}), Input { name: Some(String::new()), ..Input::default() }),
        (json!({"Tags": "", "Names": "", "Map": "", "Nested": ""}), Input { nested: Some(Box::default()), ..Input::default() }),
        (
            json!({"Tags": {"member": [{"Key": "a"}]}, "Names": [1, "b"]}),
            Input { tags: vec![tag("a")], names: vec!["1".into(), "b".into()], ..Input::default() },
        ),
        (
            json!({"Map": {"a": 1}, "ByNumber": {"7": "true"}}),
            Input { map: [("a".into(), "1".into())].into(), by_number: [(7, true)].into(), ..Input::default() },
        ),
        (json!({"Mode": "On"}), Input { mode: Some(Mode::On), ..Input::default() }),
        (json!({"Mode": {"Level": "3"}}), Input { mode: Some(Mode::Level(3)), ..Input::default() }),
        (json!({"Any": {"a": [1, "x", null]}}), Input { any: json!({"a": [1, "x", null]}), ..Input::default() }),
    ] {
        assert_eq!(read(value.clone()), Ok(expected), "{value}");
    }
}

#[test]
fn refusals() {
    for (value, path, missing) in [
        (json!({"Count": "five"}), "Count", false),
        (json!({"Count": -1}), "Count", false),
        (json!({"Count": "4294967296"}), "Count", false),
        (json!({"Count": ""}), "Count", false),
        (json!({"Offset": 1.5}), "Offset", false),
        (json!({"Offset": "99999999999999999999999999"}), "Offset", false),
        (json!({"Ratio": "NaN"}), "Ratio", false),
        (json!({"Flag": "yes"}), "Flag", false),
        (json!({"Flag": 1}), "Flag", false),
        (json!({"Name": ["a"]}), "Name", false),
        (json!({"Names": "marker"}), "Names", false),
        (json!({"Names": {"member": "a"}}), "Names", false),
        (json!({"Names": {"a": ["b"]}}), "Names", false),
        (json!({"Names": ["a", ["marker"]]}), "Names[1]", false),
        (json!({"Tags": [{"Key": "a"}, {"Value": "marker"}]}), "Tags[1].Key", true),
        (json!({"Tags": [{"Key": "a"}, {"Key": {}}]}), "Tags[1].Key", false),
        (json!({"Tags": [{"Key": null}]}), "Tags[0].Key", true),
        (json!({"Map": {"a": {"b": 1}}}), "Map.a", false),
        (json!({"Mode": "marker"}), "Mode", false),
        (json!({"Mode": {"Level": "marker"}}), "Mode.Level", false),
        (json!({"Mode": "Level"}), "Mode", false),
        (json!({"Nested": {"Nested": {"Tags": [5]}}}), "Nested.Nested.Tags[0]", false),
        (json!({"Nested": "marker"}), "Nested", false),
        (json!([]), "", false),
        (json!("marker"), "", false),
    ] {
        let error = read(value.clone()).unwrap_err();
        assert_eq!((error.path.as_str(), error.missing), (path, missing), "{value}: {error}");
        assert!(!error.to_string().contains("marker"), "an error shows a value: {error}");
    }
    assert_eq!(
        read(json!({"Mode": "x"})).unwrap_err().to_string(),
        "Value at 'Mode': Member must satisfy enum value set: [Off, On, Level]"
    );
}

#[test]
fn tuples_have_a_length() {
    assert_eq!(from_value::<(u8, String)>(json!(["1", 2])), Ok((1, "2".into())));
    assert!(from_value::<(u8, String)>(json!(["1"])).is_err());
    assert!(from_value::<(u8, String)>(json!(["1", 2, 3])).is_err());
}

#[test]
fn shared_types() {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Other {
        blob: base::Blob,
        secret: base::Secret<String>,
        iso: base::IsoTime,
        epoch: base::EpochTime,
    }
    let other: Other = from_value(json!({"Blob": "aGk=", "Secret": "s", "Iso": "2026-11-22T05:00:00Z", "Epoch": 1_795_323_600})).unwrap();
    assert_eq!(other.blob.0, b"hi");
    assert_eq!(other.secret.expose(), "s");
    assert_eq!(other.iso.0, other.epoch.0);
}

#[test]
fn damage_never_panics() {
    let inputs = [
        json!({"Name": "a", "Count": "5", "Tags": [{"Key": "k", "Value": 1}], "Map": {"a": "b"}, "Nested": {"Offset": -4}}).to_string(),
        json!({"Mode": {"Level": 300}, "ByNumber": {"x": 1}, "Ratio": 1e300, "Any": [[[{}]]]}).to_string(),
    ];
    crate::mutate::each(&[inputs[0].as_bytes(), inputs[1].as_bytes()], 5000, |bytes| {
        if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
            drop(from_value::<Input>(value));
        }
    });
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Inner {
    kept: Option<u32>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Outer {
    #[serde(flatten)]
    inner: Inner,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    list: Vec<Inner>,
}

/// The path of the member that is refused.
fn refused<T: serde::de::DeserializeOwned + Serialize>(value: Value) -> Option<String> {
    match from_known::<T>(&value, &["idle"]) {
        Ok(_) => None,
        Err(e) => {
            assert!(e.unknown, "{e}");
            Some(e.path)
        }
    }
}

#[test]
fn a_member_that_nobody_knows_is_named() {
    assert_eq!(refused::<Inner>(json!({"kept": 1, "odd": [], "none": null, "off": false, "idle": 1, "empty": {}, "blank": ""})), None);
    assert_eq!(refused::<Inner>(json!({"kept": 1, "odd": true})), Some("odd".into()));
    assert_eq!(refused::<Vec<Inner>>(json!([{"kept": 1}, {"odd": 1}])), Some("[1].odd".into()));
    assert_eq!(from_value::<Inner>(json!({"kept": 1, "odd": 1})), Ok(Inner { kept: Some(1) }));
}

#[test]
fn flattened_structures_hide_nothing() {
    assert_eq!(refused::<Outer>(json!({"kept": 1, "list": [{"kept": 2}]})), None);
    assert_eq!(refused::<Outer>(json!({"list": [], "odd": [], "kept": null, "idle": 1, "off": "false"})), None);
    assert_eq!(refused::<Outer>(json!({"kept": 1, "odd": 1})), Some("odd".into()));
    assert_eq!(refused::<Outer>(json!({"list": [{"kept": 1}, {"odd": "x"}]})), Some("list[1].odd".into()));
}
