//! The keys that everything in a data directory hangs on. They are random, and lie in one small file, wrapped by the root key:
//! another root key wraps the same keys, and nothing else is written again.

use crate::{
    RootKey, StoreError, files,
    key::{aes_gcm, derive, random},
};
use aws_lc_rs::aead::{Aad, Nonce};
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The file's name in the data directory.
pub(crate) const NAME: &str = "keyring";
const MAGIC: [u8; 16] = *b"sekisho keys\r\n\0\0";
/// The format of the file. It changes when an older version could not read it rightly.
const VERSION: u32 = 1;
const SALT_AT: usize = MAGIC.len() + 4;
const CHECK_AT: usize = SALT_AT + 32;
/// Magic, version, salt, and what tells the right root key from a wrong one.
const HEAD: usize = CHECK_AT + 16;
const KEY: usize = 32;
/// No keyring is longer: what is was not written here.
const LONGEST: u64 = 4096;

/// A key, cleared from memory when it is dropped.
pub type KeyBytes = Zeroizing<[u8; KEY]>;

/// The data keys of one data directory. The first of each kind is the present one; what lies under an older one can be read.
#[derive(Clone)]
pub(crate) struct Keyring {
    /// Of rows: the tree, the log, backups.
    pub(crate) rows: Vec<KeyBytes>,
    /// Of what those above the store seal by themselves.
    pub(crate) seals: Vec<KeyBytes>,
    /// Whether the present keys of rows derive from a root key: data of a version that had no keyring.
    pub(crate) derived: bool,
}

fn fresh() -> KeyBytes {
    Zeroizing::new(random())
}

fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

impl Keyring {
    /// New keys.
    pub(crate) fn new() -> Self {
        Self { rows: vec![fresh()], seals: vec![fresh()], derived: false }
    }

    /// The keys of data that was written before there were keyrings: they derive from the root key.
    fn of_root(root: &RootKey) -> Self {
        Self { rows: vec![root.derive("embedded store")], seals: vec![root.bytes()], derived: true }
    }

    /// Reads the keyring of `dir`; makes it if there is none. The data directory is held.
    pub(crate) fn open(dir: &Path, root: &RootKey) -> Result<Self, StoreError> {
        let path = path(dir);
        if let Some(bytes) = read(&path)? {
            return Self::unwrap(&bytes, root, &path);
        }
        let store = dir.join("store.db");
        let keyring = match store.try_exists().map_err(files::failed(&store, "looking for the file"))? {
            true => {
                let keyring = Self::of_root(root);
                // Before a wrong key is written down: does it open what is there?
                super::header::check_key(&store, &keyring.rows)?;
                keyring
            }
            false => Self::new(),
        };
        keyring.write(dir, root)?;
        Ok(keyring)
    }

    /// With keys of rows and seals that are random and come first.
    pub(crate) fn with_fresh_keys(mut self) -> Self {
        self.rows.insert(0, fresh());
        self.seals.insert(0, fresh());
        self.derived = false;
        self
    }

    /// Writes the keyring, wrapped by the root key: the new one or the old one, whatever happens.
    pub(crate) fn write(&self, dir: &Path, root: &RootKey) -> Result<(), StoreError> {
        let draft = dir.join("keyring.new");
        let path = path(dir);
        let failed = files::failed(&draft, "writing");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft).map_err(&failed)?;
        let written = file.write_all(&self.wrap(root)).and_then(|()| file.sync_all());
        if let Err(e) = written {
            // What is left is written over next time.
            let _ = std::fs::remove_file(&draft);
            return Err(failed(e));
        }
        std::fs::rename(&draft, &path).map_err(files::failed(&path, "naming"))?;
        files::flush_folder(dir)
    }

    /// The file's bytes.
    pub(crate) fn wrap(&self, root: &RootKey) -> Vec<u8> {
        let salt: [u8; 32] = random();
        let mut out = Vec::with_capacity(512);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&salt);
        out.extend_from_slice(&check(root, &salt));
        let mut plain = Zeroizing::new(Vec::with_capacity(512));
        plain.push(u8::from(self.derived));
        for keys in [&self.rows, &self.seals] {
            // There are never more than a few.
            plain.push(u8::try_from(keys.len()).unwrap_or(u8::MAX));
            keys.iter().for_each(|key| plain.extend_from_slice(key.as_slice()));
        }
        let cipher = aes_gcm(&derive(&root.derive("keyring"), &salt, &[b"wrap"]));
        let tag = cipher
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key([0; 12]), Aad::from(&out), &mut plain)
            .expect("a few keys can be sealed");
        out.extend_from_slice(&plain);
        out.extend_from_slice(tag.as_ref());
        out
    }

    /// The keys in a file's bytes. `path` is named in errors.
    pub(crate) fn unwrap(bytes: &[u8], root: &RootKey, path: &Path) -> Result<Self, StoreError> {
        let corrupt = || StoreError::Corrupt { path: path.into(), message: "the keyring is not what was written".into() };
        let head = bytes.get(..HEAD).filter(|head| head.starts_with(&MAGIC)).ok_or_else(corrupt)?;
        let found = u32::from_le_bytes([16, 17, 18, 19].map(|at| head[at]));
        if found != VERSION {
            return Err(StoreError::Version { path: path.into(), found });
        }
        let salt = head[SALT_AT..CHECK_AT].try_into().map_err(|_| corrupt())?;
        if aws_lc_rs::constant_time::verify_slices_are_equal(&check(root, salt), &head[CHECK_AT..]).is_err() {
            return Err(StoreError::WrongKey { path: path.into() });
        }
        let mut sealed = Zeroizing::new(bytes[HEAD..].to_vec());
        let cipher = aes_gcm(&derive(&root.derive("keyring"), salt, &[b"wrap"]));
        let plain: &[u8] =
            cipher.open_in_place(Nonce::assume_unique_for_key([0; 12]), Aad::from(head), &mut sealed).map_err(|_| corrupt())?;
        let (derived, mut rest) = plain.split_first().ok_or_else(corrupt)?;
        let mut keys = || -> Option<Vec<KeyBytes>> {
            let (count, behind) = rest.split_first()?;
            let (own, behind) = behind.split_at_checked(usize::from(*count) * KEY)?;
            rest = behind;
            let keys: Option<_> = own.chunks_exact(KEY).map(|key| Some(Zeroizing::new(key.try_into().ok()?))).collect();
            keys.filter(|keys: &Vec<KeyBytes>| !keys.is_empty())
        };
        Ok(Self { rows: keys().ok_or_else(corrupt)?, seals: keys().ok_or_else(corrupt)?, derived: *derived != 0 })
    }
}

/// The same each time for the right root key, and tells nothing of it.
fn check(root: &RootKey, salt: &[u8; 32]) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(&derive(&root.derive("keyring"), salt, &[b"check"])[..16]);
    out
}

/// Whether this is the root key of the data directory `dir`. Looks at the keyring alone, and changes nothing.
///
/// # Errors
/// It is another one, or there is no keyring that can be read.
pub fn opens_with(dir: &Path, root: &RootKey) -> Result<(), StoreError> {
    Keyring::unwrap(&super::keyring_file(dir)?, root, &path(dir)).map(drop)
}

/// The bytes of the keyring; None: there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(files::failed(path, "opening")(e)),
    };
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).map_err(files::failed(path, "reading"))?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_under_their_root_key_alone_and_unaltered() {
        let (root, other) = (RootKey::new([1; 32]), RootKey::new([2; 32]));
        let keyring = Keyring::new().with_fresh_keys();
        let bytes = keyring.wrap(&root);
        assert_ne!(bytes, keyring.wrap(&root), "a salt of its own each time");
        let path = Path::new("keyring");
        let back = Keyring::unwrap(&bytes, &root, path).unwrap();
        assert!(back.rows == keyring.rows && back.seals == keyring.seals && back.rows.len() == 2 && !back.derived);
        assert_eq!(Keyring::unwrap(&bytes, &other, path).err(), Some(StoreError::WrongKey { path: path.into() }));
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert!(Keyring::unwrap(&bad, &root, path).is_err(), "byte {at}");
            assert!(Keyring::unwrap(&bytes[..at], &root, path).is_err(), "{at} bytes");
        }
        for key in keyring.rows.iter().chain(&keyring.seals) {
            assert!(!bytes.windows(8).any(|part| part == &key[..8]));
        }
    }
}
