//! On a disk: nothing in the clear, nothing lost, large packs.
#![allow(clippy::disallowed_methods, reason = "tests own their files")]

mod world;

use std::path::{Path, PathBuf};
use store::{Blobs, RootKey, Store};
use tempfile::TempDir;
use world::World;

fn open(data: &Path) -> World {
    World::over(Store::open(&data.join("rows"), &RootKey::new([3; 32])).unwrap(), Blobs::open(&data.join("blobs")).unwrap())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// The most memory that this process ever held, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_repository_outlives_its_server_and_is_not_in_the_clear() {
    let data = TempDir::new().unwrap();
    let marker = "marker-of-the-content";
    let content = noise(30 * 1024 * 1024);
    let tip = {
        let world = open(data.path());
        world.repository("shop");
        let clone = world.clone_of("shop", "c");
        world.commit(&clone, "large.bin", &content);
        // Stored without compression, so that the marker would be seen.
        world.git("", &clone, &["config", "core.compression", "0"]);
        let tip = world.commit(&clone, "marker.txt", marker.repeat(1000).as_bytes());
        let before = peak();
        world.git("shop", &clone, &["push", "-q", "origin", "main:marker-of-a-branch"]);
        world.clone_of("shop", "streamed");
        let grown = peak() - before;
        assert!(grown < 16 * 1024, "30 MiB were pushed and cloned with {grown} KiB more: they are held, not streamed");
        // The world's own threads hold its store; only what is flushed counts.
        world.gate.close();
        tip
    };
    let all = files(data.path());
    assert!(all.iter().map(|f| f.metadata().unwrap().len()).sum::<u64>() > 30 * 1024 * 1024);
    for file in all {
        let bytes = std::fs::read(&file).unwrap();
        for word in [marker, "marker-of-a-branch", "PACK\0\0"] {
            assert!(!bytes.windows(word.len()).any(|w| w == word.as_bytes()), "{word:?} in {}", file.display());
        }
    }
    let world = open(data.path());
    assert_eq!(world.tip("shop", "marker-of-a-branch"), Some(tip));
    let clone = world.clone_of("shop", "again");
    assert_eq!(std::fs::read(clone.join("large.bin")).unwrap(), content);
    // A second push is a thin pack over the first.
    let next = world.commit(&clone, "marker.txt", format!("{}x", marker.repeat(1000)).as_bytes());
    world.git("shop", &clone, &["push", "-q", "origin", "HEAD:main"]);
    assert_eq!(world.tip("shop", "main"), Some(next));
}
