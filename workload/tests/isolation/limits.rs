//! Bounds on memory, processes, time and files.

use std::time::{Duration, Instant};

use workload::{Backend, Bound, Level};

use crate::support::*;

#[test]
fn processes_are_bounded() {
    for backend in backends() {
        let (_workspace, mut spec) = attempt(&["processes", "60"]);
        spec.limits.processes = 20;
        let (text, exit) = run(spec, &backend);
        let got: usize = text.trim().strip_prefix("done ").unwrap().parse().unwrap();
        assert!((15..=20).contains(&got), "{backend:?}: {got}");
        assert_eq!(exit.code, Some(0));
    }
    assert_eq!(outside(&["processes", "60"]), "done 60\n");
}

#[test]
fn a_fork_bomb_goes_off_inside_only() {
    for backend in backends() {
        let name = format!("bomb{}", unusual_sleep());
        // The first process forks once and sleeps: a shell that cannot fork any more ends, and the sandbox with it.
        let (_workspace, mut spec) =
            script(&format!("boom() {{ sh -c 'sleep 100' {name} & boom & boom & wait; }}; boom 2>/dev/null & exec sleep 100"));
        spec.limits.processes = 40;
        spec.limits.wall_time = Duration::from_millis(700);
        let mut sandbox = start(spec, &backend);
        let output = sandbox.take_output();
        let exit = sandbox.wait().unwrap();
        drop(output);
        assert_eq!(exit.exceeded, Some(Bound::WallTime), "{backend:?}: {exit:?}");
        assert_eq!(with_argument(&name), 0);
    }
}

#[test]
fn memory_is_bounded() {
    for backend in backends() {
        let (_workspace, mut spec) = attempt(&["memory", "400"]);
        spec.limits.memory_bytes = 64 << 20;
        // Where memory is watched, not grouped, one process alone is stopped by its data limit, twice as much: it ends itself then.
        let (text, exit) = run(spec, &backend);
        assert!(!text.contains("done"), "{backend:?}: {text}");
        assert_eq!(exit.exceeded, Some(Bound::Memory), "{backend:?}: {exit:?}");
        assert!(matches!(exit.signal, Some(6 | 9)), "{backend:?}: {exit:?}");
    }
    assert_eq!(outside(&["memory", "400"]), "done 400\n");
}

#[test]
fn memory_is_bounded_over_all_processes() {
    for backend in backends() {
        let (_workspace, mut spec) = attempt(&[]);
        let one = format!("{ATTEMPTS_INSIDE} memory 40; sleep 0.2");
        spec.command = vec!["/bin/sh".into(), "-c".into()];
        // Each holds 40 MiB for a while.
        spec.command.push(format!("for n in 1 2 3 4 5 6 7 8; do ({one}) & done; wait"));
        spec.limits.memory_bytes = 100 << 20;
        assert_eq!(run(spec, &backend).1.exceeded, Some(Bound::Memory), "{backend:?}");
    }
}

#[test]
fn enough_memory_is_not_out_of_memory() {
    for backend in backends() {
        let (_workspace, mut spec) = attempt(&["memory", "40"]);
        spec.limits.memory_bytes = 128 << 20;
        assert_eq!(run(spec, &backend), ("done 40\n".into(), ended(0)), "{backend:?}");
    }
}

#[test]
fn files_and_the_private_folders_are_bounded() {
    for backend in backends() {
        let (_workspace, mut spec) = script(
            "trap '' XFSZ; dd if=/dev/zero of=big bs=64k count=64 2>/dev/null || echo too big; \
             dd if=/dev/zero of=/tmp/a bs=64k count=16 2>/dev/null && \
             dd if=/dev/zero of=/dev/shm/b bs=64k count=16 2>/dev/null || echo full; stat -c %s big",
        );
        spec.limits.file_size = 2 << 20;
        spec.limits.tmp_bytes = 3 << 19;
        assert_eq!(run(spec, &backend).0, format!("too big\nfull\n{}\n", 2 << 20), "{backend:?}");
    }
}

#[test]
fn processor_time_is_bounded() {
    for backend in backends() {
        let (_workspace, mut spec) = program(&["/bin/sh", "-c", "while :; do :; done"]);
        spec.limits.cpu_time = Some(Duration::from_secs(1));
        let exit = run(spec, &backend).1;
        assert_eq!((exit.code, exit.exceeded), (None, Some(Bound::CpuTime)), "{backend:?}");
    }
}

/// Five processes that each stay below the limit.
#[test]
fn processor_time_is_bounded_over_all_processes() {
    for backend in backends() {
        let (_workspace, mut spec) = script("for n in 1 2 3 4 5; do (while :; do :; done) & done; wait");
        spec.limits.cpu_time = Some(Duration::from_secs(1));
        let begin = Instant::now();
        assert_eq!(run(spec, &backend).1.exceeded, Some(Bound::CpuTime), "{backend:?}");
        assert!(begin.elapsed() < Duration::from_secs(30));
    }
}

#[test]
fn the_workspace_is_bounded() {
    let attempts = [
        "i=0; while :; do head -c 1000000 /dev/zero > file$i; i=$((i+1)); done",
        // Without a name it takes as much room.
        "exec 3> a 4> b; rm a b; while :; do head -c 1000000 /dev/zero >&3; head -c 1000000 /dev/zero >&4; done",
        "mkdir a && cd a && while :; do mkdir b$n; n=$((n+1)); done",
    ];
    for backend in backends() {
        for text in attempts {
            let (workspace, mut spec) = script(text);
            spec.limits.disk_bytes = if text.starts_with("mkdir") { 100_000 } else { 8 << 20 };
            assert_eq!(run(spec, &backend).1.exceeded, Some(Bound::Disk), "{backend:?}: {text}");
            drop(workspace);
        }
        let (_workspace, mut spec) = script("head -c 4000000 /dev/zero > file; sleep 0.5; echo enough");
        spec.limits.disk_bytes = 8 << 20;
        assert_eq!(run(spec, &backend), ("enough\n".into(), ended(0)), "{backend:?}");
    }
}

#[test]
fn open_files_are_bounded() {
    for backend in backends() {
        let (_workspace, mut spec) = script("ulimit -n; ulimit -Hn; ulimit -n 100 2>/dev/null && echo raised");
        spec.limits.open_files = 40;
        assert_eq!(run(spec, &backend).0, "40\n40\n", "{backend:?}");
    }
}

#[test]
fn a_tree_that_met_its_bound_of_processes_says_so() {
    if level() != Some(Level::Full) {
        println!("skipped: needs control groups");
        return;
    }
    let (_workspace, mut spec) = attempt(&["processes", "60"]);
    spec.limits.processes = 20;
    assert_eq!(run(spec, &BEST).1.exceeded, Some(Bound::Processes));
}

#[test]
fn a_share_of_a_processor_is_kept_to() {
    if level() != Some(Level::Full) {
        println!("skipped: needs control groups");
        return;
    }
    let count = |millis| {
        let (_workspace, mut spec) = script("n=0; while :; do n=$((n+1)); [ $((n % 1000)) = 0 ] && echo; done");
        spec.limits.cpu_millis = Some(millis);
        spec.limits.wall_time = Duration::from_millis(800);
        run(spec, &BEST).0.len()
    };
    let (little, much) = (count(100), count(1000));
    assert!(little * 2 < much, "{little} and {much}");
}

#[test]
fn many_start_at_once() {
    for backend in backends() {
        std::thread::scope(|scope| {
            for number in 0..12 {
                let backend: &Backend = &backend;
                scope.spawn(move || {
                    let (_workspace, spec) = script(&format!("echo {number}"));
                    assert_eq!(run(spec, backend), (format!("{number}\n"), ended(0)));
                });
            }
        });
    }
}

/// Prints what a start costs; `cargo test --release -- --ignored --nocapture start_up` for true figures.
#[test]
#[ignore = "a measurement"]
fn start_up() {
    for backend in backends().into_iter().chain([Backend::Unconfined]) {
        let mut times: Vec<Duration> = (0..100)
            .map(|_| {
                let (_workspace, spec) = program(&["/bin/true"]);
                let begin = Instant::now();
                assert_eq!(run(spec, &backend).1, ended(0));
                begin.elapsed()
            })
            .collect();
        times.sort();
        println!("{backend:?}: best {:?}, median {:?}", times[0], times[50]);
    }
    let mut times: Vec<Duration> = (0..100)
        .map(|_| {
            let begin = Instant::now();
            assert!(std::process::Command::new("/bin/true").status().unwrap().success());
            begin.elapsed()
        })
        .collect();
    times.sort();
    println!("plain: best {:?}, median {:?}", times[0], times[50]);
}
