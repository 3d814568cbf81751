//! Version 1: one hierarchy for each controller.

use std::fs::OpenOptions;
use std::path::Path;

use super::{Entry, Files, Group, Mounts, PERIOD, Plan, make_folder, quota, set};
use crate::Limits;
use crate::error::{At, Failure};

pub(super) fn find(mounts: &Mounts) -> Result<Plan, String> {
    let place = |controller: &str| {
        let folder = mounts.v1(controller).ok_or_else(|| format!("no {controller} controller"))?;
        folder.is_dir().then_some(folder).ok_or_else(|| format!("the {controller} controller is out of reach"))
    };
    let (cpu, cpuacct) = (place("cpu").ok(), place("cpuacct").ok());
    Ok(Plan::V1 { memory: place("memory")?, pids: place("pids")?, cpu, cpuacct })
}

/// The folder of this process in each hierarchy.
pub(super) struct Places<'a> {
    pub(super) memory: &'a Path,
    pub(super) pids: &'a Path,
    pub(super) cpu: Option<&'a Path>,
    pub(super) cpuacct: Option<&'a Path>,
}

pub(super) fn make(places: &Places<'_>, name: &str, limits: &Limits) -> Result<Group, Failure> {
    // Filled one by one, so that a failure removes what was made before it.
    let mut group = Group { folders: Vec::new(), entry: Entry::Write(Vec::new()), files: Files::default() };
    let mut add = |parent: &Path| {
        let folder = parent.join(name);
        // Two controllers may have one hierarchy.
        if group.folders.contains(&folder) {
            return Ok(folder);
        }
        let folder = make_folder(parent, name)?;
        group.folders.push(folder.clone());
        let tasks = OpenOptions::new().write(true).open(folder.join("tasks"));
        if let Entry::Write(files) = &mut group.entry {
            files.push(tasks.at_with(|| format!("opening {}", folder.join("tasks").display()))?);
        }
        Ok::<_, Failure>(folder)
    };
    let mut files = Files::default();
    let folder = add(places.memory)?;
    set(&folder, "memory.limit_in_bytes", limits.memory_bytes)?;
    if folder.join("memory.memsw.limit_in_bytes").exists() {
        set(&folder, "memory.memsw.limit_in_bytes", limits.memory_bytes)?;
    }
    files.memory = folder.join("memory.oom_control");
    let folder = add(places.pids)?;
    // The sandbox's first process counts too.
    set(&folder, "pids.max", limits.processes.saturating_add(1))?;
    files.processes = folder.join("pids.events");
    if let (Some(cpu), Some(millis)) = (places.cpu, limits.cpu_millis) {
        let folder = add(cpu)?;
        set(&folder, "cpu.cfs_period_us", PERIOD)?;
        set(&folder, "cpu.cfs_quota_us", quota(millis))?;
    }
    if let (Some(cpuacct), Some(_)) = (places.cpuacct, limits.cpu_time) {
        files.time = add(cpuacct)?.join("cpuacct.usage");
    }
    group.files = files;
    Ok(group)
}
