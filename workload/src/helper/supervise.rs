//! Waits for a sandbox's end, or brings it about.

use std::io::PipeReader;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};

use super::{Running, cpu, disk, memory, unconfined};
use crate::cgroup::Group;
use crate::error::{At, Failure};
use crate::order::Report;
use crate::{Bound, Exit, Limits, Spec, channel, sys};

/// How often memory and processor time are looked at where nothing else ends what uses too much.
const INTERVAL: Duration = Duration::from_millis(50);

/// Why the helper ends the tree, or that it need not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Itself,
    Asked,
    Exceeded(Bound),
}

/// What is looked at while the tree runs.
struct Watches {
    /// The limit of what no group bounds.
    memory: Option<u64>,
    cpu: Option<cpu::Watch>,
}

impl Watches {
    fn new(running: &Running, limits: &Limits) -> Self {
        // Control groups count better than we can.
        let memory = (running.group.is_none() && running.processes.is_some()).then_some(limits.memory_bytes);
        let counted = running.group.is_some() || running.processes.is_some();
        Watches { memory, cpu: limits.cpu_time.filter(|_| counted).map(cpu::Watch::new) }
    }

    fn any(&self) -> bool {
        self.memory.is_some() || self.cpu.is_some()
    }

    /// Whether one process alone owned too much between two looks: once it and those who waited for it are waited for.
    fn was_memory_exceeded(&self) -> bool {
        let most = || u64::try_from(getrusage(UsageWho::RUSAGE_CHILDREN).ok()?.max_rss()).ok();
        self.memory.is_some_and(|limit| most().is_some_and(|kib| kib.saturating_mul(1024) > limit))
    }

    fn exceeded(&mut self, running: &Running) -> Option<Bound> {
        let processes = running.processes.as_ref();
        if let (Some(limit), Some(processes)) = (self.memory, processes)
            && memory::exceeded(processes, limit)
        {
            return Some(Bound::Memory);
        }
        let watch = self.cpu.as_mut()?;
        let over = match running.group.as_ref().and_then(Group::cpu_time) {
            Some(used) => watch.over(used),
            None => processes.is_some_and(|processes| watch.exceeded(processes)),
        };
        over.then_some(Bound::CpuTime)
    }
}

/// Ends the tree at its bounds, and when the server asks or is gone.
pub(super) fn to_the_end(server: &UnixStream, running: Running, spec: &Spec) -> Result<Exit, Failure> {
    let limits = &spec.limits;
    let deadline = Instant::now().checked_add(limits.wall_time);
    let mut watches = Watches::new(&running, limits);
    let processes = running.processes.as_ref().map(|processes| processes.try_clone()).transpose();
    let full = disk::watch(&spec.workspace, limits.disk_bytes, processes.at("copying a descriptor")?);
    let full: PipeReader = full.at("watching the disk")?;
    let end = loop {
        let mut wait = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if wait.is_some_and(|wait| wait.is_zero()) {
            break End::Exceeded(Bound::WallTime);
        }
        if watches.any() {
            wait = Some(wait.unwrap_or(INTERVAL).min(INTERVAL));
        }
        let mut watched = [running.child.ended.as_fd(), server.as_fd(), full.as_fd()].map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        match poll(&mut watched, timeout(wait)) {
            Ok(_) | Err(nix::Error::EINTR) => {}
            Err(e) => return Err(Failure::new("waiting for the sandbox", e)),
        }
        let [ended, asked, full] = watched.map(|one| one.any().unwrap_or(true));
        if ended {
            break End::Itself;
        }
        // The server says nothing more: whatever comes is its end, or its wish to end.
        if asked {
            break End::Asked;
        }
        if full {
            break End::Exceeded(Bound::Disk);
        }
        if let Some(bound) = watches.exceeded(&running) {
            break End::Exceeded(bound);
        }
    };
    finish(running, end, &watches)
}

fn finish(running: Running, end: End, watches: &Watches) -> Result<Exit, Failure> {
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
    let exceeded = match end {
        End::Exceeded(bound) => Some(bound),
        End::Asked => None,
        End::Itself if code != Some(0) && watches.was_memory_exceeded() => Some(Bound::Memory),
        End::Itself => met(running.group.as_ref(), signal, watches),
    };
    Ok(Exit { code, signal, exceeded })
}

/// The bound that the kernel held a tree to which ended by itself.
fn met(group: Option<&Group>, signal: Option<i32>, watches: &Watches) -> Option<Bound> {
    let time = |group: &Group| watches.cpu.as_ref().zip(group.cpu_time()).is_some_and(|(watch, used)| watch.over(used));
    if group.is_some_and(Group::out_of_memory) {
        Some(Bound::Memory)
    } else if signal == Some(libc::SIGXCPU) || group.is_some_and(time) {
        Some(Bound::CpuTime)
    } else if signal == Some(libc::SIGXFSZ) {
        Some(Bound::FileSize)
    } else {
        group.is_some_and(Group::out_of_processes).then_some(Bound::Processes)
    }
}

/// Rounded up to a millisecond, so that a deadline has passed when the wait is over.
fn timeout(wait: Option<Duration>) -> PollTimeout {
    let Some(wait) = wait else {
        return PollTimeout::NONE;
    };
    let millis = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX - 1) + 1;
    PollTimeout::try_from(millis).unwrap_or(PollTimeout::MAX)
}
