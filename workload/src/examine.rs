//! Looks at what each level really holds on this machine, for people: by starting programs that try to get out.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::PathBuf;
use std::time::Duration;

use crate::cgroup::Plan;
use crate::helper::look::{self, Seen, Task};
use crate::level::{Workspace, groups_at};
use crate::{Helper, Level, ReadOnly, Sandbox, Spec};

/// What was seen of one level.
#[derive(Debug)]
pub struct Examination {
    /// The level.
    pub level: Level,
    /// Whether a program runs at it; otherwise why not.
    pub works: Result<(), String>,
    /// What is to hold, each tried from inside; empty where no program runs.
    pub checks: Vec<Check>,
}

/// One thing that a sandbox is to hold.
#[derive(Debug)]
pub struct Check {
    /// What is to hold.
    pub what: String,
    /// That it does; otherwise what was seen.
    pub holds: Result<(), String>,
}

impl Level {
    /// How a machine gets to this level.
    pub fn remedy(self) -> &'static str {
        match self {
            Level::Full => {
                "run as root, or in a control group of one's own with its memory and pids controllers, such as a service with \
                 Delegate=yes, or `systemd-run --user --scope -p Delegate=yes sekisho up`; and allow user namespaces as for level B"
            }
            Level::Namespaces => {
                "allow user namespaces: user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1 where there is such a \
                 setting, and where AppArmor restricts them (kernel.apparmor_restrict_unprivileged_userns) a profile that allows \
                 `userns` to this program; in a container, an unmasked /proc and a seccomp profile that allows clone and unshare"
            }
            Level::RootNoUserNs => "run as root with CAP_SYS_ADMIN",
            Level::Restricted => {
                "run on Linux 6.7 or later with `landlock` among its security modules (`lsm=` of the kernel's command line)"
            }
            Level::Unconfined => "",
        }
    }

    /// What this level does not isolate, whatever the machine.
    pub fn not_isolated(self) -> Vec<&'static str> {
        let kernel = "the kernel is shared, and with it the processor's caches: a hole in the kernel is a hole in the sandbox";
        let more: &[&str] = match self {
            Level::Full => &[],
            Level::Namespaces => &["memory is summed up at intervals: a quick program may exceed its bound for a moment"],
            Level::RootNoUserNs => &["there is no user namespace between the program and the host's users: it has an unused number of one"],
            Level::Restricted => &[
                "other processes are seen: their numbers, names and command lines",
                "the host's paths, host name and loopback addresses are seen; the allowed ports are open at every address",
                "memory, processes and temporary files are not bounded for the whole tree, each process alone is",
                "daemons outlive a helper that is killed with SIGKILL",
            ],
            Level::Unconfined => &["nothing is isolated: the program may do what its user may"],
        };
        std::iter::once(kernel).chain(more.iter().copied()).collect()
    }
}

/// Looks at levels A to D, the best first.
pub fn examine() -> Vec<Examination> {
    examine_with(&Helper::default())
}

/// [`examine`] with another helper than the caller's own binary.
pub fn examine_with(helper: &Helper) -> Vec<Examination> {
    let plan = Plan::find();
    let levels = Level::ALL.into_iter().filter(|level| *level != Level::Unconfined);
    levels.map(|level| examine_level(level, plan.as_ref(), helper)).collect()
}

fn examine_level(level: Level, plan: Result<&Plan, &String>, helper: &Helper) -> Examination {
    let looked = match (level, plan) {
        (Level::Full, Err(reason)) => Err(format!("control groups for memory and processes: {reason}")),
        (Level::RootNoUserNs, _) if !nix::unistd::geteuid().is_root() => Err("only root can make them".into()),
        _ => around(level, groups_at(level, plan.ok()), helper),
    };
    let mut checks = match looked {
        Ok(checks) => checks,
        Err(reason) => return Examination { level, works: Err(reason), checks: Vec::new() },
    };
    let bounded = match run(level, groups_at(level, plan.ok()), helper, &Task::Memory(4 * MEMORY as usize)) {
        // Killed, or, where each process alone is bounded, unable to go on.
        Ok((_, exit)) if exit.code.is_none() => Ok(()),
        Ok((_, exit)) => Err(format!("a program that takes {} MiB ended with {exit:?}", 4 * (MEMORY >> 20))),
        Err(reason) => Err(reason),
    };
    checks.push(Check { what: look::MEMORY.into(), holds: bounded });
    Examination { level, works: Ok(()), checks }
}

const MEMORY: u64 = 64 << 20;
const PROCESSES: u32 = 16;
const PRIVATE: u64 = 1 << 20;

/// Has a program look around in a sandbox, with something outside for it to reach.
fn around(level: Level, groups: Option<Plan>, helper: &Helper) -> Result<Vec<Check>, String> {
    let trouble = |what: &str, e: std::io::Error| format!("{what}: {e}");
    let secrets = Workspace::make().map_err(|e| trouble("making a folder", e))?;
    let file = secrets.0.join("file");
    std::fs::write(&file, "outside").map_err(|e| trouble("writing a file", e))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| trouble("listening", e))?;
    let address = listener.local_addr().map_err(|e| trouble("listening", e))?;
    let socket = file.to_string_lossy().into_owned();
    let name = SocketAddr::from_abstract_name(&socket).map_err(|e| trouble("naming a socket", e))?;
    let _open = UnixListener::bind_addr(&name).map_err(|e| trouble("listening at a socket", e))?;
    let process = std::process::id().cast_signed();
    let (processes, private_bytes) = (2 * PROCESSES as usize, 4 * PRIVATE as usize);
    let task = Task::Around { file, process, address, socket, processes, private_bytes };
    let (output, exit) = run(level, groups, helper, &task)?;
    let mut parts = serde_json::Deserializer::from_slice(&output).into_iter::<Vec<Seen>>();
    let seen = match parts.next() {
        Some(Ok(seen)) if exit.code == Some(0) => seen,
        _ => return Err(format!("a trial program ended with {exit:?}: {}", String::from_utf8_lossy(&output))),
    };
    let check = |seen: Seen| Check { what: seen.what, holds: seen.instead.map_or(Ok(()), Err) };
    let mut checks: Vec<Check> = seen.into_iter().map(check).collect();
    // The daemon that it leaves holds the output: reading has come to an end, so it has too.
    checks.push(Check { what: look::TREE.into(), holds: Ok(()) });
    Ok(checks)
}

fn run(level: Level, groups: Option<Plan>, helper: &Helper, task: &Task) -> Result<(Vec<u8>, crate::Exit), String> {
    let workspace = Workspace::make().map_err(|e| format!("making a folder: {e}"))?;
    let program = helper.program.canonicalize().map_err(|e| format!("{}: {e}", helper.program.display()))?;
    let inside = if level.has_own_files() { PathBuf::from("/look") } else { program.clone() };
    let task = serde_json::to_string(task).map_err(|e| e.to_string())?;
    let mut command = vec![inside.to_string_lossy().into_owned()];
    command.extend(helper.arguments.iter().cloned().chain([look::COMMAND.to_owned(), task]));
    let mut spec = Spec::new(command, &workspace.0, "/workspace");
    spec.read_only.push(ReadOnly { host: program, inside: "/look".into() });
    spec.limits.memory_bytes = MEMORY;
    spec.limits.processes = PROCESSES;
    spec.limits.tmp_bytes = PRIVATE;
    spec.limits.wall_time = Duration::from_secs(20);
    let mut sandbox = Sandbox::start_at(spec, level, groups, helper).map_err(|e| e.to_string())?;
    let mut output = Vec::new();
    if let Some(mut from) = sandbox.take_output() {
        from.stdout.read_to_end(&mut output).map_err(|e| format!("reading a trial program: {e}"))?;
    }
    let exit = sandbox.wait().map_err(|e| e.to_string())?;
    Ok((output, exit))
}
