//! Authorization decisions on one core, over compiled policies.

#[path = "../../languages/policy/tests/fixture/mod.rs"]
mod fixture;

use fixture::{Fixture, context};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// The best of some batches: other work on the machine can only add.
fn best(rounds: u32, mut work: impl FnMut()) -> Duration {
    let mut batch = || {
        let begun = Instant::now();
        (0..rounds).for_each(|_| work());
        begun.elapsed() / rounds
    };
    (0..50).map(|_| batch()).min().unwrap_or_default()
}

/// Prints what decisions cost. A request's context is made anew for each.
pub(crate) fn run() {
    let (twenty, strangers) = (Fixture::twenty(), Fixture::strangers());
    let whole = best(10_000, || drop(black_box(twenty.decide(&context()))));
    let foreign = best(10_000, || drop(black_box(strangers.decide(&context()))));
    let made = best(10_000, || drop(black_box(context())));
    let cold = best(200, || drop(black_box(Fixture::twenty())));
    let print = |name: &str, took: Duration, what: &str| println!("{name:<30} {:>9} ns  ({what})", took.as_nanos());
    print("a decision, 20 statements", whole, "conditions and variables; its context of 18 keys included");
    print("its context alone", made, "made for each request");
    print("200 statements, none matches", foreign, "context included");
    println!("{:<30} {:>9.2}     (must stay below 2)", "ratio of the two", foreign.as_secs_f64() / whole.as_secs_f64());
    print("cold compile, 20 statements", cold, "once for each text of a policy");
}
