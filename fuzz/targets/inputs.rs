//! What a rehearsal may be given, as each kind of file: it is read or refused with a reason, and what is made of it can be
//! deployed as far as its syntax goes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rehearsal::inputs::{Held, Options, Reader, read};

struct One<'d>(&'d [u8]);

impl Reader for One<'_> {
    fn held(&self, _: &str) -> Held {
        Held::File
    }
    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, String> {
        let own = if path == "plain.yaml" { b"Resources: { T: { Type: AWS::SNS::Topic } }" } else { self.0 };
        if own.len() > most { Err("it is too large".into()) } else { Ok(own.to_vec()) }
    }
    fn list(&self, _: &str) -> Result<Vec<(String, Held)>, String> {
        Err("this is no folder".into())
    }
}

fuzz_target!(|data: &[u8]| {
    let one = |path: &str| Options { paths: vec![path.into()], ..Options::default() };
    let beside = one("plain.yaml");
    let all = [
        one("a.md"),
        one("a.yaml"),
        one("a/sekisho.yaml"),
        Options { account_states: vec!["a.json".into()], ..beside.clone() },
        Options { trails: vec!["a.json".into()], ..beside },
    ];
    for options in all {
        match read(&options, &One(data)) {
            Ok((estate, _)) => {
                for (key, made) in &estate.given.texts {
                    assert!(template::document::read(&made.text, key).is_ok(), "what was put together can be read");
                }
            }
            Err(problems) => assert!(!problems.is_empty(), "a refusal says why"),
        }
    }
});
