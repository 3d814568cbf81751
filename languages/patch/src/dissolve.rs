//! A list or a mapping that replaces another one, as the changes of what differs.

use crate::node::{Anchor, Kind, Layout, Node, normal};
use crate::{Change, Path};
use serde_json::{Map, Value};

/// The changes that make a value into another of its kind. None: it is better replaced as a whole.
pub(crate) fn dissolve(node: &Node, path: &Path, value: &Value, anchors: &[Anchor]) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    match (&node.kind, value) {
        (Kind::List(..) | Kind::Map(..), _) if node.layout() == Some(Layout::Odd) => return None,
        (Kind::List(..), Value::Array(_)) | (Kind::Map(..) | Kind::Call(..), Value::Object(_)) => {
            differ(node, path, value, anchors, &mut changes)?;
        }
        _ => return None,
    }
    // The whole by itself would be dissolved again, and again.
    let whole = |change: &Change| matches!(change, Change::Replace { path: own, .. } if own == path);
    (!changes.iter().any(whole)).then_some(changes)
}

/// None: nothing of the old value would be left.
fn differ(node: &Node, path: &Path, value: &Value, anchors: &[Anchor], changes: &mut Vec<Change>) -> Option<()> {
    if node.value(anchors) == normal(value) {
        return Some(());
    }
    let replace = Change::Replace { path: path.clone(), value: value.clone() };
    match (&node.kind, value) {
        (Kind::Map(..), Value::Object(map)) => members(node, path, map, anchors, changes)?,
        (Kind::Call(function, argument), Value::Object(map)) if map.len() == 1 && map.contains_key(function) => {
            // An argument keeps its form only as the same kind of value.
            let same = argument.value(anchors).is_string() == map[function].is_string();
            match same {
                true => part(argument, &path.then(function.as_str()), &map[function], anchors, changes),
                false => return None,
            }
        }
        (Kind::List(_, items), Value::Array(new)) => list(items, path, new, anchors, changes)?,
        (Kind::List(..) | Kind::Map(..) | Kind::Call(..), _) => return None,
        _ => changes.push(replace),
    }
    Some(())
}

/// A part of a collection: what differs in it, or all of it.
fn part(node: &Node, path: &Path, value: &Value, anchors: &[Anchor], changes: &mut Vec<Change>) {
    let known = changes.len();
    if differ(node, path, value, anchors, changes).is_none() {
        changes.truncate(known);
        changes.push(Change::Replace { path: path.clone(), value: value.clone() });
    }
}

fn members(node: &Node, path: &Path, new: &Map<String, Value>, anchors: &[Anchor], changes: &mut Vec<Change>) -> Option<()> {
    let Kind::Map(_, entries) = &node.kind else { return None };
    if !entries.iter().any(|entry| new.contains_key(entry.name())) {
        return None;
    }
    for entry in entries {
        let own = path.then(entry.name());
        match new.get(entry.name()) {
            Some(value) => part(&entry.value, &own, value, anchors, changes),
            None => changes.push(Change::Remove { path: own }),
        }
    }
    for (key, value) in new.iter().filter(|(key, _)| !entries.iter().any(|entry| entry.name() == *key)) {
        changes.push(Change::Insert { path: path.clone(), key: key.clone(), value: value.clone() });
    }
    Some(())
}

fn list(items: &[Node], path: &Path, new: &[Value], anchors: &[Anchor], changes: &mut Vec<Change>) -> Option<()> {
    let old: Vec<Value> = items.iter().map(|item| item.value(anchors)).collect();
    // What stays is in order, and what is new comes behind it.
    let mut matched = 0;
    let stays: Vec<bool> = old
        .iter()
        .map(|item| {
            let same = new.get(matched).is_some_and(|value| normal(value) == *item);
            matched += usize::from(same);
            same
        })
        .collect();
    let in_place = old.iter().zip(new).filter(|(old, new)| **old == normal(new)).count();
    if old.len() == new.len() && in_place >= matched {
        for (index, (item, value)) in items.iter().zip(new).enumerate() {
            part(item, &path.then(index), value, anchors, changes);
        }
        return Some(());
    }
    if matched == 0 {
        return None;
    }
    for (index, _) in stays.iter().enumerate().rev().filter(|(_, stays)| !**stays) {
        changes.push(Change::Remove { path: path.then(index) });
    }
    changes.extend(new[matched..].iter().map(|value| Change::Append { path: path.clone(), value: value.clone() }));
    Some(())
}
