//! The attempts, one a row.

use crate::stage::Stage;

/// What becomes of an attempt outside a sandbox.
#[derive(Clone, Copy, PartialEq)]
pub enum Outside {
    /// It succeeds.
    Done,
    /// It succeeds as root.
    DoneAsRoot,
    /// It cannot harmlessly succeed, or not on every machine: why. It is still tried, as far as it goes.
    Not(&'static str),
}
use Outside::{Done, DoneAsRoot, Not};

/// One attempt.
pub struct Row {
    pub about: &'static str,
    pub what: &'static str,
    /// The attempt's name in `workload-attempts`.
    pub attempt: &'static str,
    /// What it is led to.
    pub argument: fn(&Stage) -> String,
    pub outside: Outside,
}

fn nothing(_: &Stage) -> String {
    String::new()
}

const fn row(about: &'static str, what: &'static str, attempt: &'static str, argument: fn(&Stage) -> String, outside: Outside) -> Row {
    Row { about, what, attempt, argument, outside }
}

const ARGUMENT: &str = "would change the machine: tried with an argument that is refused after the right to it";

/// All of them.
pub const ROWS: &[Row] = &[
    row("files", "read a file of the host", "read", |s| s.file("secret"), Done),
    row("files", "read it by a link in the workspace", "link", |s| s.file("secret"), Done),
    row("files", "list a folder of the host", "list", |s| s.file(""), Done),
    row("files", "read the password hashes", "read", |_| "/etc/shadow".into(), DoneAsRoot),
    row("files", "change what is shown read-only", "append", |s| s.shown(), Done),
    row("files", "see the devices and drivers in /sys", "list", |_| "/sys/devices".into(), Done),
    row("files", "open a file by its handle, past all paths", "handle", nothing, DoneAsRoot),
    row("files", "leave a set-user-id program", "set-user-id", |s| s.own("tool"), Done),
    row("files", "make a device node", "device-node", |s| s.own("device"), DoneAsRoot),
    row("files", "open the kernel's messages", "kernel-messages", nothing, DoneAsRoot),
    row("/proc", "see a process of the host", "processes-seen", |s| s.victim(), Done),
    row("/proc", "read its environment", "environment-of", |s| s.victim(), Done),
    row("/proc", "go through its root to the host's files", "files-of", |s| s.victim(), Done),
    row("/proc", "list its descriptors", "descriptors-of", |s| s.victim(), Done),
    row("/proc", "set where core dumps go", "core-pattern", nothing, DoneAsRoot),
    row("/proc", "set a parameter of the kernel", "sysctl", nothing, DoneAsRoot),
    row("signals", "signal a process of the host", "signal", |s| s.victim(), Done),
    row("ptrace", "trace a process", "ptrace", nothing, Done),
    row("ptrace", "read a process's memory", "read-memory", |s| s.memory(), Done),
    row("mounts", "mount a file system", "mount", |s| s.own(""), DoneAsRoot),
    row("mounts", "change the root", "change-root", |_| "/".into(), DoneAsRoot),
    row("namespaces", "make a user namespace", "user-namespace", nothing, Done),
    row("namespaces", "make one by clone", "clone-user-namespace", nothing, Done),
    row("namespaces", "make a mount namespace", "mount-namespace", nothing, DoneAsRoot),
    row("namespaces", "make a network namespace", "network-namespace", nothing, DoneAsRoot),
    row("namespaces", "enter a namespace", "enter-namespace", nothing, DoneAsRoot),
    row("limits", "start more processes than it may", "all-processes", |_| "120".into(), Done),
    row("limits", "take more memory than it may", "memory", |_| "300".into(), Done),
    row("limits", "fill the disk", "disk", |s| s.own(""), Done),
    row("limits", "make a control group of its own", "group", nothing, DoneAsRoot),
    row("limits", "raise its priority", "priority", nothing, DoneAsRoot),
    row("sockets", "connect to a port of the host", "connect", |s| s.tcp.clone(), Done),
    row("sockets", "send to a UDP port of the host", "udp", |s| s.udp.clone(), Done),
    row("sockets", "connect to a socket of the host by its path", "unix-socket", |s| s.file("socket"), Done),
    row("sockets", "connect to a socket by its abstract name", "abstract-socket", |s| s.abstract_name.clone(), Done),
    row("sockets", "speak to the hypervisor", "hypervisor-socket", nothing, Not("needs a hypervisor that listens")),
    row("descriptors", "read what the server has open", "descriptor", |_| "200".into(), Done),
    row("other builds", "see a process of another build", "processes-seen", |s| s.other_process(), Done),
    row("other builds", "signal it", "signal", |s| s.other_process(), Done),
    row("other builds", "read its workspace", "read", |s| s.other_file(), Done),
    row(
        "other builds",
        "reach its credentials",
        "connect",
        |s| s.credentials(),
        Not("its network has no way in from the host either; it reaches them itself, as is tested"),
    ),
    row("keys", "use the keyring", "keyring", nothing, Done),
    row("keys", "keep a key", "add-key", nothing, Done),
    row("kernel", "load a program into it (bpf)", "bpf", nothing, DoneAsRoot),
    row("kernel", "count its events (perf)", "perf", nothing, DoneAsRoot),
    row("kernel", "set up io_uring", "io-uring", nothing, Not("tried without its argument: refused as such where the call is allowed")),
    row("kernel", "handle page faults (userfaultfd)", "userfaultfd", nothing, Done),
    row("kernel", "read its log", "kernel-log", nothing, DoneAsRoot),
    row("kernel", "remove a module", "module", nothing, Not(ARGUMENT)),
    row("kernel", "load another kernel", "kexec", nothing, Not(ARGUMENT)),
    row("kernel", "switch swap off", "swap", nothing, Not(ARGUMENT)),
    row("kernel", "restart the machine", "reboot", nothing, Not(ARGUMENT)),
    row("kernel", "set the clock", "clock", nothing, Not(ARGUMENT)),
    row("kernel", "set the host's name", "host-name", nothing, Not(ARGUMENT)),
    row("terminals", "type into a terminal", "type", nothing, Not("kernels since 6.2 may refuse it to all")),
    row("daemons", "leave a process that works on", "daemon-outlives", |s| s.own("alive"), Done),
];
