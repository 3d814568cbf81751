//! What only the embedded store must stand: crashes, damage, a full disk, prying eyes.
#![allow(clippy::disallowed_methods, reason = "the tests alter the files of the crate that owns them, and start themselves")]

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};
use store::{CommitError, RootKey, Store, StoreError, Value, prefix_range};

fn root() -> RootKey {
    RootKey::new([5; 32])
}

fn open(dir: &Path) -> Store {
    Store::open(dir, &root()).unwrap()
}

fn put(store: &Store, key: &str, value: &[u8]) -> Result<(), CommitError> {
    let mut tx = store.begin();
    tx.put(key.as_bytes().to_vec(), Value::copy_from_slice(value));
    store.commit(tx).wait()
}

fn count(store: &Store) -> usize {
    store.begin().scan(prefix_range(b""), usize::MAX, false).unwrap().len()
}

#[test]
fn rows_are_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put(&store, "a", &[1; 100_000]).unwrap();
    put(&store, "b", b"").unwrap();
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.begin().get(b"a").unwrap().unwrap(), [1; 100_000][..]);
    assert_eq!(store.begin().get(b"b").unwrap().unwrap(), b""[..]);
}

#[test]
fn queued_commits_are_kept_when_the_store_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let pending: Vec<_> = (0..100)
        .map(|n| {
            let mut tx = store.begin();
            tx.put(vec![n], vec![n].into());
            store.commit(tx)
        })
        .collect();
    drop(store);
    pending.into_iter().for_each(|p| p.wait().unwrap());
    assert_eq!(count(&open(dir.path())), 100);
}

#[test]
fn one_process_per_directory() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let error = Store::open(dir.path(), &root()).err().unwrap();
    assert_eq!(error, StoreError::Busy { path: dir.path().into(), pid: Some(std::process::id()) });
    assert!(error.to_string().contains(&std::process::id().to_string()));
    store.close();
    open(dir.path());
}

#[test]
fn a_wrong_root_key_is_told() {
    let dir = tempfile::tempdir().unwrap();
    put(&open(dir.path()), "a", b"1").unwrap();
    let error = Store::open(dir.path(), &RootKey::new([6; 32])).err().unwrap();
    assert_eq!(error, StoreError::WrongKey { path: dir.path().join("keyring") });
    assert_eq!(count(&open(dir.path())), 1);
}

#[test]
fn another_format_is_told() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let path = dir.path().join("store.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[16] = 77;
    std::fs::write(&path, &bytes).unwrap();
    assert!(matches!(Store::open(dir.path(), &root()).err(), Some(StoreError::Version { found: 77, .. })));
    bytes[0] = 0;
    std::fs::write(&path, &bytes).unwrap();
    assert!(matches!(Store::open(dir.path(), &root()).err(), Some(StoreError::Corrupt { .. })));
    std::fs::write(&path, b"").unwrap();
    assert!(matches!(Store::open(dir.path(), &root()).err(), Some(StoreError::Corrupt { .. })));
}

#[test]
fn nothing_lies_in_the_clear() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let value = b"MARKER-VALUE ".repeat(2_000);
    for n in 0..500 {
        put(&store, &format!("MARKER-KEY/{n}"), &value[..n * 13]).unwrap();
    }
    let mut tx = store.begin();
    tx.delete(b"MARKER-KEY/3".to_vec());
    tx.append(b"MARKER-RECORD".to_vec(), value.clone().into());
    store.commit(tx).wait().unwrap();
    let clean = |when: &str| {
        for entry in std::fs::read_dir(dir.path()).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(6).any(|w| w == b"MARKER"), "{when}: {}", path.display());
        }
    };
    clean("open");
    drop(store);
    clean("closed");
    assert!(std::fs::metadata(dir.path().join("store.db")).unwrap().len() > value.len() as u64);
}

/// Every block of a closed store in turn: a flipped bit is an error or does no harm, and never gives other rows.
#[test]
fn a_flipped_bit_never_gives_wrong_rows() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for n in 0..300_u16 {
        put(&store, &format!("key/{n:03}"), &n.to_be_bytes().repeat(100)).unwrap();
    }
    drop(store);
    let path = dir.path().join("store.db");
    let good = std::fs::read(&path).unwrap();
    let (mut refused, mut harmless) = (0, 0);
    for block in 0..(good.len() - 8192) / 4136 {
        let at = 8192 + block * 4136 + (block * 97) % 4136;
        if good[8192 + block * 4136..][..4136].iter().all(|b| *b == 0) {
            continue;
        }
        let mut bad = good.clone();
        bad[at] ^= 4;
        std::fs::write(&path, bad).unwrap();
        let rows = Store::open(dir.path(), &root()).and_then(|store| store.begin().scan(prefix_range(b"key/"), usize::MAX, false));
        match rows {
            Ok(rows) => {
                assert!((0..300_u16).map(|n| n.to_be_bytes().repeat(100)).eq(rows.iter().map(|(_, v)| v.to_vec())));
                harmless += 1;
            }
            Err(StoreError::Corrupt { .. }) => refused += 1,
            Err(other) => panic!("block {block}: {other}"),
        }
    }
    println!("{refused} altered blocks refused, {harmless} not in use");
    assert!(refused > 10);
    for size in [4096, 4100, 8192, 8192 + 4136 * 3, good.len() - 4136, good.len() - 1] {
        std::fs::write(&path, &good[..size]).unwrap();
        match Store::open(dir.path(), &root()) {
            Ok(store) => assert!(store.begin().scan(prefix_range(b""), 999, false).is_err(), "{size} bytes"),
            Err(error) => assert!(matches!(error, StoreError::Corrupt { .. }), "{size} bytes: {error}"),
        }
    }
    std::fs::write(&path, good).unwrap();
    assert_eq!(count(&open(dir.path())), 300);
}

/// Not a test of its own: the process that the crash tests start and kill. It commits pairs of rows on four threads,
/// and prints each pair's name once it was answered.
#[test]
#[ignore = "started by the crash tests"]
fn child() {
    let Ok(dir) = std::env::var("STORE_CHILD_DIR") else { return };
    let round = std::env::var("STORE_CHILD_ROUND").unwrap();
    let store = open(Path::new(&dir));
    thread::scope(|scope| {
        for t in 0..4 {
            let (store, round) = (&store, &round);
            scope.spawn(move || {
                for n in 0.. {
                    let name = format!("{round}.{t}.{n}");
                    let mut tx = store.begin();
                    tx.put(format!("left/{name}").into_bytes(), name.clone().into_bytes().repeat(1 + n % 700).into());
                    tx.append(format!("right/{name}").into_bytes(), name.clone().into_bytes().into());
                    store.commit(tx).wait().unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "ack {name}").unwrap();
                }
            });
        }
    });
}

fn start_child(dir: &Path, round: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env("STORE_CHILD_DIR", dir)
        .env("STORE_CHILD_ROUND", round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs a child until it has answered `enough` commits, kills it at once, and adds all it answered.
fn run_and_kill(dir: &Path, round: usize, enough: usize, answered: &mut HashSet<String>) {
    let mut child = start_child(dir, round);
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let (mut line, mut seen) = (String::new(), 0);
    let mut killed = false;
    while lines.read_line(&mut line).unwrap() > 0 {
        // The last line may be cut off.
        if let Some(name) = line.strip_suffix('\n').and_then(|l| l.strip_prefix("ack ")) {
            answered.insert(name.to_owned());
            seen += 1;
        }
        line.clear();
        if seen >= enough && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(seen >= enough, "the child ended by itself after {seen}");
}

fn check_rows(store: &Store, answered: &HashSet<String>) {
    let mut tx = store.begin();
    let mut names = |prefix: &str| -> HashSet<String> {
        let rows = tx.scan(prefix_range(prefix.as_bytes()), usize::MAX, false).unwrap();
        rows.into_iter().map(|(k, _)| String::from_utf8(k).unwrap().split_off(prefix.len())).collect()
    };
    let (left, right) = (names("left/"), names("right/"));
    assert_eq!(left, right, "half a transaction");
    let lost: Vec<_> = answered.difference(&left).collect();
    assert!(lost.is_empty(), "answered and lost: {lost:?}");
}

#[test]
fn every_answered_commit_survives_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut answered = HashSet::new();
    for round in 0..8 {
        run_and_kill(dir.path(), round, 40 + round * 61, &mut answered);
        let store = open(dir.path());
        check_rows(&store, &answered);
        put(&store, "after", b"1").unwrap();
        let mut tx = store.begin();
        tx.delete(b"after".to_vec());
        store.commit(tx).wait().unwrap();
    }
}

/// A crash of the machine may leave any of the writes since the last flush undone. What was written last is blanked
/// or damaged in a copy of the file: the store opens at the commit before, whole, or says that it cannot.
#[test]
fn a_torn_tail_is_rolled_back_or_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut answered = HashSet::new();
    run_and_kill(dir.path(), 0, 300, &mut answered);
    let path = dir.path().join("store.db");
    let good = std::fs::read(&path).unwrap();
    // Which blocks the last session wrote last: the counter behind the salt tells.
    let blocks = (good.len() - 8192) / 4136;
    let counter = |n: usize| u64::from_be_bytes(good[8192 + n * 4136 + 16..][..8].try_into().unwrap());
    let mut by_age: Vec<usize> = (0..blocks).collect();
    by_age.sort_by_key(|n| std::cmp::Reverse(counter(*n)));
    let (mut whole, mut told) = (0, 0);
    for (n, block) in by_age.iter().take(12).enumerate() {
        let mut bad = good.clone();
        let sealed = &mut bad[8192 + block * 4136..][..4136];
        if n % 2 == 0 {
            sealed[1000..].fill(0)
        } else {
            sealed[77] ^= 1
        }
        std::fs::write(&path, bad).unwrap();
        match Store::open(dir.path(), &root()) {
            Ok(store) => {
                check_rows(&store, &HashSet::new());
                assert!(count(&store) > 400, "more than the last commits was lost");
                whole += 1;
            }
            Err(error) => {
                assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
                told += 1;
            }
        }
    }
    println!("{whole} opened whole, {told} told");
    assert!(whole > 0);
}

/// A small file system of our own, unmounted at the end.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(size: &str) -> Result<Self, String> {
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(dir.path())
            .stderr(Stdio::piped())
            .output()
            .map_err(|e| format!("mount cannot be run: {e}"))?;
        if mount.status.success() { Ok(Self(dir)) } else { Err(String::from_utf8_lossy(&mount.stderr).into_owned()) }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.0.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()));
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let disk = match SmallDisk::mount("12m") {
        Ok(disk) => disk,
        Err(reason) => return println!("skipped: a small tmpfs cannot be mounted: {}", reason.trim()),
    };
    let data = disk.0.path().join("data");
    let ballast = disk.0.path().join("ballast");
    std::fs::write(&ballast, vec![1; 6 << 20]).unwrap();
    let store = open(&data);
    let mut kept = HashSet::new();
    let mut refused = 0;
    // What cannot be compressed, so that the log fills the disk too.
    let mut state = 1_u64;
    let mut noise = || -> Vec<u8> {
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as u8
        };
        (0..20_000).map(|_| next()).collect()
    };
    for n in 0..2_000 {
        let name = format!("row/{n:04}");
        match put(&store, &name, &noise()) {
            Ok(()) => drop(kept.insert(name)),
            Err(CommitError::Full(message)) => {
                assert!(message.contains("store.db") || message.contains("log."), "{message}");
                refused += 1;
            }
            Err(error) => panic!("{error}"),
        }
        if refused == 5 {
            break;
        }
    }
    assert!(refused == 5 && kept.len() > 20, "{} kept, {refused} refused", kept.len());
    let names = |store: &Store| -> HashSet<String> {
        let rows = store.begin().scan(prefix_range(b"row/"), usize::MAX, false).unwrap();
        rows.into_iter().map(|(k, _)| String::from_utf8(k).unwrap()).collect()
    };
    assert_eq!(names(&store), kept, "what was read on the full disk");
    std::fs::remove_file(ballast).unwrap();
    for n in 0..20 {
        let name = format!("row/after-{n}");
        put(&store, &name, &[1; 20_000]).expect("there is space again");
        kept.insert(name);
    }
    assert_eq!(names(&store), kept);
    drop(store);
    assert_eq!(names(&open(&data)), kept);
}
