//! Zip archives: limits hold, no name leaves its folder or comes twice, and what was taken out and packed again comes out
//! the same.
#![no_main]

use archive::{Builder, Limits, Sink, extract, read_file};
use libfuzzer_sys::fuzz_target;
use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read},
};

const LIMITS: Limits = Limits { max_entries: 50, max_total: 1 << 20, max_ratio: 100, max_path: 128 };

#[derive(Debug, Default, PartialEq)]
struct Files {
    files: BTreeMap<String, (u32, Vec<u8>)>,
    links: BTreeMap<String, String>,
}

fn check(path: &str) {
    assert!(path.len() <= LIMITS.max_path && !path.starts_with('/') && !path.contains('\\') && !path.contains('\0'), "{path:?}");
    assert!(path.split('/').all(|part| !part.is_empty() && part != "." && part != ".."), "{path:?}");
}

impl Sink for Files {
    fn folder(&mut self, path: &str) -> io::Result<()> {
        check(path.trim_end_matches('/'));
        Ok(())
    }
    fn file(&mut self, path: &str, mode: u32, size: u64, content: &mut dyn Read) -> io::Result<()> {
        check(path);
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        assert_eq!(bytes.len() as u64, size, "the size that was announced");
        assert!(self.files.insert(path.into(), (mode & 0o777, bytes)).is_none(), "a name comes once");
        Ok(())
    }
    fn link(&mut self, path: &str, target: &str) -> io::Result<()> {
        check(path);
        assert!(!target.starts_with('/'));
        assert!(self.links.insert(path.into(), target.into()).is_none() && !self.files.contains_key(path), "a name comes once");
        Ok(())
    }
}

fuzz_target!(|data: &[u8]| {
    let mut found = Files::default();
    let Ok(summary) = extract(Cursor::new(data), &mut found, &LIMITS) else { return };
    assert_eq!((summary.files, summary.links), (found.files.len(), found.links.len()));
    assert!(summary.files + summary.links <= LIMITS.max_entries && summary.bytes <= LIMITS.max_total);
    assert_eq!(summary.bytes, found.files.values().map(|(_, bytes)| bytes.len() as u64).sum::<u64>());
    let mut builder = Builder::new(Cursor::new(Vec::new()));
    for (path, (mode, bytes)) in &found.files {
        builder.add_file(path, *mode, &mut bytes.as_slice()).expect("what came out can go in");
        assert_eq!(read_file(Cursor::new(data), path, LIMITS.max_total).ok().as_ref(), Some(bytes), "one file alone");
    }
    for (path, target) in &found.links {
        builder.add_symlink(path, target).expect("what came out can go in");
    }
    let packed = builder.finish().expect("an archive").into_inner();
    let mut again = Files::default();
    extract(Cursor::new(packed), &mut again, &Limits { max_ratio: u64::MAX, ..LIMITS }).expect("an archive of ours");
    assert_eq!(again, found, "what comes out goes in and comes out");
});
