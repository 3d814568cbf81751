//! Adds up the memory of a sandbox's processes where no control group does.

use std::fs;
use std::path::Path;

use super::processes::Processes;

/// Whether the tree has more than its limit.
pub(super) fn exceeded(processes: &Processes, limit: u64) -> bool {
    let folders = processes.folders();
    // Quick, but counts what processes share after a fork once for each of them ...
    if folders.iter().filter_map(|folder| own_pages(folder)).sum::<u64>() <= limit {
        return false;
    }
    // ... so before a verdict, the slow and right figure.
    folders.iter().filter_map(|folder| proportional(folder).or_else(|| own_pages(folder))).sum::<u64>() > limit
}

/// Resident bytes that are no file's.
fn own_pages(folder: &Path) -> Option<u64> {
    let text = fs::read_to_string(folder.join("statm")).ok()?;
    let mut fields = text.split(' ').skip(1).map_while(|field| field.parse::<u64>().ok());
    let (resident, shared) = (fields.next()?, fields.next()?);
    Some(resident.saturating_sub(shared) * 4096)
}

/// Resident bytes, each divided by the number of processes that share it.
fn proportional(folder: &Path) -> Option<u64> {
    let text = fs::read_to_string(folder.join("smaps_rollup")).ok()?;
    let field = text.lines().find_map(|line| line.strip_prefix("Pss_Anon:"))?;
    Some(field.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}
