//! System calls that no build needs and that have let programs out of their box before.

use std::collections::BTreeMap;

use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter,
    sock_filter,
};

use crate::Level;
use crate::order::{Identity, Order};

type Error = Box<dyn std::error::Error>;
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Refused with "operation not permitted", whatever the arguments.
const DENIED: &[libc::c_long] = &[
    // mounts
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_quotactl,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    // namespaces
    libc::SYS_setns,
    libc::SYS_unshare,
    // other processes
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    // parts of the kernel with many doors
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_fanotify_init,
    libc::SYS_open_by_handle_at,
    libc::SYS_lookup_dcookie,
    // the machine
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_vhangup,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// Flags of `clone` that make a namespace.
const NEW_NAMESPACES: [libc::c_int; 7] = [
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWCGROUP,
];

/// Said not to exist: their arguments lie in memory, where a filter cannot look, and every caller can do without.
const UNKNOWN: [libc::c_long; 2] = [libc::SYS_clone3, libc::SYS_openat2];

/// Calls that take a file's mode, and the argument that it is.
const MODES: &[(libc::c_long, u8)] = &[
    (libc::SYS_fchmod, 1),
    (libc::SYS_fchmodat, 2),
    (SYS_FCHMODAT2, 2),
    (libc::SYS_openat, 3),
    (libc::SYS_mknodat, 2),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_chmod, 1),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_open, 2),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_creat, 1),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_mknod, 1),
];
const SYS_FCHMODAT2: libc::c_long = 452;

/// Calls that change a file's owner.
const OWNERS: &[libc::c_long] = &[
    libc::SYS_fchown,
    libc::SYS_fchownat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
];

/// The kinds of sockets that the network namespace or the file system holds in. Others (the hypervisor's among them)
/// would lead out.
const FAMILIES: [libc::c_int; 4] = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];

/// Installs all filters in the calling process, for good and for all that it starts.
pub(super) fn install(order: &Order) -> Result<(), Error> {
    let mut filters = vec![
        compile(denied()?, libc::EPERM)?,
        compile(UNKNOWN.iter().map(|call| (*call, Vec::new())).collect(), libc::ENOSYS)?,
        compile(foreign_sockets()?, libc::EAFNOSUPPORT)?,
    ];
    // Root inside has one id and no capability. Archivers change owners when they are root, and give up when they
    // cannot; here there is only one owner, so a change is a success that changes nothing.
    if order.level.has_own_files() && order.spec.user == 0 && !matches!(order.identity, Identity::Bare { .. }) {
        filters.push(compile(OWNERS.iter().map(|call| (*call, Vec::new())).collect(), 0)?);
    }
    if order.level == Level::Restricted {
        filters.push(compile(unruled_sockets()?, libc::EACCES)?);
    }
    filters.extend(other_numbering());
    for filter in &filters {
        apply_filter(filter)?;
    }
    Ok(())
}

fn denied() -> Result<Rules, Error> {
    let mut rules: Rules = DENIED.iter().map(|call| (*call, Vec::new())).collect();
    let mut namespaces = Vec::new();
    for flag in NEW_NAMESPACES {
        namespaces.push(when(0, SeccompCmpOp::MaskedEq(flag as u64), flag as u64)?);
    }
    rules.insert(libc::SYS_clone, namespaces);
    // A set-user-id file in the workspace would be one on the host.
    for (call, argument) in MODES {
        let set_user_id = u64::from(libc::S_ISUID);
        rules.insert(*call, vec![when(*argument, SeccompCmpOp::MaskedEq(set_user_id), set_user_id)?]);
    }
    // Typing into a terminal for whoever reads it.
    let typing = [libc::TIOCSTI, libc::TIOCLINUX].into_iter().map(|request| when(1, SeccompCmpOp::Eq, request));
    rules.insert(libc::SYS_ioctl, typing.collect::<Result<_, _>>()?);
    Ok(rules)
}

fn foreign_sockets() -> Result<Rules, Error> {
    let mut rules = Rules::new();
    for call in [libc::SYS_socket, libc::SYS_socketpair] {
        let none_of = FAMILIES.iter().map(|family| condition(0, SeccompCmpOp::Ne, *family as u64));
        rules.insert(call, vec![SeccompRule::new(none_of.collect::<Result<_, _>>()?)?]);
    }
    Ok(rules)
}

/// What access rules do not see, where there is no network of one's own: sockets other than TCP's, and a first packet
/// that needs no `connect`.
fn unruled_sockets() -> Result<Rules, Error> {
    let mut sockets = vec![
        when(0, SeccompCmpOp::Eq, libc::AF_UNIX as u64)?,
        when(0, SeccompCmpOp::Eq, libc::AF_NETLINK as u64)?,
        // TCP's own number or none: other protocols of streams are not ruled.
        SeccompRule::new(vec![condition(2, SeccompCmpOp::Ne, 0)?, condition(2, SeccompCmpOp::Ne, libc::IPPROTO_TCP as u64)?])?,
    ];
    let others = SOCKET_KINDS.filter(|kind| *kind != libc::SOCK_STREAM as u64);
    for other in others {
        sockets.push(when(1, SeccompCmpOp::MaskedEq(SOCKET_KIND), other)?);
    }
    let mut rules = Rules::from([(libc::SYS_socket, sockets)]);
    for (call, argument) in [(libc::SYS_sendto, 3), (libc::SYS_sendmsg, 2), (libc::SYS_sendmmsg, 3)] {
        let fast = libc::MSG_FASTOPEN as u64;
        rules.insert(call, vec![when(argument, SeccompCmpOp::MaskedEq(fast), fast)?]);
    }
    Ok(rules)
}

/// The part of a socket's type that is its kind, and the kinds that there can be.
const SOCKET_KIND: u64 = 0xf;
const SOCKET_KINDS: std::ops::RangeInclusive<u64> = 0..=SOCKET_KIND;

fn condition(argument: u8, compare: SeccompCmpOp, value: u64) -> Result<SeccompCondition, Error> {
    Ok(SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compare, value)?)
}

fn when(argument: u8, compare: SeccompCmpOp, value: u64) -> Result<SeccompRule, Error> {
    Ok(SeccompRule::new(vec![condition(argument, compare, value)?])?)
}

fn compile(rules: Rules, errno: libc::c_int) -> Result<BpfProgram, Error> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(errno as u32), arch)?;
    Ok(filter.try_into()?)
}

/// On x86_64 the same calls have second numbers (the x32 ABI), which the lists above do not name.
#[cfg(target_arch = "x86_64")]
fn other_numbering() -> Option<BpfProgram> {
    const X32: u32 = 0x4000_0000;
    let instruction = |code: u32, jt: u8, jf: u8, k: u32| sock_filter { code: code as u16, jt, jf, k };
    Some(vec![
        // The call's number is the first word of what a filter sees.
        instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        instruction(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 0, 1, X32),
        instruction(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
        instruction(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ])
}

#[cfg(not(target_arch = "x86_64"))]
fn other_numbering() -> Option<BpfProgram> {
    None
}
