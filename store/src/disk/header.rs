use super::{blocks::HEADER, keyring::KeyBytes};
use crate::{
    StoreError, files,
    key::{aes_gcm, derive, random},
};
use aws_lc_rs::aead::{Aad, Nonce};
use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};
use zeroize::Zeroizing;

const MAGIC: &[u8; 16] = b"sekisho store\r\n\0";
/// The format of the file. It changes when an older version could not read it rightly.
const VERSION: u32 = 2;
const VERSION_AT: usize = MAGIC.len();
const SALT_AT: usize = VERSION_AT + 4;
const CHECK_AT: usize = SALT_AT + 32;
const CHECK: usize = 16;

/// The file's own key, which a key of rows and the file's random salt give.
pub(super) fn file_key(rows_key: &KeyBytes, salt: &[u8]) -> Zeroizing<[u8; 32]> {
    derive(rows_key, salt, &[b"file"])
}

/// The tag of an empty message under a key that is used for nothing else: the same each time for the right root key.
fn check(key: &[u8; 32], authenticated: &[u8]) -> [u8; CHECK] {
    let mut tag = [0; CHECK];
    let sealed = aes_gcm(&derive(key, b"", &[b"key check"])).seal_in_place_separate_tag(
        Nonce::assume_unique_for_key([0; 12]),
        Aad::from(authenticated),
        &mut [],
    );
    tag.copy_from_slice(sealed.expect("an empty message can be sealed").as_ref());
    tag
}

/// Writes the header of a new file.
pub(super) fn write(file: &mut File, rows_key: &KeyBytes) -> io::Result<Zeroizing<[u8; 32]>> {
    let salt: [u8; 32] = random();
    let key = file_key(rows_key, &salt);
    let mut header = Vec::with_capacity(HEADER as usize);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&salt);
    let tag = check(&key, &header);
    header.extend_from_slice(&tag);
    header.resize(HEADER as usize, 0);
    file.write_all(&header)?;
    Ok(key)
}

/// Nothing was written here before.
pub(super) fn absent(dir: &Path) -> Result<(), StoreError> {
    let path = dir.join("store.db");
    match path.try_exists().map_err(files::failed(&path, "looking for the file"))? {
        false => Ok(()),
        true => Err(StoreError::Invalid(format!("there are rows in '{}' already", dir.display()))),
    }
}

/// Whether one of the keys is that of the file.
pub(super) fn check_key(path: &Path, keys: &[KeyBytes]) -> Result<(), StoreError> {
    read(&mut File::open(path).map_err(files::failed(path, "opening"))?, path, keys).map(drop)
}

/// Reads the header, and answers the file's key if one of these is the one that it was made with.
pub(super) fn read(file: &mut File, path: &Path, keys: &[KeyBytes]) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let corrupt = |message: &str| StoreError::Corrupt { path: path.into(), message: message.into() };
    let mut header = [0; CHECK_AT + CHECK];
    file.read_exact(&mut header).map_err(|_| corrupt("the file has no header"))?;
    if header[..MAGIC.len()] != *MAGIC {
        return Err(corrupt("the file is not a store"));
    }
    let found = u32::from_le_bytes([16, 17, 18, 19].map(|at| header[at]));
    if found != VERSION {
        return Err(StoreError::Version { path: path.into(), found });
    }
    for rows_key in keys {
        let key = file_key(rows_key, &header[SALT_AT..CHECK_AT]);
        let tag = check(&key, &header[..CHECK_AT]);
        if aws_lc_rs::constant_time::verify_slices_are_equal(&tag, &header[CHECK_AT..]).is_ok() {
            return Ok(key);
        }
    }
    Err(StoreError::WrongKey { path: path.into() })
}
