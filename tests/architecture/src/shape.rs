//! What a crate looks like inside.

use crate::{
    none,
    workspace::{Crate, Source, crates},
};

/// `ListObjectsV2` → `list_objects_v2`, `CreateOIDCProvider` → `create_oidc_provider`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|b| letters[b]);
        let after_small = before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit());
        let begins_word = before.is_some_and(char::is_uppercase) && letters.get(at + 1).is_some_and(|n| n.is_lowercase());
        if c.is_uppercase() && (after_small || begins_word) {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

#[test]
fn names_of_files() {
    for (name, file) in
        [("CreateRole", "create_role"), ("ListObjectsV2", "list_objects_v2"), ("CreateOIDCProvider", "create_oidc_provider")]
    {
        assert_eq!(snake_case(name), file);
    }
}

fn services() -> impl Iterator<Item = &'static Crate> {
    crates().iter().filter(|c| c.is_service())
}

#[test]
fn an_operation_is_one_file_named_after_it() {
    let mut findings = Vec::new();
    for c in services() {
        for source in c.shipped() {
            let found = source.implementors("Operation");
            if found.len() > 1 {
                findings.push(format!("{} has {} operations", source.path, found.len()));
            }
            for name in &found {
                expect_at(c, source, &format!("operations/{}.rs", snake_case(name)), name, &mut findings);
            }
        }
    }
    none(&findings, "an operation is one file, named after it:");
}

#[test]
fn a_resource_type_is_one_file_named_after_it() {
    let mut findings = Vec::new();
    for c in services() {
        for source in c.shipped().filter(|source| !source.implementors("ResourceType").is_empty()) {
            // Named after AWS's name, which is the only text that `name` gives.
            let name = source.code.split("fn name(&self)").nth(1).and_then(|rest| rest.split('"').nth(1)).unwrap_or_default();
            let last = name.rsplit("::").next().unwrap_or_default();
            if source.implementors("ResourceType").len() > 1 || !name.starts_with("AWS::") {
                findings.push(format!("{} has not exactly one resource type with AWS's name", source.path));
            }
            expect_at(c, source, &format!("resources/{}.rs", snake_case(last)), name, &mut findings);
        }
    }
    none(&findings, "a resource type is one file, named after it:");
}

fn expect_at(c: &Crate, source: &Source, place: &str, name: &str, findings: &mut Vec<String>) {
    let expected = format!("{}/src/{place}", c.folder);
    if source.path != expected {
        findings.push(format!("{}: {name} belongs into {expected}", source.path));
    }
}

#[test]
fn every_operation_and_resource_type_is_registered() {
    let mut findings = Vec::new();
    for c in services() {
        let registered = |source: &Source, call: &str, name: &str| {
            source.bare.split(call).skip(1).any(|rest| {
                let argument = rest.split(['<', '>', ')']).next().unwrap_or_default();
                argument.trim_end_matches("::").rsplit("::").next().map(str::trim) == Some(name)
            })
        };
        for (bound, call) in [("Operation", "operation::<"), ("ResourceType", "resource_type(")] {
            for name in c.shipped().flat_map(|source| source.implementors(bound)) {
                if !c.shipped().any(|source| registered(source, call, &name)) {
                    findings.push(format!("{}: {name} is not registered", c.folder));
                }
            }
        }
    }
    none(&findings, "what is written is registered, in the service's `service()`:");
}

/// No source is longer.
const LONGEST: usize = 600;

/// Longer ones, with the number of lines that each had when it was listed: they may only shrink.
const LONG: [(&str, usize); 0] = [];

#[test]
fn no_file_is_too_long_to_read() {
    let mut findings = Vec::new();
    for source in crates().iter().flat_map(Crate::shipped) {
        let limit = LONG.iter().find(|(path, _)| *path == source.path).map_or(LONGEST, |(_, lines)| *lines);
        if source.lines > limit {
            findings.push(format!("{} has {} lines, at most {limit}", source.path, source.lines));
        }
    }
    for (path, _) in LONG {
        if !crates().iter().flat_map(Crate::shipped).any(|source| source.path == path && source.lines > LONGEST) {
            findings.push(format!("{path} needs its exception no more: take it off the list"));
        }
    }
    none(&findings, "a file is cut by concern before it is too long to read:");
}
