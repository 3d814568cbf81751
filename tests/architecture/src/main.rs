//! The architecture as absences: what no crate may know, do or contain. ARCHITECTURE.md says why; here it is held.
//!
//! Nothing is built for it: the checks read the manifests (by `cargo metadata`) and the sources. Lists of exceptions may
//! only shrink: one that no longer applies fails too. A service that has no operation yet is exempt from that.
#![allow(clippy::disallowed_methods, reason = "reads the sources, and asks cargo for the manifests")]

mod arrows;
mod layers;
mod lexer;
mod lints;
mod paths;
mod privileges;
mod purity;
mod shape;
mod workspace;

/// Fails with all findings at once.
fn none(findings: &[String], rule: &str) {
    assert!(findings.is_empty(), "{rule}\n  {}\n", findings.join("\n  "));
}
