//! `sekisho tighten`: policies narrowed to what a delivery's calls need.

use super::rehearse::{Inputs, agreed, judged, replace, show};
use crate::{failure::Failure, say::say};
use clap::Args;
use rehearsal::{Finding, Fixes, Kind, Report};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::ExitCode,
};

const EXAMPLES: &str = "Examples:
  sekisho tighten --diff                    how the grants of the delivery in this folder can be narrowed
  sekisho tighten                           the same, and write it after a look at it
  sekisho tighten pipeline.yaml --account prod=222222222222:target.yaml --yes

Only Allow statements of roles, users and groups are narrowed whose calls are all known. Denies, permissions boundaries, trust and
key policies, and an organization's policies stay as they are. Each change is rehearsed: one by which a call would be denied is left out.

Exit codes:
  0  narrowed, or nothing to narrow
  1  a change was left out
  2  what was given cannot be used";

/// Narrow policies to what a delivery's calls need, and rehearse each change.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Tighten {
    #[command(flatten)]
    inputs: Inputs,
    /// Show the changes, and make none
    #[arg(long)]
    diff: bool,
    /// Make the changes without asking
    #[arg(long, conflicts_with = "diff")]
    yes: bool,
}

/// Files that are changed, by their paths.
type Changed = BTreeMap<String, String>;

impl Tighten {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let first = self.inputs.rehearse(&Changed::new())?;
        if !first.summary.not_rehearsed.is_empty() {
            let why = first.summary.not_rehearsed.join("; ");
            return Err(Failure::new(format!("not all of it could be rehearsed, so that not all calls are known: {why}"))
                .help("`sekisho rehearse` tells what stands in the way"));
        }
        let stopped = denied(&first);
        let all: Vec<String> = narrowing(&first, &|_| true).mended.iter().map(|(finding, _)| finding.id.clone()).collect();
        if all.is_empty() {
            say!("nothing to narrow: every grant whose calls are known is needed");
            return Ok(ExitCode::SUCCESS);
        }
        // All at once if nothing is denied for it; else one by one.
        let mut taken: BTreeSet<String> = all.iter().cloned().collect();
        let mut left = Vec::new();
        if !self.holds(&first, &taken, &stopped)? {
            taken.clear();
            for id in &all {
                taken.insert(id.clone());
                if !self.holds(&first, &taken, &stopped)? {
                    taken.remove(id);
                    left.push(id);
                }
            }
        }
        let fixes = narrowing(&first, &|finding| taken.contains(&finding.id));
        show(&fixes, &first);
        for finding in first.findings.iter().filter(|finding| left.contains(&&finding.id)) {
            say!("left as it is, since a call would be denied: {}", finding.title);
        }
        let code = if left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        if self.diff || fixes.patches.is_empty() || (!self.yes && !agreed(fixes.patches.len())?) {
            return Ok(code);
        }
        for (file, text) in changed(&fixes, &first) {
            replace(Path::new(&file), &text).map_err(|e| Failure::new(format!("{file}: {e}")))?;
            say!("narrowed {file}");
        }
        say!("{} grants are narrowed; the delivery was rehearsed with them: no call is denied for it", fixes.mended.len());
        Ok(code)
    }

    /// Whether the delivery goes as far with these changes as without them.
    fn holds(&self, first: &Report, taken: &BTreeSet<String>, stopped: &BTreeSet<String>) -> Result<bool, Failure> {
        let fixes = narrowing(first, &|finding| taken.contains(&finding.id));
        let report = self.inputs.rehearse(&changed(&fixes, first))?;
        Ok(denied(&report).is_subset(stopped) && report.summary.not_rehearsed.is_empty())
    }
}

fn narrowing<'r>(report: &'r Report, wanted: &dyn Fn(&Finding) -> bool) -> Fixes<'r> {
    let judged = judged(report, None, base::Timestamp(0));
    Fixes::narrowing(&judged, &report.files, wanted)
}

/// What stands in the way of a delivery.
fn denied(report: &Report) -> BTreeSet<String> {
    let stops = |finding: &&Finding| matches!(finding.kind, Kind::Denied | Kind::Undeployable | Kind::Mismatch);
    report.findings.iter().filter(stops).map(|finding| finding.id.clone()).collect()
}

fn changed(fixes: &Fixes<'_>, report: &Report) -> Changed {
    let text = |patch: &rehearsal::Patch| Some((patch.file.clone(), patch.apply(&report.files.get(&patch.file)?.text)?));
    fixes.patches.iter().filter_map(text).collect()
}
