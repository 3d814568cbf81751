//! As other users, inside and outside, and not isolated at all.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Command, Output};

use workload::{Backend, Error, Level, ReadOnly, Sandbox};

use crate::support::*;

const NOBODY: u32 = 65_534;

/// Runs a script's sandbox from a server that runs as a normal user.
fn as_normal_user(text: &str, minimum: Option<&str>) -> (tempfile::TempDir, Output) {
    let (workspace, mut spec) = script(text);
    let file = workspace.path().join("spec.json");
    let (programs, program) = public_programs();
    spec.read_only.push(ReadOnly { host: programs.path().join("workload-attempts"), inside: ATTEMPTS_INSIDE.into() });
    spec.limits.processes = 30;
    fs::write(&file, serde_json::to_string(&spec).unwrap()).unwrap();
    for path in [workspace.path(), &file] {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let output = Command::new(&program).arg(&file).args(minimum).uid(NOBODY).gid(NOBODY).current_dir("/").output();
    (workspace, output.unwrap())
}

#[test]
fn a_normal_user_can_isolate_too() {
    if !is_root() || level().is_none_or(|level| level < Level::Namespaces) {
        println!("skipped: needs root to become another user, and user namespaces");
        return;
    }
    let (workspace, output) = as_normal_user(
        "id -u; echo made > made; ls -d /proc/[0-9]* | wc -l; unshare --user true 2>/dev/null || echo refused; \
         grep -c '^Cap.*0000000000000000' /proc/self/status; cat /etc/shadow 2>/dev/null; /attempts processes 60",
        None,
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "0", "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(lines[1].parse::<u32>().unwrap() <= 4, "{text}");
    assert_eq!(lines[2..4], ["refused", "5"], "{text}");
    let processes: u32 = lines[4].strip_prefix("done ").unwrap().parse().unwrap();
    assert!((20..=30).contains(&processes), "{text}");
    assert_eq!(fs::metadata(workspace.path().join("made")).unwrap().uid(), NOBODY);
}

#[test]
fn less_than_the_minimum_is_refused_with_the_way_out() {
    if !is_root() {
        println!("skipped: needs root to become a user who may not make control groups");
        return;
    }
    let (_workspace, output) = as_normal_user("echo ran", Some("A"));
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(125));
    assert!(output.stdout.is_empty() && text.contains("level A") && text.contains("unconfined"), "{text}");
}

#[test]
fn another_user_inside_owns_its_workspace() {
    if level().is_none_or(|level| level < Level::Namespaces) || !is_root() {
        println!("skipped: needs root and user namespaces");
        return;
    }
    let (workspace, mut spec) = script("id -u; id -un; echo x > made && echo y > /tmp/made && echo z > ~/made && echo ok");
    chown(workspace.path(), Some(1000), Some(1000)).unwrap();
    spec.user = 1000;
    spec.env.push(("HOME".into(), "/root".into()));
    assert_eq!(run(spec, &BEST), ("1000\nsandbox\nok\n".into(), ended(0)));
    assert_eq!(fs::metadata(workspace.path().join("made")).unwrap().uid(), 1000);
}

/// An overlay, as in a container, cannot show its owners through a map.
#[test]
fn a_workspace_on_an_overlay_works() {
    if level().is_none() || !is_root() {
        println!("skipped: needs root");
        return;
    }
    let (workspace, mut spec) = script("echo made > made && cat given made && stat -c %u made");
    for name in ["lower", "upper", "work", "merged"] {
        fs::create_dir(workspace.path().join(name)).unwrap();
    }
    fs::write(workspace.path().join("lower/given"), "given\n").unwrap();
    spec.workspace = workspace.path().join("merged");
    fs::write(workspace.path().join("spec.json"), serde_json::to_string(&spec).unwrap()).unwrap();
    let text = format!(
        "cd {} && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged && chmod 700 merged \
         && exec {SANDBOX} spec.json B",
        workspace.path().display()
    );
    // In a mount namespace of its own, so that nothing happens to the host's.
    let output = Command::new("unshare").args(["--mount", "/bin/sh", "-c", &text]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "given\nmade\n0\n", "{errors}");
    assert_eq!(fs::read_to_string(workspace.path().join("upper/made")).unwrap(), "made\n");
}

/// Without user namespaces the workspace changes hands: only one that can be meant does.
#[test]
fn a_folder_that_is_not_private_is_never_given_away() {
    if !is_root() || level().is_none() {
        println!("skipped: needs root");
        return;
    }
    let backend = Backend::Exactly { level: Level::RootNoUserNs };
    let refused = |mode: u32, owner: u32| {
        let (workspace, spec) = script("echo ran");
        let file = workspace.path().join("file");
        fs::write(&file, "").unwrap();
        chown(&file, Some(owner), Some(owner)).unwrap();
        fs::set_permissions(workspace.path(), fs::Permissions::from_mode(mode)).unwrap();
        let result = Sandbox::start_with(spec, &backend, &helper());
        (matches!(result, Err(Error::Setup { .. })), fs::metadata(file).unwrap().uid())
    };
    assert_eq!(refused(0o755, 0), (true, 0));
    assert_eq!(refused(0o700, 1000), (true, 1000));
    let (was_refused, owner) = refused(0o700, 0);
    assert!(!was_refused && owner >= 0x8_0000, "{owner}");
}

#[test]
fn an_unconfined_program_runs_in_the_workspace_itself() {
    let (workspace, mut spec) = script("pwd; /usr/bin/env; ulimit -f; exit 5");
    spec.env = vec![("ONLY".into(), "this".into())];
    spec.cwd = "/codebuild/output/src".into();
    spec.limits.file_size = 1 << 20;
    fs::create_dir(workspace.path().join("src")).unwrap();
    let sandbox = start(spec, &Backend::Unconfined);
    assert_eq!(sandbox.level(), Level::Unconfined);
    let (text, exit) = finish(sandbox);
    let home = workspace.path().canonicalize().unwrap().join("src");
    assert!(text.starts_with(&format!("{}\n", home.display())) && text.contains("ONLY=this\n"), "{text}");
    assert!(!text.contains("HOME="), "{text}");
    assert_eq!(exit, ended(5));
}

#[test]
fn an_unconfined_programs_listeners_are_on_free_ports_of_the_host() {
    let (_workspace, mut spec) = script("sleep 100");
    spec.listen = vec![SocketAddrV4::new(Ipv4Addr::LOCALHOST, 4566)];
    let mut sandbox = start(spec, &Backend::Unconfined);
    let listener = sandbox.take_listeners().remove(0);
    let address = listener.local_addr().unwrap();
    assert!(address.ip().is_loopback());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        stream.write_all(b"there").unwrap();
    });
    assert_eq!(outside(&["connect", &address.to_string()]), "done there\n");
    server.join().unwrap();
}
