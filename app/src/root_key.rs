//! Where the root key comes from: the environment, a file, a command (a secret manager's client), or the server's own folder in
//! the configuration. Never from beside the data.

use crate::{
    config::{self, read_private, write_private},
    failure::Failure,
};
use base::{Entropy, SystemClock, SystemEntropy};
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use store::{RootKey, StoreError};

/// The variables of one key: its digits, the file that holds them, the command that prints them.
struct Variables([&'static str; 3]);

const PRESENT: Variables = Variables(["SEKISHO_ROOT_KEY", "SEKISHO_ROOT_KEY_FILE", "SEKISHO_ROOT_KEY_COMMAND"]);
const NEW: Variables = Variables(["SEKISHO_NEW_ROOT_KEY", "SEKISHO_NEW_ROOT_KEY_FILE", "SEKISHO_NEW_ROOT_KEY_COMMAND"]);

/// All variables that give keys: not for programs that the command line starts.
pub(crate) fn variables() -> impl Iterator<Item = &'static str> {
    PRESENT.0.into_iter().chain(NEW.0)
}

/// What a command may print.
const LONGEST: u64 = 4096;
/// The key in the server's folder, while a rotation is under way.
const COMING: &str = "root.key.new";
const OWN: &str = "root.key";

/// A root key, and where it was found.
pub(crate) struct Found {
    pub(crate) key: RootKey,
    /// In words.
    pub(crate) from: String,
    /// Whether it lies in the server's own folder.
    pub(crate) own: bool,
}

fn digits(text: &[u8], from: &str) -> Result<RootKey, Failure> {
    let text = std::str::from_utf8(text).unwrap_or_default().trim();
    let mut key = [0; 32];
    match hex::decode_to_slice(text, &mut key) {
        Ok(()) => Ok(RootKey::new(key)),
        Err(_) => {
            Err(Failure::unusable(format!("{from} is not a root key: expected 64 hexadecimal digits"))
                .help("`openssl rand -hex 32` makes one"))
        }
    }
}

fn given(variables: &Variables, state: &Path) -> Result<Option<Found>, Failure> {
    let value = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let set: Vec<&str> = variables.0.into_iter().filter(|name| value(name).is_some()).collect();
    let [name] = set[..] else {
        return match set.len() {
            0 => Ok(None),
            _ => Err(Failure::unusable(format!("{} are set: which key is meant?", set.join(" and "))).help("set one of them")),
        };
    };
    let text = value(name).unwrap_or_default();
    let found = |key: RootKey, from: String| Ok(Some(Found { key, from, own: false }));
    if name == variables.0[0] {
        return found(digits(text.as_encoded_bytes(), name)?, name.into());
    }
    if name == variables.0[1] {
        let path = PathBuf::from(text);
        outside(&path, state)?;
        let bytes = read_private(&path)?.ok_or_else(|| Failure::unusable(format!("{name}: there is no file {}", path.display())))?;
        let from = path.display().to_string();
        return found(digits(&bytes, &from)?, from);
    }
    let mut command = Command::new("sh");
    command.arg("-c").arg(&text).stdin(Stdio::null()).stdout(Stdio::piped());
    variables_removed(&mut command);
    let failed = |e: &dyn std::fmt::Display| Failure::unusable(format!("{name}: {}: {e}", text.display()));
    let mut child = command.spawn().map_err(|e| failed(&e))?;
    let mut printed = zeroized();
    if let Some(out) = child.stdout.take() {
        out.take(LONGEST).read_to_end(&mut printed).map_err(|e| failed(&e))?;
    }
    let status = child.wait().map_err(|e| failed(&e))?;
    if !status.success() {
        return Err(failed(&status).help("the command must print the key's 64 hexadecimal digits, and nothing else"));
    }
    found(digits(&printed, &format!("what {name} prints"))?, name.into())
}

fn zeroized() -> zeroize::Zeroizing<Vec<u8>> {
    zeroize::Zeroizing::new(Vec::new())
}

/// No program that is started sees a root key.
pub(crate) fn variables_removed(command: &mut Command) {
    variables().for_each(|name| {
        command.env_remove(name);
    });
}

/// A key beside the data protects nothing.
fn outside(path: &Path, state: &Path) -> Result<(), Failure> {
    // What is not there is told by who reads it.
    let (Ok(path), Ok(state)) = (fs::canonicalize(path), fs::canonicalize(state)) else { return Ok(()) };
    if path.starts_with(&state) {
        let message = format!("the root key {} lies beside the data that it protects, in {}", path.display(), state.display());
        return Err(Failure::unusable(message).help("move it elsewhere: who has a copy of the data would have the key too"));
    }
    Ok(())
}

/// The key that the environment gives for now.
pub(crate) fn from_environment(state: &Path) -> Result<Option<Found>, Failure> {
    given(&PRESENT, state)
}

/// The key that the environment gives for the time to come.
pub(crate) fn new_from_environment(state: &Path) -> Result<Option<Found>, Failure> {
    given(&NEW, state)
}

/// The root key of the server `id`, whose data lies in `state`; made when there is none and no data either.
pub(crate) fn of_server(id: &str, state: &Path) -> Result<Found, Failure> {
    if let Some(found) = from_environment(state)? {
        return Ok(found);
    }
    let folder = config::server_folder(id)?;
    outside(&folder, state)?;
    let path = folder.join(OWN);
    settle(&folder, state)?;
    let key = match read_private(&path)? {
        Some(text) => digits(&text, &path.display().to_string())?,
        None if state.join("data").exists() => {
            return Err(Failure::unusable(format!(
                "the data in {} is encrypted, and its root key {} is not there",
                state.display(),
                path.display()
            ))
            .help(format!(
                "bring the key back, give it with {}, or remove {} to begin anew",
                PRESENT.0.join(" or "),
                state.display()
            )));
        }
        None => generate(&path)?,
    };
    Ok(Found { key, from: path.display().to_string(), own: true })
}

fn generate(path: &Path) -> Result<RootKey, Failure> {
    let mut key = [0; 32];
    SystemEntropy.fill(&mut key);
    write_private(path, hex::encode(key).as_bytes())?;
    Ok(RootKey::new(key))
}

/// A new key of the server's own.
pub(crate) struct Coming {
    digits: zeroize::Zeroizing<String>,
    id: String,
}

impl Coming {
    pub(crate) fn new(id: &str) -> Self {
        let mut key = zeroize::Zeroizing::new([0; 32]);
        SystemEntropy.fill(key.as_mut_slice());
        Self { digits: zeroize::Zeroizing::new(hex::encode(key.as_slice())), id: id.into() }
    }

    pub(crate) fn key(&self) -> Result<RootKey, Failure> {
        digits(self.digits.as_bytes(), "the new key")
    }

    /// Writes it beside the present one, before it is needed. The data directory is held.
    pub(crate) fn announce(&self) -> Result<(), Failure> {
        write_private(&config::server_folder(&self.id)?.join(COMING), self.digits.as_bytes())
    }
}

/// After a rotation: the coming key takes its place. The one before stays under a name of its own, for backups made under it.
pub(crate) fn arrived(id: &str, own: bool) -> Result<Option<PathBuf>, Failure> {
    let folder = config::server_folder(id)?;
    let (path, new) = (folder.join(OWN), folder.join(COMING));
    let mut kept = None;
    if path.exists() {
        let before = folder.join(format!("{OWN}.until-{}", base::Clock::now(&SystemClock).basic()));
        fs::rename(&path, &before).map_err(|e| Failure::new(format!("{}: {e}", before.display())))?;
        kept = Some(before);
    }
    if own {
        fs::rename(&new, &path).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
    }
    fs::File::open(&folder).and_then(|folder| folder.sync_all()).map_err(|e| Failure::new(format!("{}: {e}", folder.display())))?;
    Ok(kept)
}

/// A rotation that was cut off: whichever key opens the data is the key.
fn settle(folder: &Path, state: &Path) -> Result<(), Failure> {
    let new = folder.join(COMING);
    let Some(text) = read_private(&new)? else { return Ok(()) };
    // Not while the rotation is under way.
    let _held = store::hold(&state.join("data"))?;
    let id = folder.file_name().unwrap_or_default().to_string_lossy();
    match digits(&text, &new.display().to_string()).map(|key| store::opens_with(&state.join("data"), &key)) {
        Ok(Ok(())) => arrived(&id, true).map(drop),
        Ok(Err(StoreError::WrongKey { .. })) | Err(_) => fs::remove_file(&new).map_err(|e| Failure::new(format!("{}: {e}", new.display()))),
        Ok(Err(e)) => Err(e.into()),
    }
}

/// The keys in the folder of the server `id`, the present one first: for backups that were made under an earlier one.
pub(crate) fn all_of_server(id: &str) -> Result<Vec<(RootKey, PathBuf)>, Failure> {
    let folder = config::folder()?.join("servers").join(id);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).map_err(|e| Failure::new(format!("{}: {e}", folder.display())))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(OWN)));
    paths.sort();
    let mut keys = Vec::new();
    for path in paths {
        if let Some(text) = read_private(&path)? {
            keys.push((digits(&text, &path.display().to_string())?, path));
        }
    }
    Ok(keys)
}

/// Writes a key as the own one of the server `id`.
pub(crate) fn adopt(id: &str, from: &Path) -> Result<(), Failure> {
    let bytes = read_private(from)?.ok_or_else(|| Failure::unusable(format!("there is no file {}", from.display())))?;
    write_private(&config::server_folder(id)?.join(OWN), &bytes)
}
