//! The API lists itself, and this walks the list: every operation's example, by every kind of caller, and what is recorded
//! of it. What does not hold is listed in `exceptions.txt`, with the reason, and that list may only shrink.
#![allow(clippy::disallowed_methods, reason = "the lists lie in files of the repository")]

mod answers;
mod attempt;
mod cases;
mod exact;
mod exceptions;
mod kinds;
mod markers;
mod page;
mod prepared;
mod reference;
mod secrets;
mod signatures;
mod table;

use cases::Case;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Does `work` for all cases, on as many threads as there are cores. What it gives comes in the cases' order.
fn for_all<T: Send>(work: impl Fn(&Case) -> T + Sync) -> Vec<(Case, T)> {
    let cases = cases::all();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(at) else { break };
                    let result = work(case);
                    done.lock().unwrap().insert(at, result);
                }
            });
        }
    });
    cases.into_iter().zip(done.into_inner().unwrap().into_values()).collect()
}

#[test]
fn every_operation_by_every_kind_of_caller() {
    let walked = for_all(kinds::walk);
    print!("{}", table::of(&walked));
    exceptions::check(walked.into_iter().flat_map(|(_, walked)| walked.findings));
}

#[test]
fn what_is_brought_lies_nowhere_in_the_clear() {
    let walked = for_all(markers::walk);
    let found: Vec<&String> = walked.iter().flat_map(|(_, (_, found))| found).collect();
    let (done, silent) = walked.iter().fold((0, 0), |(done, silent), (_, (n, _))| (done + n, silent + usize::from(*n == 0)));
    println!("{done} calls were done with a marker; {silent} of {} examples are not done with any", walked.len());
    assert!(done > 300, "{done} calls were done");
    assert!(found.is_empty(), "in the clear: {found:#?}");
}

#[test]
fn what_is_demanded_is_in_the_reference() {
    reference::check(&for_all(kinds::administrator));
}

#[test]
fn the_page_of_permissions_is_what_the_gate_decides() {
    page::check(&for_all(kinds::administrator));
}

#[test]
fn every_answer_as_it_goes_over_the_wire() {
    answers::check(for_all(answers::answers));
}
