//! `sekisho doctor`: what this machine isolates builds with, found out by doing it.

use super::{Output, workloads::Minimum};
use crate::{
    failure::{FAILED, Failure},
    say::say,
};
use clap::Args;
use serde_json::{Value, json};
use std::process::ExitCode;
use workload::{Examination, Level};

const EXIT_CODES: &str = "Exit codes:
  0  builds run here, isolated as the minimum demands
  1  they are refused
  2  what was given cannot be used";

/// Show what this machine can isolate builds with: each level is tried, and what it holds
#[derive(Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Doctor {
    #[command(flatten)]
    minimum: Minimum,
    /// How the result is written
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

impl Doctor {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        let minimum = self.minimum.level()?;
        let examined = workload::examine();
        // The best that works is what builds get.
        let used = examined.iter().find(|one| one.works.is_ok());
        let runs = used.is_some_and(|used| used.level >= minimum);
        match self.output {
            Output::Json => say!("{:#}", as_json(&examined, used, minimum, runs)),
            Output::Text => as_text(&examined, used, minimum, runs),
        }
        Ok(if runs { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
    }
}

/// What the level does not hold: by its nature, and as it was seen here.
fn open(used: &Examination) -> Vec<String> {
    let failed = used.checks.iter().filter_map(|check| Some(format!("not so here: {}: {}", check.what, check.holds.as_ref().err()?)));
    used.level.not_isolated().into_iter().map(str::to_owned).chain(failed).collect()
}

fn as_text(examined: &[Examination], used: Option<&Examination>, minimum: Level, runs: bool) {
    match used {
        Some(used) if runs => say!("Builds run at isolation level {}; the minimum is {minimum}.", used.level),
        Some(used) => say!("Builds are refused here: isolation level {} is what works, and the minimum is {minimum}.", used.level),
        None => say!("Builds are refused here: no level of isolation works; the minimum is {minimum}."),
    }
    for one in examined {
        match &one.works {
            Ok(()) => {
                say!("\n  yes  {}", one.level);
                for check in &one.checks {
                    match &check.holds {
                        Ok(()) => say!("         yes  {}", check.what),
                        Err(seen) => say!("         no   {}: {seen}", check.what),
                    }
                }
            }
            Err(reason) => {
                say!("\n  no   {}: {reason}", one.level);
                say!("         to get there: {}", one.level.remedy());
            }
        }
    }
    if let Some(used) = used {
        say!("\nNot isolated at level {}:", used.level.letter());
        open(used).iter().for_each(|line| say!("  - {line}"));
    }
    if !runs {
        say!("\nOther ways: a lower minimum (--min-isolation); or `--workload unconfined`, which runs builds as plain processes, with no");
        say!("protection against what is built.");
    }
}

fn as_json(examined: &[Examination], used: Option<&Examination>, minimum: Level, runs: bool) -> Value {
    let levels = examined.iter().map(|one| {
        let checks =
            one.checks.iter().map(|check| json!({"what": check.what, "holds": check.holds.is_ok(), "seen": check.holds.as_ref().err()}));
        json!({
            "level": one.level.letter(),
            "name": one.level.to_string(),
            "works": one.works.is_ok(),
            "reason": one.works.as_ref().err(),
            "remedy": one.works.is_err().then(|| one.level.remedy()),
            "checks": checks.collect::<Vec<_>>(),
        })
    });
    json!({
        "runs": runs,
        "level": used.map(|used| used.level.letter()),
        "minimum": minimum.letter(),
        "notIsolated": used.map(open).unwrap_or_default(),
        "levels": levels.collect::<Vec<_>>(),
    })
}
