//! What the resources of a template refer to, and where.

use super::tree::{Path, Step, resources};
use std::collections::{BTreeMap, BTreeSet};
use template::Span;
use template::document::{Kind, Node};

/// A reference from one resource to another.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) from: String,
    pub(super) to: String,
    /// From the template's root to the function, or to the name in a `DependsOn`.
    pub(super) path: Path,
    pub(super) span: Span,
}

impl Edge {
    /// Whether the way goes through a property of the resource.
    pub(super) fn through(&self, property: &str) -> bool {
        self.property() == Some(property)
    }

    /// The property that it stands in.
    pub(super) fn property(&self) -> Option<&str> {
        match (self.path.get(2), self.path.get(3)) {
            (Some(Step::Key(section)), Some(Step::Key(name))) if section == "Properties" => Some(name),
            _ => None,
        }
    }
}

/// All references between resources, in the order of the template.
pub(super) fn edges(tree: &Node) -> Vec<Edge> {
    let known: BTreeSet<&str> = resources(tree).iter().map(|entry| entry.key.text.as_str()).collect();
    let mut all = Vec::new();
    for entry in resources(tree) {
        let mut path = vec![Step::Key("Resources".into()), Step::Key(entry.key.text.clone())];
        let mut walk = Walk { from: &entry.key.text, known: &known, all: &mut all };
        walk.node(&entry.value, &mut path);
    }
    all
}

/// The ways from a node to the functions in it that refer to a resource.
pub(super) fn references(node: &Node, id: &str) -> Vec<Path> {
    let (known, mut all) = ([id].into(), Vec::new());
    Walk { from: "", known: &known, all: &mut all }.node(node, &mut Vec::new());
    all.into_iter().map(|edge| edge.path).collect()
}

struct Walk<'w> {
    from: &'w str,
    known: &'w BTreeSet<&'w str>,
    all: &'w mut Vec<Edge>,
}

impl Walk<'_> {
    fn found(&mut self, name: &str, path: &Path, span: &Span) {
        if self.known.contains(name) {
            self.all.push(Edge { from: self.from.to_owned(), to: name.to_owned(), path: path.clone(), span: span.clone() });
        }
    }

    fn node(&mut self, node: &Node, path: &mut Path) {
        match &node.kind {
            Kind::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    path.push(Step::Item(n));
                    self.node(item, path);
                    path.pop();
                }
            }
            Kind::Map(entries) => {
                if let [only] = entries.as_slice() {
                    match only.key.text.as_str() {
                        "Ref" => only.value.scalar().iter().for_each(|name| self.found(name, path, &only.value.span)),
                        "Fn::GetAtt" => got(&only.value).iter().for_each(|(name, _)| self.found(name, path, &only.value.span)),
                        "Fn::Sub" => {
                            let text = only.value.items().first().unwrap_or(&only.value);
                            for name in text.scalar().map(substituted).unwrap_or_default() {
                                let name = name.split('.').next().unwrap_or_default().to_owned();
                                self.found(&name, path, &text.span);
                            }
                        }
                        _ => {}
                    }
                }
                for entry in entries {
                    path.push(Step::Key(entry.key.text.clone()));
                    if path.len() == 3 && entry.key.text == "DependsOn" {
                        self.depends(&entry.value, path);
                    } else {
                        self.node(&entry.value, path);
                    }
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn depends(&mut self, node: &Node, path: &mut Path) {
        node.scalar().iter().for_each(|name| self.found(name, path, &node.span));
        for (n, item) in node.items().iter().enumerate() {
            path.push(Step::Item(n));
            item.scalar().iter().for_each(|name| self.found(name, path, &item.span));
            path.pop();
        }
    }
}

/// The resource and the attribute of a `Fn::GetAtt`.
pub(super) fn got(node: &Node) -> Option<(&str, &str)> {
    match node.items() {
        [id, attribute] => id.scalar().zip(attribute.scalar()),
        _ => node.scalar()?.split_once('.'),
    }
}

/// What stands in the `${…}` of a text.
pub(super) fn substituted(text: &str) -> Vec<&str> {
    let inner = |part: &&str| !part.starts_with('!');
    text.split("${").skip(1).filter_map(|part| part.split_once('}')).map(|(inner, _)| inner.trim()).filter(inner).collect()
}

/// What each resource needs, by its logical id.
type Needs<'e> = BTreeMap<&'e str, BTreeSet<&'e str>>;

/// The resources that a resource needs, directly or through others.
fn reached<'e>(needs: &Needs<'e>, from: &str) -> BTreeSet<&'e str> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut next: Vec<&str> = needs.get(from).into_iter().flatten().copied().collect();
    while let Some(id) = next.pop() {
        if seen.insert(id) {
            next.extend(needs.get(id).into_iter().flatten());
        }
    }
    seen
}

/// The references that are on cycles, in the order of the template.
pub(super) fn on_cycles(edges: &[Edge]) -> Vec<&Edge> {
    let mut needs = Needs::new();
    for edge in edges {
        needs.entry(&edge.from).or_default().insert(&edge.to);
    }
    let reach: Needs<'_> = needs.keys().map(|id| (*id, reached(&needs, id))).collect();
    let back = |edge: &&Edge| edge.from == edge.to || reach.get(edge.to.as_str()).is_some_and(|of| of.contains(edge.from.as_str()));
    edges.iter().filter(back).collect()
}

/// The shortest way back from where a reference leads to where it stands: the references of it.
pub(super) fn way_back<'e>(edges: &'e [Edge], edge: &Edge) -> Vec<&'e Edge> {
    let mut came: BTreeMap<&str, &Edge> = BTreeMap::new();
    let mut next = std::collections::VecDeque::from([edge.to.as_str()]);
    while let Some(id) = next.pop_front().filter(|id| *id != edge.from) {
        for step in edges.iter().filter(|step| step.from == id && step.to != edge.to && step.from != step.to) {
            if !came.contains_key(step.to.as_str()) {
                came.insert(&step.to, step);
                next.push_back(&step.to);
            }
        }
    }
    let mut way = Vec::new();
    let mut id = edge.from.as_str();
    while id != edge.to {
        let Some(step) = came.get(id) else { break };
        way.push(*step);
        id = &step.from;
    }
    way.reverse();
    way
}
