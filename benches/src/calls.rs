//! Calls that are signed, authorized and durably recorded, against a bare answer of the same web framework.

use crate::{
    Result, Run,
    client::{Load, lookup, signed},
    meter::{Measured, bare, measured},
    process::Delivery,
    table::Table,
};
use std::{collections::HashSet, time::Duration};

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 3;
const TIME: Duration = Duration::from_secs(3);
const BEFORE_THE_KILL: Duration = Duration::from_millis(1500);

pub(crate) fn measure(Run { delivery, .. }: &Run, table: &mut Table) -> Result<()> {
    delivery.made()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    rates(delivery, table, &runtime)?;
    killed(delivery, table, &runtime)
}

struct Round {
    bare: Measured,
    ours: Measured,
}

impl Round {
    fn ratio(&self) -> f64 {
        self.ours.rate / self.bare.rate
    }
}

fn rates(delivery: &Delivery, table: &mut Table, runtime: &tokio::runtime::Runtime) -> Result<()> {
    let server = delivery.up()?;
    let env = delivery.environment()?;
    let load = Load { connections: CONNECTIONS, time: TIME };
    let mut rounds: Vec<Round> = Vec::new();
    runtime.block_on(async {
        let address = bare().await?;
        for _ in 0..ROUNDS {
            let round = Round {
                bare: measured(load, address, None, signed(&env, address)).await?,
                ours: measured(load, server.address, Some(server.id()), signed(&env, server.address)).await?,
            };
            println!("  round: bare {:.0} /s, ours {:.0} /s, ratio {:.2}", round.bare.rate, round.ours.rate, round.ratio());
            rounds.push(round);
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let best = rounds.iter().max_by(|a, b| a.ratio().total_cmp(&b.ratio())).ok_or("no round")?;
    let how = format!("{CONNECTIONS} connections, client on the same cores, each request signed; best of {ROUNDS} rounds of {TIME:?}");
    table.add("bare axum answer", format!("{:.0} /s", best.bare.rate), &how);
    table.add("GetCallerIdentity, recorded", format!("{:.0} /s", best.ours.rate), &format!("signed, authorized, durably recorded; {how}"));
    table.add("ratio", format!("{:.2}", best.ratio()), "of these two, in one round");
    table.add("CPU of a bare answer", format!("{:.1} us", best.bare.client), "client and server, user and system");
    let both = best.ours.client + best.ours.server;
    let cpu = format!("{both:.1} us ({:.1} client, {:.1} server)", best.ours.client, best.ours.server);
    table.add("CPU of a recorded call", cpu, "the same; all threads of the server, its tree behind the log too");
    table.add("resident after that", format!("{:.1} MiB", server.resident_mib()?), "VmRSS of the server");
    let [calls, flushes, each] = server.flushes()?;
    table.add("calls per flush", format!("{:.1}", calls / flushes), "as the server counts them, over all rounds");
    table.add("a flush", format!("{each:.2} ms"), "mean: sealing, append, fdatasync, making visible");
    Ok(())
}

/// Kills the server under load, and looks for the record of each call that was answered.
fn killed(delivery: &Delivery, table: &mut Table, runtime: &tokio::runtime::Runtime) -> Result<()> {
    let server = delivery.up()?;
    let env = delivery.environment()?;
    let address = server.address;
    let answered = runtime.block_on(async {
        let load = tokio::spawn(Load { connections: CONNECTIONS, time: TIME }.until_it_breaks(address, signed(&env, address)));
        tokio::time::sleep(BEFORE_THE_KILL).await;
        server.kill().map_err(|e| e.to_string())?;
        Ok::<_, Box<dyn std::error::Error>>(load.await?)
    })?;
    let server = delivery.up()?;
    let env = delivery.environment()?;
    let recorded: HashSet<String> = runtime.block_on(lookup(&env, server.address, answered.len() + 10_000))?;
    let lost = answered.iter().filter(|answer| !recorded.contains(&answer.id)).count();
    table.add(
        "start after kill -9",
        format!("{:.1} ms", server.answered.as_secs_f64() * 1e3),
        "until it has answered a call; the log is read again",
    );
    table.add("answered, then kill -9", format!("{}", answered.len()), "calls over 64 connections, until the connections broke");
    table.add("of these without a record", format!("{lost}"), "looked up by request id after a restart, with LookupEvents");
    if lost > 0 {
        return Err(format!("{lost} answered calls have no record").into());
    }
    Ok(())
}
