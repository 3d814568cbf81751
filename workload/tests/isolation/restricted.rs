//! Without namespaces: what access rules and filters hold.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::process::Command;

use workload::{Error, ReadOnly, Sandbox};

use crate::support::*;

#[test]
fn files_are_the_workspace_and_the_programs() {
    let Some(backend) = restricted() else { return };
    let outer = tempfile::tempdir().unwrap();
    let secret = outer.path().join("secret");
    fs::write(&secret, "hush").unwrap();
    let secret = secret.display();
    let text = format!(
        "cat {secret}; echo x > {secret}; ls {}; echo made > made; mktemp > /dev/null && echo temporary; ls /usr > /dev/null && echo programs; \
         ln -s {secret} link; cat link; mknod device c 1 3; echo end",
        outer.path().display()
    );
    assert!(Command::new("/bin/sh").args(["-c", &format!("cat {secret}")]).output().unwrap().stdout.starts_with(b"hush"));
    let (workspace, spec) = script(&format!("({text}) 2>/dev/null"));
    assert_eq!(run(spec, &backend), ("temporary\nprograms\nend\n".into(), ended(0)));
    assert_eq!(fs::read_to_string(workspace.path().join("made")).unwrap(), "made\n");
    assert_eq!(fs::read_to_string(outer.path().join("secret")).unwrap(), "hush");
}

#[test]
fn the_network_is_the_given_listeners() {
    let Some(backend) = restricted() else { return };
    let host = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let closed = host.local_addr().unwrap();
    let (_workspace, mut spec) = script("while [ ! -e go ]; do sleep 0.01; done; sh go");
    let place = spec.workspace.clone();
    spec.listen = vec![SocketAddrV4::new(Ipv4Addr::LOCALHOST, 4566)];
    let program = attempts_program();
    spec.read_only.push(ReadOnly { host: program.into(), inside: "/attempts".into() });
    let mut sandbox = start(spec, &backend);
    let listener = sandbox.take_listeners().remove(0);
    let open = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_to_string(&mut String::new()).unwrap();
        stream.write_all(b"there").unwrap();
    });
    let program = program.display();
    fs::write(
        place.join("new"),
        format!("{program} connect {open}; {program} connect {closed}; {program} socket udp; {program} socket unix"),
    )
    .unwrap();
    fs::rename(place.join("new"), place.join("go")).unwrap();
    let (text, _) = finish(sandbox);
    server.join().unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "done there", "{text}");
    assert!(lines[1..].len() == 3 && lines[1..].iter().all(|line| line.contains("ermission denied") || line.contains("EACCES")), "{text}");
    assert_eq!(outside(&["socket", "udp"]), "done \n");
    assert_eq!(outside(&["socket", "unix"]), "done \n");
}

#[test]
fn it_is_never_taken_without_being_asked_for() {
    let refused = Sandbox::start_with(script("exit 0").1, &BEST, &workload::Helper::at("/bin/false"));
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
}

#[test]
fn daemons_do_not_outlive_the_program() {
    let Some(backend) = restricted() else { return };
    let marker = unusual_sleep();
    let (_workspace, spec) =
        script(&format!("setsid sleep {marker} & (setsid sh -c 'sleep {marker} & sleep {marker}' &); sleep 0.5; exit 3"));
    let sandbox = start(spec, &backend);
    eventually("the daemons run", || with_argument(&marker) == 3);
    assert_eq!(finish(sandbox), (String::new(), ended(3)));
    assert_eq!(with_argument(&marker), 0);
}
