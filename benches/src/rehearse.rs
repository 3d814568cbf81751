//! Rehearsals: the examples from the start of the process to its exit, and estates that grow.

use crate::{
    Result, Run,
    process::{copy, cpu_of},
    table::{Table, median},
};
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

const TIMES: usize = 31;
/// Pipelines of the estates; there are a quarter as many accounts.
const ESTATES: [usize; 4] = [25, 50, 100, 200];
/// How often a process is looked at for what it has used.
const LOOK: Duration = Duration::from_millis(1);

/// What a rehearsal took.
struct Took {
    wall: Duration,
    processor: Duration,
    /// The most memory that was resident, in MiB.
    peak: f64,
}

pub(crate) fn measure(run: &Run, table: &mut Table) -> Result<()> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no root")?.join("examples");
    for example in ["quickstart", "cross-account"] {
        let folder = examples.join(example);
        let mut times = Vec::new();
        let mut peak: f64 = 0.0;
        for _ in 0..TIMES {
            let took = rehearsed(run, &folder)?;
            times.push(took.wall.as_secs_f64() * 1e3);
            peak = peak.max(took.peak);
        }
        let least = times.iter().copied().fold(f64::INFINITY, f64::min);
        let how = format!("from the start of the process to its exit; median of {TIMES}, the least {least:.0} ms; {peak:.0} MiB at most");
        table.add(&format!("rehearse {example}"), format!("{:.0} ms", median(times)), &how);
    }
    for pipelines in ESTATES {
        let home = tempfile::tempdir()?;
        let accounts = estate(&examples.join("cross-account"), home.path(), pipelines)?;
        let took = rehearsed(run, home.path())?;
        let each = took.wall.as_secs_f64() * 1e3 / pipelines as f64;
        let how = format!("{:.2} s of processor time, {each:.1} ms a pipeline, {:.0} MiB at most", took.processor.as_secs_f64(), took.peak);
        let what = format!("rehearse {pipelines} pipelines over {accounts} accounts");
        table.add(&what, format!("{:.2} s", took.wall.as_secs_f64()), &how);
    }
    Ok(())
}

/// Rehearses a folder.
fn rehearsed(run: &Run, folder: &Path) -> Result<Took> {
    let begun = Instant::now();
    let mut child = run.delivery.sekisho(&["rehearse", "--output", "json"]).arg(folder).spawn()?;
    let (id, mut peak, mut processor) = (child.id().to_string(), 0.0, Duration::ZERO);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak = most_resident(&id).unwrap_or(peak);
        processor = cpu_of(&id).unwrap_or(processor).max(processor);
        std::thread::sleep(LOOK);
    };
    let wall = begun.elapsed();
    // What is found is not what is measured; what cannot be rehearsed is.
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(format!("{} was not rehearsed: {status}", folder.display()).into());
    }
    Ok(Took { wall, processor, peak })
}

fn most_resident(id: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

/// Writes an estate of many deliveries, each as the example is but for its names. How many accounts it has.
fn estate(example: &Path, folder: &Path, pipelines: usize) -> Result<usize> {
    let accounts = pipelines / 4;
    let (tools, targets) = (accounts / 5, accounts - accounts / 5);
    let mut delivery = String::from("region: ap-northeast-1\naccounts:\n");
    let id = |account: usize| format!("{:012}", 100_000_000_000 + account);
    for account in 0..accounts {
        writeln!(delivery, "  a{account}: \"{}\"", id(account))?;
    }
    let (mut stacks, mut sources) = (String::from("stacks:\n"), String::from("sources:\n"));
    for nth in 0..pipelines {
        let name = format!("shop{nth}");
        let (dev, staging, prod) = (nth % tools, tools + nth % targets, tools + (nth + targets / 2) % targets);
        for file in ["pipeline.yaml", "target.yaml"] {
            let text = fs::read_to_string(example.join(file))?;
            fs::write(folder.join(format!("{name}-{file}")), renamed(&text, &name))?;
        }
        let source = folder.join(&name);
        copy(&example.join("shop"), &source)?;
        let release: PathBuf = source.join("release.yaml");
        fs::write(&release, renamed(&fs::read_to_string(&release)?, &name))?;
        for (environment, account) in [("staging", staging), ("prod", prod)] {
            writeln!(stacks, "  - name: {name}-{environment}\n    account: a{account}\n    template: {name}-target.yaml")?;
            writeln!(stacks, "    parameters: {{ Environment: {environment}, DevAccount: \"{}\" }}", id(dev))?;
        }
        writeln!(stacks, "  - name: {name}\n    account: a{dev}\n    template: {name}-pipeline.yaml\n    parameters:")?;
        for (environment, account, title) in [("staging", staging, "Staging"), ("prod", prod, "Prod")] {
            for (parameter, output) in [("Role", "RoleArn"), ("StackRole", "StackRoleArn"), ("Bucket", "SiteBucket")] {
                writeln!(stacks, "      {title}{parameter}: {{ output: a{account}/{name}-{environment}.{output} }}")?;
            }
        }
        writeln!(sources, "  - {{ account: a{dev}, repository: {name}, branch: main, from: {name}/ }}")?;
    }
    fs::write(folder.join("sekisho.yaml"), delivery + &stacks + &sources)?;
    Ok(accounts)
}

/// The example's text under another name.
fn renamed(text: &str, name: &str) -> String {
    text.replace("shop", name)
}
