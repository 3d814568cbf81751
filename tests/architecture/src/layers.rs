//! A crate may use only what stands below it.

use crate::{
    none,
    workspace::{Crate, crates},
};
use std::collections::BTreeSet;

/// The crates below the services: each with all of ours that it may be built from.
const BELOW: [(&str, &[&str]); 10] = [
    ("base", &[]),
    ("store", &[]),
    ("archive", &[]),
    ("yaml", &[]),
    ("wire", &["base"]),
    ("gate", &["base", "store", "wire", "policy"]),
    ("durable", &["base", "store", "gate"]),
    ("workload", &[]),
    // Worlds for tests.
    ("testworld", &["base", "store", "wire", "gate", "durable"]),
    ("architecture", &[]),
];

/// What every service may use, beside the languages; other services by the list in `arrows`.
const FOR_SERVICES: [&str; 5] = ["base", "wire", "archive", "gate", "durable"];

/// The services that run untrusted programs.
const RUN_WORKLOADS: [&str; 1] = ["codebuild"];

/// Drives the services' engines in memory, and is driven by the binary.
const REHEARSAL: &str = "rehearsal";

fn ours() -> BTreeSet<&'static str> {
    crates().iter().map(|c| c.name.as_str()).collect()
}

fn allowed(user: &Crate, used: &Crate) -> bool {
    if let Some((_, list)) = BELOW.iter().find(|(name, _)| *name == user.name) {
        return list.contains(&used.name.as_str());
    }
    if user.is_language() {
        return ["base", "yaml"].contains(&used.name.as_str());
    }
    if user.is_service() {
        let runs = used.name == "workload" && RUN_WORKLOADS.contains(&user.name.as_str());
        return runs || FOR_SERVICES.contains(&used.name.as_str()) || used.is_language() || used.is_service();
    }
    if user.name == REHEARSAL {
        return used.name != "sekisho" && used.name != "workload" && !used.is_outside();
    }
    // The binary, and what stands outside of it.
    user.name == "sekisho" || user.is_outside()
}

#[test]
fn a_crate_uses_only_what_stands_below_it() {
    let mut findings = Vec::new();
    for user in crates() {
        for used in crates().iter().filter(|used| user.uses.contains(&used.name) && !allowed(user, used)) {
            findings.push(format!("{} is built from {}", user.folder, used.folder));
        }
    }
    none(&findings, "a crate uses only what stands below it (development dependencies are free):");
}

#[test]
fn every_crate_has_a_place() {
    let ours = ours();
    let unknown = crates().iter().filter(|c| {
        let listed = BELOW.iter().any(|(name, _)| *name == c.name);
        !(listed || c.is_language() || c.is_service() || c.is_outside() || [REHEARSAL, "sekisho"].contains(&c.name.as_str()))
    });
    let mut findings: Vec<String> = unknown.map(|c| format!("{} has no place in the layers", c.folder)).collect();
    findings.extend(
        BELOW.iter().filter(|(name, _)| !ours.contains(name)).map(|(name, _)| format!("{name} is listed, and there is no such crate")),
    );
    none(&findings, "every crate has a place in the list of layers:");
}

#[test]
fn nothing_is_built_from_the_binary_or_from_tests() {
    let outside = |c: &Crate| c.name == "sekisho" || c.is_outside();
    let mut findings = Vec::new();
    for used in crates().iter().filter(|c| outside(c)) {
        findings.extend(
            crates()
                .iter()
                .filter(|user| user.uses.contains(&used.name))
                .map(|user| format!("{} is built from {}", user.folder, used.folder)),
        );
    }
    none(&findings, "the binary, tests and benches are used by no one:");
}
