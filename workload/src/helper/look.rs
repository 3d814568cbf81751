//! What a program finds out from inside a sandbox, for the examination of a machine.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as UnixAddress, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sched::{CloneFlags, unshare};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, pause, setsid};
use serde::{Deserialize, Serialize};

use crate::sys;

/// The second argument of a helper that looks around instead.
pub(crate) const COMMAND: &str = "look";

/// What is outside, for the program to try and reach.
#[derive(Serialize, Deserialize)]
pub(crate) enum Task {
    /// Tries everything that is to be refused, and leaves a daemon behind.
    Around { file: PathBuf, process: i32, address: SocketAddr, socket: String, processes: usize, private_bytes: usize },
    /// Takes so much memory.
    Memory(usize),
}

/// What is to hold, and, if it does not, what was seen instead.
#[derive(Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) what: String,
    pub(crate) instead: Option<String>,
}

pub(crate) const TREE: &str = "the whole tree ends with its first program";
pub(crate) const MEMORY: &str = "memory is bounded";

pub(super) fn main() -> ! {
    let task = std::env::args().nth(3).and_then(|text| serde_json::from_str(&text).ok());
    let code = match task {
        Some(Task::Memory(bytes)) => {
            let taken = vec![1_u8; bytes];
            i32::from(taken.iter().map(|byte| usize::from(*byte)).sum::<usize>() != bytes)
        }
        Some(Task::Around { file, process, address, socket, processes, private_bytes }) => {
            let seen = [
                ("files of the host are hidden", hidden(&file)),
                ("processes of the host are hidden", unseen(process)),
                ("processes of the host cannot be signalled", deaf(process)),
                ("the host's network is out of reach", unreachable(address)),
                ("sockets of the host's programs are out of reach", unconnected(&socket)),
                ("there are no privileges, and none can be had", powerless()),
                ("processes are bounded", bounded(processes)),
                ("private files are bounded", full(private_bytes)),
            ];
            let seen = seen.map(|(what, instead)| Seen { what: what.into(), instead });
            let told = serde_json::to_writer(std::io::stdout(), &seen.as_slice()).is_ok();
            leave_daemon();
            i32::from(!told)
        }
        None => 2,
    };
    std::process::exit(code)
}

fn hidden(file: &Path) -> Option<String> {
    fs::read(file).is_ok().then(|| format!("{} can be read", file.display()))
}

fn unseen(process: i32) -> Option<String> {
    Path::new("/proc").join(process.to_string()).exists().then(|| "/proc shows them".into())
}

fn deaf(process: i32) -> Option<String> {
    kill(Pid::from_raw(process), None).is_ok().then(|| "they can".into())
}

fn unreachable(address: SocketAddr) -> Option<String> {
    TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok().then(|| format!("{address} answers"))
}

fn unconnected(name: &str) -> Option<String> {
    let address = UnixAddress::from_abstract_name(name).ok()?;
    UnixStream::connect_addr(&address).is_ok().then(|| "an abstract socket answers".into())
}

fn powerless() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let some = status.lines().find(|line| line.starts_with("Cap") && !line.ends_with("\t0000000000000000"));
    some.map(str::to_owned).or_else(|| unshare(CloneFlags::CLONE_NEWUSER).is_ok().then(|| "a user namespace can be made".into()))
}

/// Whether fewer processes than these can be had.
fn bounded(count: usize) -> Option<String> {
    let mut children = Vec::new();
    while children.len() < count {
        match sys::fork(|| {
            loop {
                pause()
            }
        }) {
            Ok(child) => children.push(child),
            Err(_) => break,
        }
    }
    let had = children.len();
    for child in children {
        let _ = kill(child, Signal::SIGKILL);
        let _ = sys::wait_for(Some(child));
    }
    (had == count).then(|| format!("{count} could be started"))
}

fn full(bytes: usize) -> Option<String> {
    let folder = std::env::temp_dir();
    let mut file = fs::File::create(folder.join("full")).ok()?;
    let part = vec![0; 1 << 16];
    let written = (0..bytes.div_ceil(part.len())).all(|_| file.write_all(&part).is_ok());
    written.then(|| format!("{bytes} bytes could be written to {}", folder.display()))
}

/// A process that nobody waits for, in a session of its own; it holds the output open while it lives.
fn leave_daemon() {
    let _ = sys::fork(|| {
        let _ = setsid();
        let _ = sys::fork(|| {
            loop {
                pause()
            }
        });
        0
    });
}
