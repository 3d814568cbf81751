//! Where things lie: the user's configuration folder (keys, credentials, the certificate authority), the data directory of
//! a delivery, and the runtime folder for what running work needs in the clear.

use crate::failure::Failure;
use base::{Secret, SystemEntropy, access_key_id, secret_access_key, uuid};
use gate::OperatorKey;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    io::Write,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// The folder of a delivery's state, beside its `sekisho.yaml`.
pub(crate) const STATE: &str = ".sekisho";

fn with_path(path: &Path) -> impl FnOnce(io::Error) -> Failure + '_ {
    move |e| Failure::new(format!("{}: {e}", path.display()))
}

pub(crate) fn private_folder(path: &Path) -> Result<(), Failure> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(with_path(path))
}

/// Writes a file that only its owner reads, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let partial = path.with_extension("partial");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial).map_err(with_path(&partial))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(with_path(&partial))?;
    fs::rename(&partial, path).map_err(with_path(path))
}

/// Reads a file that only its owner reads; None: there is none.
pub(crate) fn read_private(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(with_path(path)(e)),
    };
    if meta.permissions().mode() & 0o177 != 0 {
        return Err(Failure::unusable(format!("{} is open to others than its owner (mode {:o})", path.display(), meta.mode() & 0o777))
            .help(format!("chmod 600 {}", path.display())));
    }
    fs::read(path).map(Some).map_err(with_path(path))
}

/// The user's configuration folder.
pub(crate) fn folder() -> Result<PathBuf, Failure> {
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let folder = set("SEKISHO_CONFIG_DIR")
        .or_else(|| set("XDG_CONFIG_HOME").map(|p| p.join("sekisho")))
        .or_else(|| set("HOME").map(|p| p.join(".config/sekisho")))
        .ok_or_else(|| Failure::unusable("there is no configuration folder").help("set HOME or SEKISHO_CONFIG_DIR"))?;
    private_folder(&folder)?;
    Ok(folder)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorFile {
    access_key_id: String,
    secret_access_key: Secret<String>,
}

/// The id of the server whose data lies in `state`; made when there is none.
pub(crate) fn server_id(state: &Path) -> Result<String, Failure> {
    let marker = state.join("server-id");
    let id = match fs::read_to_string(&marker) {
        Ok(id) => id.trim().to_string(),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let id = uuid(&SystemEntropy);
            write_private(&marker, id.as_bytes())?;
            id
        }
        Err(e) => return Err(with_path(&marker)(e)),
    };
    if is_id(&id) { Ok(id) } else { Err(Failure::unusable(format!("{} does not hold a server's id", marker.display()))) }
}

/// Whether it can be a server's id, and so the name of a folder.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// The folder of a server's keys.
pub(crate) fn server_folder(id: &str) -> Result<PathBuf, Failure> {
    let folder = folder()?.join("servers").join(id);
    private_folder(&folder)?;
    Ok(folder)
}

/// The operator's key of the server `id`; made when there is none.
pub(crate) fn operator(id: &str) -> Result<OperatorKey, Failure> {
    let path = server_folder(id)?.join("operator.json");
    if let Some(bytes) = read_private(&path)? {
        let file: OperatorFile = serde_json::from_slice(&bytes).map_err(|e| Failure::unusable(format!("{}: {e}", path.display())))?;
        return Ok(OperatorKey { id: file.access_key_id, secret: file.secret_access_key });
    }
    let key = OperatorKey { id: access_key_id(&SystemEntropy, "AKIA"), secret: secret_access_key(&SystemEntropy) };
    let file = OperatorFile { access_key_id: key.id.clone(), secret_access_key: key.secret.clone() };
    let bytes = base::revealed(|| serde_json::to_vec(&file)).map_err(|e| Failure::new(e.to_string()))?;
    write_private(&path, &bytes)?;
    Ok(key)
}

/// A new, empty folder for workspaces and unpacked repositories, on tmpfs where there is one. What an earlier process of
/// the same server left is removed.
pub(crate) fn runtime_folder(server_id: &str) -> Result<PathBuf, Failure> {
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let places = [set("SEKISHO_RUNTIME_DIR"), set("XDG_RUNTIME_DIR"), Some(PathBuf::from("/dev/shm")), Some(std::env::temp_dir())];
    for place in places.into_iter().flatten().filter(|p| p.is_dir()) {
        let folder = place.join(format!("sekisho-{server_id}"));
        if folder.exists() && fs::remove_dir_all(&folder).is_err() {
            continue;
        }
        if fs::DirBuilder::new().mode(0o700).create(&folder).is_ok() {
            return Ok(folder);
        }
    }
    Err(Failure::new("there is no folder for running work").help("set SEKISHO_RUNTIME_DIR to a folder that you can write, best on tmpfs"))
}

/// Makes the state folder of a delivery, which git is to ignore.
pub(crate) fn state_folder(project: &Path) -> Result<PathBuf, Failure> {
    let state = project.join(STATE);
    private_folder(&state)?;
    let ignore = state.join(".gitignore");
    if !ignore.exists() {
        fs::write(&ignore, "*\n").map_err(with_path(&ignore))?;
    }
    Ok(state)
}
