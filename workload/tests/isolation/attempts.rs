//! System calls that lead out.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::support::*;

fn refused_inside(attempt_with: &[&str], reason: &str) {
    for backend in backends() {
        let (_workspace, spec) = attempt(attempt_with);
        let (text, exit) = run(spec, &backend);
        assert!(text.contains(reason), "{attempt_with:?} at {backend:?}: {text}");
        assert_eq!(exit, ended(1));
    }
}

#[test]
fn tracing_another_process_is_refused() {
    assert_eq!(outside(&["ptrace"]), "done \n");
    refused_inside(&["ptrace"], "Operation not permitted");
}

#[test]
fn namespaces_are_refused() {
    if is_root() {
        assert_eq!(outside(&["network-namespace"]), "done \n");
    }
    if level().is_some_and(|level| level >= workload::Level::Namespaces) {
        assert_eq!(outside(&["user-namespace"]), "done \n");
        assert_eq!(outside(&["clone-user-namespace"]), "done \n");
    }
    refused_inside(&["user-namespace"], "EPERM");
    refused_inside(&["network-namespace"], "EPERM");
    refused_inside(&["clone-user-namespace"], "Operation not permitted");
}

#[test]
fn mounting_is_refused() {
    if is_root() {
        // In a mount namespace of its own, so that nothing happens to the host's.
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new("unshare").arg("--mount").arg(attempts_program()).arg("mount").arg(folder.path()).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "done \n");
    }
    refused_inside(&["mount", "/tmp"], "EPERM");
}

#[test]
fn doors_of_the_kernel_are_shut() {
    // A null argument: refused as such where the call is allowed.
    assert!(!outside(&["io-uring"]).contains("not permitted"));
    refused_inside(&["io-uring"], "Operation not permitted");
    refused_inside(&["keyring"], "Operation not permitted");
    refused_inside(&["hypervisor-socket"], "not supported by protocol");
}

#[test]
fn processes_of_the_host_cannot_be_signalled() {
    for backend in backends() {
        let mut victim = Command::new("/bin/sleep").arg(unusual_sleep()).stdout(Stdio::null()).spawn().unwrap();
        let pid = victim.id().to_string();
        let (_workspace, spec) = attempt(&["kill", &pid]);
        let (text, _) = run(spec, &backend);
        assert!(text.contains("ESRCH"), "{text}");
        assert!(victim.try_wait().unwrap().is_none());
        assert_eq!(outside(&["kill", &pid]), "done \n");
        victim.wait().unwrap();
    }
}

#[test]
fn no_capability_is_left_and_none_can_come_back() {
    for backend in backends() {
        let (_workspace, spec) = script("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status | cut -f2 | sort -u");
        assert_eq!(run(spec, &backend).0, "0000000000000000\n1\n2\n", "{backend:?}");
    }
}

#[test]
fn a_set_user_id_program_cannot_be_left_on_the_host() {
    for backend in backends() {
        let (workspace, spec) = script("cp /bin/true tool && chmod 755 tool && (chmod 4755 tool || chmod u+s tool); stat -c %a tool");
        let (text, _) = run(spec, &backend);
        assert!(text.ends_with("\n755\n") && text.contains("not permitted"), "{backend:?}: {text}");
        let mode = fs::metadata(workspace.path().join("tool")).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o755);
    }
}

#[test]
fn an_archive_with_other_owners_can_be_unpacked_as_root_inside() {
    if !is_root() || level().is_none_or(|level| level < workload::Level::Namespaces) {
        println!("skipped: needs root outside to make such an archive, and user namespaces");
        return;
    }
    let (workspace, spec) = script("tar xf archive.tar && cat theirs && stat -c %u theirs");
    let file = workspace.path().join("theirs");
    fs::write(&file, "text\n").unwrap();
    let made =
        Command::new("tar").args(["cf", "archive.tar", "--owner=1000", "--group=1000", "theirs"]).current_dir(workspace.path()).status();
    assert!(made.unwrap().success());
    fs::remove_file(&file).unwrap();
    assert_eq!(run(spec, &BEST), ("text\n0\n".into(), ended(0)));
}
