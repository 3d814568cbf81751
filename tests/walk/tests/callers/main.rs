//! What no crate but the gate can do does not compile. Each file in `cases` is a service's code with one line too many; its
//! first line names the error.
#![allow(clippy::disallowed_methods, reason = "the cases are files, and the compiler is a program")]

mod compiler;

use compiler::Compiler;
use std::{collections::BTreeSet, path::Path};

fn cases() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/callers/cases");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
    };
    std::fs::read_dir(folder).unwrap().map(read).collect()
}

#[test]
fn what_would_go_around_the_gate_does_not_compile() {
    let compiler = Compiler::found();
    let mut wrong = Vec::new();
    let cases = cases();
    for (name, text) in &cases {
        let expected: BTreeSet<&str> =
            text.lines().next().and_then(|line| line.strip_prefix("// ")).unwrap_or_default().split(' ').collect();
        let errors = compiler.errors(text);
        let codes: BTreeSet<&str> = errors.iter().map(|(code, _)| code.as_str()).collect();
        if codes != expected {
            wrong.push(format!("{name}: expected {expected:?}, the compiler says {errors:?}"));
        }
    }
    assert!(cases.len() > 10, "the cases are not found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
