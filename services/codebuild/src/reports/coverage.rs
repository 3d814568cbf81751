//! Coverage in XML: Cobertura, JaCoCo and Clover.

use super::{file, no_root, xml::Node};
use crate::model::report::CodeCoverage;
use std::collections::BTreeMap;

/// Whether a line ran, and its branches: (covered, missed).
type Line = (bool, (u64, u64));

/// (covered, missed) of `50% (1/2)`.
fn conditions(text: &str) -> (u64, u64) {
    let inner = text.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inner, _)| inner);
    let (covered, all) = inner.and_then(|inner| inner.split_once('/')).unwrap_or_default();
    let (covered, all) = (covered.trim().parse().unwrap_or(0u64), all.trim().parse().unwrap_or(0u64));
    (covered.min(all), all.saturating_sub(covered))
}

/// Cobertura has the lines of each class; several classes may be of one file.
pub(super) fn cobertura(root: &Node) -> Result<Vec<CodeCoverage>, String> {
    if root.name != "coverage" {
        return Err(no_root(root, "<coverage>"));
    }
    let mut classes = Vec::new();
    root.below("class", &mut classes);
    let mut files: BTreeMap<&str, BTreeMap<u64, Line>> = BTreeMap::new();
    for class in classes {
        let lines = files.entry(class.attribute("filename")).or_default();
        for line in class.child("lines").into_iter().flat_map(|lines| &lines.children).filter(|line| line.name == "line") {
            let (hit, branches) = (line.attribute("hits").trim() != "0", conditions(line.attribute("condition-coverage")));
            let known = lines.entry(line.number("number")).or_insert((hit, branches));
            // The best that is told of a line counts.
            known.0 |= hit;
            if branches.0 > known.1.0 {
                known.1 = branches;
            }
        }
    }
    Ok(files.into_iter().map(|(path, lines)| of_lines(path, lines.into_values())).collect())
}

fn of_lines(path: &str, lines: impl Iterator<Item = (bool, (u64, u64))>) -> CodeCoverage {
    let (mut all, mut branches) = ((0, 0), (0u64, 0u64));
    for (hit, (covered, missed)) in lines {
        if hit {
            all.0 += 1
        } else {
            all.1 += 1
        }
        branches = (branches.0.saturating_add(covered), branches.1.saturating_add(missed));
    }
    file(path, all, branches)
}

/// JaCoCo has counters of each source file.
pub(super) fn jacoco(root: &Node) -> Result<Vec<CodeCoverage>, String> {
    if root.name != "report" {
        return Err(no_root(root, "<report>"));
    }
    let mut packages = Vec::new();
    root.below("package", &mut packages);
    let sources = packages
        .into_iter()
        .flat_map(|package| package.children.iter().filter(|child| child.name == "sourcefile").map(move |source| (package, source)));
    let one = |(package, source): (&Node, &Node)| {
        let counter = |kind: &str| {
            let counter = source.children.iter().find(|child| child.name == "counter" && child.attribute("type") == kind);
            counter.map_or((0, 0), |counter| (counter.number("covered"), counter.number("missed")))
        };
        file(&format!("{}/{}", package.attribute("name"), source.attribute("name")), counter("LINE"), counter("BRANCH"))
    };
    Ok(sources.map(one).collect())
}

/// Clover has lines of statements and conditions.
pub(super) fn clover(root: &Node) -> Result<Vec<CodeCoverage>, String> {
    if root.name != "coverage" {
        return Err(no_root(root, "<coverage>"));
    }
    let mut files = Vec::new();
    root.below("file", &mut files);
    let one = |node: &Node| {
        let own = node.children.iter().filter(|child| child.name == "line");
        let lines = own.filter_map(|line| match line.attribute("type") {
            "cond" => {
                let taken = ["truecount", "falsecount"].iter().filter(|name| line.number(name) > 0).count() as u64;
                Some((taken > 0, (taken, 2 - taken)))
            }
            "stmt" | "method" => Some((line.number("count") > 0, (0, 0))),
            _ => None,
        });
        let path = if node.attribute("path").is_empty() { node.attribute("name") } else { node.attribute("path") };
        of_lines(path, lines)
    };
    Ok(files.into_iter().map(one).collect())
}
