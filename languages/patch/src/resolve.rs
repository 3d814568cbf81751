//! From a path to what stands there.

use crate::inner;
use crate::node::{Kind, Node, Tree};
use crate::{Error, Path, Step};

/// The functions whose argument is a text that may be a document, or that make one of a value.
const TEXTS: [&str; 2] = ["Fn::Sub", "Fn::ToJsonString"];

/// What a path leads to.
pub(crate) struct Found<'d> {
    /// From the root to the value.
    pub trail: Vec<&'d Node>,
    /// The steps between them, those that the path left out among them.
    pub steps: Vec<Step>,
    /// What is left of the path: it goes on inside of the text that was reached.
    pub rest: &'d [Step],
    /// The text is a function's, which puts values in the place of `${…}`.
    pub evaluated: bool,
    /// The last alias that was followed.
    pub alias: Option<usize>,
    /// A merge key was passed.
    pub merged: bool,
    /// The value stands for a list of one, and its item is meant.
    pub single: bool,
}

impl<'d> Found<'d> {
    /// The value that was reached.
    pub(crate) fn node(&self) -> &'d Node {
        self.trail[self.trail.len() - 1]
    }
    /// What is around it.
    pub(crate) fn parent(&self) -> Option<&'d Node> {
        self.trail.len().checked_sub(2).map(|at| self.trail[at])
    }
    fn go(&mut self, step: Step, node: &'d Node) {
        self.single = false;
        self.steps.push(step);
        self.trail.push(node);
    }
}

/// Follows a path.
pub(crate) fn resolve<'d>(tree: &'d Tree, path: &'d Path) -> Result<Found<'d>, Error> {
    let mut found =
        Found { trail: vec![&tree.root], steps: Vec::new(), rest: &path.0, evaluated: false, alias: None, merged: false, single: false };
    while let Some((step, rest)) = found.rest.split_first() {
        let missing = || Error::NotFound(Path(path.0[..path.0.len() - rest.len()].to_vec()));
        let node = found.node();
        match (&node.kind, step) {
            (Kind::Alias(number), _) => {
                found.alias = Some(*number);
                let target = anchored(&tree.root, *number).ok_or_else(missing)?;
                found.trail.push(target);
                found.steps.push(Step::Key("(alias)".into()));
                continue;
            }
            (Kind::List(_, items), Step::Index(index)) => {
                found.go(step.clone(), items.get(*index).ok_or_else(missing)?);
            }
            (Kind::List(..), Step::Key(_)) => return Err(missing()),
            (Kind::Map(_, entries), _) => {
                let name = match step {
                    Step::Key(key) => key.clone(),
                    Step::Index(index) => index.to_string(),
                };
                let mut named = entries.iter().filter(|entry| entry.name() == name);
                match (named.next(), named.next()) {
                    (Some(entry), None) => {
                        found.merged |= name == "<<";
                        found.evaluated = name == "Fn::Sub" && entries.len() == 1;
                        found.go(Step::Key(name), &entry.value);
                    }
                    (Some(_), Some(_)) => return Err(Error::Twice(Path(path.0[..path.0.len() - rest.len()].to_vec()))),
                    (None, _) if *step == Step::Index(0) => found.single = true,
                    (None, _) => match &entries[..] {
                        [entry] if TEXTS.contains(&entry.name()) => {
                            enter(&mut found, entry.name(), &entry.value);
                            continue;
                        }
                        _ => return Err(missing()),
                    },
                }
            }
            (Kind::Call(_, _), Step::Index(0)) => found.single = true,
            (Kind::Call(function, argument), Step::Key(key)) => {
                if key == function {
                    found.evaluated = function == "Fn::Sub";
                    found.go(step.clone(), argument);
                } else if TEXTS.contains(&function.as_str()) {
                    enter(&mut found, function, argument);
                    continue;
                } else {
                    return Err(missing());
                }
            }
            (Kind::Text(text, quote), _) if inner::is_document(text, *quote) => return Ok(found),
            (Kind::Text(..) | Kind::Bool(_) | Kind::Number(_), Step::Index(0)) => found.single = true,
            _ => return Err(missing()),
        }
        found.rest = rest;
    }
    Ok(found)
}

/// Goes into a function's text without a step of the path.
fn enter<'d>(found: &mut Found<'d>, function: &str, argument: &'d Node) {
    found.evaluated = function == "Fn::Sub";
    found.go(function.into(), argument);
    if let (Kind::List(_, items), true) = (&argument.kind, found.evaluated)
        && let Some(first) = items.first()
    {
        found.go(0.into(), first);
    }
}

/// The node that defines an anchor.
pub(crate) fn anchored(node: &Node, number: usize) -> Option<&Node> {
    if node.anchor == Some(number) {
        return Some(node);
    }
    node.children().into_iter().find_map(|(_, child)| anchored(child, number))
}
