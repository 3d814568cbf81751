//! The helper: a process of one thread between the server and the sandbox, outside of the sandbox.

mod command;
mod cpu;
mod disk;
mod init;
mod isolate;
pub(crate) mod look;
mod memory;
mod network;
mod ownership;
mod processes;
mod restricted;
mod root;
mod seccomp;
mod supervise;
mod unconfined;

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use processes::Processes;

use crate::cgroup::Group;
use crate::error::{At, Failure};
use crate::order::{Answer, Order};
use crate::{Level, channel, sys};

/// The whole life of a helper: `main` calls it first thing when the first argument is [`crate::HELPER_COMMAND`].
pub fn helper_main() -> ! {
    if std::env::args().nth(2).as_deref() == Some(look::COMMAND) {
        look::main();
    }
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
    /// What the tree's processes are seen by, where it has a `/proc` of its own.
    processes: Option<Processes>,
    group: Option<Group>,
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

    let started = match order.level {
        Level::Unconfined => unconfined::start(&order),
        Level::Restricted => restricted::start(&order),
        Level::RootNoUserNs | Level::Namespaces | Level::Full => isolate::start(&order),
    };
    // The tree alone keeps the output open.
    for raw in [1, 2] {
        sys::replace_standard(&null, raw).at("closing the output")?;
    }
    let answer = match started {
        Ok(mut running) => {
            let listeners = std::mem::take(&mut running.listeners);
            let told = channel::send(&socket, &Answer::Started, &listeners);
            drop(listeners);
            // A server that is gone is noticed by the supervision at once.
            drop(told);
            Answer::Ended(supervise::to_the_end(&socket, running, &order.spec)?)
        }
        Err(failure) => Answer::Failed(failure),
    };
    // Nobody to tell when the server is gone: then the tree is too, which is what matters.
    let _ = channel::send(&socket, &answer, channel::NONE);
    Ok(())
}
