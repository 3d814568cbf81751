//! How long a sandbox takes to start, beside a plain process.

use crate::{
    Result, Run,
    table::{Table, median},
};
use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
    time::Instant,
};
use workload::{Backend, Helper, Level, Sandbox, Spec};

const STARTS: usize = 200;

pub(crate) fn measure(_: &Run, table: &mut Table) -> Result<()> {
    let how = format!("/bin/true from its start until it was waited for; best and median of {STARTS}");
    let plain = timed(|| {
        let status = Command::new("/bin/true").stdin(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err("/bin/true failed".into()) }
    })?;
    table.add("a plain process", shown(&plain), &how);
    let helper = Helper::default();
    for examined in workload::examine().into_iter().filter(|examined| examined.works.is_ok()) {
        let level = examined.level;
        let times = timed(|| once(level, &helper))?;
        let over = best(&times) - best(&plain);
        table.add(&format!("a sandbox of level {level}"), shown(&times), &format!("{over:.2} ms over the plain one at best"));
    }
    Ok(())
}

/// With the one listener that every build has.
fn once(level: Level, helper: &Helper) -> Result<()> {
    let workspace = tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir()?;
    let mut spec = Spec::new(vec!["/bin/true".into()], workspace.path(), "/codebuild/output");
    spec.listen.push("127.0.0.1:4566".parse()?);
    let exit = Sandbox::start_with(spec, &Backend::Exactly { level }, helper)?.wait()?;
    if exit.code == Some(0) { Ok(()) } else { Err(format!("level {level}: {exit:?}").into()) }
}

/// Milliseconds of each.
fn timed(mut once: impl FnMut() -> Result<()>) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let begun = Instant::now();
        once()?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}

fn best(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

fn shown(times: &[f64]) -> String {
    format!("{:.2} ms ({:.2} ms)", best(times), median(times.to_vec()))
}
