//! The system calls that have no safe wrapper: each here once, with why its use is sound.

use std::ffi::{CStr, CString};
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use nix::libc::{self, c_int, c_long, c_uint};
use nix::unistd::Pid;

const OPEN_TREE_CLONE: c_uint = 1;
const OPEN_TREE_CLOEXEC: c_uint = libc::O_CLOEXEC as c_uint;
const AT_RECURSIVE: c_uint = 0x8000;
const MOVE_MOUNT_F_EMPTY_PATH: c_uint = 4;
const CLOSE_RANGE_CLOEXEC: c_uint = 4;
const CLONE_PIDFD: u64 = 0x1000;
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

/// The mount gets no write access.
pub(crate) const READ_ONLY: u64 = 1;
/// Set-user-id bits on the mount mean nothing.
pub(crate) const NO_SUID: u64 = 2;
/// Device files on the mount do not work.
const NO_DEVICES: u64 = 4;
/// What every mount that a sandbox sees is, devices aside.
pub(crate) const SAFE: u64 = NO_SUID | NO_DEVICES;
/// Nothing on the mount can be executed.
pub(crate) const NO_EXEC: u64 = 8;
/// The mount shows its owners through a user namespace's map.
const ID_MAPPED: u64 = 0x0010_0000;

fn check(result: c_long) -> io::Result<c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn owned(result: c_long) -> io::Result<OwnedFd> {
    let raw = RawFd::try_from(check(result)?).map_err(io::Error::other)?;
    // SAFETY: called only with what a system call that makes a descriptor returned; nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(raw) })
}

fn text(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_encoded_bytes())?)
}

/// A child process, with a descriptor that becomes readable when it has ended.
pub(crate) struct Child {
    pub(crate) pid: Pid,
    pub(crate) ended: OwnedFd,
}

/// `struct clone_args` of clone3(2).
#[repr(C)]
#[derive(Default)]
struct CloneArgs {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
    set_tid: u64,
    set_tid_size: u64,
    cgroup: u64,
}

/// Forks into new namespaces (and, when given, into a version 2 control group); the child runs `body` and exits with
/// its answer. The calling process must have one thread only.
pub(crate) fn fork_with(namespaces: c_int, group: Option<BorrowedFd<'_>>, body: impl FnOnce() -> c_int) -> io::Result<Child> {
    let mut pidfd: RawFd = -1;
    let mut arguments = CloneArgs {
        flags: namespaces as u64 | CLONE_PIDFD,
        pidfd: (&raw mut pidfd) as u64,
        exit_signal: libc::SIGCHLD as u64,
        ..CloneArgs::default()
    };
    if let Some(group) = group {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = group.as_raw_fd() as u64;
    }
    // SAFETY: without CLONE_VM this is a fork: the child goes on in its own copy of the memory. The helper has one
    // thread, so no lock is held by a thread that the child lacks. The structure outlives the call.
    let result = unsafe { libc::syscall(libc::SYS_clone3, &raw mut arguments, size_of::<CloneArgs>()) };
    if result == 0 {
        run_child(body);
    }
    let pid = Pid::from_raw(i32::try_from(check(result)?).map_err(io::Error::other)?);
    // SAFETY: the kernel stored a new descriptor there because of CLONE_PIDFD.
    let ended = unsafe { OwnedFd::from_raw_fd(pidfd) };
    Ok(Child { pid, ended })
}

/// Forks; the child runs `body` and exits with its answer. The calling process must have one thread only.
///
/// By the old call, unlike [`fork_with`]: inside, the filters say that the new one does not exist.
pub(crate) fn fork(body: impl FnOnce() -> c_int) -> io::Result<Pid> {
    // SAFETY: the helper has one thread, so no lock is held by a thread that the child lacks.
    match unsafe { nix::unistd::fork() }? {
        nix::unistd::ForkResult::Parent { child } => Ok(child),
        nix::unistd::ForkResult::Child => run_child(body),
    }
}

fn run_child(body: impl FnOnce() -> c_int) -> ! {
    let code = catch_unwind(AssertUnwindSafe(body)).unwrap_or(70);
    // SAFETY: ends this process at once; the parent's exit handlers must not run in the child.
    unsafe { libc::_exit(code) }
}

/// Closes every descriptor from `first` on.
pub(crate) fn close_from(first: c_uint) -> io::Result<()> {
    // SAFETY: called at the start of the helper, when nothing in this process owns a descriptor above the first three.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, c_uint::MAX, 0) }).map(drop)
}

/// Marks every descriptor from `first` on to be closed at `execve`.
pub(crate) fn close_at_exec_from(first: c_uint) -> io::Result<()> {
    // SAFETY: sets a flag on descriptors; none is closed while it has an owner.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, c_uint::MAX, CLOSE_RANGE_CLOEXEC) }).map(drop)
}

/// Takes over one of the first three descriptors, which the process was started with.
pub(crate) fn take_standard(raw: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: F_DUPFD_CLOEXEC makes a new descriptor and leaves the old one alone.
    owned(c_long::from(unsafe { libc::fcntl(raw, libc::F_DUPFD_CLOEXEC, 3) }))
}

/// Makes `raw` (one of the first three) another name of `fd`, kept across `execve`.
pub(crate) fn replace_standard(fd: &impl AsFd, raw: RawFd) -> io::Result<()> {
    // SAFETY: the first three descriptors have no owner in this process's Rust values.
    check(c_long::from(unsafe { libc::dup2(fd.as_fd().as_raw_fd(), raw) })).map(drop)
}

/// A copy of the mount at `path` and of all mounts below it, attached nowhere yet.
pub(crate) fn copy_mounts(path: &Path) -> io::Result<OwnedFd> {
    open_tree(path, AT_RECURSIVE)
}

/// A copy of the mount at `path` without what is mounted below it.
pub(crate) fn copy_mount(path: &Path) -> io::Result<OwnedFd> {
    open_tree(path, 0)
}

fn open_tree(path: &Path, recursive: c_uint) -> io::Result<OwnedFd> {
    let path = text(path)?;
    let flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive;
    // SAFETY: the path is a NUL-terminated string that outlives the call.
    owned(unsafe { libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, path.as_ptr(), flags) })
}

/// Adds attributes to a mount and all below it; with `users`, shows its owners through that namespace's map.
pub(crate) fn restrict(mount: &impl AsFd, attributes: u64, users: Option<BorrowedFd<'_>>) -> io::Result<()> {
    set_attributes(mount.as_fd(), attributes, users, AT_RECURSIVE)
}

/// Adds attributes to one mount, not to those below it.
pub(crate) fn restrict_one(mount: &impl AsFd, attributes: u64) -> io::Result<()> {
    set_attributes(mount.as_fd(), attributes, None, 0)
}

fn set_attributes(mount: BorrowedFd<'_>, attributes: u64, users: Option<BorrowedFd<'_>>, recursive: c_uint) -> io::Result<()> {
    let mut change = libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation: 0, userns_fd: 0 };
    if let Some(users) = users {
        change.attr_set |= ID_MAPPED;
        change.userns_fd = users.as_raw_fd() as u64;
    }
    let flags = libc::AT_EMPTY_PATH as c_uint | recursive;
    let size = size_of::<libc::mount_attr>();
    // SAFETY: the empty path and the structure outlive the call, and the size is the structure's.
    check(unsafe { libc::syscall(libc::SYS_mount_setattr, mount.as_raw_fd(), c"".as_ptr(), flags, &raw const change, size) }).map(drop)
}

/// Attaches a copied mount at `target`.
pub(crate) fn attach(mount: &impl AsFd, target: &Path) -> io::Result<()> {
    let target = text(target)?;
    let from = mount.as_fd().as_raw_fd();
    let empty = c"".as_ptr();
    // SAFETY: both paths are NUL-terminated strings that outlive the call.
    check(unsafe { libc::syscall(libc::SYS_move_mount, from, empty, libc::AT_FDCWD, target.as_ptr(), MOVE_MOUNT_F_EMPTY_PATH) }).map(drop)
}

/// Empties the bounding set: nothing that is executed later can gain a capability.
pub(crate) fn empty_bounding_set() -> io::Result<()> {
    for capability in 0..64 {
        // SAFETY: takes plain numbers.
        let dropped = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) };
        if dropped < 0 {
            let error = io::Error::last_os_error();
            // Past the last capability that this kernel knows.
            return if capability > 0 && error.raw_os_error() == Some(libc::EINVAL) { Ok(()) } else { Err(error) };
        }
    }
    Ok(())
}

/// Gives up every capability that the process has.
pub(crate) fn clear_capabilities() -> io::Result<()> {
    #[repr(C)]
    struct Header {
        version: u32,
        pid: c_int,
    }
    const VERSION_3: u32 = 0x2008_0522;
    let header = Header { version: VERSION_3, pid: 0 };
    let none = [0_u32; 6];
    // SAFETY: version 3 reads two triples of 32 bits, which `none` holds; pid 0 is the caller.
    check(unsafe { libc::syscall(libc::SYS_capset, &raw const header, none.as_ptr()) }).map(drop)
}

/// Gives an interface an address (unless `None`) and turns it on.
pub(crate) fn interface_up(socket: &impl AsFd, name: &CStr, address: Option<Ipv4Addr>) -> io::Result<()> {
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: an all-zero request is a valid value of this plain C structure.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(name.to_bytes()) {
        *to = *from as libc::c_char;
    }
    if let Some(address) = address {
        // The mask comes second: without it the whole network of the address's class would be here.
        for (set, value) in [(libc::SIOCSIFADDR, address), (libc::SIOCSIFNETMASK, Ipv4Addr::BROADCAST)] {
            let value = libc::sockaddr_in {
                sin_family: libc::AF_INET as libc::sa_family_t,
                sin_port: 0,
                sin_addr: libc::in_addr { s_addr: u32::from(value).to_be() },
                sin_zero: [0; 8],
            };
            // SAFETY: a sockaddr_in has the size of the sockaddr that the union holds.
            request.ifr_ifru.ifru_addr = unsafe { std::mem::transmute::<libc::sockaddr_in, libc::sockaddr>(value) };
            // SAFETY: the request outlives the call, which reads a name and an address.
            check(c_long::from(unsafe { libc::ioctl(fd, set as _, &raw mut request) }))?;
        }
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as _;
    // SAFETY: the request outlives the call, which reads a name and flags.
    check(c_long::from(unsafe { libc::ioctl(fd, libc::SIOCSIFFLAGS as _, &raw mut request) })).map(drop)
}

/// Closes every descriptor above the first three but those of `keep`, in a child that [`fork_with`] has made.
pub(crate) fn close_all_but(keep: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut kept: Vec<c_uint> = keep.iter().map(|fd| fd.as_raw_fd() as c_uint).collect();
    kept.sort_unstable();
    let mut first = 3;
    for fd in kept {
        if fd > first {
            // SAFETY: the child never returns to the frames that own these descriptors: it ends in `_exit`.
            check(unsafe { libc::syscall(libc::SYS_close_range, first, fd - 1, 0) })?;
        }
        first = fd + 1;
    }
    close_from(first)
}

/// Waits for any child (`None`) or one; gives its id and its status as the kernel encodes it.
pub(crate) fn wait_for(child: Option<Pid>) -> io::Result<(Pid, c_int)> {
    let mut status = 0;
    loop {
        // SAFETY: the kernel writes one number to `status`, which outlives the call.
        match check(c_long::from(unsafe { libc::waitpid(child.map_or(-1, Pid::as_raw), &raw mut status, 0) })) {
            Ok(pid) => return Ok((Pid::from_raw(pid as i32), status)),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// A descriptor that becomes readable when a child has ended.
pub(crate) fn watch(child: Pid) -> io::Result<OwnedFd> {
    // SAFETY: takes plain numbers; makes a new descriptor.
    owned(unsafe { libc::syscall(libc::SYS_pidfd_open, child.as_raw(), 0) })
}
