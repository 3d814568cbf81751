//! Three properties of every workflow: any step may run twice, it may be cut off anywhere, undoing twice is undoing once.
//!
//! Each workflow has an example, in phases between which time passes. It is run three times: undisturbed; over a store where
//! every transaction loses once, so that each step runs twice; and by an engine that is dropped after each step, whose commands
//! are done and done again. What comes of it must be the same. A workflow without an example fails the test.

#![allow(clippy::disallowed_methods, reason = "a test that reads sources")]

mod examples;
mod yard;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use yard::Yard;

/// How a world is disturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    /// Each transaction loses against another, once.
    Twice,
    /// The engine ends behind each step and behind each command's handler.
    Cut,
}

/// A workflow's example.
struct Example {
    workflow: &'static str,
    /// Each begins something; then all that is due is run, and time passes.
    phases: &'static [fn(&Yard)],
    /// What came of it, as its service tells.
    look: fn(&Yard) -> Vec<String>,
}

/// What came of an example, and the calls that were recorded meanwhile: how often each.
type End = (Vec<String>, BTreeMap<String, usize>);

fn run(example: &Example, trouble: Trouble) -> End {
    let yard = Yard::new(trouble);
    let mut seen = BTreeSet::new();
    for phase in example.phases {
        phase(&yard);
        seen.extend(yard.under_way());
        yard.work();
        yard.pass();
    }
    assert!(seen.contains(example.workflow), "the example of {} sets it going: {seen:?}", example.workflow);
    let calls = yard.calls();
    let mut end = (example.look)(&yard);
    assert!(!end.is_empty(), "{}: there is something to see", example.workflow);
    end.extend(yard.troubles());
    (end, calls)
}

fn differences(expected: &BTreeMap<String, usize>, found: &BTreeMap<String, usize>) -> Vec<String> {
    let calls: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let count = |of: &BTreeMap<String, usize>, call: &String| of.get(call).copied().unwrap_or(0);
    let told = calls.into_iter().map(|call| (call, count(expected, call), count(found, call)));
    told.filter(|(_, wanted, there)| wanted != there).map(|(call, wanted, there)| format!("{there} times, not {wanted}: {call}")).collect()
}

/// The names of all workflows that services' sources declare.
fn declared(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() && !entry.ends_with("tests") {
            declared(&entry, names);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&entry).unwrap();
            let each = text.split("impl Workflow for ").skip(1).filter_map(|rest| rest.split("const NAME: &'static str = \"").nth(1));
            names.extend(each.filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
    }
}

#[test]
fn every_workflow_has_an_example() {
    let mut names = BTreeSet::new();
    declared(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services"), &mut names);
    let without: Vec<_> = names.iter().filter(|name| !examples::ALL.iter().any(|e| e.workflow.rsplit('/').next() == Some(name))).collect();
    assert!(without.is_empty(), "workflows without an example in tests/walk/tests/workflows/examples.rs: {without:?}");
    assert!(names.len() > 5, "{names:?}");
    let known: BTreeSet<String> = Yard::new(Trouble::None).engine().workflows().map(str::to_owned).collect();
    let shown: BTreeSet<String> = examples::ALL.iter().map(|example| example.workflow.to_owned()).collect();
    assert_eq!(known, shown, "workflows, and examples in tests/walk/tests/workflows/examples.rs");
}

/// Where an example's end differs from that of an undisturbed run.
fn disturbed(example: &Example, trouble: Trouble) -> Vec<String> {
    let (expected, calls) = run(example, Trouble::None);
    let (found, again) = run(example, trouble);
    let mut told = Vec::new();
    if expected != found {
        let only = |these: &[String], those: &[String]| these.iter().filter(|line| !those.contains(line)).cloned().collect::<Vec<_>>();
        told.push(format!("{}: without {:?}, and with {:?}", example.workflow, only(&expected, &found), only(&found, &expected)));
    }
    // What a command's handler does, it does again.
    if trouble != Trouble::Cut || !examples::COMMANDS.contains(&example.workflow) {
        told.extend(differences(&calls, &again).into_iter().map(|line| format!("{}: {line}", example.workflow)));
    }
    told
}

#[test]
fn a_step_that_runs_twice_happens_once() {
    let told: Vec<String> = examples::ALL.iter().flat_map(|example| disturbed(example, Trouble::Twice)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn work_that_is_cut_off_anywhere_ends_as_if_it_were_not() {
    let told: Vec<String> = examples::ALL.iter().flat_map(|example| disturbed(example, Trouble::Cut)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn undoing_what_is_undone_already_is_no_failure() {
    for trouble in [Trouble::None, Trouble::Twice, Trouble::Cut] {
        let yard = Yard::new(trouble);
        examples::create_stack(&yard);
        yard.work();
        // By hand, behind the stack's back.
        yard.call("s3:DeleteBucket", serde_json::json!({"Bucket": examples::BUCKET}));
        yard.call("cloudformation:DeleteStack", serde_json::json!({"StackName": "shop"}));
        yard.work();
        let stacks = yard.call("cloudformation:ListStacks", serde_json::json!({}));
        assert_eq!(stacks["StackSummaries"][0]["StackStatus"], "DELETE_COMPLETE", "{trouble:?}: {stacks}");
        assert!(yard.troubles().is_empty(), "{:?}", yard.troubles());
    }
}
