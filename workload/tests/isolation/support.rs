//! What the tests share.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use workload::{Backend, Exit, Helper, Level, ReadOnly, Sandbox, Spec};

pub const SANDBOX: &str = env!("CARGO_BIN_EXE_workload-sandbox");
const ATTEMPTS: &str = env!("CARGO_BIN_EXE_workload-attempts");
/// Where a sandbox sees the program of the attempts.
pub const ATTEMPTS_INSIDE: &str = "/attempts";
pub const BEST: Backend = Backend::Isolated { minimum: Level::RootNoUserNs };

pub fn helper() -> Helper {
    Helper::at(SANDBOX)
}

/// The level that works here, or `None` (said) when the kernel refuses all.
pub fn level() -> Option<Level> {
    let probe = workload::probe_with(&helper());
    if probe.level <= Level::Restricted {
        println!("skipped: this kernel refuses namespaces: {}", probe.reason());
        return None;
    }
    Some(probe.level)
}

pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Every backend that works here with its name: the best one, and those below it.
pub fn backends() -> Vec<Backend> {
    let Some(best) = level() else {
        return Vec::new();
    };
    let below = [Level::Namespaces, Level::RootNoUserNs].into_iter().filter(|level| *level < best);
    let possible = below.filter(|level| *level == Level::Namespaces || is_root());
    [BEST].into_iter().chain(possible.map(|level| Backend::Exactly { level })).collect()
}

/// The level without namespaces, where the kernel has access rules.
pub fn restricted() -> Option<Backend> {
    static WORKS: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    let works = || {
        let found = workload::examine_with(&helper()).into_iter().find(|one| one.level == Level::Restricted);
        found.is_some_and(|one| one.works.inspect_err(|reason| println!("skipped: level D: {reason}")).is_ok())
    };
    WORKS.get_or_init(works).then_some(Backend::Exactly { level: Level::Restricted })
}

/// A workspace and the spec of a shell script in it.
pub fn script(text: &str) -> (TempDir, Spec) {
    program(&["/bin/sh", "-c", text])
}

pub fn program(command: &[&str]) -> (TempDir, Spec) {
    let private = fs::Permissions::from_mode(0o700);
    let workspace = tempfile::Builder::new().permissions(private).tempdir().unwrap();
    let command = command.iter().map(|part| (*part).to_owned()).collect();
    let mut spec = Spec::new(command, workspace.path(), "/codebuild/output");
    spec.env = vec![("PATH".into(), "/usr/bin:/bin".into())];
    spec.limits.wall_time = Duration::from_secs(60);
    (workspace, spec)
}

/// The spec of an attempt inside.
pub fn attempt(arguments: &[&str]) -> (TempDir, Spec) {
    let (workspace, mut spec) = program(&[&[ATTEMPTS_INSIDE], arguments].concat());
    spec.read_only.push(ReadOnly { host: ATTEMPTS.into(), inside: ATTEMPTS_INSIDE.into() });
    (workspace, spec)
}

/// What the same attempt says outside.
pub fn outside(arguments: &[&str]) -> String {
    let output = Command::new(ATTEMPTS).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

pub fn attempts_program() -> &'static Path {
    Path::new(ATTEMPTS)
}

pub fn start(spec: Spec, backend: &Backend) -> Sandbox {
    Sandbox::start_with(spec, backend, &helper()).unwrap()
}

/// Runs to the end: the merged output and the exit.
pub fn run(spec: Spec, backend: &Backend) -> (String, Exit) {
    finish(start(spec, backend))
}

pub fn finish(mut sandbox: Sandbox) -> (String, Exit) {
    let mut text = String::new();
    sandbox.take_output().unwrap().stdout.read_to_string(&mut text).unwrap();
    let exit = sandbox.wait().unwrap();
    (text, exit)
}

pub fn ended(code: i32) -> Exit {
    Exit { code: Some(code), signal: None, exceeded: None }
}

/// A number that no other process of the machine sleeps for.
pub fn unusual_sleep() -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("{}{next:03}.5", 100_000 + std::process::id())
}

/// How many processes of the host have this argument.
pub fn with_argument(argument: &str) -> usize {
    let folders = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path().join("cmdline"));
    let has = |path: PathBuf| {
        let text = fs::read(path).unwrap_or_default();
        text.split(|byte| *byte == 0).any(|part| part == argument.as_bytes())
    };
    folders.filter(|path| has(path.clone())).count()
}

/// Waits for something that must come true soon.
pub fn eventually(what: &str, check: impl Fn() -> bool) {
    let start = Instant::now();
    while !check() {
        assert!(start.elapsed() < Duration::from_secs(20), "not in time: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A folder that any user may enter, with the test programs in it.
pub fn public_programs() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("workload-sandbox");
    fs::copy(SANDBOX, &program).unwrap();
    fs::copy(ATTEMPTS, folder.path().join("workload-attempts")).unwrap();
    (folder, program)
}
