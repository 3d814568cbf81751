//! Backups: of one moment, whole, and nothing but what was written.
#![allow(clippy::disallowed_methods, reason = "the tests alter the files of the crate that owns them")]

use std::{
    collections::BTreeMap,
    io::{Cursor, Read, Write},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};
use store::{BackupFile, BlobKey, Blobs, Contents, RootKey, Store, StoreError, Value, prefix_range};

fn root() -> RootKey {
    RootKey::new([5; 32])
}

struct Place {
    dir: tempfile::TempDir,
    store: Store,
    blobs: Blobs,
}

fn open(path: &Path) -> (Store, Blobs) {
    (Store::open(&path.join("data"), &root()).unwrap(), Blobs::open(&path.join("blobs")).unwrap())
}

fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let (store, blobs) = open(dir.path());
    Place { dir, store, blobs }
}

fn blob(blobs: &Blobs, id: &str, bytes: &[u8]) {
    let mut writer = blobs.writer(id, &BlobKey::new([9; 32])).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap();
}

fn blob_of(blobs: &Blobs, id: &str, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    blobs.reader(id, &BlobKey::new([9; 32]), length as u64, None).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn put(store: &Store, key: &str, value: Vec<u8>) {
    let mut tx = store.begin();
    tx.put(key.into(), Value::from(value));
    store.commit(tx).wait().unwrap();
}

fn rows(store: &Store) -> BTreeMap<Vec<u8>, Value> {
    store.begin().scan(prefix_range(b""), usize::MAX, false).unwrap().into_iter().collect()
}

fn bytes(place: &Place) -> Vec<u8> {
    let mut bytes = Vec::new();
    place.store.backup(&place.blobs, b"manifest").unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn file(bytes: &[u8]) -> Result<BackupFile<Cursor<&[u8]>>, StoreError> {
    BackupFile::open(Cursor::new(bytes), Path::new("the-backup"))
}

fn verify(bytes: &[u8]) -> Result<Contents, StoreError> {
    file(bytes)?.verify(&root(), &mut |_| {})
}

fn restore(bytes: &[u8], to: &Path) -> Result<Contents, StoreError> {
    file(bytes)?.restore(&root(), &to.join("data"), &to.join("blobs"), &mut |_| {})
}

#[test]
fn what_was_there_at_its_beginning_comes_back_whole() {
    let place = place();
    for n in 0..3_000_usize {
        let mut tx = place.store.begin();
        tx.put(format!("row/{n:05}").into(), Value::from(vec![n as u8; n % 3_000]));
        tx.append(format!("record/{n:05}").into(), Value::from(format!("record {n}").into_bytes()));
        if n > 10 {
            tx.delete(format!("row/{:05}", n - 10 + n % 3).into());
        }
        place.store.commit(tx).wait().unwrap();
        if n == 1_500 {
            // Some rows in the tree, some in the log.
            place.store.compact().unwrap();
        }
    }
    put(&place.store, "large", vec![3; 15 << 20]);
    let large: Vec<u8> = (0..2_000_000_u32).map(|n| (n * 7) as u8).collect();
    blob(&place.blobs, "large", &large);
    blob(&place.blobs, "empty", b"");
    let before = rows(&place.store);
    let mut backup = place.store.backup(&place.blobs, b"manifest").unwrap();
    let mut taken = vec![0; 100];
    backup.read_exact(&mut taken).unwrap();
    // What happens from now on is not in it, and takes nothing out of it.
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                put(&place.store, &format!("later/{n}"), vec![1; 5_000]);
                let mut tx = place.store.begin();
                tx.delete(format!("row/{n:05}").into());
                place.store.commit(tx).wait().unwrap();
                if done.load(Ordering::Acquire) {
                    break;
                }
            }
        });
        place.blobs.delete("large").unwrap();
        backup.read_to_end(&mut taken).unwrap();
        done.store(true, Ordering::Release);
    });
    assert!(place.blobs.exists("large").unwrap(), "held");
    drop(backup);
    assert!(!place.blobs.exists("large").unwrap(), "gone once nobody needs it");
    assert_ne!(rows(&place.store), before);

    assert_eq!(file(&taken).unwrap().manifest(), b"manifest");
    let contents = verify(&taken).unwrap();
    assert_eq!((contents.rows, contents.blobs), (before.len() as u64, 2));
    let to = tempfile::tempdir().unwrap();
    assert_eq!(restore(&taken, to.path()).unwrap(), contents);
    let (store, blobs) = open(to.path());
    assert_eq!(rows(&store), before);
    assert_eq!(blob_of(&blobs, "large", large.len()), large);
    assert_eq!(blob_of(&blobs, "empty", 0), b"");
    assert_eq!(store.sealing_keys(), place.store.sealing_keys());
    put(&store, "goes on", vec![1]);
    assert!(matches!(restore(&taken, to.path()), Err(StoreError::Busy { .. })));
    drop(store);
    assert!(restore(&taken, to.path()).is_err(), "not over what is there");
    assert!(place.dir.path().exists());
}

#[test]
fn every_altered_byte_and_every_cut_is_told_with_its_place() {
    let place = place();
    put(&place.store, "a", b"MARKER".repeat(50));
    put(&place.store, "b", vec![1; 100]);
    blob(&place.blobs, "blob", &b"MARKER".repeat(30));
    let good = bytes(&place);
    assert!(!good.windows(6).any(|w| w == b"MARKER"), "encrypted");
    assert_eq!(verify(&good).map(|c| (c.rows, c.blobs)), Ok((2, 1)));
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        match verify(&bad).unwrap_err() {
            StoreError::Backup { at: told, path, .. } => {
                assert!(path == Path::new("the-backup") && told <= good.len() as u64, "byte {at}: {told}");
                assert!(told <= at as u64 || at < 1_000, "byte {at}: {told}");
            }
            // The version and the keyring have words of their own.
            StoreError::Version { .. } | StoreError::WrongKey { .. } => assert!(at < 400, "byte {at}"),
            other => panic!("byte {at}: {other}"),
        }
        let cut = verify(&good[..at]).unwrap_err();
        assert!(matches!(cut, StoreError::Backup { .. }), "{at} bytes: {cut}");
        assert!(cut.to_string().contains("cut off") && cut.to_string().contains("the-backup"), "{at} bytes: {cut}");
    }
    let longer = [&good[..], b"x"].concat();
    assert!(verify(&longer).unwrap_err().to_string().contains("behind the end"));
    let other = file(&good).unwrap().verify(&RootKey::new([6; 32]), &mut |_| {}).unwrap_err();
    assert!(matches!(other, StoreError::WrongKey { .. }), "{other}");
    // Frames of another backup of the same data do not fit.
    let again = bytes(&place);
    assert_eq!(again.len(), good.len());
    assert!(verify(&[&good[..good.len() - 50], &again[good.len() - 50..]].concat()).is_err());
    assert!(matches!(
        verify(b"something else, and long enough to be looked at, for what it is, which is nothing"),
        Err(StoreError::Backup { at: 0, .. })
    ));
    assert!(matches!(Store::memory().backup(&Blobs::memory(), b""), Err(StoreError::Invalid(_))));
}
