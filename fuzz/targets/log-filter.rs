//! Filter patterns: what is none says why; what matches holds what its names lead to, and what does not match holds nothing; an
//! excluded word turns the answer around.
#![no_main]

use fuzz::{pieces, text};
use libfuzzer_sys::fuzz_target;
use log_filter::Pattern;

fuzz_target!(|data: &[u8]| {
    let mut pieces = pieces(data);
    let source = text(pieces.next().unwrap_or_default());
    let pattern = match Pattern::parse(&source) {
        Ok(pattern) => pattern,
        Err(error) => return assert!(error.to_string().starts_with("Invalid"), "a refusal says why"),
    };
    assert!(source.chars().count() <= Pattern::LONGEST);
    let word = source.chars().all(char::is_alphanumeric) && !source.is_empty();
    let without = word.then(|| Pattern::parse(&format!("-{source}")).expect("a word can be excluded"));
    for message in pieces.map(text) {
        let matched = pattern.matches(&message);
        assert_eq!(pattern.extract(&message).is_some(), matched, "what matches is held");
        if let Some(without) = &without {
            assert_eq!(without.matches(&message), !matched, "excluded is the contrary");
        }
    }
});
