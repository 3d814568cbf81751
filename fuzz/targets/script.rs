//! Scripts and programs: one reading, within its bounds, of which every word comes from what was read; and nothing is certain that
//! may not be reached.
#![no_main]

use libfuzzer_sys::fuzz_target;
use script::{Code, Invocation, Language, Line, MAX_STEPS, Piece, Place, Reading, Source, Word, calls, of_code, read};
use serde_json::Value;
use std::collections::BTreeMap;

fn source(command: &str, files: &[(&str, &str)]) -> Source {
    Source {
        lines: vec![Line { text: command.into(), line: 1 }],
        variables: BTreeMap::from([("KNOWN".into(), Word::known("known"))]),
        files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(),
        account: Some("111111111111".into()),
        region: Some("eu-west-1".into()),
    }
}

/// The characters that the reader itself may put into words: accounts, regions, paths, ends of lines, the variable above.
const OWN: &str = " \n\t/.-_:0123456789knowneu-west-1";

fn known(word: &Word) -> impl Iterator<Item = &str> {
    word.0.iter().filter_map(|piece| if let Piece::Known(text) = piece { Some(text.as_str()) } else { None })
}

fn stands_in(place: &Place, text: &str) {
    let lines = text.split('\n').count() + 1;
    assert!(place.line >= 1 && place.line as usize <= lines && place.column >= 1, "a place in the text: {place:?}");
}

fn nothing_is_invented(text: &str, reading: &Reading) {
    assert!(reading.invocations.len() <= MAX_STEPS && reading.unread.len() <= MAX_STEPS, "bounded");
    let plain = !text.contains(['$', '`', '\'', '"', '\\', '{', '<', '|']) && !text.contains("xargs");
    for Invocation { words, place, .. } in &reading.invocations {
        stands_in(place, text);
        for part in words.iter().flat_map(known) {
            if plain {
                let from = text.split('\n').nth(place.line as usize - 1).unwrap_or_default();
                assert!(from.contains(part), "{part:?} stands in its line {from:?}");
            } else {
                let strange = part.chars().find(|c| !text.contains(*c) && !OWN.contains(*c));
                assert_eq!(strange, None, "{part:?} comes from the text");
            }
        }
    }
    reading.unread.iter().for_each(|unread| stands_in(&unread.place, text));
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => vec![],
    }
}

fn program(text: &str, language: Language) {
    let code = Code { language, text: text.into(), file: None, line: 1, environment: BTreeMap::new() };
    let found = of_code(&code);
    assert_eq!(of_code(&code), found, "one reading");
    for call in &found.calls {
        stands_in(&call.place, text);
        assert!(!call.certain, "which way a program goes is not known");
        assert!(texts(&call.input).into_iter().all(|one| text.contains(one)), "{:?} stands in the text", call.input);
    }
    found.unread.iter().for_each(|unread| stands_in(&unread.place, text));
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let own = source(text, &[]);
    let reading = read(&own);
    assert_eq!(read(&own), reading, "one reading");
    nothing_is_invented(text, &reading);
    let found = calls(&reading, &|_| None);
    assert_eq!(calls(&reading, &|_| None), found);
    for call in &found.calls {
        assert!(!call.service.is_empty() && !call.operation.is_empty());
    }
    // A file that may not be reached.
    let perhaps = read(&source("if [ \"$NOT_KNOWN\" = 1 ]; then . ./perhaps.sh; fi", &[("perhaps.sh", text)]));
    assert!(perhaps.invocations.iter().skip(1).all(|one| !one.certain), "what may not be reached is not certain");
    assert!(perhaps.produced.values().all(Option::is_none), "what may not be written is not known");
    // Behind what ends well.
    let behind = read(&source("exit 0\n. ./behind.sh", &[("behind.sh", text)]));
    assert!(behind.invocations.iter().all(|one| !one.certain), "nothing is certain behind the end");
    program(text, Language::Python);
    program(text, Language::JavaScript);
});
