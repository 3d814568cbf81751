//! Rights of single services, and the proofs that the gate alone makes.

use crate::{
    none,
    workspace::{Crate, crates, one},
};

/// The traits of `gate/src/privilege.rs`, and who has them.
const PRIVILEGES: [(&str, &str); 6] = [
    ("IssuesSessions", "sts"),
    ("KeepsTrail", "cloudtrail"),
    ("ReadsTrail", "cloudtrail"),
    ("FollowsUse", "iam"),
    ("FoundsAccounts", "iam"),
    ("CreatesAccounts", "organizations"),
];

/// Programs that try to go around the gate, and are refused by the compiler.
const MUST_NOT_COMPILE: &str = "tests/walk/tests/callers/cases/";

#[test]
fn privileges_belong_to_one_service_each() {
    let mut findings = Vec::new();
    for (privilege, owner) in PRIVILEGES {
        for c in crates() {
            for source in c.sources.iter().filter(|source| !source.path.starts_with(MUST_NOT_COMPILE)) {
                for who in source.implementors(privilege).iter().filter(|_| c.name != owner || source.test) {
                    findings.push(format!("{}: {privilege} for {who}", source.path));
                }
            }
        }
        let held = one(owner).shipped().map(|source| source.implementors(privilege).len()).sum::<usize>();
        if held > 1 || (held == 0 && !one(owner).is_unwritten()) {
            findings.push(format!("{owner} has {privilege} {held} times"));
        }
    }
    none(&findings, "each privilege is given to one service:");
}

#[test]
fn every_privilege_is_listed() {
    let source = one("gate").shipped().find(|source| source.path == "gate/src/privilege.rs").expect("gate/src/privilege.rs");
    let declared: Vec<&str> = source.bare.split("pub trait ").skip(1).filter_map(|rest| rest.split(':').next()).collect();
    let listed: Vec<&str> = PRIVILEGES.iter().map(|(name, _)| *name).collect();
    assert_eq!(declared.len(), listed.len(), "gate/src/privilege.rs declares {declared:?}");
    assert!(listed.iter().all(|name| declared.contains(name)), "gate/src/privilege.rs declares {declared:?}");
}

/// The public functions of the gate that give a caller or an actor away, not only lend it. AWS's three ways: on behalf of
/// the present caller, as the service itself, by `sts:AssumeRole`; and one of them kept from an earlier step.
const GIVE_CALLERS: [&str; 4] = ["as_service", "assume", "forward", "resume"];

#[test]
fn callers_are_made_in_the_known_ways_only() {
    let proof = |returned: &str| {
        let lent = returned.trim_start().starts_with('&');
        !lent && crate::paths::words(returned).any(|word| ["Caller", "Actor", "Authorized"].contains(&word))
    };
    let mut giving = Vec::new();
    for source in one("gate").shipped() {
        for signature in ["pub fn ", "pub async fn "].iter().flat_map(|intro| source.bare.split(intro).skip(1)) {
            let end = [" {", ";\n"].iter().filter_map(|end| signature.find(end)).min();
            let signature = &signature[..end.unwrap_or(signature.len())];
            let name = crate::paths::words(signature).next().unwrap_or_default();
            if signature.split_once(") -> ").is_some_and(|(_, returned)| proof(returned)) {
                giving.push(name.to_owned());
            }
        }
    }
    giving.sort();
    giving.dedup();
    assert_eq!(giving, GIVE_CALLERS, "the gate's public functions that give a caller away");
}

#[test]
fn proofs_cannot_be_read_from_data_nor_taken_apart() {
    let mut findings = Vec::new();
    for source in one("gate").shipped() {
        for proof in ["Caller", "Actor", "Authorized", "Scope"] {
            let made = ["Default", "Deserialize", "From", "FromStr", "TryFrom"]
                .iter()
                .filter(|bound| source.implementors(bound).iter().any(|who| who == proof));
            findings.extend(made.map(|bound| format!("{proof} can be made: it is {bound}")));
            let declaration = format!("pub struct {proof}");
            let declared = source.bare.match_indices(&declaration).map(|(at, text)| (at, at + text.len()));
            for (at, end) in declared.filter(|(_, end)| !source.bare[*end..].starts_with(char::is_alphanumeric)) {
                let attributes = &source.bare[source.bare[..at].rfind([';', '}']).unwrap_or(0)..at];
                let derived = crate::paths::words(attributes).filter(|word| ["Deserialize", "Default"].contains(word));
                findings.extend(derived.map(|bound| format!("{proof} can be made: it derives {bound}")));
                let body = &source.bare[end..];
                let body = &body[..body.find(['}', ';']).unwrap_or(body.len())];
                if body.replace("pub(crate) ", "").contains("pub ") {
                    findings.push(format!("{proof} has a public field"));
                }
            }
        }
    }
    none(&findings, "what proves a decision or an identity is made in the gate alone:");
}

#[test]
fn tokens_are_made_by_their_own_crates_only() {
    let mut findings = Vec::new();
    for c in crates() {
        for source in c.shipped() {
            for token in source.implementors("Service") {
                let private = [format!("pub struct {token}(());"), format!("pub(crate) struct {token};")];
                if !c.shipped().any(|s| private.iter().any(|declared| s.bare.contains(declared))) {
                    findings.push(format!("{}: the token {token} is not `pub struct {token}(());`", source.path));
                }
            }
            // `Workflow::token` gives the token to whoever can name the workflow.
            let exported = source.implementors("Workflow").into_iter().filter(|workflow| leaves(c, workflow));
            findings.extend(
                exported.map(|workflow| format!("{}: the workflow {workflow}, and with it the service's token, leaves its crate", c.name)),
            );
        }
    }
    none(&findings, "who has a service's token may open its tables, so a token stays in its crate:");
}

/// Whether the crate's `lib.rs` exports a type of this name.
fn leaves(c: &Crate, name: &str) -> bool {
    let lib = c.shipped().find(|s| s.path.ends_with("/src/lib.rs"));
    let mut statements = lib.into_iter().flat_map(|lib| lib.bare.split("pub use ").skip(1)).filter_map(|rest| rest.split(';').next());
    statements.any(|statement| crate::paths::words(statement).any(|word| word == name))
}

/// What only a world in memory may have: a mender, and content and builds that are imagined.
const OF_REHEARSALS: [&str; 3] = ["mender", "imagine", "imagined_workflows"];

#[test]
fn worlds_are_mended_by_rehearsals_alone() {
    let mut findings = Vec::new();
    // Who declares one of them may name it.
    let owners = ["gate", "codebuild", "codecommit", "codepipeline", "kms", "organizations", "rehearsal"];
    for c in crates().iter().filter(|c| !owners.contains(&c.name.as_str())) {
        for source in c.shipped() {
            let named = OF_REHEARSALS.iter().filter(|name| source.has_word(name));
            findings.extend(named.map(|name| format!("{}: {name}", source.path)));
        }
    }
    none(&findings, "what gets over denials, or stands for content and builds, is for rehearsals alone:");
}
