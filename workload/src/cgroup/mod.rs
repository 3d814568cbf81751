//! Control groups: the bounds on memory, processes and processor time of a whole tree.

mod v1;
mod v2;

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Limits;
use crate::error::{At, Failure};

/// What all folders of sandboxes start with; the maker's process id follows.
const PREFIX: &str = "sekisho-";
/// The period over which a share of a processor is counted, in microseconds.
const PERIOD: u64 = 100_000;

/// Where this process may make groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Plan {
    /// One hierarchy for each controller.
    V1 { memory: PathBuf, pids: PathBuf, cpu: Option<PathBuf>, cpuacct: Option<PathBuf> },
    /// One hierarchy.
    V2 { parent: PathBuf, cpu: bool },
}

/// The groups of one sandbox.
pub(crate) struct Group {
    folders: Vec<PathBuf>,
    entry: Entry,
    files: Files,
}

/// Where the groups tell what happened in them.
#[derive(Default)]
struct Files {
    /// Counts the processes which the kernel killed for memory.
    memory: PathBuf,
    /// Counts the processes that were refused.
    processes: PathBuf,
    /// The processor time that was used.
    time: PathBuf,
}

/// How a process gets into the groups.
enum Entry {
    /// It writes `0` to these: any other way waits for a grace period of the kernel, some 15 ms.
    Write(Vec<fs::File>),
    /// It is born there.
    Born(fs::File),
}

impl Plan {
    /// Looks for a place in which this process may make groups, or says why there is none.
    pub(crate) fn find() -> Result<Plan, String> {
        let mounts = Mounts::read().map_err(|e| format!("control groups cannot be read from /proc/self: {e}"))?;
        match v1::find(&mounts) {
            Ok(plan) => Ok(plan),
            Err(first) => v2::find(&mounts).map_err(|second| format!("version 1: {first}; version 2: {second}")),
        }
    }

    /// Whether a share of the processors can be given.
    pub(crate) fn bounds_cpu(&self) -> bool {
        match self {
            Plan::V1 { cpu, .. } => cpu.is_some(),
            Plan::V2 { cpu, .. } => *cpu,
        }
    }

    /// Removes the groups that sandboxes of ended servers left.
    pub(crate) fn sweep(&self) {
        let parents: Vec<&PathBuf> = match self {
            Plan::V1 { memory, pids, cpu, cpuacct } => [memory, pids].into_iter().chain(cpu).chain(cpuacct).collect(),
            Plan::V2 { parent, .. } => vec![parent],
        };
        for entry in parents.iter().filter_map(|parent| fs::read_dir(parent).ok()).flatten().flatten() {
            let name = entry.file_name();
            let maker = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
            if maker.is_some_and(|pid| pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists()) {
                // Refused by the kernel while anything is still in it.
                let _ = fs::remove_dir(entry.path());
            }
        }
    }

    /// Makes the groups of one sandbox.
    pub(crate) fn make(&self, name: &str, limits: &Limits) -> Result<Group, Failure> {
        let name = format!("{PREFIX}{name}");
        match self {
            Plan::V1 { memory, pids, cpu, cpuacct } => {
                let places = v1::Places { memory, pids, cpu: cpu.as_deref(), cpuacct: cpuacct.as_deref() };
                v1::make(&places, &name, limits)
            }
            Plan::V2 { parent, cpu } => v2::make(parent, *cpu, &name, limits),
        }
    }
}

impl Group {
    /// Where a new process has to be born, if that is the way in.
    pub(crate) fn birthplace(&self) -> Option<BorrowedFd<'_>> {
        match &self.entry {
            Entry::Born(folder) => Some(folder.as_fd()),
            Entry::Write(_) => None,
        }
    }

    /// The descriptors that [`Group::join`] needs.
    pub(crate) fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        match &self.entry {
            Entry::Born(_) => Vec::new(),
            Entry::Write(files) => files.iter().map(AsFd::as_fd).collect(),
        }
    }

    /// Moves the calling process (of one thread) into the groups, unless it was born there.
    pub(crate) fn join(&self) -> io::Result<()> {
        if let Entry::Write(files) = &self.entry {
            for mut file in files {
                io::Write::write_all(&mut file, b"0")?;
            }
        }
        Ok(())
    }

    /// Whether the kernel killed anything in the groups for want of memory.
    pub(crate) fn out_of_memory(&self) -> bool {
        counts(&self.files.memory, "oom_kill ")
    }

    /// Whether the kernel refused to start a process in the groups.
    pub(crate) fn out_of_processes(&self) -> bool {
        counts(&self.files.processes, "max ")
    }

    /// The processor time of the whole tree, where the groups count it.
    pub(crate) fn cpu_time(&self) -> Option<Duration> {
        let text = fs::read_to_string(&self.files.time).ok()?;
        // Version 1 has one number of nanoseconds, version 2 fields, this one in microseconds.
        if let Ok(nanoseconds) = text.trim().parse() {
            return Some(Duration::from_nanos(nanoseconds));
        }
        let used = text.lines().find_map(|line| line.strip_prefix("usage_usec "))?;
        Some(Duration::from_micros(used.trim().parse().ok()?))
    }
}

/// Whether a field of a file of events is more than nothing.
fn counts(file: &Path, field: &str) -> bool {
    let events = fs::read_to_string(file).unwrap_or_default();
    events.lines().any(|line| line.strip_prefix(field).is_some_and(|count| count.trim() != "0"))
}

impl Drop for Group {
    fn drop(&mut self) {
        for folder in &self.folders {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn make_folder(parent: &Path, name: &str) -> Result<PathBuf, Failure> {
    let folder = parent.join(name);
    let made = match fs::create_dir(&folder) {
        // Left by a process that had our number before.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => fs::remove_dir(&folder).and_then(|()| fs::create_dir(&folder)),
        other => other,
    };
    made.at_with(|| format!("making the control group {}", folder.display()))?;
    Ok(folder)
}

fn set(folder: &Path, file: &str, value: impl ToString) -> Result<(), Failure> {
    let path = folder.join(file);
    fs::write(&path, value.to_string()).at_with(|| format!("setting {}", path.display()))
}

/// A share of the processors as microseconds of each period.
fn quota(millis: u32) -> u64 {
    (u64::from(millis) * PERIOD / 1000).max(1000)
}

/// The hierarchies of control groups and this process's place in them.
struct Mounts {
    /// File system type, options, root of the mount, where it is mounted.
    mounts: Vec<(String, String, PathBuf, PathBuf)>,
    /// Controllers (with commas) and path.
    places: Vec<(String, PathBuf)>,
}

impl Mounts {
    fn read() -> io::Result<Mounts> {
        Ok(Mounts::parse(&fs::read_to_string("/proc/self/mountinfo")?, &fs::read_to_string("/proc/self/cgroup")?))
    }

    fn parse(mountinfo: &str, cgroup: &str) -> Mounts {
        let mounts = mountinfo.lines().filter_map(|line| {
            let (left, right) = line.split_once(" - ")?;
            let mut left = left.split(' ').skip(3);
            let (root, at) = (left.next()?, left.next()?);
            let mut right = right.split(' ');
            let (kind, options) = (right.next()?, right.nth(1)?);
            kind.starts_with("cgroup").then(|| (kind.into(), options.into(), root.into(), at.into()))
        });
        let places = cgroup.lines().filter_map(|line| {
            let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
            Some((controllers.into(), path.into()))
        });
        Mounts { mounts: mounts.collect(), places: places.collect() }
    }

    /// The folder of this process in a version 1 controller's hierarchy.
    fn v1(&self, controller: &str) -> Option<PathBuf> {
        let has = |list: &str| list.split(',').any(|one| one == controller);
        let (_, _, root, at) = self.mounts.iter().find(|(kind, options, ..)| kind == "cgroup" && has(options))?;
        let (_, path) = self.places.iter().find(|(controllers, _)| has(controllers))?;
        Some(below(root, at, path))
    }

    /// The folder of this process in the version 2 hierarchy, and the hierarchy's own.
    fn v2(&self) -> Option<(PathBuf, PathBuf)> {
        let (_, _, root, at) = self.mounts.iter().find(|(kind, ..)| kind == "cgroup2")?;
        let (_, path) = self.places.iter().find(|(controllers, _)| controllers.is_empty())?;
        Some((below(root, at, path), at.clone()))
    }
}

fn below(root: &Path, at: &Path, path: &Path) -> PathBuf {
    match path.strip_prefix(root) {
        Ok(rest) if !rest.as_os_str().is_empty() => at.join(rest),
        _ => at.to_path_buf(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_in_each_hierarchy_is_found() {
        let mountinfo = "30 25 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
                         31 25 0:27 /box /sys/fs/cgroup/pids rw,nosuid shared:3 - cgroup cgroup rw,pids\n\
                         32 25 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n\
                         33 25 0:29 / /proc rw - proc proc rw\n";
        let cgroup = "4:memory:/a/b\n8:pids:/box/c\n0::/slice\n";
        let mounts = Mounts::parse(mountinfo, cgroup);
        assert_eq!(mounts.v1("memory").unwrap(), Path::new("/sys/fs/cgroup/memory/a/b"));
        assert_eq!(mounts.v1("pids").unwrap(), Path::new("/sys/fs/cgroup/pids/c"));
        assert_eq!(mounts.v1("cpu"), None);
        assert_eq!(mounts.v2().unwrap().0, Path::new("/sys/fs/cgroup/unified/slice"));
    }

    #[test]
    fn only_folders_of_ended_servers_are_swept() {
        let parent = tempfile::tempdir().unwrap();
        let own = format!("sekisho-{}-0", std::process::id());
        // Beyond the largest process id that Linux gives.
        let names = ["sekisho-4194305-0", own.as_str(), "sekisho-server", "other-4194305-0"];
        for name in names {
            fs::create_dir(parent.path().join(name)).unwrap();
        }
        Plan::V2 { parent: parent.path().into(), cpu: false }.sweep();
        let left = names.map(|name| parent.path().join(name).exists());
        assert_eq!(left, [false, true, true, true]);
    }

    #[test]
    fn a_share_of_a_processor_is_microseconds_of_a_period() {
        assert_eq!(quota(2000), 200_000);
        assert_eq!(quota(1), 1000);
    }
}
