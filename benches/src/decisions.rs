//! Authorization decisions on one core, over compiled policies.

use crate::{Result, fixture, process::Delivery, table::Table};
use fixture::{Fixture, context};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

const BATCHES: usize = 51;

/// The best and the middle of some batches: other work on the machine can only add.
fn batches(rounds: u32, mut work: impl FnMut()) -> [Duration; 2] {
    let mut batch = || {
        let begun = Instant::now();
        (0..rounds).for_each(|_| work());
        begun.elapsed() / rounds
    };
    let mut times: Vec<Duration> = (0..BATCHES).map(|_| batch()).collect();
    times.sort();
    [times[0], times[BATCHES / 2]]
}

/// A request's context is made anew for each decision.
pub(crate) fn measure(_: &Delivery, table: &mut Table) -> Result<()> {
    let (twenty, strangers) = (Fixture::twenty(), Fixture::strangers());
    let whole = batches(10_000, || drop(black_box(twenty.decide(&context()))));
    let foreign = batches(10_000, || drop(black_box(strangers.decide(&context()))));
    let made = batches(10_000, || drop(black_box(context())));
    let cold = batches(200, || drop(black_box(Fixture::twenty())));
    let mut add = |what: &str, [best, median]: [Duration; 2], how: &str| {
        let how = format!("{how}; warm, one core, best of {BATCHES} batches (median {} ns)", median.as_nanos());
        table.add(what, format!("{} ns", best.as_nanos()), &how);
    };
    add("decision, 20 statements", whole, "compiled; conditions and variables, its context of 18 keys included");
    add("its context alone", made, "made for each request");
    add("decision, 200 that cannot match", foreign, "compiled; context included");
    add("compiling 20 statements", cold, "from JSON text, once for each text of a policy");
    let ratio = foreign[0].as_secs_f64() / whole[0].as_secs_f64();
    table.add("200 that cannot match to 20", format!("{ratio:.2}"), "of these two; must stay below 2");
    Ok(())
}
