//! A program without namespaces: the kernel's access rules (Landlock) hold it off files, ports and signals, filters hold
//! it off what these rules do not see, and it ends as an unconfined one does.

use std::fs;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, NetPort, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, Scope,
};
use nix::sys::prctl;
use nix::sys::signal::Signal;

use super::root::{DEVICES, ETC, PROGRAMS};
use super::{Running, init, network, seccomp};
use crate::error::{At, Failure};
use crate::order::Order;
use crate::sys;

/// The first kernel that holds programs off ports.
const NEEDED: ABI = ABI::V4;
/// Knows signals and abstract sockets as well.
const BETTER: ABI = ABI::V6;
/// What programs read of the host beside those: who they are, and how many processors there are.
const MORE: [&str; 9] = [
    "/etc/passwd",
    "/etc/group",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
];
/// Where temporary files go, in the workspace: the host's `/tmp` is not the program's.
const TEMPORARY: &str = ".tmp";

pub(super) fn start(order: &Order) -> Result<Running, Failure> {
    prctl::set_child_subreaper(true).at("adopting what the program leaves")?;
    let listeners = network::on_host(&order.spec)?;
    let temporary = order.spec.workspace.join(TEMPORARY);
    fs::create_dir(&temporary).or_else(|e| if temporary.is_dir() { Ok(()) } else { Err(e) }).at("making a folder for temporary files")?;
    let pid = init::launch(order, || restrict(order, &listeners))?;
    let ended = sys::watch(pid).at("watching the program")?;
    let listeners = listeners.into_iter().map(OwnedFd::from).collect();
    Ok(Running { child: sys::Child { pid, ended }, control: None, listeners, processes: None, group: None })
}

/// What such a program finds in its environment beside what it is given.
pub(super) fn environment(workspace: &Path) -> Vec<(String, String)> {
    vec![("TMPDIR".into(), workspace.join(TEMPORARY).to_string_lossy().into_owned())]
}

/// In the program's process, before it is executed.
fn restrict(order: &Order, listeners: &[TcpListener]) -> Result<(), Failure> {
    prctl::set_pdeathsig(Signal::SIGKILL).at("binding the program to its helper")?;
    sys::empty_bounding_set()
        .or_else(|e| if nix::unistd::geteuid().is_root() { Err(e) } else { Ok(()) })
        .at("emptying the bounding set")?;
    sys::clear_capabilities().at("giving up capabilities")?;
    prctl::set_no_new_privs().at("refusing new privileges")?;
    let rules =
        rules(order, listeners).at("setting access rules (Landlock; needs Linux 6.7, and `landlock` in the kernel's list of modules)")?;
    rules.restrict_self().at("entering the access rules")?;
    seccomp::install(order).at("installing the system call filters")
}

fn rules(order: &Order, listeners: &[TcpListener]) -> Result<RulesetCreated, Box<dyn std::error::Error>> {
    let all = AccessFs::from_all(NEEDED);
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(all)?
        .handle_access(AccessNet::from_all(NEEDED))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(BETTER))?
        .scope(Scope::from_all(BETTER))?
        .create()?;
    let spec = &order.spec;
    let given = spec.read_only.iter().map(|bind| bind.host.clone());
    let executable = PROGRAMS.iter().map(PathBuf::from).chain(given);
    let readable = ETC.iter().chain(&MORE).map(PathBuf::from);
    for path in executable {
        rules = allow(rules, &path, read | AccessFs::Execute)?;
    }
    for path in readable {
        rules = allow(rules, &path, read)?;
    }
    for device in DEVICES {
        rules = allow(rules, &Path::new("/dev").join(device), AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev)?;
    }
    // No device can be made in it.
    rules = allow(rules, &spec.workspace, all & !(AccessFs::MakeChar | AccessFs::MakeBlock))?;
    for listener in listeners {
        rules = rules.add_rule(NetPort::new(listener.local_addr()?.port(), AccessNet::ConnectTcp))?;
    }
    Ok(rules)
}

/// What is not there is not allowed.
fn allow(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<RulesetCreated, Box<dyn std::error::Error>> {
    let Ok(metadata) = fs::metadata(path) else { return Ok(rules) };
    let access = if metadata.is_dir() { access } else { access & AccessFs::from_file(BETTER) };
    Ok(rules.add_rule(PathBeneath::new(PathFd::new(path)?, access))?)
}
