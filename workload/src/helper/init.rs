//! The sandbox's first process: makes its inside, gives up every privilege, starts the program and reaps.

use std::fs::File;
use std::io::Read;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{Gid, Pid, Uid, setgroups, sethostname, setresgid, setresuid};

use super::{command, network, root, seccomp};
use crate::cgroup::Group;
use crate::error::{At, Failure};
use crate::order::{Identity, Order, Report};
use crate::{channel, sys};

/// Runs in the child of the fork; its answer is the exit code, which nobody reads.
pub(super) fn main(order: &Order, control: BorrowedFd<'_>, group: Option<&Group>) -> libc::c_int {
    let mut keep = group.map(Group::descriptors).unwrap_or_default();
    keep.push(control);
    let Ok(control) = sys::close_all_but(&keep).and_then(|()| control.try_clone_to_owned()) else {
        return 1;
    };
    let control = UnixStream::from(control);
    match start(order, &control, group) {
        Ok(program) => {
            let status = reap(program);
            i32::from(channel::send(&control, &Report::Status(status), channel::NONE).is_err())
        }
        Err(failure) => {
            let _ = channel::send(&control, &Report::Failed(failure), channel::NONE);
            1
        }
    }
}

fn start(order: &Order, control: &UnixStream, group: Option<&Group>) -> Result<Pid, Failure> {
    let ((), mounts) = channel::receive::<()>(control).at("waiting for the helper")?;
    if let Some(group) = group {
        group.join().at("joining the control groups")?;
        // So that /proc/self/cgroup tells nothing of the host.
        unshare(CloneFlags::CLONE_NEWCGROUP).at("making a control group namespace")?;
    }
    become_maker(order)?;
    sethostname(&order.spec.hostname).at("setting the host name")?;
    let listeners = network::listen(&order.spec)?;
    let processes = root::build(order, mounts)?;
    give_up(order)?;
    watch_helper(control)?;
    let program = launch(order, || Ok(()))?;
    let mut descriptors: Vec<BorrowedFd<'_>> = listeners.iter().map(TcpListener::as_fd).collect();
    descriptors.push(processes.as_fd());
    channel::send(control, &Report::Ready, &descriptors).at("telling the helper")?;
    let null = File::options().read(true).write(true).open("/dev/null").at("opening /dev/null")?;
    for raw in [1, 2] {
        sys::replace_standard(&null, raw).at("closing the output")?;
    }
    Ok(program)
}

/// Becomes the user inside as which the sandbox is made: a fresh namespace's process is nobody yet.
fn become_maker(order: &Order) -> Result<(), Failure> {
    let id = match order.identity {
        Identity::Range { .. } => 0,
        Identity::Caller => order.spec.user,
        Identity::Bare { .. } => return Ok(()),
    };
    if matches!(order.identity, Identity::Range { .. }) {
        setgroups(&[]).at("giving up supplementary groups")?;
    }
    become_user(id)
}

fn become_user(id: u32) -> Result<(), Failure> {
    let (user, group) = (Uid::from_raw(id), Gid::from_raw(id));
    setresgid(group, group, group).at("changing the group")?;
    setresuid(user, user, user).at("changing the user")
}

/// From here on nothing privileged is left, neither in this process nor in those that it starts.
fn give_up(order: &Order) -> Result<(), Failure> {
    sys::empty_bounding_set().at("emptying the bounding set of capabilities")?;
    match order.identity {
        Identity::Range { .. } => become_user(order.spec.user)?,
        Identity::Caller => {}
        Identity::Bare { id } => {
            setgroups(&[]).at("giving up supplementary groups")?;
            become_user(id)?;
        }
    }
    sys::clear_capabilities().at("giving up capabilities")?;
    prctl::set_no_new_privs().at("refusing new privileges")?;
    // The program has the same user: it must not look into this process.
    prctl::set_dumpable(false).at("hiding the first process")?;
    seccomp::install(order).at("installing the system call filters")
}

/// Dies with the helper. After the last change of user, which would undo it.
fn watch_helper(control: &UnixStream) -> Result<(), Failure> {
    prctl::set_pdeathsig(Signal::SIGKILL).at("binding the sandbox to its helper")?;
    let mut watched = [PollFd::new(control.as_fd(), PollFlags::empty())];
    poll(&mut watched, PollTimeout::ZERO).at("looking for the helper")?;
    if watched[0].any().unwrap_or(true) {
        return Err(Failure::new("looking for the helper", "it is gone"));
    }
    Ok(())
}

/// Starts the program, after `confine` in its process; returns when it has really been executed.
pub(super) fn launch(order: &Order, confine: impl Fn() -> Result<(), Failure>) -> Result<Pid, Failure> {
    let (mut errors, report) = std::io::pipe().at("making a pipe")?;
    let report = OwnedFd::from(report);
    let program = sys::fork(|| command::main(order, report.as_fd(), &confine)).at("starting the program")?;
    drop(report);
    let mut text = Vec::new();
    errors.read_to_end(&mut text).at("waiting for the program's start")?;
    if text.is_empty() {
        return Ok(program);
    }
    let _ = sys::wait_for(Some(program));
    Err(serde_json::from_slice(&text).unwrap_or_else(|e| Failure::new("starting the program", e)))
}

fn reap(program: Pid) -> libc::c_int {
    loop {
        match sys::wait_for(None) {
            Ok((pid, status)) if pid == program => return status,
            Ok(_) => {}
            // Cannot be: the program is a child that was not waited for.
            Err(_) => return libc::SIGKILL,
        }
    }
}
