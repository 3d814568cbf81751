use super::*;
use crate::backend::Change;
use std::collections::BTreeMap;

/// Every commit is brought into the tree at once.
const EAGER: Limits = Limits { cache: 16 << 10, large: 1, largest: 1 << 20, old: Duration::ZERO };
/// Nothing is, until the store is closed.
const LAZY: Limits = Limits { cache: 1 << 20, large: usize::MAX, largest: usize::MAX, old: Duration::from_secs(3600) };
const ALL: Span = Span { start: Vec::new(), end: None };

fn open(dir: &Path, limits: Limits) -> Disk {
    Disk::open(dir, &RootKey::new([5; 32]), limits).unwrap()
}

fn put(key: &str, value: &[u8]) -> Batch {
    vec![(key.into(), Change::Put(Value::copy_from_slice(value)))]
}

fn count(disk: &Disk) -> Result<usize, StoreError> {
    Ok(disk.view(u64::MAX)?.scan(&ALL, usize::MAX, false)?.len())
}

/// The data directory as it lies at this moment: what is left after `kill -9`.
fn crashed(dir: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

/// A block that is damaged while the store is open: reads that need it fail, and no commit hides it.
#[test]
fn damage_under_an_open_store_is_not_papered_over() {
    let dir = tempfile::tempdir().unwrap();
    let disk = open(dir.path(), LAZY);
    for n in 0..50 {
        disk.apply(1, 0, put(&format!("key/{n}"), &[1; 5_000])).unwrap();
    }
    disk.close();
    let disk = open(dir.path(), Limits { cache: 16 << 10, ..LAZY });
    disk.apply(1, 0, put("first", b"1")).unwrap();
    let path = dir.path().join("store.db");
    let mut bytes = std::fs::read(&path).unwrap();
    for sealed in bytes[2 * 4096..].chunks_exact_mut(sealer::SEALED) {
        sealed[2_000] ^= 1;
    }
    std::fs::write(&path, bytes).unwrap();
    let first = count(&disk);
    assert!(matches!(first, Err(StoreError::Corrupt { .. })), "{first:?}");
    assert!(matches!(disk.apply(2, 0, put("new", b"1")), Err(CommitError::Io(_))));
    assert!(matches!(count(&disk), Err(StoreError::Io { .. })));
    assert!(matches!(disk.apply(3, 0, put("new", b"1")), Err(CommitError::Io(_))));
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }
}

/// Written, appended and deleted rows against a map, while the keeper works behind; then again after a crash and a close.
#[test]
fn rows_are_the_same_wherever_they_lie() {
    for (seed, limits) in [(3, EAGER), (5, Limits { large: 100_000, ..EAGER }), (7, LAZY)] {
        let dir = tempfile::tempdir().unwrap();
        let mut disk = open(dir.path(), limits);
        let mut random = Random(seed);
        let mut model: BTreeMap<Key, Vec<u8>> = BTreeMap::new();
        let same = |disk: &Disk, seq: u64, model: &BTreeMap<Key, Vec<u8>>, when: &str| {
            let view = disk.view(seq).unwrap();
            for reverse in [false, true] {
                let mut rows = view.scan(&ALL, usize::MAX, reverse).unwrap();
                if reverse {
                    rows.reverse();
                }
                assert!(rows.iter().map(|(k, v)| (k, &v[..])).eq(model.iter().map(|(k, v)| (k, &v[..]))), "seed {seed}, {when}");
            }
            let some = model.keys().nth(model.len() / 2).cloned().unwrap_or_default();
            assert_eq!(view.get(&some).unwrap().as_deref(), model.get(&some).map(Vec::as_slice));
            let span = Span { start: some, end: None };
            let want: Vec<_> = model.range(span.start.clone()..).take(3).map(|(k, _)| k.clone()).collect();
            let got: Vec<_> = view.scan(&span, 3, false).unwrap().into_iter().map(|(k, _)| k).collect();
            assert_eq!(got, want, "seed {seed}, {when}");
        };
        let mut seq = 0;
        for round in 0..300 {
            let mut batch = Batch::new();
            for _ in 0..1 + random.below(40) {
                let key = format!("{:04}", random.below(3_000)).into_bytes();
                let value = vec![random.below(256) as u8; random.below(3_000)];
                match random.below(8) {
                    0 => {
                        batch.push((key.clone(), Change::Delete));
                        model.remove(&key);
                        continue;
                    }
                    1 | 2 => batch.push((key.clone(), Change::Put(value.clone().into()))),
                    _ => batch.push((key.clone(), Change::Append(value.clone().into()))),
                }
                model.insert(key, value);
            }
            seq += 1;
            disk.apply(seq, 0, batch).unwrap();
            if round % 20 == 0 {
                same(&disk, seq, &model, "at work");
            }
            if round % 75 == 74 {
                let copy = crashed(dir.path());
                // The copy is not of one moment: only what lies still can be copied.
                if limits.large == LAZY.large {
                    same(&open(copy.path(), limits), u64::MAX, &model, "after a crash");
                }
                disk.close();
                disk = open(dir.path(), limits);
                seq = 0;
                same(&disk, seq, &model, "after closing");
            }
        }
    }
}

/// At each moment of bringing a layer into the tree, a crash loses nothing.
#[test]
fn a_crash_at_any_moment_of_the_turn_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let disk = open(dir.path(), LAZY);
    let whole = |dir: &Path, rows: usize| {
        let copy = crashed(dir);
        for _ in 0..2 {
            assert_eq!(count(&open(copy.path(), LAZY)).unwrap(), rows);
        }
    };
    let mut rows = 0;
    for round in 0..6 {
        for n in 0..round * 3 + 1 {
            rows += 1;
            disk.apply(rows as u64, 0, put(&format!("{round}/{n}"), &[n as u8; 900])).unwrap();
        }
        whole(dir.path(), rows);
        let mark = disk.rows.freeze().unwrap().unwrap();
        whole(dir.path(), rows);
        rows += 1;
        disk.apply(rows as u64, 0, put(&format!("{round}/frozen"), b"1")).unwrap();
        whole(dir.path(), rows);
        disk.rows.melt(&mark).unwrap();
        whole(dir.path(), rows);
    }
    assert_eq!(count(&disk).unwrap(), rows);
}

/// Each byte of the log's frames in turn: it is told, or it is the last frame's, which a crash could have torn.
#[test]
fn an_altered_log_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let disk = open(dir.path(), LAZY);
    for n in 0..6_u8 {
        disk.apply(u64::from(n) + 1, 0, put(&format!("first/{n}"), &[n; 40])).unwrap();
    }
    disk.rows.freeze().unwrap().unwrap();
    let frames = |path: &Path| -> (Vec<u8>, usize) {
        let bytes = std::fs::read(path).unwrap();
        let end = bytes.iter().rposition(|b| *b != 0).unwrap() + 1;
        (bytes, end)
    };
    for n in 0..6_u8 {
        disk.apply(u64::from(n) + 10, 0, put(&format!("second/{n}"), &[n; 40])).unwrap();
    }
    let copy = crashed(dir.path());
    let reopen = || Disk::open(copy.path(), &RootKey::new([5; 32]), LAZY).and_then(|disk| count(&disk));
    let restore = || {
        for entry in std::fs::read_dir(dir.path()).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
    };
    let (mut told, mut torn, mut meaningless) = (0, 0, 0);
    for name in ["log.0", "log.1"] {
        let (good, end) = frames(&dir.path().join(name));
        for at in (0..80).chain(4096..end).step_by(5) {
            let mut bad = good.clone();
            bad[at] ^= 0x20;
            restore();
            std::fs::write(copy.path().join(name), bad).unwrap();
            match reopen() {
                Err(StoreError::Corrupt { .. }) => told += 1,
                // The zeros behind the header and behind a frame mean nothing.
                Ok(12) => meaningless += 1,
                Ok(rows) => {
                    assert_eq!((name, rows), ("log.1", 11), "byte {at}");
                    torn += 1;
                }
                Err(other) => panic!("{name}, byte {at}: {other}"),
            }
        }
        restore();
        std::fs::remove_file(copy.path().join(name)).unwrap();
        assert!(matches!(reopen(), Err(StoreError::Corrupt { .. })), "{name} is not there");
    }
    println!("{told} altered bytes told, {torn} in the last frame, {meaningless} meaningless");
    assert!(told > 100 && torn > 5);
    restore();
    assert_eq!(reopen().unwrap(), 12);
}

#[test]
fn a_torn_last_frame_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let disk = open(dir.path(), LAZY);
    let content = || std::fs::read(dir.path().join("log.0")).unwrap();
    let end = |bytes: &[u8]| bytes.iter().rposition(|b| *b != 0).unwrap() + 1;
    let mut random = Random(11);
    let mut frame = |n: u64| {
        let noise: Vec<u8> = (0..2_000).map(|_| random.below(256) as u8).collect();
        disk.apply(n, 0, put(&format!("row/{n}"), &noise)).unwrap();
    };
    frame(1);
    frame(2);
    let before = end(&content());
    frame(3);
    let copy = crashed(dir.path());
    let whole = end(&content());
    let good: Vec<_> = ["log.0", "store.db"].map(|name| (name, std::fs::read(copy.path().join(name)).unwrap())).into();
    for torn in (before + 40..whole).step_by(97) {
        for how in 0..3 {
            good.iter().for_each(|(name, bytes)| std::fs::write(copy.path().join(name), bytes).unwrap());
            let mut bytes = good[0].1.clone();
            match how {
                0 => bytes.truncate(torn),
                1 => bytes[torn..whole].fill(0),
                _ => bytes[before + 40..torn].fill(0),
            }
            std::fs::write(copy.path().join("log.0"), &bytes).unwrap();
            let left = if how == 2 && torn == before + 40 { 3 } else { 2 };
            assert_eq!(count(&open(copy.path(), LAZY)).unwrap(), left, "{torn} of {whole}, way {how}");
        }
    }
}

#[test]
fn a_closed_disk_says_so_and_opens_again() {
    let dir = tempfile::tempdir().unwrap();
    let disk = open(dir.path(), EAGER);
    let closed = |disk: &Disk| {
        disk.close();
        assert!(matches!(disk.apply(1, 0, put("a", b"1")), Err(CommitError::Io(_))));
        assert!(matches!(count(disk), Err(StoreError::Closed)));
    };
    disk.apply(1, 0, put("a", &[7; 300_000])).unwrap();
    closed(&disk);
    let disk = open(dir.path(), EAGER);
    assert_eq!(count(&disk).unwrap(), 1);
    closed(&disk);
}
