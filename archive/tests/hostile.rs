//! Archives made to do harm. Each is refused with its reason, and nothing of it lands outside the folder.
#![allow(clippy::disallowed_methods, reason = "the tests look at what was written to a folder of their own")]

use std::io::{Cursor, Write};

use archive::{ArchiveError, FolderSink, Limits, Summary, extract, read_file};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

enum Member<'a> {
    File(&'a str, &'a [u8]),
    Folder(&'a str),
    Link(&'a str, &'a str),
    /// A file with this type and mode.
    Mode(&'a str, u32),
}
use Member::{File, Folder, Link, Mode};

/// An archive with names and links as given, however bad.
fn raw(members: &[Member]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o644);
    for member in members {
        match member {
            File(path, content) => {
                zip.start_file(*path, options).unwrap();
                zip.write_all(content).unwrap();
            }
            Folder(path) => zip.add_directory(*path, options).unwrap(),
            Link(path, target) => zip.add_symlink(*path, *target, options).unwrap(),
            Mode(path, mode) => zip.start_file(*path, options.external_attributes(mode << 16)).unwrap(),
        }
    }
    zip.finish().unwrap().into_inner()
}

/// Extracts into `inside` of a fresh folder and looks that nothing else was made there.
fn run(archive: &[u8], limits: &Limits) -> Result<Summary, ArchiveError> {
    let outer = tempfile::tempdir().unwrap();
    let inside = outer.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    let result = extract(Cursor::new(archive), &mut FolderSink::new(&inside).unwrap(), limits);
    let names: Vec<_> = std::fs::read_dir(outer.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["inside"], "something was written outside");
    result
}

fn check(members: &[Member], expected: &str) {
    let small = Limits { max_entries: 4, max_total: 4 << 20, ..Limits::default() };
    let told = match run(&raw(members), &small) {
        Ok(summary) => format!("{} files, {} links", summary.files, summary.links),
        Err(error) => error.to_string(),
    };
    assert!(told.contains(expected), "expected {expected:?}, was told {told:?}");
}

#[test]
fn names_that_leave() {
    check(&[File("../evil", b"x")], "holds `..`");
    check(&[File("a/../../evil", b"x")], "holds `..`");
    check(&[File("/evil", b"x")], "it is absolute");
    check(&[File("..\\evil", b"x")], "holds a backslash");
    check(&[File("C:/evil", b"x")], "drive letter");
    check(&[File("a\0b", b"x")], "NUL");
    check(&[Folder("../evil")], "holds `..`");
    check(&[File("./", b"x")], "names nothing");
    check(&[File(&"a/".repeat(200), b"x")], "too many folders");
    check(&[File(&"a".repeat(300), b"x")], "longer than 255");
    check(&[File(&"a/".repeat(1000), b"x")], "too long");
    check(&[File("a/./b", b"x"), Folder("a/"), Folder("c/")], "1 files");
}

#[test]
fn two_members_in_one_place() {
    check(&[File("a/b", b"x"), File("a//b", b"y")], "another member has this name");
    check(&[File("a", b"x"), File("./a", b"y")], "another member has this name");
    check(&[File("a", b"x"), File("a/b", b"y")], "another member has this name");
    check(&[File("a/b", b"y"), File("a", b"x")], "another member has this name");

    let mut twice = raw(&[File("aa", b"x"), File("ab", b"y")]);
    for at in 0..twice.len() - 1 {
        if &twice[at..at + 2] == b"ab" {
            twice[at + 1] = b'a';
        }
    }
    let error = run(&twice, &Limits::default()).unwrap_err();
    assert!(matches!(error, ArchiveError::Damaged { .. } | ArchiveError::Conflict { .. }), "{error}");
}

#[test]
fn links_that_leave() {
    check(&[Link("l", "/etc/passwd")], "its target is absolute");
    check(&[Link("l", "..")], "lies outside");
    check(&[Link("a/b/l", "../../../x")], "lies outside");
    check(&[Link("a/l", "b/../../..")], "`..` after a name");
    check(&[Link("l", "")], "empty");
    check(&[Link("l", "a\\b")], "backslash");
    check(&[Link("l", &"a/".repeat(600))], "larger than");
    check(&[Link("a/b/l", "../../x"), Link("m", "./a")], "2 links");
}

#[test]
fn a_link_is_never_written_through() {
    check(&[Link("l", "a"), File("l/evil", b"x")], "another member has this name");
    check(&[Link("l", "a"), File("./l", b"x")], "another member has this name");
    check(&[Link("l", "a"), Link("l/m", "b")], "another member has this name");

    // Links that were there before, planted by a build.
    let outer = tempfile::tempdir().unwrap();
    let inside = outer.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    std::os::unix::fs::symlink("..", inside.join("up")).unwrap();
    std::os::unix::fs::symlink("../evil", inside.join("file")).unwrap();
    for path in ["up/evil", "file"] {
        let archive = raw(&[File(path, b"x")]);
        let mut sink = FolderSink::new(&inside).unwrap();
        let error = extract(Cursor::new(archive), &mut sink, &Limits::default()).unwrap_err();
        assert!(matches!(error, ArchiveError::Sink { .. }), "{error}");
    }
    assert!(!outer.path().join("evil").exists());
    assert!(FolderSink::new(&inside.join("up")).is_err());
}

#[test]
fn bombs() {
    let zeros = vec![0; 3 << 20];
    check(&[File("bomb", &zeros)], "200 times its size");
    let noise: Vec<u8> = (0..5u32 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    check(&[File("large", &noise)], "content is larger than 4194304 bytes");
    let names: Vec<String> = (0..5).map(|at| at.to_string()).collect();
    let many: Vec<_> = names.iter().map(|name| File(name, b"")).collect();
    check(&many, "more than 4 members");
    check(&many[..4], "4 files");
}

#[test]
fn tables_larger_than_the_limits_explain() {
    let names: Vec<String> = (0..30_000).map(|at| format!("{at:06}")).collect();
    let many: Vec<_> = names.iter().map(|name| File(name, b"")).collect();
    let error = run(&raw(&many), &Limits { max_entries: 1, ..Limits::default() }).unwrap_err();
    assert!(matches!(error, ArchiveError::TooManyEntries { limit: 1 }), "{error}");
}

#[test]
fn kinds_that_are_not_taken() {
    check(&[Mode("pipe", 0o010_644)], "a device, a socket or a pipe");
    check(&[Mode("device", 0o060_644)], "a device, a socket or a pipe");
    check(&[Mode("setuid", 0o104_755)], "1 files");
}

#[test]
fn a_declared_size_is_held_to() {
    let archive = raw(&[File("a", &[b'x'; 1000])]);
    for claim in [10u32, 100_000] {
        let mut lying = archive.clone();
        // The size stands at 22 of the local header and at 24 of the table's.
        let table = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        for at in [22, table + 24] {
            lying[at..at + 4].copy_from_slice(&claim.to_le_bytes());
        }
        let error = run(&lying, &Limits::default()).unwrap_err();
        assert!(matches!(error, ArchiveError::Damaged { path: Some(_), .. }), "{claim}: {error}");
        assert!(read_file(Cursor::new(&lying), "a", 1 << 20).is_err());
    }
}

#[test]
fn every_truncation_is_an_error() {
    let archive = raw(&[File("a/b", b"some content"), Folder("c"), Link("l", "a")]);
    assert!(run(&archive, &Limits::default()).is_ok());
    for length in 0..archive.len() {
        assert!(run(&archive[..length], &Limits::default()).is_err(), "cut at {length}");
    }
}

#[test]
fn changed_and_random_bytes_never_panic_and_never_leave() {
    let archive = raw(&[File("a/b", b"some content, some content"), Folder("c"), Link("l", "a")]);
    let mut state = 7u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for round in 0..1500 {
        let mut bytes = archive.clone();
        for _ in 0..=round % 4 {
            let at = random() % bytes.len();
            bytes[at] = random() as u8;
        }
        // Whether it is taken is the checksum's matter; `run` looks that nothing was written outside.
        if let Ok(summary) = run(&bytes, &Limits::default()) {
            assert!(summary.bytes <= 26);
        }
        let noise: Vec<u8> = (0..random() % 200).map(|_| random() as u8).collect();
        assert!(run(&noise, &Limits::default()).is_err());
    }
}
