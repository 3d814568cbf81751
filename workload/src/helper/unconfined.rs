//! A program that is not isolated: a session of its own, resource limits, and the best that can be done to end it.

use std::fs;
use std::os::fd::OwnedFd;
use std::time::Duration;

use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Pid, getpid};

use super::{Running, init, network};
use crate::error::{At, Failure};
use crate::order::Order;
use crate::sys;

pub(super) fn start(order: &Order) -> Result<Running, Failure> {
    // Whatever the program leaves behind becomes the helper's child.
    prctl::set_child_subreaper(true).at("adopting what the program leaves")?;
    let listeners = network::on_host(&order.spec)?;
    let pid = init::launch(order, || Ok(()))?;
    let ended = sys::watch(pid).at("watching the program")?;
    let listeners = listeners.into_iter().map(OwnedFd::from).collect();
    Ok(Running { child: sys::Child { pid, ended }, control: None, listeners, processes: None, group: None })
}

/// Kills everything that descends from this process, until nothing is left (or new ones come faster than they go).
pub(super) fn kill_descendants() {
    for round in 0..200 {
        let found = descendants();
        if found.is_empty() {
            return;
        }
        for pid in found {
            let _ = kill(pid, Signal::SIGKILL);
        }
        while waitpid(None, Some(WaitPidFlag::WNOHANG)).is_ok_and(|status| status.pid().is_some()) {}
        std::thread::sleep(Duration::from_millis(round.min(10)));
    }
}

fn descendants() -> Vec<Pid> {
    let parents: Vec<(i32, i32)> = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(parent).collect();
    let mut found = vec![getpid().as_raw()];
    let mut next = 0;
    while next < found.len() {
        let of = found[next];
        found.extend(parents.iter().filter(|(_, parent)| *parent == of).map(|(pid, _)| *pid));
        next += 1;
    }
    found.into_iter().skip(1).map(Pid::from_raw).collect()
}

/// A process and its parent.
fn parent(entry: fs::DirEntry) -> Option<(i32, i32)> {
    let pid = entry.file_name().to_str()?.parse().ok()?;
    let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
    // After the name, which may hold anything: state, parent.
    let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
    Some((pid, parent))
}
