//! Blobs, in memory and in a folder.
#![allow(clippy::disallowed_methods, reason = "the tests alter the files of the crate that owns them")]

use std::io::{ErrorKind, Read, Write};
use store::{BlobKey, Blobs, StoreError};

const SEGMENT: usize = 64 << 10;

fn on_both(check: impl Fn(&Blobs)) {
    check(&Blobs::memory());
    let dir = tempfile::tempdir().unwrap();
    check(&Blobs::open(dir.path()).unwrap());
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 31 + i / 251) as u8).collect()
}

fn write(blobs: &Blobs, id: &str, content: &[u8]) {
    let mut writer = blobs.writer(id, &BlobKey::new([9; 32])).unwrap();
    for piece in content.chunks(10_007) {
        writer.write_all(piece).unwrap();
    }
    assert_eq!(writer.finish().unwrap(), content.len() as u64);
}

fn read(blobs: &Blobs, id: &str, length: usize, range: Option<std::ops::Range<u64>>) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let reader = blobs.reader(id, &BlobKey::new([9; 32]), length as u64, range);
    reader.map_err(|e| std::io::Error::new(ErrorKind::InvalidData, e))?.read_to_end(&mut out)?;
    Ok(out)
}

#[test]
fn what_is_written_is_read() {
    on_both(|blobs| {
        for (n, length) in [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 3 * SEGMENT + 5].into_iter().enumerate() {
            let (id, whole) = (format!("blob-{n}"), content(length));
            write(blobs, &id, &whole);
            assert_eq!(read(blobs, &id, length, None).unwrap(), whole);
            let l = length as u64;
            for range in [0..0, 0..l.min(1), l / 2..l, l..l, l.saturating_sub(1)..l, l.min(SEGMENT as u64 - 3)..l] {
                let want = &whole[range.start as usize..range.end as usize];
                assert_eq!(read(blobs, &id, length, Some(range)).unwrap(), want);
            }
        }
    });
}

#[test]
fn an_unfinished_blob_never_was() {
    on_both(|blobs| {
        let mut writer = blobs.writer("cut", &BlobKey::new([1; 32])).unwrap();
        writer.write_all(&content(SEGMENT * 2)).unwrap();
        assert!(!blobs.exists("cut").unwrap());
        assert_eq!(blobs.ids().unwrap().count(), 0);
        drop(writer);
        write(blobs, "cut", b"again");
        assert_eq!(read(blobs, "cut", 5, None).unwrap(), b"again");
    });
}

#[test]
fn ids_and_deletion() {
    on_both(|blobs| {
        for n in 0..20 {
            write(blobs, &format!("0190-{n}"), b"x");
        }
        blobs.delete("0190-7").unwrap();
        blobs.delete("0190-7").unwrap();
        let mut ids: Vec<_> = blobs.ids().unwrap().collect::<Result<_, _>>().unwrap();
        ids.sort();
        assert_eq!(ids.len(), 19);
        assert!(!ids.contains(&"0190-7".to_owned()) && ids.contains(&"0190-19".to_owned()));
        assert!(blobs.exists("0190-8").unwrap() && !blobs.exists("0190-7").unwrap());
        let key = BlobKey::new([9; 32]);
        assert!(matches!(blobs.reader("0190-7", &key, 1, None), Err(StoreError::NotFound { .. })));
    });
}

#[test]
fn impossible_requests() {
    on_both(|blobs| {
        let key = BlobKey::new([9; 32]);
        for id in ["", "..", "a/b", "a.part", "é", "a\0", &"a".repeat(129)] {
            assert!(matches!(blobs.writer(id, &key), Err(StoreError::Invalid(_))), "{id:?}");
            assert!(matches!(blobs.reader(id, &key, 0, None), Err(StoreError::Invalid(_))), "{id:?}");
        }
        write(blobs, "a", b"abc");
        assert!(matches!(blobs.writer("a", &key), Err(StoreError::Invalid(_))));
        #[expect(clippy::reversed_empty_ranges, reason = "the caller's mistake is the point")]
        for range in [2..4, 4..4, 2..1, u64::MAX..u64::MAX] {
            assert!(matches!(blobs.reader("a", &key, 3, Some(range)), Err(StoreError::Invalid(_))));
        }
        assert!(read(blobs, "a", 2, None).is_err());
        assert!(blobs.reader("a", &key, u64::MAX, None).is_err());
    });
}

#[test]
fn another_key_or_another_id_opens_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).unwrap();
    write(&blobs, "one", b"content");
    write(&blobs, "two", b"");
    let mut wrong = blobs.reader("one", &BlobKey::new([8; 32]), 7, None).unwrap();
    assert_eq!(wrong.read(&mut [0; 7]).unwrap_err().kind(), ErrorKind::InvalidData);
    assert!(blobs.reader("two", &BlobKey::new([8; 32]), 0, None).is_err());
    let (one, two) = (file(dir.path(), "one"), file(dir.path(), "two"));
    std::fs::copy(one, two).unwrap();
    assert!(read(&blobs, "two", 7, None).is_err());
}

fn file(dir: &std::path::Path, id: &str) -> std::path::PathBuf {
    (0..=255).map(|n| dir.join(format!("{n:02x}")).join(id)).find(|path| path.exists()).unwrap()
}

#[test]
fn altered_files_are_errors() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).unwrap();
    let whole = content(2 * SEGMENT + 9);
    write(&blobs, "x", &whole);
    let path = file(dir.path(), "x");
    let stored = std::fs::read(&path).unwrap();
    let sealed = SEGMENT + 16;
    for at in [0, 7, 8, 39, 40, 40 + sealed - 1, 40 + sealed, 40 + 2 * sealed, stored.len() - 1] {
        let mut bad = stored.clone();
        bad[at] ^= 0x10;
        std::fs::write(&path, bad).unwrap();
        assert!(read(&blobs, "x", whole.len(), None).is_err(), "byte {at}");
    }
    // Cut to whole segments, with the length that would fit; swapped segments; a cut header.
    std::fs::write(&path, &stored[..40 + 2 * sealed]).unwrap();
    assert!(read(&blobs, "x", 2 * SEGMENT, None).is_err());
    let swapped = [&stored[..40], &stored[40 + sealed..40 + 2 * sealed], &stored[40..40 + sealed], &stored[40 + 2 * sealed..]];
    std::fs::write(&path, swapped.concat()).unwrap();
    assert!(read(&blobs, "x", whole.len(), None).is_err());
    for size in [0, 8, 39, 40, stored.len() - 1] {
        std::fs::write(&path, &stored[..size]).unwrap();
        assert!(read(&blobs, "x", whole.len(), None).is_err(), "{size} bytes");
    }
    std::fs::write(&path, &stored).unwrap();
    assert_eq!(read(&blobs, "x", whole.len(), None).unwrap(), whole);
}

#[test]
fn a_folder_is_found_again_and_swept() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path()).unwrap();
    write(&blobs, "kept", b"MARKER-in-the-clear");
    let path = file(dir.path(), "kept");
    let left = path.with_extension("part");
    std::fs::write(&left, b"half").unwrap();
    drop(blobs);
    let blobs = Blobs::open(dir.path()).unwrap();
    assert!(!left.exists());
    assert_eq!(read(&blobs, "kept", 19, None).unwrap(), b"MARKER-in-the-clear");
    assert!(!std::fs::read(&path).unwrap().windows(6).any(|w| w == b"MARKER"));
}
