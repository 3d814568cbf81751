//! The least that a statement has to say for its calls to be allowed all the same.

use super::{
    documents::{Read, Statement},
    overlap::{covers_action, covers_resource},
    unused, wide,
};
use crate::repairs::calls::Needed;
use policy::PolicyKind;
use std::collections::BTreeSet;

/// An item of a narrower list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// As it is written, by its place.
    As(usize),
    /// Another, as it is evaluated.
    New(String),
}

/// A narrower statement: what becomes of its actions and of its resources. Without actions, it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Narrow {
    pub(crate) actions: Vec<Item>,
    pub(crate) resources: Vec<Item>,
}

/// What narrows a statement. None: nothing does, or too little is known of its calls.
pub(super) fn of(document: &Read<'_>, statement: &Statement, own: &[&Needed]) -> Option<Narrow> {
    let of = document.of;
    if of.kind != PolicyKind::Identity || !of.exercised || of.unsure.is_some() || own.is_empty() || !statement.allows {
        return None;
    }
    let (actions, resources) = (statement.actions.as_ref()?, statement.resources.as_ref()?);
    let met: Vec<&&Needed> = own
        .iter()
        .filter(|call| {
            actions.iter().any(|action| covers_action(action, &call.action))
                && resources.iter().any(|resource| covers_resource(resource, &call.resource))
                && statement.holds(call)
        })
        .collect();
    let spare = |action: &str| unused::is_spared(document, own, action);
    let mut kept = Vec::new();
    for (at, action) in actions.iter().enumerate() {
        let used: BTreeSet<&str> = met.iter().map(|call| call.action.as_str()).filter(|name| covers_action(action, name)).collect();
        match (used.is_empty(), action.contains(['*', '?'])) {
            (true, _) if spare(action) => kept.push(Item::As(at)),
            (true, _) => {}
            (false, true) => kept.extend(used.into_iter().map(|name| Item::New(name.to_owned()))),
            (false, false) => kept.push(Item::As(at)),
        }
    }
    let mut left = Vec::new();
    for (at, resource) in resources.iter().enumerate() {
        let needed: BTreeSet<&str> = met
            .iter()
            .filter(|call| wide::has_level(&call.action))
            .map(|call| call.resource.as_str())
            .filter(|needed| covers_resource(resource, needed))
            .collect();
        let roots: BTreeSet<String> = needed.iter().map(|needed| wide::lasting_pattern(needed, document.things)).collect();
        let spares = actions.iter().any(|action| spare(action));
        let mixed = met.iter().any(|call| !wide::has_level(&call.action));
        match (needed.is_empty(), statement.chooses() || wide::is_tight(resource, &needed, document.things)) {
            // What is spared needs its resources as well.
            (true, _) if spares || mixed || unused::may_be_reached(resource, resources) => left.push(Item::As(at)),
            (true, _) => {}
            (false, false) if !spares && !mixed && roots.len() <= wide::MOST_EXACT => left.extend(roots.into_iter().map(Item::New)),
            (false, _) => left.push(Item::As(at)),
        }
    }
    let same = |items: &[Item], all: &[String]| items.len() == all.len() && items.iter().enumerate().all(|(n, item)| *item == Item::As(n));
    if kept.is_empty() || left.is_empty() {
        return Some(Narrow { actions: Vec::new(), resources: Vec::new() });
    }
    (!same(&kept, actions) || !same(&left, resources)).then_some(Narrow { actions: kept, resources: left })
}
