//! Version 1: one hierarchy for each controller.

use std::fs::OpenOptions;
use std::path::Path;

use super::{Entry, Group, Mounts, PERIOD, Plan, make_folder, quota, set};
use crate::Limits;
use crate::error::{At, Failure};

pub(super) fn find(mounts: &Mounts) -> Result<Plan, String> {
    let place = |controller: &str| {
        let folder = mounts.v1(controller).ok_or_else(|| format!("no {controller} controller"))?;
        folder.is_dir().then_some(folder).ok_or_else(|| format!("the {controller} controller is out of reach"))
    };
    Ok(Plan::V1 { memory: place("memory")?, pids: place("pids")?, cpu: place("cpu").ok() })
}

pub(super) fn make(memory: &Path, pids: &Path, cpu: Option<&Path>, name: &str, limits: &Limits) -> Result<Group, Failure> {
    // Filled one by one, so that a failure removes what was made before it.
    let mut group = Group { folders: Vec::new(), entry: Entry::Write(Vec::new()), events: Default::default() };
    let mut add = |parent: &Path| {
        let folder = make_folder(parent, name)?;
        group.folders.push(folder.clone());
        let tasks = OpenOptions::new().write(true).open(folder.join("tasks"));
        if let Entry::Write(files) = &mut group.entry {
            files.push(tasks.at_with(|| format!("opening {}", folder.join("tasks").display()))?);
        }
        Ok::<_, Failure>(folder)
    };
    let folder = add(memory)?;
    set(&folder, "memory.limit_in_bytes", limits.memory_bytes)?;
    if folder.join("memory.memsw.limit_in_bytes").exists() {
        set(&folder, "memory.memsw.limit_in_bytes", limits.memory_bytes)?;
    }
    let events = folder.join("memory.oom_control");
    // The sandbox's first process counts too.
    set(&add(pids)?, "pids.max", limits.processes.saturating_add(1))?;
    if let (Some(cpu), Some(millis)) = (cpu, limits.cpu_millis) {
        let folder = add(cpu)?;
        set(&folder, "cpu.cfs_period_us", PERIOD)?;
        set(&folder, "cpu.cfs_quota_us", quota(millis))?;
    }
    group.events = events;
    Ok(group)
}
