//! Buildspecs: what is read has a version and phases in their order, patterns that match what they spell, and artifacts
//! that come from the files alone; a refusal has its place in the text.
#![no_main]

use buildspec::Glob;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let files: Vec<String> = ["a.txt", "out/index.html", "out/deep/a.js", "README"].map(str::to_owned).to_vec();
    if text.len() <= 64 && !text.contains(['*', '?', '[', ']', '{', '}', '\\', '!']) {
        let pattern = text.trim_start_matches("./");
        if files.iter().any(|file| file == pattern) {
            assert!(Glob::new(pattern).matches(pattern), "a name matches itself");
        }
    }
    match buildspec::parse(text) {
        Ok(spec) => {
            assert_eq!(buildspec::parse(text).as_ref(), Ok(&spec), "one reading");
            let names: Vec<_> = spec.phases.iter().flat_map(|phases| phases.in_order()).map(|(name, _)| name.as_str()).collect();
            let order = ["install", "pre_build", "build", "post_build"];
            assert!(names.is_sorted_by_key(|name| order.iter().position(|n| n == name)));
            for (from, _) in spec.artifacts.iter().flat_map(|artifacts| artifacts.select(&files)) {
                assert!(files.contains(&from), "an artifact is one of the files: {from}");
            }
        }
        Err(error) => {
            assert!(text.len() <= buildspec::MAX_LENGTH || error.line == 1);
            // YAML ends a line by a carriage return alone, too.
            let lines = text.split(['\n', '\r']).count() as u64;
            assert!(error.line >= 1 && error.column >= 1 && error.line <= lines + 1, "a place in the text");
        }
    }
});
