//! The program's own process, between fork and `execve`.

use std::ffi::CString;
use std::fs::File;
use std::io::Write;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;

use nix::libc;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};
use nix::unistd::{chdir, execve, setsid};

use super::restricted;
use crate::error::{At, Failure};
use crate::order::Order;
use crate::{Level, sys};

const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Never returns unless it failed; tells why on `report`.
pub(super) fn main(order: &Order, report: BorrowedFd<'_>, confine: &dyn Fn() -> Result<(), Failure>) -> libc::c_int {
    let Err(failure) = run(order, confine);
    let text = serde_json::to_vec(&failure).unwrap_or_default();
    if let Ok(report) = report.try_clone_to_owned() {
        let _ = File::from(report).write_all(&text);
    }
    127
}

fn run(order: &Order, confine: &dyn Fn() -> Result<(), Failure>) -> Result<std::convert::Infallible, Failure> {
    setsid().at("making a session")?;
    bound(order)?;
    let cwd = match order.level {
        level if !level.has_own_files() => order.spec.unconfined_cwd(),
        _ => PathBuf::from(&order.spec.cwd),
    };
    chdir(&cwd).at_with(|| format!("entering {}", cwd.display()))?;
    // Rust ignores this signal; programs expect it.
    // SAFETY: sets a default action, no handler of ours.
    unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) }.at("resetting signals")?;
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None).at("resetting signals")?;
    sys::close_at_exec_from(3).at("closing what is not the program's")?;
    confine()?;
    execute(order)
}

fn bound(order: &Order) -> Result<(), Failure> {
    let limits = &order.spec.limits;
    limit(Resource::RLIMIT_CORE, 0)?;
    limit(Resource::RLIMIT_FSIZE, limits.file_size.min(limits.disk_bytes))?;
    limit(Resource::RLIMIT_NOFILE, limits.open_files)?;
    if let Some(time) = limits.cpu_time {
        // The whole tree is watched; this is for what may get away between two looks.
        limit(Resource::RLIMIT_CPU, time.as_secs().saturating_add(2))?;
    }
    // Counted by user on the host: without namespaces, it would count the caller's own processes.
    if order.level.has_own_files() {
        // A group is asked second, and tells when it had to refuse.
        let room = if order.groups.is_some() { 64 } else { 1 };
        limit(Resource::RLIMIT_NPROC, u64::from(limits.processes).saturating_add(room))?;
    }
    // What one process may own between two looks at the whole tree's memory. Address space would be the wrong
    // measure: language runtimes reserve far more than they use.
    if order.groups.is_none() {
        limit(Resource::RLIMIT_DATA, limits.memory_bytes.saturating_mul(2))?;
    }
    Ok(())
}

/// Sets a limit, or keeps the inherited one if that is lower (raising it would need a privilege).
fn limit(resource: Resource, value: u64) -> Result<(), Failure> {
    let (_, most) = getrlimit(resource).at_with(|| format!("reading {resource:?}"))?;
    let value = value.min(most);
    setrlimit(resource, value, value).at_with(|| format!("setting {resource:?} to {value}"))
}

fn execute(order: &Order) -> Result<std::convert::Infallible, Failure> {
    let spec = &order.spec;
    let program = spec.command.first().map(String::as_str).unwrap_or_default();
    let step = || format!("executing {program:?}");
    let text = |s: &str| CString::new(s).at_with(step);
    let arguments = spec.command.iter().map(|s| text(s)).collect::<Result<Vec<_>, _>>()?;
    let more = if order.level == Level::Restricted { restricted::environment(&spec.workspace) } else { Vec::new() };
    let more = more.iter().filter(|(name, _)| spec.env.iter().all(|(known, _)| known != name));
    let env = spec.env.iter().chain(more).map(|(name, value)| text(&format!("{name}={value}")));
    let env = env.collect::<Result<Vec<_>, _>>()?;
    if program.contains('/') {
        return execve(&text(program)?, &arguments, &env).at_with(step);
    }
    let path = spec.env.iter().find(|(name, _)| name == "PATH").map_or(DEFAULT_PATH, |(_, value)| value);
    let mut reason = nix::Error::ENOENT;
    for folder in path.split(':').filter(|folder| !folder.is_empty()) {
        let Err(e) = execve(&text(&format!("{folder}/{program}"))?, &arguments, &env);
        // The most telling reason wins: found but not executable says more than not found.
        if e != nix::Error::ENOENT && e != nix::Error::ENOTDIR {
            reason = e;
        }
    }
    Err(reason).at_with(|| format!("executing {program:?} (looked for in {path})"))
}
