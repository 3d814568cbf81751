//! How well this machine isolates, found out by doing it.

use std::collections::HashMap;
use std::env::temp_dir;
use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use crate::cgroup::Plan;
use crate::{Error, Helper, Sandbox, Spec};

/// How well programs are isolated, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Not at all: a plain process of the caller's user, with resource limits.
    Unconfined,
    /// Without namespaces: a process of the caller's user that access rules and filters hold off files, ports and
    /// signals. It sees that there are other processes, and the host's own paths.
    Restricted,
    /// Namespaces without users' (needs root): the program is an unprivileged id of the host.
    RootNoUserNs,
    /// All namespaces; memory is bounded by watching it, processes by a resource limit.
    Namespaces,
    /// All namespaces, and the kernel's groups bound memory and processes of the whole tree.
    Full,
}

impl Level {
    /// All, the best first.
    pub const ALL: [Level; 5] = [Level::Full, Level::Namespaces, Level::RootNoUserNs, Level::Restricted, Level::Unconfined];

    /// Whether programs see files, processes and a network of their own; otherwise the host's paths, and listeners on
    /// free ports of the host.
    pub fn has_own_files(self) -> bool {
        self >= Level::RootNoUserNs
    }

    /// `A` to `D`, or `none`.
    pub fn letter(self) -> &'static str {
        match self {
            Level::Full => "A",
            Level::Namespaces => "B",
            Level::RootNoUserNs => "C",
            Level::Restricted => "D",
            Level::Unconfined => "none",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Level::Full => "namespaces and group limits",
            Level::Namespaces => "namespaces",
            Level::RootNoUserNs => "root without user namespaces",
            Level::Restricted => "access rules and filters",
            Level::Unconfined => "unconfined",
        };
        write!(f, "{} ({what})", self.letter())
    }
}

impl std::str::FromStr for Level {
    type Err = String;

    /// One of the letters: isolated programs have one of these levels.
    fn from_str(text: &str) -> Result<Self, String> {
        let isolated = Level::ALL.into_iter().filter(|level| *level != Level::Unconfined);
        let mut named = isolated.filter(|level| level.letter().eq_ignore_ascii_case(text));
        named.next().ok_or_else(|| format!("'{text}' is no level of isolation; there are A (the best), B, C and D"))
    }
}

/// How to run a [`Spec`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// As well isolated as this machine can, refused below `minimum`.
    Isolated {
        /// The least that is acceptable. `Level::Unconfined` here means `Level::Restricted`, never unconfined.
        minimum: Level,
    },
    /// At exactly this level, without asking the probe.
    Exactly {
        /// The level.
        level: Level,
    },
    /// Not isolated: for programs that the operator trusts with everything that the caller may do.
    Unconfined,
}

/// What [`probe`] found.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The best level that works; `Level::Unconfined` when none does.
    pub level: Level,
    /// Everything tried, in order, for `doctor`.
    pub findings: Vec<Finding>,
    pub(crate) groups: Option<Plan>,
}

/// One thing that was tried: its name, and why it does not work if it does not.
pub type Finding = (&'static str, Result<(), String>);

const GROUPS: &str = "control groups for memory and processes";
const CPU: &str = "control group for processor shares";

impl Probe {
    /// The reasons why levels above the found one do not work, in one line.
    pub fn reason(&self) -> String {
        let failed = self.findings.iter().filter_map(|(name, result)| Some((name, result.as_ref().err()?)));
        failed.map(|(name, reason)| format!("{name}: {reason}")).collect::<Vec<_>>().join("; ")
    }
}

/// Finds out once, by starting a program at each level, the best first, how well this machine isolates.
pub fn probe() -> Probe {
    probe_with(&Helper::default())
}

/// [`probe`] with another helper than the caller's own binary.
pub fn probe_with(helper: &Helper) -> Probe {
    static FOUND: OnceLock<Mutex<HashMap<Helper, Probe>>> = OnceLock::new();
    let mut found = FOUND.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    found.entry(helper.clone()).or_insert_with(|| really_probe(helper)).clone()
}

fn really_probe(helper: &Helper) -> Probe {
    let plan = Plan::find();
    let mut findings: Vec<Finding> = vec![(GROUPS, plan.as_ref().map(drop).map_err(String::clone))];
    let groups = plan.ok();
    if let Some(plan) = &groups {
        plan.sweep();
        let bounded = plan.bounds_cpu().then_some(()).ok_or_else(|| "no cpu controller".to_owned());
        findings.push((CPU, bounded));
    }
    for level in [Level::Full, Level::Namespaces, Level::RootNoUserNs, Level::Restricted] {
        let name = match level {
            Level::Full => "a program in all namespaces with group limits",
            Level::Namespaces => "a program in all namespaces",
            Level::RootNoUserNs => "a program in namespaces without users'",
            _ => "a program within access rules",
        };
        let result = match (level, &groups) {
            (Level::Full, None) => continue,
            (Level::RootNoUserNs, _) if !nix::unistd::geteuid().is_root() => continue,
            (level, groups) => attempt(helper, level, groups_at(level, groups.as_ref())),
        };
        let works = result.is_ok();
        findings.push((name, result));
        if works {
            let groups = groups_at(level, groups.as_ref());
            return Probe { level, findings, groups };
        }
    }
    Probe { level: Level::Unconfined, findings, groups: None }
}

/// The groups that bound a sandbox of this level: level C has them where it can.
pub(crate) fn groups_at(level: Level, groups: Option<&Plan>) -> Option<Plan> {
    groups.filter(|_| matches!(level, Level::Full | Level::RootNoUserNs)).cloned()
}

fn attempt(helper: &Helper, level: Level, groups: Option<Plan>) -> Result<(), String> {
    // A fresh, empty, private folder: at some levels the workspace changes hands.
    let workspace = Workspace::make().map_err(|e| format!("making a folder in {}: {e}", temp_dir().display()))?;
    let mut spec = Spec::new(vec!["/bin/sh".into(), "-c".into(), "exit 7".into()], &workspace.0, "/workspace");
    spec.listen.push(std::net::SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, 4566));
    let ended = Sandbox::start_at(spec, level, groups, helper).and_then(|mut sandbox| sandbox.wait());
    match ended {
        Ok(exit) if exit.code == Some(7) => Ok(()),
        Ok(exit) => Err(format!("a trial program ended with {exit:?}")),
        Err(error) => Err(error.to_string()),
    }
}

/// The folder of a trial, removed after it.
pub(crate) struct Workspace(pub(crate) PathBuf);

impl Workspace {
    pub(crate) fn make() -> std::io::Result<Workspace> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = temp_dir().join(format!("sekisho-probe-{}-{next}", std::process::id()));
        // Fails if it is there, so it is ours.
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Workspace(folder))
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Backend {
    /// The level and the groups to use, or the refusal.
    pub(crate) fn decide(&self, helper: &Helper) -> Result<(Level, Option<Plan>), Error> {
        match *self {
            Backend::Unconfined => Ok((Level::Unconfined, None)),
            Backend::Exactly { level } => {
                let groups = || Plan::find().map_err(|reason| Error::Setup { step: GROUPS.into(), reason });
                let groups = match level {
                    Level::Full => Some(groups()?),
                    Level::RootNoUserNs => groups().ok(),
                    Level::Namespaces | Level::Restricted | Level::Unconfined => None,
                };
                Ok((level, groups))
            }
            Backend::Isolated { minimum } => {
                let probe = probe_with(helper);
                let minimum = minimum.max(Level::Restricted);
                if probe.level < minimum {
                    return Err(Error::Refused { minimum, found: probe.level, reason: probe.reason() });
                }
                Ok((probe.level, probe.groups))
            }
        }
    }
}
