//! `unsafe`, and what is ambient.

use crate::{
    none,
    workspace::{crates, root},
};

#[test]
fn unsafe_code_is_in_workload_alone() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("the workspace's manifest");
    assert!(manifest.contains("unsafe_code = \"forbid\""), "the workspace's lints forbid unsafe code");
    let mut findings = Vec::new();
    for c in crates().iter().filter(|c| c.name != "workload") {
        let lints = c.manifest.split("[lints]").nth(1).map(str::trim_start);
        if !lints.is_some_and(|text| text.starts_with("workspace = true")) {
            findings.push(format!("{}/Cargo.toml: the workspace's lints do not hold", c.folder));
        }
        findings.extend(c.sources.iter().filter(|s| s.has_word("unsafe")).map(|s| format!("{}: unsafe", s.path)));
    }
    none(&findings, "unsafe code is in `workload` alone:");
}

/// Where the ban on ambient time, files, processes and sockets (`clippy.toml`) is lifted: a file, and the modules below it.
const AMBIENT: [(&str, &str); 10] = [
    ("app/src/main.rs", "the binary owns files, sockets and processes"),
    ("benches/src/main.rs", "measures the binary: starts it, opens sockets to it and reads the clock"),
    ("base/src/clock.rs", "the one place that reads the system's clock"),
    ("store/src/lib.rs", "owns the data directory"),
    ("workload/src/lib.rs", "owns the processes, sockets and files of sandboxes"),
    ("workload/src/bin/workload-attempts/main.rs", "tries what builds try, for the tests"),
    ("workload/src/bin/workload-sandbox.rs", "a tool to try sandboxes by hand"),
    ("services/codebuild/src/runner/mod.rs", "owns the workspaces of builds in the runtime folder"),
    ("services/codecommit/src/git/home.rs", "owns the repositories that git works on, in the runtime folder"),
    ("services/codecommit/src/git/process.rs", "owns git's processes"),
];

#[test]
fn ambient_things_are_used_by_their_owners_alone() {
    let lifted: Vec<(&str, &str)> = crates()
        .iter()
        .flat_map(|c| {
            c.sources.iter().filter(|s| s.has_word("disallowed_methods")).filter(|s| !s.test).map(|s| (c.folder.as_str(), s.path.as_str()))
        })
        .collect();
    let unlisted = lifted.iter().filter(|(_, path)| !AMBIENT.iter().any(|(listed, _)| listed == path));
    let mut findings: Vec<String> = unlisted.map(|(_, path)| format!("{path} lifts the ban of clippy.toml")).collect();
    for (listed, why) in AMBIENT {
        let needed = lifted.iter().any(|(_, path)| listed == *path);
        let unwritten = crates().iter().any(|c| listed.starts_with(&format!("{}/", c.folder)) && c.is_unwritten());
        if !needed && !unwritten {
            findings.push(format!("{listed} needs its exception ({why}) no more: take it off the list"));
        }
    }
    none(&findings, "ambient time, files, processes and sockets belong to a few:");
}

#[test]
fn a_lifted_lint_says_why() {
    let mut findings = Vec::new();
    for source in crates().iter().flat_map(|c| &c.sources) {
        for (at, _) in source.bare.match_indices("allow(") {
            // An attribute's, not a function's.
            if !source.bare[..at].ends_with('[') {
                continue;
            }
            let list = &source.bare[at..];
            let list = &list[..list.find(']').unwrap_or(list.len())];
            if list.contains("disallowed_methods") && !list.contains("reason") {
                findings.push(format!("{}: {}", source.path, list.trim()));
            }
        }
    }
    none(&findings, "who lifts the ban of clippy.toml gives a reason:");
}
