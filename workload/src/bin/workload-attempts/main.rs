//! Tries one thing that a sandbox should not allow and says how it went: `done`, or the kernel's reason, with exit
//! code 0 or 1. The tests run each attempt outside first, so that a refusal inside means something.
#![allow(clippy::disallowed_methods, reason = "tries what builds try: it opens and writes files")]

mod doors;
mod reach;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use nix::libc;
use nix::sched::{CloneFlags, unshare};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{ForkResult, Pid, fork, getpid, pause};

type Outcome = Result<String, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (attempt, argument) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    let outcome = match attempt.as_str() {
        "connect" => connect(&argument),
        "memory" => memory(&argument),
        "mount" => mount(&argument),
        "processes" => processes(&argument),
        "all-processes" => all_processes(&argument),
        "mount-namespace" => namespace(CloneFlags::CLONE_NEWNS),
        "ptrace" => ptrace(),
        "socket" => socket(&argument),
        "keyring" => call(libc::SYS_keyctl, [0, -4, 0]),
        "hypervisor-socket" => call(libc::SYS_socket, [libc::AF_VSOCK.into(), libc::SOCK_STREAM.into(), 0]),
        "io-uring" => call(libc::SYS_io_uring_setup, [0, 0, 0]),
        "user-namespace" => namespace(CloneFlags::CLONE_NEWUSER),
        "network-namespace" => namespace(CloneFlags::CLONE_NEWNET),
        "clone-user-namespace" => clone_user_namespace(),
        "kill" => argument.parse().map_err(Into::into).and_then(|pid| send(Pid::from_raw(pid))),
        _ => doors::attempt(&attempt, &argument)
            .or_else(|| reach::attempt(&attempt, &argument))
            .unwrap_or_else(|| Err("no such attempt".into())),
    };
    match outcome {
        Ok(text) => {
            println!("done {text}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            println!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn connect(address: &str) -> Outcome {
    let mut stream = TcpStream::connect_timeout(&address.parse()?, Duration::from_secs(5))?;
    stream.write_all(b"hello\n")?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn socket(kind: &str) -> Outcome {
    match kind {
        "udp" => drop(std::net::UdpSocket::bind("127.0.0.1:0")?),
        "unix" => drop(std::os::unix::net::UnixDatagram::unbound()?),
        _ => return Err("no such kind".into()),
    }
    Ok(String::new())
}

/// Takes so many mebibytes, and writes to each page.
fn memory(mebibytes: &str) -> Outcome {
    let mut taken: Vec<Vec<u8>> = Vec::new();
    for _ in 0..mebibytes.parse::<usize>()? {
        taken.push(vec![1; 1 << 20]);
        std::thread::sleep(Duration::from_micros(200));
    }
    Ok(taken.len().to_string())
}

/// Over a folder that is made for it: a place that others use would be hidden from them.
fn mount(within: &str) -> Outcome {
    let folder = std::path::Path::new(within).join("mounted");
    std::fs::create_dir(&folder)?;
    nix::mount::mount(Some("tmpfs"), &folder, Some("tmpfs"), nix::mount::MsFlags::empty(), None::<&str>)?;
    Ok(String::new())
}

/// Starts so many processes at once; says how many it got.
fn processes(count: &str) -> Outcome {
    let mut children = Vec::new();
    for _ in 0..count.parse::<usize>()? {
        // SAFETY: this program has one thread.
        match unsafe { fork() } {
            Ok(ForkResult::Child) => loop {
                pause();
            },
            Ok(ForkResult::Parent { child }) => children.push(child),
            Err(_) => break,
        }
    }
    for child in &children {
        kill(*child, Signal::SIGKILL)?;
    }
    Ok(children.len().to_string())
}

fn all_processes(count: &str) -> Outcome {
    let had = processes(count)?;
    if had == count { Ok(had) } else { Err(format!("{had} of {count}").into()) }
}

fn ptrace() -> Outcome {
    // SAFETY: this program has one thread.
    match unsafe { fork() }? {
        ForkResult::Child => loop {
            pause();
        },
        ForkResult::Parent { child } => {
            let attached = call(libc::SYS_ptrace, [libc::PTRACE_SEIZE.into(), child.as_raw().into(), 0]);
            kill(child, Signal::SIGKILL)?;
            attached
        }
    }
}

fn namespace(kind: CloneFlags) -> Outcome {
    unshare(kind)?;
    Ok(String::new())
}

fn clone_user_namespace() -> Outcome {
    let parent = getpid();
    let flags = libc::c_long::from(libc::CLONE_NEWUSER | libc::SIGCHLD);
    let made = call(libc::SYS_clone, [flags, 0, 0]);
    if getpid() != parent {
        std::process::exit(0);
    }
    made
}

fn send(to: Pid) -> Outcome {
    kill(to, Signal::SIGKILL)?;
    Ok(String::new())
}

/// A system call with three numbers and nothing after them.
fn call(number: libc::c_long, arguments: [libc::c_long; 3]) -> Outcome {
    let [a, b, c] = arguments;
    // SAFETY: none of the calls above takes a pointer in what is passed; a null one is refused by the kernel.
    match unsafe { libc::syscall(number, a, b, c, 0, 0, 0) } {
        -1 => Err(std::io::Error::last_os_error().into()),
        _ => Ok(String::new()),
    }
}
