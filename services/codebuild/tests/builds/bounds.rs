//! The bounds of a build, and the way out of it.

use crate::yard::{ALL, Yard, phase};
use serde_json::json;
use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, mpsc::Sender},
};

fn bounded(ceiling: &str, command: &str) -> (String, (String, String), String) {
    let mut yard = Yard::new(ALL);
    yard.ceilings.add(&ceiling.parse().unwrap());
    yard.inline(&format!("version: 0.2\nphases:\n  build:\n    commands:\n      - {command}\n"));
    let build = yard.finish(&yard.start(json!({})));
    (build["buildStatus"].as_str().unwrap().into(), phase(&build, "BUILD"), yard.log(&build))
}

#[test]
fn a_build_that_fills_the_disk_ends_and_says_why() {
    let (status, phase, log) = bounded("disk=4MiB", "for n in 1 2 3 4 5 6; do head -c 1000000 /dev/zero > f$n; done; sleep 600");
    assert_eq!((status.as_str(), phase.0.as_str()), ("FAILED", "FAILED"), "{log}");
    assert!(phase.1.ends_with("signal 9; it exceeded its limit of disk space"), "{phase:?}");
    assert!(log.contains("The build exceeded its limit of disk space; programs were ended\n"), "{log}");
}

#[test]
fn a_build_that_takes_too_much_processor_time_ends_and_says_why() {
    let (status, phase, log) = bounded("cpu-time=1s", "while :; do :; done");
    assert_eq!(status, "FAILED", "{log}");
    assert!(phase.1.ends_with("it exceeded its limit of processor time"), "{phase:?}");
}

#[test]
fn a_command_that_takes_too_much_memory_fails_and_the_log_says_why() {
    let (status, phase, log) = bounded("memory=64MiB", "tail /dev/zero");
    assert_eq!(status, "FAILED", "{phase:?}: {log}");
    assert!(log.contains("The build exceeded its limit of memory; programs were ended\n"), "{log}");
}

/// Answers every connection with what it asked for.
struct Echo;

impl codebuild::Egress for Echo {
    fn refusal(&self, host: &str) -> Option<String> {
        (host != "allowed.example").then(|| "not here".into())
    }

    fn serve(&self, listener: TcpListener, asked: Vec<String>, tell: Sender<String>) {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = [0; 1024];
            let count = stream.read(&mut head).unwrap();
            let line = String::from_utf8_lossy(&head[..count]).lines().next().unwrap_or_default().to_owned();
            tell.send(format!("{asked:?} {line}")).unwrap();
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nthrough").unwrap();
        }
    }
}

#[test]
fn what_the_project_asks_and_the_operator_allows_is_reached_by_the_proxy() {
    let mut yard = Yard::new(ALL);
    yard.egress = Some(Arc::new(Echo));
    let ask = json!([{"name": "SEKISHO_EGRESS", "value": "allowed.example, other.example"}]);
    yard.project(json!({
        "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases:\n  build:\n    commands: ['curl -sS http://allowed.example/x', 'echo; echo no_proxy=$no_proxy']\n"},
        "environment": {"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL", "environmentVariables": ask},
    }));
    let build = yard.finish(&yard.start(json!({})));
    let log = yard.log(&build);
    assert_eq!(build["buildStatus"], "SUCCEEDED", "{log}");
    assert!(log.contains("\nthrough\n") && log.contains("no_proxy=localhost,127.0.0.1,"), "{log}");
    assert!(log.contains("SEKISHO_EGRESS asks for other.example: not here\n"), "{log}");
    assert!(log.contains("[\"allowed.example\"] GET http://allowed.example/x HTTP/1.1\n"), "{log}");
}

/// A buildspec is in the hands of who writes the source.
#[test]
fn a_buildspec_cannot_ask_and_without_an_operator_there_is_no_way_out() {
    let buildspec = "version: 0.2\nenv:\n  variables:\n    SEKISHO_EGRESS: allowed.example\nphases:\n  build:\n    commands: ['echo proxy=$http_proxy.']\n";
    let mut yard = Yard::new(ALL);
    yard.egress = Some(Arc::new(Echo));
    yard.inline(buildspec);
    let log = yard.log(&yard.finish(&yard.start(json!({}))));
    assert!(log.contains("\nproxy=.\n"), "{log}");
    yard.egress = None;
    let ask = json!([{"name": "SEKISHO_EGRESS", "value": "allowed.example"}]);
    let log = yard.log(&yard.finish(&yard.start(json!({"environmentVariablesOverride": ask}))));
    assert!(log.contains("\nproxy=.\n") && log.contains("its operator allows hosts with --allow-egress\n"), "{log}");
}
