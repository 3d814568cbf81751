//! Gives a workspace to an id of the sandbox's own, where its owners cannot be shown through a map.

use std::fs::{self, File, Metadata, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown, lchown};
use std::path::Path;

use nix::libc;

use crate::error::{At, Failure};
use crate::sandbox::Ids;

/// One descriptor is open for each level.
const MAX_DEPTH: usize = 200;

/// Gives a workspace and what is in it to `id`. Only a folder that is private to root can be meant: a folder that
/// others may enter, or with files of others in it, is somebody's and stays as it is.
pub(super) fn give(workspace: &Path, id: u32) -> Result<(), Failure> {
    let refused = |reason: String| {
        let step = format!("giving the workspace {} to the sandbox's user", workspace.display());
        Failure { step, reason }
    };
    let folder = open(workspace).map_err(|e| refused(e.to_string()))?;
    let top = folder.metadata().map_err(|e| refused(e.to_string()))?;
    if top.mode() & 0o077 != 0 {
        return Err(refused("it is not private (its mode has to be 0700), so it is not given away".into()));
    }
    let check = |path: &Path, metadata: &Metadata| {
        let ours = metadata.uid() == 0 || Ids::contain(metadata.uid());
        if !ours || metadata.dev() != top.dev() {
            let name = path.file_name().unwrap_or_default();
            return Err(format!("{} is another user's or on another file system", name.display()));
        }
        Ok(())
    };
    check(workspace, &top).map_err(refused)?;
    // All of it before any of it.
    walk(&folder, 0, &check).map_err(refused)?;
    // A link itself, never where it leads.
    let change = |path: &Path, metadata: &Metadata| {
        check(path, metadata)?;
        lchown(path, Some(id), Some(id)).map_err(|e| e.to_string())
    };
    walk(&folder, 0, &change).map_err(refused)?;
    fchown(&folder, Some(id), Some(id)).at("giving the workspace to the sandbox's user")
}

/// Goes from descriptor to descriptor, never along a path: a program that is still at work in the workspace cannot
/// lead the walk out of it by a link.
fn walk(folder: &File, depth: usize, visit: &impl Fn(&Path, &Metadata) -> Result<(), String>) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("it is more than {MAX_DEPTH} folders deep"));
    }
    let say = |e: std::io::Error| e.to_string();
    for entry in fs::read_dir(format!("/proc/self/fd/{}", folder.as_raw_fd())).map_err(say)? {
        let path = entry.map_err(say)?.path();
        let metadata = path.symlink_metadata().map_err(say)?;
        visit(&path, &metadata)?;
        if metadata.is_dir() {
            walk(&open(&path).map_err(say)?, depth + 1, visit)?;
        }
    }
    Ok(())
}

fn open(folder: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_DIRECTORY).open(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_given_but_not_what_it_leads_to() {
        if !nix::unistd::geteuid().is_root() {
            println!("skipped: needs root");
            return;
        }
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        let outer = tempfile::Builder::new().permissions(private).tempdir().unwrap();
        let (target, workspace) = (outer.path().join("target"), outer.path().join("workspace"));
        for folder in [&target, &workspace] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(target.join("file"), "").unwrap();
        fs::set_permissions(&workspace, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        std::os::unix::fs::symlink(&target, workspace.join("link")).unwrap();
        fs::create_dir(workspace.join("folder")).unwrap();
        fs::write(workspace.join("folder/file"), "").unwrap();
        give(&workspace, 0x8_0000).unwrap();
        let owner = |path: &Path| path.symlink_metadata().unwrap().uid();
        for given in ["", "link", "folder", "folder/file"] {
            assert_eq!(owner(&workspace.join(given)), 0x8_0000, "{given}");
        }
        assert_eq!((owner(&target), owner(&target.join("file"))), (0, 0));
    }
}
