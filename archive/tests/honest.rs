//! What is packed comes out again, and the same input gives the same bytes.
#![allow(clippy::disallowed_methods, reason = "the tests look at what was written to a folder of their own")]

use std::io::{Cursor, Read};
use std::os::unix::fs::PermissionsExt;

use archive::{ArchiveError, Builder, Each, FolderSink, Limits, Summary, extract, read_file, sort_paths};

fn pack(files: &[(&str, u32, &[u8])], links: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = Builder::new(Cursor::new(Vec::new()));
    for (path, mode, content) in files {
        builder.add_file(path, *mode, &mut &content[..]).unwrap();
    }
    for (path, target) in links {
        builder.add_symlink(path, target).unwrap();
    }
    builder.finish().unwrap().into_inner()
}

fn sample() -> Vec<u8> {
    let long = vec![b'x'; 200_000];
    pack(
        &[("bin/run", 0o100_755, b"#!/bin/sh\n"), ("data/long", 0o600, &long), ("empty", 0o644, b"")],
        &[("bin/alias", "run"), ("data/up", "../bin/run")],
    )
}

#[test]
fn the_same_members_give_the_same_bytes() {
    let archive = sample();
    assert_eq!(archive, sample());
    // DOS time 00:00:00 and date 1980-01-01 of the first local header.
    assert_eq!(archive[10..14], [0, 0, 0x21, 0]);
}

#[test]
fn a_folder_gets_files_modes_and_links() {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = FolderSink::new(folder.path()).unwrap();
    let summary = extract(Cursor::new(sample()), &mut sink, &Limits::default()).unwrap();
    assert_eq!(summary, Summary { files: 3, links: 2, bytes: 200_010 });

    let at = |path: &str| folder.path().join(path);
    assert_eq!(std::fs::read(at("bin/alias")).unwrap(), b"#!/bin/sh\n");
    assert_eq!(std::fs::read(at("data/up")).unwrap(), b"#!/bin/sh\n");
    assert_eq!(std::fs::read(at("data/long")).unwrap().len(), 200_000);
    let mode = |path: &str| std::fs::metadata(at(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode("bin/run"), mode("data/long"), mode("empty")), (0o755, 0o600, 0o644));

    let again = extract(Cursor::new(sample()), &mut sink, &Limits::default());
    assert!(matches!(again, Err(ArchiveError::Sink { path: Some(path), .. }) if path == "bin/run"));
}

#[test]
fn each_file_reaches_a_function() {
    let archive = pack(&[("b/2", 0o644, b"two"), ("a", 0o644, b"one")], &[]);
    let mut seen = Vec::new();
    let mut sink = Each(|path: &str, size: u64, content: &mut dyn Read| {
        let mut text = String::new();
        content.read_to_string(&mut text)?;
        seen.push((path.to_owned(), size, text));
        Ok(())
    });
    extract(Cursor::new(archive), &mut sink, &Limits::default()).unwrap();
    assert_eq!(seen, [("b/2".to_owned(), 3, "two".to_owned()), ("a".to_owned(), 3, "one".to_owned())]);

    let mut sink = Each(|_: &str, _: u64, _: &mut dyn Read| Ok(()));
    let refused = extract(Cursor::new(sample()), &mut sink, &Limits::default());
    assert!(matches!(refused, Err(ArchiveError::Sink { path: Some(path), .. }) if path == "bin/alias"));
}

#[test]
fn one_member_is_read() {
    let archive = sample();
    let read = |path, max| read_file(Cursor::new(&archive), path, max);
    assert_eq!(read("bin/run", 10).unwrap(), b"#!/bin/sh\n");
    assert_eq!(read("./bin//run", 10).unwrap(), b"#!/bin/sh\n");
    assert!(matches!(read("bin/run", 9), Err(ArchiveError::TooLarge { limit: 9, .. })));
    assert!(matches!(read("bin", 9), Err(ArchiveError::NotFound { .. })));
    assert!(matches!(read("../bin/run", 9), Err(ArchiveError::UnsafePath { .. })));
    assert!(matches!(read("bin/alias", 9), Err(ArchiveError::Unsupported { .. })));
}

#[test]
fn a_builder_packs_nothing_that_would_be_refused() {
    let mut builder = Builder::new(Cursor::new(Vec::new()));
    builder.add_file("a/b", 0o644, &mut &b""[..]).unwrap();
    for path in ["", ".", "/a", "../a", "a\\b", "C:a", "a\0b"] {
        let refused = builder.add_file(path, 0o644, &mut &b""[..]);
        assert!(matches!(refused, Err(ArchiveError::UnsafePath { .. })), "{path:?}");
    }
    for path in ["a/b", "a//b", "a", "a/b/c"] {
        let refused = builder.add_file(path, 0o644, &mut &b""[..]);
        assert!(matches!(refused, Err(ArchiveError::Conflict { .. })), "{path:?}");
    }
    assert!(matches!(builder.add_symlink("l", "../x"), Err(ArchiveError::UnsafeLink { .. })));
}

#[test]
fn a_source_that_fails_is_named() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let mut builder = Builder::new(Cursor::new(Vec::new()));
    let error = builder.add_file("a", 0o644, &mut Failing).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the content of \"a\" to pack it: the disk is gone");
}

#[test]
fn names_are_sorted_by_bytes() {
    let mut paths = ["b", "a/b", "a", "a-b", "B", "a"].map(str::to_owned).to_vec();
    sort_paths(&mut paths);
    assert_eq!(paths, ["B", "a", "a-b", "a/b", "b"]);
}
