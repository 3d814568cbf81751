//! Doors of the kernel: calls that no build needs.

use std::ffi::CString;
use std::fs;
use std::io;

use nix::libc::{self, c_long};

use super::{Outcome, call};

pub(super) fn attempt(name: &str, argument: &str) -> Option<Outcome> {
    Some(match name {
        "add-key" => add_key(),
        "bpf" => bpf(),
        "change-root" => nix::unistd::chroot(argument).map(|()| String::new()).map_err(Into::into),
        "clock" => call(libc::SYS_clock_settime, [0, 0, 0]),
        "core-pattern" => may_write("/proc/sys/kernel/core_pattern"),
        "device-node" => device(argument),
        "enter-namespace" => enter_namespace(),
        "handle" => handle(),
        // Too long: refused as such where it may be set.
        "host-name" => call(libc::SYS_sethostname, [0, 1000, 0]),
        "kernel-log" => call(libc::SYS_syslog, [10, 0, 0]),
        "kernel-messages" => open_device("/dev/kmsg"),
        // More parts than there may be.
        "kexec" => call(libc::SYS_kexec_load, [0, 1000, 0]),
        "module" => call(libc::SYS_delete_module, [0, 0, 0]),
        "perf" => perf(),
        "priority" => call(libc::SYS_setpriority, [0, 0, -5]),
        "read-memory" => read_memory(argument),
        // Not the magic numbers that it takes.
        "reboot" => call(libc::SYS_reboot, [0, 0, 0]),
        "set-user-id" => set_user_id(argument),
        "swap" => call(libc::SYS_swapoff, [0, 0, 0]),
        "sysctl" => may_write("/proc/sys/vm/swappiness"),
        "type" => type_into_terminal(),
        "userfaultfd" => call(libc::SYS_userfaultfd, [1, 0, 0]),
        _ => return None,
    })
}

/// A call by its number with pointers among its arguments.
fn raw(number: c_long, arguments: [c_long; 5]) -> Outcome {
    let [a, b, c, d, e] = arguments;
    // SAFETY: every caller passes numbers, and pointers to values that outlive this call, of the sizes that it names.
    match unsafe { libc::syscall(number, a, b, c, d, e, 0 as c_long) } {
        -1 => Err(io::Error::last_os_error().into()),
        _ => Ok(String::new()),
    }
}

/// Into the keyring of this process alone.
fn add_key() -> Outcome {
    let (kind, name, value) = (c"user", c"attempt", c"value");
    raw(libc::SYS_add_key, [kind.as_ptr() as c_long, name.as_ptr() as c_long, value.as_ptr() as c_long, 5, -2])
}

/// An array of one number.
fn bpf() -> Outcome {
    let attributes: [u32; 32] = std::array::from_fn(|n| [2, 4, 4, 1].get(n).copied().unwrap_or(0));
    raw(libc::SYS_bpf, [0, attributes.as_ptr() as c_long, size_of_val(&attributes) as c_long, 0, 0])
}

/// Counts this process's own page faults.
fn perf() -> Outcome {
    let mut attributes = [0_u8; 128];
    attributes[0] = 1;
    attributes[4] = 128;
    attributes[8] = 2;
    raw(libc::SYS_perf_event_open, [attributes.as_ptr() as c_long, 0, -1, -1, 0])
}

/// One that it is in already.
fn enter_namespace() -> Outcome {
    nix::sched::setns(fs::File::open("/proc/self/ns/uts")?, nix::sched::CloneFlags::CLONE_NEWUTS)?;
    Ok(String::new())
}

/// Asks for the handle of a file, and opens it by that, past all paths.
fn handle() -> Outcome {
    let mut handle = [0_u32; 34];
    handle[0] = 128;
    let (path, mut mount) = (c"/usr", 0_i32);
    raw(libc::SYS_name_to_handle_at, [-100, path.as_ptr() as c_long, handle.as_mut_ptr() as c_long, (&raw mut mount) as c_long, 0])?;
    let root = fs::File::open("/usr")?;
    raw(libc::SYS_open_by_handle_at, [std::os::fd::AsRawFd::as_raw_fd(&root).into(), handle.as_ptr() as c_long, libc::O_PATH.into(), 0, 0])
}

fn device(path: &str) -> Outcome {
    let path = CString::new(path)?;
    raw(libc::SYS_mknodat, [-100, path.as_ptr() as c_long, (libc::S_IFCHR | 0o600).into(), 0x103, 0])
}

fn open_device(path: &str) -> Outcome {
    fs::File::options().read(true).write(true).open(path)?;
    Ok(String::new())
}

/// Opens it for that, and leaves it as it is.
fn may_write(path: &str) -> Outcome {
    fs::File::options().write(true).open(path)?;
    Ok(String::new())
}

/// A byte of another process.
fn read_memory(place: &str) -> Outcome {
    let (process, address) = place.split_once(':').ok_or("PROCESS:ADDRESS")?;
    let (process, address): (i32, usize) = (process.parse()?, address.parse()?);
    let mut byte = [0_u8; 1];
    let local = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
    let remote = libc::iovec { iov_base: address as *mut _, iov_len: 1 };
    raw(libc::SYS_process_vm_readv, [process.into(), (&raw const local) as c_long, 1, (&raw const remote) as c_long, 1])
}

/// Makes a program of one's own that runs as its owner.
fn set_user_id(path: &str) -> Outcome {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, "")?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o4755))?;
    Ok(String::new())
}

/// Into a terminal of this program's own.
fn type_into_terminal() -> Outcome {
    let opened = fs::File::options().read(true).write(true).open("/dev/ptmx")?;
    let master: c_long = std::os::fd::AsRawFd::as_raw_fd(&opened).into();
    let (mut number, unlocked) = (0_u32, 0_i32);
    raw(libc::SYS_ioctl, [master, libc::TIOCSPTLCK as c_long, (&raw const unlocked) as c_long, 0, 0])?;
    raw(libc::SYS_ioctl, [master, libc::TIOCGPTN as c_long, (&raw mut number) as c_long, 0, 0])?;
    nix::unistd::setsid().ok();
    // The terminal goes before this program does.
    // SAFETY: ignores a signal, no handler of ours.
    unsafe { nix::sys::signal::signal(nix::sys::signal::Signal::SIGHUP, nix::sys::signal::SigHandler::SigIgn) }?;
    let terminal = fs::File::options().read(true).write(true).open(format!("/dev/pts/{number}"))?;
    let letter = b'x';
    let descriptor = std::os::fd::AsRawFd::as_raw_fd(&terminal).into();
    raw(libc::SYS_ioctl, [descriptor, libc::TIOCSCTTY as c_long, 0, 0, 0])?;
    raw(libc::SYS_ioctl, [descriptor, libc::TIOCSTI as c_long, (&raw const letter) as c_long, 0, 0])
}
