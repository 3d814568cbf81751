//! However it ends, the whole tree ends.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use workload::{Backend, Bound};

use crate::support::*;

/// A script that leaves daemons in sessions of their own, and its marker.
fn daemons(then: &str) -> (String, String) {
    let marker = unusual_sleep();
    let text = format!(
        "setsid sleep {marker} & setsid sh -c '(sleep {marker} &) ; exec sleep {marker}' & \
         while [ $(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -cx '{marker}') -lt 3 ]; do sleep 0.01; done; \
         echo ready; {then}"
    );
    (text, marker)
}

fn all_backends() -> impl Iterator<Item = Backend> {
    backends().into_iter().chain([Backend::Unconfined])
}

/// With the level at which programs cannot see whether their daemons run.
fn backends_and_restricted() -> impl Iterator<Item = Backend> {
    all_backends().chain(restricted())
}

#[test]
fn a_time_out_ends_daemons_too() {
    for backend in all_backends() {
        let (text, marker) = daemons("sleep 1000");
        let (_workspace, mut spec) = script(&text);
        spec.limits.wall_time = Duration::from_millis(1500);
        let begin = Instant::now();
        let (text, exit) = run(spec, &backend);
        assert_eq!(text, "ready\n", "{backend:?}");
        assert!(exit.exceeded == Some(Bound::WallTime) && exit.signal == Some(9), "{exit:?}");
        assert!(begin.elapsed() >= Duration::from_millis(1500) && begin.elapsed() < Duration::from_secs(10));
        assert_eq!(with_argument(&marker), 0, "{backend:?}");
    }
}

#[test]
fn daemons_do_not_outlive_the_program() {
    for backend in all_backends() {
        let (text, marker) = daemons("exit 3");
        let (_workspace, spec) = script(&text);
        assert_eq!(run(spec, &backend), ("ready\n".into(), ended(3)), "{backend:?}");
        assert_eq!(with_argument(&marker), 0, "{backend:?}");
    }
}

#[test]
fn another_thread_can_end_it() {
    for backend in backends_and_restricted() {
        let (text, marker) = daemons("sleep 1000");
        let (_workspace, spec) = script(&text);
        let sandbox = start(spec, &backend);
        let killer = sandbox.killer();
        let waiting = {
            let marker = marker.clone();
            std::thread::spawn(move || {
                eventually("the daemons run", || with_argument(&marker) >= 3);
                killer.kill();
                killer.kill();
                killer
            })
        };
        let (_, exit) = finish(sandbox);
        assert_eq!((exit.signal, exit.exceeded), (Some(9), None), "{backend:?}");
        assert_eq!(with_argument(&marker), 0);
        // Harmless after the end.
        waiting.join().unwrap().kill();
    }
}

#[test]
fn dropping_ends_it() {
    for backend in backends_and_restricted() {
        let (text, marker) = daemons("sleep 1000");
        let (_workspace, spec) = script(&text);
        let sandbox = start(spec, &backend);
        eventually("the daemons run", || with_argument(&marker) >= 3);
        drop(sandbox);
        assert_eq!(with_argument(&marker), 0, "{backend:?}");
    }
}

/// A server in a process of its own, killed with a signal that it cannot handle.
#[test]
fn a_killed_server_takes_its_sandboxes_with_it() {
    if level().is_none() {
        return;
    }
    let (text, marker) = daemons("sleep 1000");
    let (workspace, spec) = script(&text);
    let file = workspace.path().join("spec.json");
    fs::write(&file, serde_json::to_string(&spec).unwrap()).unwrap();
    let mut server = Command::new(SANDBOX).arg(&file).stdout(Stdio::null()).spawn().unwrap();
    eventually("the sandbox runs", || with_argument(&marker) >= 3);
    server.kill().unwrap();
    server.wait().unwrap();
    eventually("the sandbox ends with its server", || with_argument(&marker) == 0);
    let groups = format!("sekisho-{}-", server.id());
    eventually("its control groups go too", || !any_folder(&groups));
}

/// The helper, too, may be killed by anybody of its user: the kernel ends the tree.
#[test]
fn a_killed_helper_takes_its_sandbox_with_it() {
    for backend in backends() {
        let (text, marker) = daemons("sleep 1000");
        let (_workspace, spec) = script(&text);
        let mut sandbox = start(spec, &backend);
        eventually("the sandbox runs", || with_argument(&marker) >= 3);
        let helper: i32 = format!("{sandbox:?}").split("helper: ").nth(1).unwrap().trim_end_matches(" }").parse().unwrap();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(helper), nix::sys::signal::Signal::SIGKILL).unwrap();
        assert!(sandbox.wait().unwrap_err().to_string().contains("without an answer"));
        eventually("the sandbox ends with its helper", || with_argument(&marker) == 0);
    }
    workload::sweep();
}

fn any_folder(prefix: &str) -> bool {
    let mut folders = vec![std::path::PathBuf::from("/sys/fs/cgroup")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                return true;
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
        }
    }
    false
}
