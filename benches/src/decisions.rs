//! Authorization decisions on one core, over compiled policies.

#[path = "../../languages/policy/tests/fixture/mod.rs"]
mod fixture;

use crate::{Result, Run, table::Table};
use fixture::{Fixture, context};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

const BATCHES: usize = 50;

/// The best of some batches: other work on the machine can only add.
fn best(rounds: u32, mut work: impl FnMut()) -> Duration {
    let mut batch = || {
        let begun = Instant::now();
        (0..rounds).for_each(|_| work());
        begun.elapsed() / rounds
    };
    (0..BATCHES).map(|_| batch()).min().unwrap_or_default()
}

/// What decisions cost. A request's context is made anew for each.
pub(crate) fn measure(_: &Run, table: &mut Table) -> Result<()> {
    let (twenty, strangers) = (Fixture::twenty(), Fixture::strangers());
    let whole = best(10_000, || drop(black_box(twenty.decide(&context()))));
    let foreign = best(10_000, || drop(black_box(strangers.decide(&context()))));
    let made = best(10_000, || drop(black_box(context())));
    let cold = best(200, || drop(black_box(Fixture::twenty())));
    let mut row = |name: &str, took: Duration, what: &str| {
        table.add(name, format!("{} ns", took.as_nanos()), &format!("{what}; best of {BATCHES} batches, warm, one core"));
    };
    row("decision, 20 statements", whole, "conditions and variables; its context of 18 keys included");
    row("its context alone", made, "made for each request");
    row("200 statements, none matches", foreign, "context included");
    row("cold compile, 20 statements", cold, "once for each text of a policy");
    let ratio = foreign.as_secs_f64() / whole.as_secs_f64();
    table.add("ratio of 200 to 20", format!("{ratio:.2}"), "must stay below 2");
    Ok(())
}
