//! What a decision costs, with the context that a request brings and with variables. The figures of a release build are
//! those of `benches`; here an unoptimised build on a busy machine must stay far below what a request costs otherwise.

#[path = "fixture/mod.rs"]
mod fixture;

use fixture::{Fixture, context};
use std::time::{Duration, Instant};

#[allow(clippy::disallowed_methods, reason = "a test that measures time needs the real clock")]
fn now() -> Instant {
    Instant::now()
}

/// The best of some batches: others work on this machine too.
fn best(rounds: u32, mut work: impl FnMut()) -> Duration {
    let mut batch = || {
        let start = now();
        (0..rounds).for_each(|_| work());
        start.elapsed() / rounds
    };
    (0..20).map(|_| batch()).min().unwrap()
}

#[test]
fn a_decision_is_quick() {
    let (twenty, strangers) = (Fixture::twenty(), Fixture::strangers());
    let rounds = if cfg!(debug_assertions) { 200 } else { 20_000 };
    let whole = best(rounds, || assert!(twenty.decide(&context()).is_allowed()));
    let kept = context();
    let alone = best(rounds, || assert!(twenty.decide(&kept).is_allowed()));
    let making = best(rounds, || drop(std::hint::black_box(context())));
    let foreign = best(rounds, || assert!(!strangers.decide(&context()).is_allowed()));
    let cold = best(rounds / 20 + 1, || drop(std::hint::black_box(Fixture::twenty())));
    println!("{whole:?} a decision over 20 statements with its context ({alone:?} without, {making:?} for the context alone)");
    println!("{foreign:?} over 200 statements that cannot match; {cold:?} to compile 20 statements");
    assert!(whole < Duration::from_micros(200), "{whole:?} a decision");
    assert!(foreign < 2 * whole, "{foreign:?} over 200 foreign statements, {whole:?} over 20");
}
