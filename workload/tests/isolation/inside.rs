//! What a program sees and can do inside.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use workload::{Error, ReadOnly, Sandbox};

use crate::support::*;

#[test]
fn output_and_exit_code_come_back() {
    for backend in backends() {
        let (_workspace, spec) = script("echo to stdout; echo to stderr >&2; echo again; exit 42");
        let (text, exit) = run(spec, &backend);
        assert_eq!(text, "to stdout\nto stderr\nagain\n", "{backend:?}");
        assert_eq!(exit, ended(42));
    }
}

#[test]
fn the_two_streams_can_be_kept_apart() {
    if level().is_none() {
        return;
    }
    let (_workspace, mut spec) = script("echo out; echo err >&2; kill -TERM $$");
    spec.merge_output = false;
    let mut sandbox = start(spec, &BEST);
    let mut output = sandbox.take_output().unwrap();
    assert!(sandbox.take_output().is_none());
    let (mut out, mut err) = (String::new(), String::new());
    output.stdout.read_to_string(&mut out).unwrap();
    output.stderr.unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((out.as_str(), err.as_str()), ("out\n", "err\n"));
    let exit = sandbox.wait().unwrap();
    assert_eq!((exit.code, exit.signal), (None, Some(15)));
    assert_eq!(sandbox.wait().unwrap(), exit);
}

#[test]
fn the_environment_is_exactly_what_was_given() {
    for backend in backends() {
        let (_workspace, mut spec) = program(&["/usr/bin/env"]);
        spec.env = vec![("A".into(), "1 = one".into()), ("LANG".into(), "C".into())];
        assert_eq!(run(spec, &backend), ("A=1 = one\nLANG=C\n".into(), ended(0)));
    }
}

#[test]
fn the_workspace_is_shared_and_extra_paths_are_read_only() {
    for backend in backends() {
        let home = tempfile::tempdir().unwrap();
        let tools = home.path().join("tools");
        fs::create_dir(&tools).unwrap();
        fs::write(tools.join("tool"), "a tool\n").unwrap();
        // Nobody else may pass, as with a home folder.
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let (workspace, mut spec) = script(
            "pwd; cat ../given; echo made > ../made; mkdir ../new && rm ../given; \
             cat /opt/tools/tool; echo x > /opt/tools/tool || echo refused; hostname 2>/dev/null || cat /etc/hostname",
        );
        fs::write(workspace.path().join("given"), "a given\n").unwrap();
        fs::create_dir(workspace.path().join("src")).unwrap();
        spec.cwd = "/codebuild/output/src".into();
        spec.hostname = "builder".into();
        spec.read_only.push(ReadOnly { host: tools.clone(), inside: "/opt/tools".into() });
        let (text, exit) = run(spec, &backend);
        assert!(text.starts_with("/codebuild/output/src\na given\na tool\n"), "{backend:?}: {text}");
        assert!(text.ends_with("refused\nbuilder\n"), "{text}");
        assert_eq!(exit, ended(0));
        assert_eq!(fs::read_to_string(workspace.path().join("made")).unwrap(), "made\n");
        assert!(workspace.path().join("new").is_dir() && !workspace.path().join("given").exists());
        assert_eq!(fs::read_to_string(tools.join("tool")).unwrap(), "a tool\n");
    }
}

#[test]
fn only_its_own_processes_are_seen() {
    for backend in backends() {
        let (_workspace, spec) = script("ls -d /proc/[0-9]* | wc -l");
        let mut by_hand = Command::new("/bin/sh").args(["-c", "ls -d /proc/[0-9]* | wc -l"]).output().unwrap();
        let outside: usize = String::from_utf8(std::mem::take(&mut by_hand.stdout)).unwrap().trim().parse().unwrap();
        let (text, _) = run(spec, &backend);
        let inside: usize = text.lines().next().unwrap().parse().unwrap();
        // The first process, the shell, ls and wc.
        assert!(inside <= 4 && outside > 4, "{inside} inside, {outside} outside");
    }
}

#[test]
fn files_of_the_host_are_not_seen() {
    for backend in backends() {
        let secrets = tempfile::tempdir().unwrap();
        let secret = secrets.path().join("root.key");
        fs::write(&secret, "the root key").unwrap();
        let secret = secret.to_str().unwrap();
        let text = format!(
            "cat {secret} 2>/dev/null && echo leaked; cat leak 2>/dev/null && echo leaked; \
             cat /etc/shadow 2>/dev/null && echo leaked; ls -A /root /home /sys /opt /srv /mnt /work 2>/dev/null; \
             touch /x /usr/x /etc/x /proc/sys/kernel/x 2>/dev/null && echo written; \
             for n in /proc/1/root /proc/1/cwd /proc/1/environ /proc/1/mem; do cat $n >/dev/null 2>&1 && echo $n; done; echo end"
        );
        assert!(Command::new("/bin/sh").args(["-c", &text]).output().unwrap().stdout.starts_with(b"the root key"));
        let (workspace, spec) = script(&text);
        std::os::unix::fs::symlink(secret, workspace.path().join("leak")).unwrap();
        assert_eq!(run(spec, &backend), ("/root:\nend\n".into(), ended(0)), "{backend:?}");
    }
}

#[test]
fn the_private_folders_can_be_written_and_are_not_the_hosts() {
    for backend in backends() {
        let name = format!("private-{}", unusual_sleep());
        let (_workspace, spec) = script(&format!(
            "cd /tmp && echo 1 > {name} && echo 2 > /var/tmp/{name} && echo 3 > /dev/shm/{name} && echo 4 > ~/{name} \
             && cat /tmp/{name} && echo > /dev/null && head -c 4 /dev/urandom | wc -c && : < /dev/fd/0 && echo ok"
        ));
        let mut spec = spec;
        spec.env.push(("HOME".into(), "/root".into()));
        assert_eq!(run(spec, &backend), ("2\n4\nok\n".into(), ended(0)), "{backend:?}");
        assert!(!std::path::Path::new("/tmp").join(&name).exists());
    }
}

#[test]
fn the_network_is_the_given_listeners_and_nothing_else() {
    for backend in backends() {
        let host = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let host_address = host.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            for mut stream in host.incoming().flatten() {
                let _ = stream.read_to_string(&mut String::new());
            }
        });
        assert!(outside(&["connect", &host_address]).starts_with("done"));

        let (_workspace, mut spec) = attempt(&[]);
        spec.command = vec!["/bin/sh".into(), "-c".into()];
        spec.command.push(format!(
            "for to in 127.0.0.1:4566 169.254.170.2:80 {host_address} 127.0.0.1:22 192.0.2.1:80 169.254.169.254:80; \
             do {ATTEMPTS_INSIDE} connect $to; done"
        ));
        spec.listen = vec![SocketAddrV4::new(Ipv4Addr::LOCALHOST, 4566), SocketAddrV4::new(Ipv4Addr::new(169, 254, 170, 2), 80)];
        let mut sandbox = start(spec, &backend);
        let listeners = sandbox.take_listeners();
        assert_eq!(listeners.len(), 2);
        for (number, listener) in listeners.into_iter().enumerate() {
            std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut asked = String::new();
                stream.read_to_string(&mut asked).unwrap();
                write!(stream, "{number} heard {asked}").unwrap();
            });
        }
        let (text, _) = finish(sandbox);
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines[..2], ["done 0 heard hello", "done 1 heard hello"], "{backend:?}: {text}");
        assert!(lines[2].contains("refused") && lines[3].contains("refused"), "{text}");
        assert!(lines[4].contains("unreachable") && lines[5].contains("unreachable"), "{text}");
        assert_eq!(lines.len(), 6, "{text}");
    }
}

#[test]
fn the_hosts_network_can_be_kept() {
    for backend in backends() {
        let host = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = host.local_addr().unwrap().to_string();
        let (_workspace, mut spec) = attempt(&["connect", &address]);
        spec.keep_network = true;
        spec.listen = vec![SocketAddrV4::new(Ipv4Addr::LOCALHOST, 4566)];
        let mut sandbox = start(spec, &backend);
        assert_ne!(sandbox.take_listeners()[0].local_addr().unwrap().port(), 4566);
        let (mut stream, _) = host.accept().unwrap();
        stream.read_to_string(&mut String::new()).unwrap();
        drop(stream);
        assert_eq!(finish(sandbox), ("done \n".into(), ended(0)), "{backend:?}");
    }
}

#[test]
fn no_descriptor_of_the_server_comes_along() {
    let file = fs::File::open("/etc/passwd").unwrap();
    let copy = fcntl(file.as_fd(), FcntlArg::F_DUPFD(200)).unwrap();
    // SAFETY: the descriptor was just made and is owned by nobody else.
    let copy = unsafe { <std::os::fd::OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(copy) };
    fcntl(copy.as_fd(), FcntlArg::F_SETFD(FdFlag::empty())).unwrap();
    let plain = Command::new("/bin/ls").arg("/proc/self/fd").output().unwrap();
    assert!(String::from_utf8(plain.stdout).unwrap().lines().any(|line| line.starts_with('2') && line.len() == 3));
    for backend in backends() {
        let (_workspace, spec) = program(&["/bin/ls", "/proc/self/fd"]);
        // The last is the folder itself.
        assert_eq!(run(spec, &backend).0, "0\n1\n2\n3\n");
    }
}

#[test]
fn a_program_that_cannot_start_is_an_error_that_says_why() {
    if level().is_none() {
        return;
    }
    let error = |change: fn(&mut workload::Spec)| {
        let (_workspace, mut spec) = script("exit 0");
        change(&mut spec);
        match Sandbox::start_with(spec, &BEST, &helper()) {
            Err(error @ Error::Setup { .. }) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert!(error(|spec| spec.command = vec!["/no/such".into()]).contains("/no/such"));
    assert!(error(|spec| spec.command = vec!["no-such".into()]).contains("looked for in /usr/bin:/bin"));
    assert!(error(|spec| spec.cwd = "/no/folder".into()).contains("entering /no/folder"));
    let clash = error(|spec| {
        spec.read_only.push(ReadOnly { host: "/etc/passwd".into(), inside: "/etc/passwd".into() });
    });
    assert!(clash.contains("/etc/passwd"), "{clash}");
}
