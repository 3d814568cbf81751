//! Version 2: one hierarchy, in which a group has processes or children with controllers, never both.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{Entry, Files, Group, Mounts, PERIOD, Plan, make_folder, quota, set};
use crate::Limits;
use crate::error::{At, Failure};

/// Where this process moves itself when it is alone in a group that was handed to it.
const LEAF: &str = "sekisho-server";

pub(super) fn find(mounts: &Mounts) -> Result<Plan, String> {
    let (own, top) = mounts.v2().ok_or("not mounted")?;
    let mut reasons = Vec::new();
    for parent in [own, top] {
        match prepare(&parent) {
            Ok(cpu) => return Ok(Plan::V2 { parent, cpu }),
            Err(reason) => reasons.push(format!("{}: {reason}", parent.display())),
        }
    }
    reasons.dedup();
    Err(reasons.join(", "))
}

/// Hands the controllers on to the children of `parent`; tells whether the processors' is among them.
fn prepare(parent: &Path) -> Result<bool, String> {
    let list = |file: &str| {
        let text = fs::read_to_string(parent.join(file)).map_err(|e| format!("{file}: {e}"))?;
        Ok::<Vec<String>, String>(text.split_whitespace().map(str::to_owned).collect())
    };
    let offered = list("cgroup.controllers")?;
    let has = |list: &[String], one: &str| list.iter().any(|other| other == one);
    for needed in ["memory", "pids"] {
        if !has(&offered, needed) {
            return Err(format!("no {needed} controller"));
        }
    }
    let enabled = list("cgroup.subtree_control")?;
    if !["memory", "pids"].iter().all(|needed| has(&enabled, needed)) {
        let cpu = if has(&offered, "cpu") { " +cpu" } else { "" };
        hand_on(parent, &format!("+memory +pids{cpu}"))?;
    }
    Ok(has(&list("cgroup.subtree_control")?, "cpu"))
}

fn hand_on(parent: &Path, controllers: &str) -> Result<(), String> {
    let control = parent.join("cgroup.subtree_control");
    let say = |e: io::Error| format!("cgroup.subtree_control: {e}");
    match fs::write(&control, controllers) {
        Err(e) if e.kind() == io::ErrorKind::ResourceBusy => {}
        other => return other.map_err(say),
    }
    // Processes are in the group itself: if it is this one alone, it can step aside.
    let leaf = parent.join(LEAF);
    fs::create_dir(&leaf).or_else(|e| if leaf.is_dir() { Ok(()) } else { Err(e) }).map_err(say)?;
    let own = std::process::id().to_string();
    fs::write(leaf.join("cgroup.procs"), &own).map_err(say)?;
    fs::write(&control, controllers).map_err(|e| {
        let _ = fs::write(parent.join("cgroup.procs"), &own);
        let _ = fs::remove_dir(&leaf);
        format!("other processes share the group ({e}); start in a group of its own, such as a service with Delegate=yes")
    })
}

pub(super) fn make(parent: &Path, cpu: bool, name: &str, limits: &Limits) -> Result<Group, Failure> {
    let (group, folder) = enter(parent, name)?;
    set(&folder, "memory.max", limits.memory_bytes)?;
    if folder.join("memory.swap.max").exists() {
        set(&folder, "memory.swap.max", 0)?;
    }
    // The sandbox's first process counts too.
    set(&folder, "pids.max", limits.processes.saturating_add(1))?;
    if let (true, Some(millis)) = (cpu, limits.cpu_millis) {
        set(&folder, "cpu.max", format!("{} {PERIOD}", quota(millis)))?;
    }
    Ok(group)
}

/// A new group without bounds.
fn enter(parent: &Path, name: &str) -> Result<(Group, PathBuf), Failure> {
    let folder = make_folder(parent, name)?;
    let opened = File::open(&folder).at_with(|| format!("opening {}", folder.display()));
    let entry = match opened {
        Ok(opened) => Entry::Born(opened),
        Err(failure) => {
            let _ = fs::remove_dir(&folder);
            return Err(failure);
        }
    };
    let files = Files { memory: folder.join("memory.events"), processes: folder.join("pids.events"), time: folder.join("cpu.stat") };
    Ok((Group { folders: vec![folder.clone()], entry, files }, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The way in needs no controller, so it is tried wherever version 2 is mounted and may be written.
    #[test]
    fn a_child_is_born_in_its_group() {
        let mounts = Mounts::read().unwrap();
        let Some((own, _)) = mounts.v2() else {
            println!("skipped: version 2 of control groups is not mounted");
            return;
        };
        let (group, folder) = match enter(&own, &format!("sekisho-test-{}", std::process::id())) {
            Ok(made) => made,
            Err(failure) => {
                println!("skipped: {}: {}", failure.step, failure.reason);
                return;
            }
        };
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let child = crate::sys::fork_with(0, group.birthplace(), || {
            let place = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
            i32::from(!place.lines().any(|line| line.starts_with("0::") && line.ends_with(&name)))
        });
        let (_, status) = crate::sys::wait_for(Some(child.unwrap().pid)).unwrap();
        assert_eq!(status, 0);
        drop(group);
        assert!(!folder.exists());
    }
}
