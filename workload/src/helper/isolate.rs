//! Starts the sandbox's first process in its namespaces, and gives it what only the outside can give.

use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::net::UnixStream;
use std::path::Path;

use nix::libc;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Running, init, memory};
use crate::error::{At, Failure};
use crate::order::{Identity, Order, Report};
use crate::sandbox::Ids;
use crate::{channel, sys};

pub(super) fn start(order: &Order) -> Result<Running, Failure> {
    let group = order.groups.as_ref().map(|plan| plan.make(&order.name, &order.spec.limits)).transpose()?;
    let (control, theirs) = UnixStream::pair().at("making the first process's sockets")?;
    let child = sys::fork_with(namespaces(order), group.as_ref().and_then(|group| group.birthplace()), || {
        init::main(order, theirs.as_fd(), group.as_ref())
    })
    .at_with(|| format!("making namespaces ({})", hint(order)))?;
    drop(theirs);
    match prepare(order, child.pid, &control) {
        Ok((listeners, processes)) => {
            // Control groups count better than we can.
            let memory = group.is_none().then(|| memory::Watch::new(processes, order.spec.limits.memory_bytes));
            Ok(Running { child, control: Some(control), listeners, memory, group })
        }
        Err(failure) => {
            let _ = kill(child.pid, Signal::SIGKILL);
            let _ = sys::wait_for(Some(child.pid));
            Err(failure)
        }
    }
}

fn namespaces(order: &Order) -> libc::c_int {
    let mut flags = libc::CLONE_NEWNS | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS | libc::CLONE_NEWPID;
    if !order.spec.keep_network {
        flags |= libc::CLONE_NEWNET;
    }
    if !matches!(order.identity, Identity::Bare { .. }) {
        flags |= libc::CLONE_NEWUSER;
    }
    flags
}

fn hint(order: &Order) -> &'static str {
    match order.identity {
        Identity::Bare { .. } => "needs root",
        _ => "see user.max_user_namespaces, kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns",
    }
}

/// Maps the users, shows the workspace, and waits until the program runs: its listeners and its `/proc`.
fn prepare(order: &Order, child: Pid, control: &UnixStream) -> Result<(Vec<OwnedFd>, OwnedFd), Failure> {
    let workspace = match order.identity {
        Identity::Range { base } => {
            map(child, &format!("0 {base} 65536"), &format!("0 {base} 65536"))?;
            Some(mapped_workspace(&order.spec.workspace, child)?)
        }
        Identity::Caller => {
            let user = order.spec.user;
            let denied = fs::write(format!("/proc/{child}/setgroups"), "deny");
            denied.at("giving up supplementary groups in the user namespace")?;
            let (uid, gid) = (nix::unistd::geteuid(), nix::unistd::getegid());
            map(child, &format!("{user} {uid} 1"), &format!("{user} {gid} 1"))?;
            None
        }
        Identity::Bare { id } => {
            own(&order.spec.workspace, id)?;
            None
        }
    };
    channel::send(control, &(), workspace.as_slice()).at("telling the first process to go on")?;
    match channel::receive(control).at("waiting for the first process")? {
        (Report::Ready, mut descriptors) => {
            let processes = descriptors.pop().ok_or(()).map_err(|()| Failure::new("receiving /proc", "it is missing"))?;
            Ok((descriptors, processes))
        }
        (Report::Failed(failure), _) => Err(failure),
        (Report::Status(_), _) => Err(Failure::new("waiting for the first process", "it ended too early")),
    }
}

fn map(child: Pid, users: &str, groups: &str) -> Result<(), Failure> {
    fs::write(format!("/proc/{child}/uid_map"), users).at("mapping users into the user namespace")?;
    fs::write(format!("/proc/{child}/gid_map"), groups).at("mapping groups into the user namespace")
}

/// The workspace with its owners as the sandbox's users: what belongs to 0 outside belongs to 0 inside.
fn mapped_workspace(workspace: &Path, child: Pid) -> Result<OwnedFd, Failure> {
    let users = fs::File::open(format!("/proc/{child}/ns/user")).at("opening the user namespace")?;
    let mount = sys::copy_mount(workspace).at("copying the workspace's mount")?;
    sys::restrict(&mount, sys::NO_SUID | sys::NO_DEVICES, Some(users.as_fd())).at_with(|| {
        format!("mapping the owners of {} (does its file system support mapped mounts?)", workspace.display())
    })?;
    Ok(mount)
}

/// Gives the workspace and what is in it to a bare id. Only a folder that is private to root can be meant: a folder
/// that others may enter, or with files of others in it, is somebody's and stays as it is.
fn own(workspace: &Path, id: u32) -> Result<(), Failure> {
    let step = || format!("giving the workspace {} to the sandbox's user", workspace.display());
    let top = workspace.symlink_metadata().at_with(step)?;
    if top.mode() & 0o077 != 0 {
        return Err(Failure::new(step(), "it is not private (its mode has to be 0700), so it is not given away"));
    }
    let mut entries = vec![(workspace.to_path_buf(), top)];
    let mut next = 0;
    while next < entries.len() {
        let (path, metadata) = entries[next].clone();
        if metadata.dev() != entries[0].1.dev() || !(metadata.uid() == 0 || Ids::contain(metadata.uid())) {
            let reason = format!("{} is another user's or on another file system", path.display());
            return Err(Failure::new(step(), reason));
        }
        if metadata.is_dir() {
            for entry in fs::read_dir(&path).at_with(step)? {
                let path = entry.at_with(step)?.path();
                let metadata = path.symlink_metadata().at_with(step)?;
                entries.push((path, metadata));
            }
        }
        next += 1;
    }
    // Links themselves, never where they lead.
    entries.iter().try_for_each(|(path, _)| lchown(path, Some(id), Some(id))).at_with(step)
}
