//! The walk's summary: operations by kinds of callers.

use crate::{
    cases::Case,
    kinds::{KINDS, Walked},
};
use std::{collections::BTreeMap, fmt::Write};

/// One line for each service and one for all: how many calls were made as each kind of caller.
pub fn of(walked: &[(Case, Walked)]) -> String {
    let mut services: BTreeMap<&str, [usize; KINDS.len() + 2]> = BTreeMap::new();
    for (case, one) in walked {
        for row in [case.operation.service, "~"] {
            let row = services.entry(row).or_default();
            row[0] += usize::from(case.variation.is_none());
            row[1] += 1;
            for (kind, count) in &one.counts {
                let at = KINDS.iter().position(|k| k == kind).expect("a listed kind");
                row[at + 2] += count;
            }
        }
    }
    let mut text = format!("{:<15} {:>10}  examples", "calls as", "operations");
    KINDS.iter().for_each(|kind| write!(text, "  {kind}").unwrap());
    for (service, counts) in services {
        let service = if service == "~" { "all" } else { service };
        write!(text, "\n{service:<15} {:>10}  {:>8}", counts[0], counts[1]).unwrap();
        KINDS.iter().zip(&counts[2..]).for_each(|(kind, count)| write!(text, "  {count:>0$}", kind.len()).unwrap());
    }
    text.push('\n');
    text
}
