//! Rehearsing needs nothing of Linux, and the inner crates nothing of any host.

use crate::{
    none,
    workspace::{Crate, Source, crates},
};

/// Crates of others that speak to the host's kernel.
const HOST_CRATES: [&str; 8] = ["caps", "cgroups-rs", "landlock", "libc", "nix", "procfs", "rustix", "seccompiler"];

/// Paths of the standard library that only some systems have.
const HOST_PATHS: [&str; 4] = ["std::os::unix", "std::os::linux", "std::os::fd", "tokio::signal::unix"];

/// What a rehearsal is built from, and may use the host all the same: a file, or a folder's files.
const USE_THE_HOST: [(&str, &str); 3] = [
    ("archive/src/folder.rs", "behind the feature `folder`: artifacts are unpacked for real builds alone"),
    ("services/codebuild/src/", "real builds: workspaces, and sandboxes by `workload`"),
    ("services/codecommit/src/", "real pushes: git's processes"),
];

/// The same for manifests: a crate, and the dependency that it may have.
const MAY_DEPEND: [(&str, &str); 3] = [("archive", "nix"), ("codebuild", "workload"), ("codecommit", "nix")];

fn rehearsed() -> impl Iterator<Item = &'static Crate> {
    let inner = ["base", "store", "wire", "archive", "gate", "durable", "rehearsal"];
    crates().iter().filter(move |c| c.is_language() || c.is_service() || inner.contains(&c.name.as_str()))
}

fn uses_host(source: &Source) -> bool {
    HOST_PATHS.iter().chain(&HOST_CRATES).any(|path| source.names(&path.replace('-', "_")))
        || source.code.contains("\"/proc")
        || source.code.contains("\"/sys/")
}

#[test]
fn rehearsing_needs_nothing_of_linux() {
    let mut findings = Vec::new();
    let using: Vec<&str> = rehearsed().flat_map(Crate::shipped).filter(|s| uses_host(s)).map(|s| s.path.as_str()).collect();
    let covers = |listed: &str, path: &str| path == listed || (listed.ends_with('/') && path.starts_with(listed));
    findings
        .extend(using.iter().filter(|path| !USE_THE_HOST.iter().any(|(l, _)| covers(l, path))).map(|path| format!("{path} uses the host")));
    for (listed, _) in USE_THE_HOST {
        let c = rehearsed().find(|c| listed.starts_with(&format!("{}/", c.folder)));
        let runs = c.is_some_and(|c| c.is_unwritten() || c.uses.contains("workload"));
        if !runs && !using.iter().any(|path| covers(listed, path)) {
            findings.push(format!("{listed} uses the host no more: take it off the list"));
        }
    }
    none(&findings, "what a rehearsal is built from needs nothing of Linux:");
}

#[test]
fn rehearsing_is_built_from_nothing_of_linux() {
    let mut findings = Vec::new();
    for c in rehearsed() {
        let host = c.uses.iter().filter(|used| HOST_CRATES.contains(&used.as_str()) || *used == "workload");
        for used in host.filter(|used| !MAY_DEPEND.contains(&(c.name.as_str(), used.as_str()))) {
            findings.push(format!("{} is built from {used}", c.folder));
        }
    }
    for (name, used) in MAY_DEPEND {
        let c = rehearsed().find(|c| c.name == name);
        if c.is_some_and(|c| !c.is_unwritten() && !c.uses.contains(used)) {
            findings.push(format!("{name} is built from {used} no more: take it off the list"));
        }
    }
    if rehearsed().any(|c| c.name == "archive" && c.uses.contains("nix") && !c.optional.contains("nix")) {
        findings.push("archive needs nix without its feature `folder`".into());
    }
    none(&findings, "what a rehearsal is built from needs nothing of Linux:");
}

/// What the host offers: files, processes, sockets, the environment, threads.
const AMBIENT_PATHS: [&str; 14] = [
    "std::env",
    "std::fs",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio::fs",
    "tokio::io",
    "tokio::net",
    "tokio::process",
    "tokio::time",
];

fn uses_nothing_of(crates: impl Iterator<Item = &'static Crate>, paths: &[&str], rule: &str) {
    let mut findings = Vec::new();
    for source in crates.flat_map(Crate::shipped) {
        findings.extend(paths.iter().filter(|path| source.names(path)).map(|path| format!("{}: {path}", source.path)));
    }
    none(&findings, rule);
}

#[test]
fn languages_and_protocols_are_pure() {
    let pure = crates().iter().filter(|c| c.is_language() || c.name == "wire" || c.name == "rehearsal");
    uses_nothing_of(pure, &AMBIENT_PATHS, "a language is text and values in, values out; so is a protocol:");
}

#[test]
fn the_gate_opens_no_file_socket_or_process() {
    let host: Vec<&str> = AMBIENT_PATHS.into_iter().filter(|path| *path != "std::thread").collect();
    uses_nothing_of(
        crates().iter().filter(|c| c.name == "gate" || c.name == "durable"),
        &host,
        "the gate and long work touch nothing but the store and its blobs:",
    );
}
