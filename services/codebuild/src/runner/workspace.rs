//! A build's folder on the host, private, and gone when the build has ended.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

pub(super) struct Workspace {
    /// What the build sees as its whole output folder.
    pub(super) shared: PathBuf,
    /// What it does not see: downloads and packed artifacts.
    pub(super) own: PathBuf,
    top: PathBuf,
}

const FOLDER: &str = "builds";

fn private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

impl Workspace {
    /// A fresh one: what an attempt before has left is removed.
    pub(super) fn make(runtime_dir: &Path, uuid: &str) -> io::Result<Self> {
        let top = runtime_dir.join(FOLDER).join(uuid);
        remove(&top);
        let workspace = Self { shared: top.join("output"), own: top.join("own"), top };
        private(&workspace.shared)?;
        private(&workspace.own)?;
        Ok(workspace)
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        remove(&self.top);
    }
}

/// Removes what a build left, also where it took the rights from its own folders. What cannot be removed is tried
/// again at the next start.
fn remove(path: &Path) {
    if fs::remove_dir_all(path).is_err() && path.exists() {
        reclaim(path);
        let _ = fs::remove_dir_all(path);
    }
}

/// Links are not followed: a folder is one only by itself.
fn reclaim(folder: &Path) {
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            reclaim(&entry.path());
        }
    }
}

/// Removes the workspaces that a crash left.
pub(super) fn sweep(runtime_dir: &Path) {
    remove(&runtime_dir.join(FOLDER));
}
