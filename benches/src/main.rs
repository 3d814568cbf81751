//! What we claim about speed, measured in one run on one machine: ratios count, not figures.
//!
//!     cargo build --release && cargo run --release -p benches [-- start calls decisions records]
//!
//! `records` fills a disk with ten million records and is measured only when it is named.
#![allow(clippy::disallowed_methods, reason = "a bench starts processes, opens sockets and reads the clock")]

mod calls;
mod client;
mod decisions;
mod process;
mod records;
mod start;
mod table;

use process::Delivery;
use table::Table;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A part measures, and adds rows to the table.
type Part = fn(&Delivery, &mut Table) -> Result<()>;

const PARTS: [(&str, Part); 4] =
    [("start", start::measure), ("calls", calls::measure), ("decisions", decisions::measure), ("records", records::measure)];

fn main() -> Result<()> {
    let named: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = named.iter().find(|name| PARTS.iter().all(|(part, _)| part != name)) {
        return Err(format!("'{unknown}' is not a part; there are {}", PARTS.map(|(part, _)| part).join(", ")).into());
    }
    let wanted = |part: &str| if named.is_empty() { part != "records" } else { named.iter().any(|name| name == part) };
    let delivery = Delivery::copied()?;
    let mut table = Table::default();
    for (part, measure) in PARTS {
        if wanted(part) {
            measure(&delivery, &mut table)?;
        }
    }
    table.print();
    Ok(())
}
