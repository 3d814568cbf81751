//! The cross-account example, with real builds, ended by `abort` at fail points (see `store::fail_point`), started again, and
//! compared with a run that nothing cut off: the same resources, executions and objects, each call recorded once.
//!
//! `SEKISHO_CRASH_POINTS` says how many points: a number, or `all`. What is released has no fail points, so the test is there
//! where debug assertions are.
#![cfg(debug_assertions)]
#![allow(clippy::disallowed_methods, reason = "a test that starts servers and opens sockets")]

mod calls;
mod compare;
mod outcome;
mod place;
mod scenario;

use outcome::Outcome;
use place::Place;
use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};

/// Points where nothing else is said: what a run of all tests has time for.
const DEFAULT: usize = 48;
/// Two at a time.
const WORKERS: usize = 2;
/// Each n-th world is ended again while it recovers.
const AGAIN: usize = 4;

/// Where a world is ended: at which point of the first process, and of those that go on.
#[derive(Debug, Clone)]
struct Plan(Vec<u64>);

/// So many plans, spread over all points; the recovery is cut off at points of its own, sooner and later.
fn plans(points: usize, wanted: usize) -> Vec<Plan> {
    let mut plans = Vec::new();
    let mut count = 0;
    let mut number = 0;
    while count < wanted {
        let at = if wanted >= points { number % points } else { number * points * AGAIN / (wanted * (AGAIN - 1)).max(1) % points };
        let mut plan = vec![at as u64 + 1];
        if number % AGAIN == AGAIN - 1 {
            plan.push((number * 37 % 97) as u64 + 1);
        }
        count += plan.len();
        number += 1;
        plans.push(Plan(plan));
    }
    plans
}

/// What came of a plan: the points at which processes were really ended, by name.
type Ended = BTreeMap<String, usize>;

fn tried(plan: &Plan, expected: &Outcome) -> Result<Ended, String> {
    let mut place = Place::new(plan.0.clone(), None);
    let found = scenario::run(&mut place)?;
    let names = place.ended();
    compare::same(expected, &found, names.len())?;
    let mut ended = Ended::new();
    for name in names {
        *ended.entry(name).or_default() += 1;
    }
    Ok(ended)
}

#[test]
fn a_delivery_that_is_cut_off_anywhere_ends_as_if_it_were_not() {
    let mut place = Place::new(Vec::new(), Some("trace"));
    let expected = scenario::run(&mut place).expect("a run that nothing cuts off");
    let points = place.traced();
    let asked = std::env::var("SEKISHO_CRASH_POINTS").ok();
    let wanted = match asked.as_deref() {
        Some("all") => points + points / AGAIN,
        Some(number) => number.parse().expect("SEKISHO_CRASH_POINTS is a number or `all`"),
        None => DEFAULT,
    };
    drop(place);
    let begun = Instant::now();
    let plans = Mutex::new(plans(points, wanted).into_iter());
    let results: Mutex<(Ended, Vec<String>, usize)> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(plan) = { plans.lock().unwrap().next() } {
                    let result = tried(&plan, &expected);
                    let mut results = results.lock().unwrap();
                    results.2 += 1;
                    match result {
                        Ok(ended) => ended.into_iter().for_each(|(name, n)| *results.0.entry(name).or_default() += n),
                        Err(why) => {
                            eprintln!("{plan:?}: {why}");
                            results.1.push(format!("{plan:?}: {why}"));
                        }
                    }
                }
            });
        }
    });
    let (ended, failures, worlds) = results.into_inner().unwrap();
    let total: usize = ended.values().sum();
    println!("crash points: {points} in a run; {worlds} worlds were ended at {total} of them, in {} s", begun.elapsed().as_secs());
    for (name, count) in &ended {
        println!("  {count:>5}  {name}");
    }
    assert!(failures.is_empty(), "{} of {worlds} worlds ended otherwise:\n{}", failures.len(), failures.join("\n"));
    assert!(points >= 400, "a run has {points} points");
    // A plan may lie behind the end of a run that took fewer commits.
    assert!(total * 10 >= wanted * 9, "{total} of {wanted}");
    assert!(begun.elapsed() < Duration::from_secs(3600));
}
