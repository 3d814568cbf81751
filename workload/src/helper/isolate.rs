//! Starts the sandbox's first process in its namespaces, and gives it what only the outside can give.

use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

use nix::libc;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::ownership::give;
use super::processes::Processes;
use super::{Running, init};
use crate::error::{At, Failure};
use crate::order::{Identity, Order, Report};
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
            Ok(Running { child, control: Some(control), listeners, processes: Some(Processes::new(processes)), group })
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
    let mounts = match order.identity {
        Identity::Range { base } => {
            map(child, &format!("0 {base} 65536"), &format!("0 {base} 65536"))?;
            mounts(order, base, child)?
        }
        Identity::Caller => {
            let user = order.spec.user;
            let denied = fs::write(format!("/proc/{child}/setgroups"), "deny");
            denied.at("giving up supplementary groups in the user namespace")?;
            let (uid, gid) = (nix::unistd::geteuid(), nix::unistd::getegid());
            map(child, &format!("{user} {uid} 1"), &format!("{user} {gid} 1"))?;
            Vec::new()
        }
        Identity::Bare { id } => {
            give(&order.spec.workspace, id)?;
            Vec::new()
        }
    };
    channel::send(control, &(), &mounts).at("telling the first process to go on")?;
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

/// The extra paths and, last, the workspace: their folders may be root's alone, so the first process, which is nobody
/// outside, could not get at them.
fn mounts(order: &Order, base: u32, child: Pid) -> Result<Vec<OwnedFd>, Failure> {
    let extra = order.spec.read_only.iter().map(|bind| {
        let about = || format!("showing {}", bind.host.display());
        let mount = sys::copy_mounts(&bind.host).at_with(about)?;
        sys::restrict(&mount, sys::SAFE | sys::READ_ONLY, None).at_with(about)?;
        Ok(mount)
    });
    let mut mounts = extra.collect::<Result<Vec<_>, Failure>>()?;
    mounts.push(workspace(&order.spec.workspace, base + order.spec.user, child)?);
    Ok(mounts)
}

/// The workspace with its owners as the sandbox's users: what belongs to 0 outside belongs to 0 inside. Where the
/// file system cannot show it so, the workspace changes hands.
fn workspace(path: &Path, id: u32, child: Pid) -> Result<OwnedFd, Failure> {
    let users = fs::File::open(format!("/proc/{child}/ns/user")).at("opening the user namespace")?;
    let mount = sys::copy_mount(path).at("copying the workspace's mount")?;
    if sys::restrict(&mount, sys::SAFE, Some(users.as_fd())).is_err() {
        give(path, id)?;
        sys::restrict(&mount, sys::SAFE, None).at("restricting the workspace's mount")?;
    }
    Ok(mount)
}
