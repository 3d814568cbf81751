//! A marker in every string and body of every example, in a world on disk: what is brought lies nowhere in the clear.

use crate::{
    cases::{Case, services},
    kinds::everything,
    prepared::{ACCOUNT, Prepared},
    secrets::places,
};
use base::{Entropy, SystemEntropy};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use testworld::World;

/// Lower case letters and digits, so that it can be most names; and its length makes it base64 too, of other bytes.
fn marker() -> String {
    let mut random = [0; 12];
    SystemEntropy.fill(&mut random);
    format!("mark{}", random.map(|byte| format!("{byte:02x}")).concat())
}

/// What each form of a marker cannot do without: its middle, so that neighbours do not matter.
fn forms(marker: &str) -> Vec<(&'static str, Vec<u8>)> {
    let raw = marker.as_bytes();
    let middle = |bytes: Vec<u8>, cut: usize| bytes[cut..bytes.len() - cut].to_vec();
    let hex: String = raw.iter().map(|b| format!("{b:02x}")).collect();
    let mut forms = vec![
        ("text", middle(raw.to_vec(), 6)),
        ("UTF-16LE", middle(marker.encode_utf16().flat_map(u16::to_le_bytes).collect(), 12)),
        ("UTF-16BE", middle(marker.encode_utf16().flat_map(u16::to_be_bytes).collect(), 12)),
        ("HEX", middle(hex.to_uppercase().into_bytes(), 12)),
        ("hex", middle(hex.into_bytes(), 12)),
        ("JSON", middle(marker.chars().flat_map(|c| format!("\\u{:04x}", c as u32).into_bytes()).collect(), 36)),
        ("what it is as base64", middle(from_base64(raw), 4)),
    ];
    for shift in 0..3 {
        forms.push(("base64", middle(to_base64(&[&vec![0; shift], raw].concat()), 8)));
    }
    forms
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn to_base64(bytes: &[u8]) -> Vec<u8> {
    let groups = bytes.chunks_exact(3).map(|three| three.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)));
    groups.flat_map(|sum| [18, 12, 6, 0].map(|shift| DIGITS[sum >> shift & 63])).collect()
}

fn from_base64(text: &[u8]) -> Vec<u8> {
    let digit = |c: &u8| DIGITS.iter().position(|d| d == c).unwrap_or_default();
    let groups = text.chunks_exact(4).map(|four| four.iter().fold(0, |sum, c| sum << 6 | digit(c)));
    groups.flat_map(|sum| [16, 8, 0].map(|shift| (sum >> shift) as u8)).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn contains(content: &[u8], wanted: &[u8]) -> bool {
    let mut rest = content;
    while let Some(at) = rest.iter().position(|byte| *byte == wanted[0]) {
        if rest[at..].starts_with(wanted) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// Where the marker lies under the folder, in whatever form.
fn found(folder: &Path, marker: &str) -> Vec<String> {
    let mut all = Vec::new();
    files(folder, &mut all);
    let mut places = Vec::new();
    for path in all {
        // Logs are mostly zeros, and no form has one as its first byte.
        let content = std::fs::read(&path).unwrap();
        let content: Vec<u8> = content.chunks(4096).filter(|block| block.iter().any(|byte| *byte != 0)).collect::<Vec<_>>().concat();
        let seen = forms(marker).into_iter().filter(|(_, wanted)| contains(&content, wanted));
        places.extend(seen.map(|(form, _)| format!("{form} in {}", path.display())));
    }
    places
}

fn replaced(input: &Value, place: &str, with: &str) -> Value {
    let mut changed = input.clone();
    if let Some(member) = changed.pointer_mut(place) {
        *member = json!(with);
    }
    changed
}

/// The case's call with the marker in each place in turn. How many of the calls were done, and where the marker was found.
pub fn walk(case: &Case) -> (usize, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let store = store::Store::open(&folder.path().join("data"), &store::RootKey::new([7; 32])).unwrap();
    let blobs = store::Blobs::open(&folder.path().join("blobs")).unwrap();
    let world = World::over(store, blobs, services(), &[ACCOUNT]);
    let Ok(prepared) = Prepared::in_world(case, true, world) else { return (0, Vec::new()) };
    prepared.allow(&[everything()]);
    let marker = marker();
    let caller = prepared.walker.credentials.as_ref();
    let mut done = 0;
    let mut call = |input: Value, body: Option<Vec<u8>>| {
        let request = prepared.world.request(caller, &prepared.operation, input, body);
        done += usize::from(prepared.world.gate.call_blocking(&request).is_ok());
    };
    let mut all = Vec::new();
    places(&prepared.input, "", &mut all);
    for place in &all {
        let before = prepared.input.pointer(place).and_then(Value::as_str).unwrap_or_default();
        for text in [marker.clone(), format!("{before}{marker}")] {
            call(replaced(&prepared.input, place, &text), prepared.body.clone());
        }
    }
    if prepared.body.is_some() {
        // Once in a row, and once as a file.
        for times in [3, 8_000] {
            call(prepared.input.clone(), Some(format!("{marker} and what packs well; ").repeat(times).into_bytes()));
        }
    }
    // What `kill -9` would leave, and what a stop does.
    let mut lies = found(folder.path(), &marker);
    prepared.world.gate.close();
    lies.extend(found(folder.path(), &marker));
    (done, lies.into_iter().map(|place| format!("{}: {place}", case.label())).collect())
}

#[test]
fn a_marker_is_found_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let marker = marker();
    let utf16: Vec<u8> = format!("x{marker}y").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let shown: [Vec<u8>; 5] = [
        format!("before {marker} behind").into_bytes(),
        utf16,
        to_base64(format!("{{\"{marker}\": 1}}   ").as_bytes()),
        from_base64(marker.as_bytes()),
        format!("{:02x?}", marker.as_bytes()).replace(", ", "").into_bytes(),
    ];
    for (n, content) in shown.iter().enumerate() {
        let path = folder.path().join("file");
        std::fs::write(&path, [&vec![0; 10_000][..], content].concat()).unwrap();
        assert!(!found(folder.path(), &marker).is_empty(), "{n}");
    }
    std::fs::write(folder.path().join("file"), b"nothing").unwrap();
    assert_eq!(found(folder.path(), &marker), [""; 0]);
}
