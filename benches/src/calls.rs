//! Calls that are signed, authorized and durably recorded, against a bare answer of the same web framework.

use crate::{
    Result,
    client::{Load, lookup, signed},
    process::{Delivery, cpu_of, free_address},
    table::Table,
};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 3;
const TIME: Duration = Duration::from_secs(3);
const BEFORE_THE_KILL: Duration = Duration::from_millis(1500);

pub(crate) fn measure(delivery: &Delivery, table: &mut Table) -> Result<()> {
    if !delivery.folder().join(".sekisho").exists() {
        delivery.run()?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    rates(delivery, table, &runtime)?;
    killed(delivery, table, &runtime)
}

struct Round {
    bare: f64,
    ours: f64,
    bare_cpu: f64,
    client_cpu: f64,
    server_cpu: f64,
}

fn rates(delivery: &Delivery, table: &mut Table, runtime: &tokio::runtime::Runtime) -> Result<()> {
    let server = delivery.up()?;
    let env = delivery.environment()?;
    let load = Load { connections: CONNECTIONS, time: TIME };
    let mut rounds: Vec<Round> = Vec::new();
    runtime.block_on(async {
        let bare = free_address()?;
        let listener = tokio::net::TcpListener::bind(bare).await?;
        let app = axum::Router::new().route("/", axum::routing::post(async || "x".repeat(400)));
        tokio::spawn(async { axum::serve(listener, app).await });
        for _ in 0..ROUNDS {
            let us = |from: Duration, to: Duration, calls: usize| (to - from).as_secs_f64() * 1e6 / calls as f64;
            let (own, begun) = (cpu_of("self")?, Instant::now());
            let answers = load.run(bare, signed(&env, bare)).await?.len();
            let (rate, bare_cpu) = (answers as f64 / begun.elapsed().as_secs_f64(), us(own, cpu_of("self")?, answers));
            let (own, its, begun) = (cpu_of("self")?, server.cpu()?, Instant::now());
            let answers = load.run(server.address, signed(&env, server.address)).await?.len();
            let ours = answers as f64 / begun.elapsed().as_secs_f64();
            let (client_cpu, server_cpu) = (us(own, cpu_of("self")?, answers), us(its, server.cpu()?, answers));
            println!("  round: bare {rate:.0} /s, ours {ours:.0} /s, ratio {:.2}", ours / rate);
            rounds.push(Round { bare: rate, ours, bare_cpu, client_cpu, server_cpu });
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let best = rounds.iter().max_by(|a, b| (a.ours / a.bare).total_cmp(&(b.ours / b.bare))).ok_or("no round")?;
    let how = format!("{CONNECTIONS} connections, client on the same cores, each request signed; best of {ROUNDS} rounds of {TIME:?}");
    table.add("bare axum answer", format!("{:.0} /s", best.bare), &how);
    table.add("GetCallerIdentity, recorded", format!("{:.0} /s", best.ours), &format!("signed, authorized, durably recorded; {how}"));
    table.add("ratio", format!("{:.2}", best.ours / best.bare), "of these two, in one round");
    table.add("CPU of a bare answer", format!("{:.1} us", best.bare_cpu), "client and server, user and system");
    let both = best.client_cpu + best.server_cpu;
    let cpu = format!("{both:.1} us ({:.1} client, {:.1} server)", best.client_cpu, best.server_cpu);
    table.add("CPU of a recorded call", cpu, "the same; all threads of the server, its tree behind the log too");
    table.add("resident after that", format!("{:.1} MiB", server.resident_mib()?), "VmRSS of the server");
    let said = server.stop()?;
    let line = said.lines().rev().find(|line| line.contains("flushes of")).ok_or("the server did not tell its flushes")?;
    let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [calls, flushes, each] = numbers[..] else { return Err(format!("not understood: {line}").into()) };
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
    let lost = answered.iter().filter(|id| !recorded.contains(*id)).count();
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
