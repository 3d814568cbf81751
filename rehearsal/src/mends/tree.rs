//! Changes of a template's tree: what is put in has the place of what it stands for.

use serde_json::Value;
use template::Span;
use template::document::{Entry, Kind, Name, Node};

/// A step into a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

/// The way to a node.
pub(super) type Path = Vec<Step>;

/// A way over keys alone.
pub(super) fn keys(names: &[&str]) -> Path {
    names.iter().map(|name| Step::Key((*name).to_owned())).collect()
}

/// The node at the end of a way.
pub(super) fn at<'n>(node: &'n Node, path: &[Step]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, step| match step {
        Step::Key(name) => node.get(name),
        Step::Item(n) => node.items().get(*n),
    })
}

/// The same, to be changed.
pub(super) fn at_mut<'n>(node: &'n mut Node, path: &[Step]) -> Option<&'n mut Node> {
    path.iter().try_fold(node, |node, step| match (step, &mut node.kind) {
        (Step::Key(name), Kind::Map(entries)) => entries.iter_mut().find(|entry| entry.key.text == *name).map(|entry| &mut entry.value),
        (Step::Item(n), Kind::List(items)) => items.get_mut(*n),
        _ => None,
    })
}

/// Takes a member of an object or of a list out.
pub(super) fn take(node: &mut Node, path: &[Step]) -> Option<Node> {
    let (last, before) = path.split_last()?;
    match (last, &mut at_mut(node, before)?.kind) {
        (Step::Key(name), Kind::Map(entries)) => {
            let at = entries.iter().position(|entry| entry.key.text == *name)?;
            Some(entries.remove(at).value)
        }
        (Step::Item(n), Kind::List(items)) if *n < items.len() => Some(items.remove(*n)),
        _ => None,
    }
}

/// Puts a member into an object, instead of what is there under its name; objects on the way are made.
pub(super) fn put(node: &mut Node, path: &[&str], value: Node) {
    let Some((last, before)) = path.split_last() else { return };
    let mut node = node;
    for name in before {
        let span = node.span.clone();
        let Kind::Map(entries) = &mut node.kind else { return };
        let at = entries.iter().position(|entry| entry.key.text == *name).unwrap_or_else(|| {
            entries.push(entry(name, Node { kind: Kind::Map(Vec::new()), span }));
            entries.len() - 1
        });
        node = &mut entries[at].value;
    }
    if matches!(node.kind, Kind::Null) {
        node.kind = Kind::Map(Vec::new());
    }
    let Kind::Map(entries) = &mut node.kind else { return };
    match entries.iter_mut().find(|entry| entry.key.text == *last) {
        Some(entry) => entry.value = value,
        None => entries.push(entry(last, value)),
    }
}

fn entry(name: &str, value: Node) -> Entry {
    Entry { key: Name { text: name.to_owned(), span: value.span.clone() }, value }
}

/// A value as a tree, all of it at one place.
pub(super) fn made(value: &Value, span: &Span) -> Node {
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(value) => Kind::Bool(*value),
        Value::Number(number) => Kind::Number(number.to_string()),
        Value::String(text) => Kind::String(text.clone(), Vec::new()),
        Value::Array(items) => Kind::List(items.iter().map(|item| made(item, span)).collect()),
        Value::Object(members) => Kind::Map(members.iter().map(|(name, value)| entry(name, made(value, span))).collect()),
    };
    Node { kind, span: span.clone() }
}

/// The resources of a template, by their logical ids.
pub(super) fn resources(tree: &Node) -> &[Entry] {
    tree.get("Resources").map(Node::entries).unwrap_or_default()
}

/// A resource's type.
pub(super) fn kind<'n>(tree: &'n Node, id: &str) -> &'n str {
    tree.get("Resources").and_then(|all| all.get(id)?.get("Type")?.scalar()).unwrap_or_default()
}
