//! What we claim about speed, measured in one run on one machine: ratios count, not figures.
//!
//!     cargo build --release && cargo run --release -p benches [-- PART... [--with-moto PATH]]
//!
//! The parts are start, sandbox, calls, kms, s3, git, stacks, pipelines, decisions, templates, rehearse, events, executions and records; `records`
//! fills a disk with ten million records, `events` a stack's story with a hundred thousand events, `executions` a store with a hundred
//! thousand executions of a thousand pipelines, and they are measured only when they are named. `kms`
//! and `s3` measure `moto_server` beside this server, if it is found or its path is given.
#![allow(clippy::disallowed_methods, reason = "a bench starts processes, opens sockets and reads the clock")]

mod caller;
mod calls;
mod client;
mod decisions;
mod disk;
mod executions;
mod git;
mod kms;
mod large;
mod meter;
mod moto;
mod pipelines;
mod process;
mod records;
mod rehearse;
mod s3;
mod sandbox;
mod sink;
mod stacks;
mod start;
mod table;
mod templates;

use process::Delivery;
use std::path::PathBuf;
use table::Table;

/// What the product allocates with, so that what is measured in this process costs what it costs there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What parts measure.
struct Run {
    delivery: Delivery,
    /// Where moto's server is, if it is not in the path.
    moto: Option<PathBuf>,
}

/// A part measures, and adds rows to the table.
type Part = fn(&Run, &mut Table) -> Result<()>;

const PARTS: [(&str, Part); 14] = [
    ("start", start::measure),
    ("sandbox", sandbox::measure),
    ("calls", calls::measure),
    ("kms", kms::measure),
    ("s3", s3::measure),
    ("git", git::measure),
    ("stacks", stacks::measure),
    ("pipelines", pipelines::measure),
    ("decisions", decisions::measure),
    ("templates", templates::measure),
    ("rehearse", rehearse::measure),
    ("events", stacks::events),
    ("executions", executions::measure),
    ("records", records::measure),
];

fn main() -> Result<()> {
    // A sandbox's helper is the caller's own binary.
    if std::env::args().nth(1).as_deref() == Some(workload::HELPER_COMMAND) {
        workload::helper_main();
    }
    let mut named: Vec<String> = std::env::args().skip(1).collect();
    if named.first().is_some_and(|first| first == sink::COMMAND) {
        return sink::serve(&named[1..]);
    }
    let mut moto = None;
    if let Some(at) = named.iter().position(|name| name == "--with-moto") {
        named.remove(at);
        if at == named.len() {
            return Err("--with-moto takes the path of moto_server".into());
        }
        moto = Some(named.remove(at).into());
    }
    if let Some(unknown) = named.iter().find(|name| PARTS.iter().all(|(part, _)| part != name)) {
        return Err(format!("'{unknown}' is not a part; there are {}", PARTS.map(|(part, _)| part).join(", ")).into());
    }
    let wanted = |part: &str| {
        if named.is_empty() { !["events", "executions", "records"].contains(&part) } else { named.iter().any(|name| name == part) }
    };
    let run = Run { delivery: Delivery::copied()?, moto };
    let mut table = Table::default();
    for (part, measure) in PARTS {
        if wanted(part) {
            measure(&run, &mut table)?;
        }
    }
    table.print();
    Ok(())
}
