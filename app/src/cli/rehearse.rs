use super::files::Changed;
use crate::{failure::Failure, say::say, world::services};
use anstream::AutoStream;
use base::{Clock, SystemClock};
use clap::{Args, ValueEnum, builder::PossibleValue};
use rehearsal::{
    Access, Baseline, Estate, FailOn, Finding, Fixes, Form, Judged, Question, Report, Setup, Severity, Style, Unanswerable,
    inputs::{self, Options},
};
use std::{
    collections::BTreeMap,
    fs,
    io::{IsTerminal, Write, stdin, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
};

const EXAMPLES: &str = "Examples:
  sekisho rehearse                                    the delivery in this folder
  sekisho rehearse examples/cross-account
  sekisho rehearse pipeline.yaml --account prod=222222222222:target.yaml
  sekisho rehearse cdk.out
  sekisho rehearse --fix                              and mend its files, after a look at each change
  sekisho rehearse --output sarif > rehearsal.sarif   for code scanning
  sekisho rehearse --output markdown --fail-on warning
  sekisho rehearse --matrix                           who does what to which resource
  sekisho rehearse --write-baseline --reason 'known: OPS-7'

Exit codes:
  0  clean
  1  findings: of the severity that --fail-on names, or something that could not be rehearsed
  2  what was given cannot be used";

/// What is rehearsed.
#[derive(Args)]
pub(crate) struct Inputs {
    /// A folder with a sekisho.yaml; or templates, pipelines as JSON, a CDK cloud assembly, an article
    #[arg(default_value = ".", value_name = "DIR|FILE")]
    paths: Vec<String>,
    /// An account, and a template that is deployed into it: NAME=ID[:TEMPLATE] (repeatable)
    #[arg(long, value_name = "NAME=ID[:TEMPLATE]")]
    account: Vec<String>,
    /// A template's parameter (repeatable)
    #[arg(long, value_name = "[TEMPLATE:]NAME=VALUE")]
    parameter: Vec<String>,
    /// The value of a placeholder such as STAGING_ACCOUNT (repeatable)
    #[arg(long, value_name = "TEXT=VALUE")]
    bind: Vec<String>,
    /// What accounts hold already, as the AWS CLI saves it (repeatable)
    #[arg(long, value_name = "FILE")]
    account_state: Vec<String>,
    /// CloudTrail's logs of earlier runs: what was called and denied counts as well (repeatable)
    #[arg(long, value_name = "FILE")]
    trail: Vec<String>,
    /// The region, where the files do not say
    #[arg(long)]
    region: Option<String>,
}

/// Rehearse a delivery in memory: what would be denied, by which statement, and what mends it.
///
/// Nothing is built, started or changed.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Rehearse {
    #[command(flatten)]
    inputs: Inputs,
    /// Print the script that saves what accounts hold, by calls that only read
    #[arg(long, exclusive = true)]
    print_state_script: bool,
    /// How the report is written
    #[arg(long, value_enum, default_value = "text")]
    output: Named<Form>,
    /// Show who does what to which resource, allowed or not, instead of what is found
    #[arg(long, conflicts_with_all = ["fix", "diff", "write_baseline"])]
    matrix: bool,
    /// The least severity that makes the exit code 1
    #[arg(long, value_enum, default_value = "error")]
    fail_on: Named<FailOn>,
    /// The file of accepted findings [default: sekisho-baseline.yaml beside the delivery, if it is there]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the baseline anew: it accepts all that is found now
    #[arg(long, requires = "reason")]
    write_baseline: bool,
    /// Why what is found now is accepted
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Mend the files
    #[arg(long)]
    fix: bool,
    /// Show the changes that --fix would make
    #[arg(long, conflicts_with = "fix")]
    diff: bool,
    /// Make the changes without asking
    #[arg(long, requires = "fix")]
    yes: bool,
    /// Let a repair weaken this guardrail, as reports name it (repeatable)
    #[arg(long, value_name = "GUARDRAIL")]
    allow: Vec<String>,
}

/// A value that the rehearsal names.
#[derive(Clone, Copy)]
struct Named<T: 'static>(T, &'static str);

macro_rules! named {
    ($type:ty) => {
        impl ValueEnum for Named<$type> {
            fn value_variants<'a>() -> &'a [Self] {
                const ALL: [Named<$type>; <$type>::ALL.len()] = {
                    let mut all = [Named(<$type>::ALL[0].0, <$type>::ALL[0].1); <$type>::ALL.len()];
                    let mut at = 0;
                    while at < all.len() {
                        all[at] = Named(<$type>::ALL[at].0, <$type>::ALL[at].1);
                        at += 1;
                    }
                    all
                };
                &ALL
            }
            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(PossibleValue::new(self.1))
            }
        }
    };
}
named!(Form);
named!(FailOn);

/// The baseline of a delivery.
const BASELINE: &str = "sekisho-baseline.yaml";

impl Inputs {
    /// Reads it, with some files as they are not yet.
    fn read(&self, changed: &BTreeMap<String, String>) -> Result<(Estate, Vec<Finding>), Failure> {
        let options = Options {
            paths: self.paths.clone(),
            accounts: self.account.clone(),
            parameters: self.parameter.clone(),
            bindings: self.bind.clone(),
            account_states: self.account_state.clone(),
            trails: self.trail.clone(),
            region: self.region.clone(),
        };
        inputs::read(&options, &Changed(changed)).map_err(|problems| {
            let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Failure::unusable(all.join("\n"))
        })
    }

    /// Answers a question about it.
    pub(crate) fn access(&self, question: &Question) -> Result<Result<Access, Unanswerable>, Failure> {
        let (estate, _) = self.read(&BTreeMap::new())?;
        in_a_world(|setup| rehearsal::access(&estate, setup, question))
    }

    /// Rehearses it, with some files as they are not yet.
    pub(crate) fn rehearse(&self, changed: &BTreeMap<String, String>) -> Result<Report, Failure> {
        let (estate, noted) = self.read(changed)?;
        let mut report = in_a_world(|setup| rehearsal::rehearse(&estate, setup))?;
        report.findings.splice(0..0, noted);
        report.findings.sort_by_key(|finding| finding.layer);
        Ok(report)
    }

    /// Where the delivery lies.
    fn folder(&self) -> &Path {
        let first = self.paths.first().map_or(Path::new("."), Path::new);
        if first.is_dir() { first } else { first.parent().unwrap_or(first) }
    }
}

/// What a rehearsal needs of this machine.
fn in_a_world<T>(rehearse: impl FnOnce(&Setup) -> Result<T, gate::Error>) -> Result<T, Failure> {
    // Files that live for a moment are best in memory.
    let private = |folder: &Path| tempfile::Builder::new().prefix("sekisho-rehearse-").tempdir_in(folder);
    let runtime = private(Path::new("/dev/shm")).or_else(|_| private(&std::env::temp_dir()))?;
    let setup = Setup { services, runtime_dir: runtime.path().to_path_buf(), now: SystemClock.now() };
    Ok(rehearse(&setup)?)
}

impl Rehearse {
    pub(crate) fn execute(self) -> Result<ExitCode, Failure> {
        if self.print_state_script {
            print(include_str!("../../scripts/save-account-state.sh"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut report = self.inputs.rehearse(&BTreeMap::new())?;
        let baseline = self.read_baseline()?;
        let now = SystemClock.now();
        if self.write_baseline {
            let reason = self.reason.as_deref().unwrap_or_default();
            let text = Baseline::of(&report, Severity::Note, &baseline.unwrap_or_default(), reason, now);
            let path = self.baseline_path();
            fs::write(&path, text).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
            say!("{} accepts what is found now", path.display());
            return Ok(ExitCode::SUCCESS);
        }
        if self.fix && self.mend(&judged(&report, baseline.as_ref(), now))? {
            report = self.inputs.rehearse(&BTreeMap::new())?;
        }
        let judged = judged(&report, baseline.as_ref(), now);
        if self.matrix {
            let unfit = || Failure::unusable("the matrix is written as text, json or markdown");
            print(&report.write_matrix(self.output.0).ok_or_else(unfit)?)?;
        } else if self.diff {
            show(&Fixes::of(&judged, &report.files, &self.allow), &report);
        } else {
            print(&judged.write(self.output.0, &style()))?;
        }
        Ok(ExitCode::from(judged.exit_code(self.fail_on.0)))
    }

    fn baseline_path(&self) -> PathBuf {
        self.baseline.clone().unwrap_or_else(|| self.inputs.folder().join(BASELINE))
    }

    /// The baseline, if one is there; one that is named must be, unless it is to be written.
    fn read_baseline(&self) -> Result<Option<Baseline>, Failure> {
        let path = self.baseline_path();
        let optional = self.baseline.is_none() || self.write_baseline;
        let text = match fs::read_to_string(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && optional => return Ok(None),
            Err(e) => return Err(Failure::unusable(format!("{}: {e}", path.display()))),
            Ok(text) => text,
        };
        let shown = path.display().to_string();
        let baseline = Baseline::read(&text, &shown).map_err(|fault| {
            let failure = Failure::unusable(format!("{shown}:{}:{}: {}", fault.line, fault.column, fault.message));
            fault.help.iter().fold(failure, |failure, help| failure.help(help))
        })?;
        Ok(Some(baseline))
    }

    /// Makes the changes that mend what was found, if the user agrees. False: nothing was changed.
    fn mend(&self, judged: &Judged<'_>) -> Result<bool, Failure> {
        let report = judged.report();
        let fixes = Fixes::of(judged, &report.files, &self.allow);
        if fixes.patches.is_empty() {
            return Ok(false);
        }
        show(&fixes, report);
        if !self.yes && !agreed(fixes.patches.len())? {
            return Ok(false);
        }
        for patch in &fixes.patches {
            let mended = report.files.get(&patch.file).and_then(|file| patch.apply(&file.text));
            let Some(text) = mended else { continue };
            replace(Path::new(&patch.file), &text).map_err(|e| Failure::new(format!("{}: {e}", patch.file)))?;
            say!("mended {}", patch.file);
        }
        Ok(true)
    }
}

pub(super) fn show(fixes: &Fixes<'_>, report: &Report) {
    for patch in &fixes.patches {
        let Some(file) = report.files.get(&patch.file) else { continue };
        if let Some(diff) = rehearsal::Diff::new(file, patch) {
            say!("{}", diff.to_string().trim_end());
        }
    }
    for (finding, guardrail) in &fixes.guarded {
        say!("a guardrail decides: intended? `--allow '{guardrail}'` lets the repair weaken it: {}", finding.title);
    }
}

pub(super) fn judged<'a>(report: &'a Report, baseline: Option<&'a Baseline>, now: base::Timestamp) -> Judged<'a> {
    baseline.map_or_else(|| Judged::plain(report), |baseline| baseline.judge(report, now))
}

pub(super) fn agreed(files: usize) -> Result<bool, Failure> {
    if !stdin().is_terminal() {
        return Err(Failure::unusable("nobody can be asked whether to change the files").help("`--yes` changes them, `--diff` shows how"));
    }
    print!("Change {files} file{}? [y/N] ", if files == 1 { "" } else { "s" });
    stdout().flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Writes a file whole or not at all.
pub(super) fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().set_permissions(fs::metadata(path)?.permissions())?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}

/// How a terminal takes it.
pub(super) fn style() -> Style {
    let colour = AutoStream::choice(&stdout()) != anstream::ColorChoice::Never && stdout().is_terminal();
    let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(Style::default().width);
    Style { colour, width }
}

pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
