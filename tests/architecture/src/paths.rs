//! The paths that code names, and what it implements.

use std::collections::BTreeSet;

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The identifiers and keywords, in order.
pub(crate) fn words(bare: &str) -> impl Iterator<Item = &str> {
    bare.split(|c| !in_word(c)).filter(|word| !word.is_empty())
}

/// Every path (`std::fs::read`), with `use` trees written out: `use std::{fs, io}` names `std::fs` and `std::io`.
pub(crate) fn named(bare: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = bare;
    while let Some(at) = rest.find("use ") {
        let starts = rest[..at].chars().next_back().is_none_or(|c| !in_word(c));
        let statement = &rest[at + 4..];
        let end = statement.find(';').unwrap_or(statement.len());
        if starts {
            write_out("", &statement[..end], &mut found);
        }
        rest = &rest[at + 4..];
    }
    found.extend(
        bare.split(|c| !in_word(c) && c != ':').map(|path| path.trim_matches(':')).filter(|path| path.contains("::")).map(str::to_owned),
    );
    found
}

fn write_out(prefix: &str, tree: &str, found: &mut BTreeSet<String>) {
    let tree = tree.trim();
    if let Some((head, branches)) = tree.split_once('{') {
        let prefix = format!("{prefix}{}", head.trim());
        let branches = branches.rsplit_once('}').map_or(branches, |(inside, _)| inside);
        split_branches(branches).for_each(|branch| write_out(&prefix, branch, found));
    } else if !tree.is_empty() {
        let path = tree.split_whitespace().next().unwrap_or_default();
        let path = if path == "self" { prefix.trim_end_matches("::").to_owned() } else { format!("{prefix}{path}") };
        found.insert(path.trim_start_matches("::").to_owned());
    }
}

fn split_branches(branches: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    branches.split(move |c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    })
}

/// The types for which the trait `bound` is implemented.
pub(crate) fn implementors(bare: &str, bound: &str) -> Vec<String> {
    let mut found = Vec::new();
    let starts = bare.match_indices("impl").filter(|(at, _)| !bare[..*at].ends_with(in_word));
    for (at, _) in starts {
        let head = &bare[at + 4..];
        let head = head[..head.find(['{', ';']).unwrap_or(head.len())].replace('\n', " ");
        let Some((of, who)) = head.split_once(" for ") else { continue };
        let of = of.trim().split('<').next().filter(|plain| !plain.is_empty()).map_or_else(|| after_generics(of), str::to_owned);
        if of.rsplit("::").next().map(str::trim) == Some(bound) {
            let who = who.split("where").next().unwrap_or_default().trim();
            found.push(who.split('<').next().unwrap_or_default().rsplit("::").next().unwrap_or_default().to_owned());
        }
    }
    found
}

/// `<T: X<Y>> Bound<Z>` gives `Bound`.
fn after_generics(text: &str) -> String {
    let mut depth = 0_i32;
    let rest = text.trim().split_once(|c| {
        depth += i32::from(c == '<') - i32::from(c == '>');
        c == '>' && depth == 0
    });
    let rest = rest.map_or("", |(_, rest)| rest);
    rest.split('<').next().unwrap_or_default().trim().to_owned()
}

#[test]
fn use_trees_are_written_out() {
    let found = named("use std::{fs::{self, File}, io as other, os::unix::fs::*};\nfn f() { nix::unistd::fork(); because::of(x) }");
    for path in ["std::fs", "std::fs::File", "std::io", "std::os::unix::fs::*", "nix::unistd::fork", "because::of"] {
        assert!(found.contains(path), "{path} in {found:?}");
    }
}

#[test]
fn implementations_are_found() {
    let code =
        "impl Operation for CreateRole {} impl<S: Service<T>> gate::Operation for Copy<S> where S: X {} impl Other for Y {} impl X {}";
    assert_eq!(implementors(code, "Operation"), ["CreateRole", "Copy"]);
}
