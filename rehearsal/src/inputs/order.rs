//! The order in which stacks are deployed, where nobody says it.

use super::{accounts::Book, facts::fits, units::Unit};
use crate::Stack;
use std::collections::BTreeSet;

/// The stacks in an order in which each comes after those that it needs, as far as that can be; else as they were given.
pub(super) fn sorted(stacks: Vec<(usize, Stack)>, units: &[Unit], book: &Book) -> Vec<Stack> {
    let hard: Vec<BTreeSet<usize>> = stacks.iter().map(|(at, stack)| needs(*at, stack, &stacks, units)).collect();
    let soft: Vec<BTreeSet<usize>> = stacks.iter().map(|(at, _)| names(*at, &stacks, units, book)).collect();
    let mut left: Vec<usize> = (0..stacks.len()).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let free = |edges: &[BTreeSet<usize>], at: usize| edges[at].iter().all(|needed| *needed == at || !left.contains(needed));
        // A principal that does not exist yet is found while deploying: that order gives way first.
        let next = left.iter().position(|&at| free(&hard, at) && free(&soft, at)).or_else(|| left.iter().position(|&at| free(&hard, at)));
        order.push(left.remove(next.unwrap_or_default()));
    }
    order.into_iter().map(|at| stacks[at].1.clone()).collect()
}

/// The stacks whose outputs or exports a stack takes.
fn needs(at: usize, stack: &Stack, stacks: &[(usize, Stack)], units: &[Unit]) -> BTreeSet<usize> {
    let gives = |other: &(usize, Stack)| {
        let by_output = stack.parameters.values().any(|value| value.awaits() == Some((&other.1.account, &other.1.name)));
        let imports = &units[at].facts.imports;
        let exports = &units[other.0].facts.exports;
        let by_import = stack.account == other.1.account
            && imports.iter().any(|import| exports.iter().any(|export| fits(export, import) || fits(import, export)));
        by_output || by_import
    };
    stacks.iter().enumerate().filter(|(_, other)| other.0 != at && gives(other)).map(|(index, _)| index).collect()
}

/// The stacks that make roles which a template names.
fn names(at: usize, stacks: &[(usize, Stack)], units: &[Unit], book: &Book) -> BTreeSet<usize> {
    let makes = |other: &(usize, Stack)| {
        let id = book.id(&other.1.account);
        let own = |account: &str| id.is_some_and(|id| id.as_str() == account);
        units[at].facts.named.iter().any(|arn| own(&arn.account) && units[other.0].facts.makes(arn))
    };
    stacks.iter().enumerate().filter(|(_, other)| other.0 != at && makes(other)).map(|(index, _)| index).collect()
}
