//! The helper: a process of one thread between the server and the sandbox, outside of the sandbox.

mod command;
mod init;
mod isolate;
mod memory;
mod network;
mod ownership;
mod root;
mod seccomp;
mod unconfined;

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};

use crate::cgroup::Group;
use crate::error::{At, Failure};
use crate::order::{Answer, Order, Report};
use crate::{Exit, Level, Limits, channel, sys};

/// How often memory is added up where no control group bounds it.
const MEMORY_INTERVAL: Duration = Duration::from_millis(50);

/// The whole life of a helper: `main` calls it first thing when the first argument is [`crate::HELPER_COMMAND`].
pub fn helper_main() -> ! {
    let code = match run() {
        Ok(()) => 0,
        Err(failure) => {
            eprintln!("this sub-command is for the program's own use: {}: {}", failure.step, failure.reason);
            2
        }
    };
    std::process::exit(code)
}

/// A started program.
struct Running {
    /// The process whose end is the end of the tree (isolated) or of the program (unconfined).
    child: sys::Child,
    /// Where the sandbox's first process tells the program's status; none when the child is the program.
    control: Option<UnixStream>,
    listeners: Vec<OwnedFd>,
    /// Adds up the tree's memory, where no group bounds it.
    memory: Option<memory::Watch>,
    group: Option<Group>,
}

/// Why the helper ends the tree, or that it need not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Itself,
    Asked,
    TimedOut,
    OutOfMemory,
}

fn run() -> Result<(), Failure> {
    sys::close_from(3).at("closing what was inherited")?;
    let socket = UnixStream::from(sys::take_standard(0).at("taking the socket")?);
    let null = File::options().read(true).write(true).open("/dev/null").at("opening /dev/null")?;
    sys::replace_standard(&null, 0).at("closing standard input")?;
    let (order, _): (Order, _) = channel::receive(&socket).at("receiving the order")?;
    // A Ctrl-C in the server's terminal is the server's to handle.
    let _ = nix::unistd::setsid();
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o022));

    let started = if order.level == Level::Unconfined { unconfined::start(&order) } else { isolate::start(&order) };
    // The tree alone keeps the output open.
    for raw in [1, 2] {
        sys::replace_standard(&null, raw).at("closing the output")?;
    }
    let answer = match started {
        Ok(mut running) => {
            let listeners = std::mem::take(&mut running.listeners);
            let told = channel::send(&socket, &Answer::Started, &listeners);
            drop(listeners);
            // A server that is gone is noticed by `supervise` at once.
            drop(told);
            Answer::Ended(supervise(&socket, running, &order.spec.limits)?)
        }
        Err(failure) => Answer::Failed(failure),
    };
    // Nobody to tell when the server is gone: then the tree is too, which is what matters.
    let _ = channel::send(&socket, &answer, channel::NONE);
    Ok(())
}

/// Waits for the end, or brings it about: at the time limit, on memory, when the server asks or is gone.
fn supervise(server: &UnixStream, running: Running, limits: &Limits) -> Result<Exit, Failure> {
    let deadline = Instant::now().checked_add(limits.wall_time);
    let end = loop {
        let mut wait = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if wait.is_some_and(|wait| wait.is_zero()) {
            break End::TimedOut;
        }
        if running.memory.is_some() {
            wait = Some(wait.unwrap_or(MEMORY_INTERVAL).min(MEMORY_INTERVAL));
        }
        let mut watched = [PollFd::new(running.child.ended.as_fd(), PollFlags::POLLIN), PollFd::new(server.as_fd(), PollFlags::POLLIN)];
        match poll(&mut watched, timeout(wait)) {
            Ok(_) | Err(nix::Error::EINTR) => {}
            Err(e) => return Err(Failure::new("waiting for the sandbox", e)),
        }
        let ready = |one: &PollFd<'_>| one.any().unwrap_or(true);
        if ready(&watched[0]) {
            break End::Itself;
        }
        // The server says nothing more: whatever comes is its end, or its wish to end.
        if ready(&watched[1]) {
            break End::Asked;
        }
        if running.memory.as_ref().is_some_and(memory::Watch::exceeded) {
            break End::OutOfMemory;
        }
    };
    finish(running, end)
}

fn finish(running: Running, end: End) -> Result<Exit, Failure> {
    if end != End::Itself {
        // The child is not waited for yet, so its number is still its own.
        let _ = kill(running.child.pid, Signal::SIGKILL);
    }
    // The first process of a namespace ends only when every other one in it has.
    let (_, own) = sys::wait_for(Some(running.child.pid)).at("waiting for the end")?;
    let status = match &running.control {
        None => {
            unconfined::kill_descendants();
            Some(own)
        }
        Some(control) => match channel::receive(control) {
            Ok((Report::Status(status), _)) => Some(status),
            _ => None,
        },
    };
    let (code, signal) = match status {
        Some(status) if libc::WIFEXITED(status) => (Some(libc::WEXITSTATUS(status)), None),
        Some(status) if libc::WIFSIGNALED(status) => (None, Some(libc::WTERMSIG(status))),
        _ => (None, Some(libc::SIGKILL)),
    };
    let out_of_memory = end == End::OutOfMemory || running.group.as_ref().is_some_and(Group::out_of_memory);
    Ok(Exit { code, signal, timed_out: end == End::TimedOut, out_of_memory })
}

/// Rounded up to a millisecond, so that a deadline has passed when the wait is over.
fn timeout(wait: Option<Duration>) -> PollTimeout {
    let Some(wait) = wait else {
        return PollTimeout::NONE;
    };
    let millis = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX - 1) + 1;
    PollTimeout::try_from(millis).unwrap_or(PollTimeout::MAX)
}
