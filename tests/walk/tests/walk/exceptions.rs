//! What does not hold, with the reason: a file that may only shrink.

use std::{collections::BTreeMap, path::PathBuf};

/// Something that does not hold.
pub struct Finding {
    pub label: String,
    pub kind: &'static str,
    pub what: String,
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/walk/exceptions.txt")
}

/// Lines of `operation | kind of caller | reason`.
fn read() -> BTreeMap<(String, String), String> {
    let text = std::fs::read_to_string(path()).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parsed = lines.map(|line| {
        let parts: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let [operation, kind, reason] = parts[..] else { panic!("exceptions.txt: not `operation | kind | reason`: {line}") };
        ((operation.to_owned(), kind.to_owned()), reason.to_owned())
    });
    let list: Vec<_> = parsed.collect();
    let count = list.len();
    let map: BTreeMap<_, _> = list.into_iter().collect();
    assert_eq!(map.len(), count, "exceptions.txt names an exception twice");
    map
}

/// All that does not hold is listed, and nothing else is.
pub fn check(findings: impl Iterator<Item = Finding>) {
    let mut unneeded = read();
    let listed = unneeded.clone();
    let mut wrong = Vec::new();
    for Finding { label, kind, what } in findings {
        let key = (label, kind.to_owned());
        unneeded.remove(&key);
        if !listed.contains_key(&key) {
            wrong.push(format!("{} | {kind} | {what}", key.0));
        }
    }
    let unneeded: Vec<String> = unneeded.keys().map(|(operation, kind)| format!("{operation} | {kind}")).collect();
    println!("{} exceptions, see {}", listed.len(), path().display());
    assert!(wrong.is_empty(), "{} findings:\n{}", wrong.len(), wrong.join("\n"));
    assert!(unneeded.is_empty(), "exceptions.txt lists what holds now; take it off:\n{}", unneeded.join("\n"));
}

/// Why it does not hold for this operation and kind of caller, where that is listed.
pub fn reason(label: &str, kind: &str) -> Option<String> {
    read().remove(&(label.to_owned(), kind.to_owned()))
}
