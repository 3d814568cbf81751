//! Copies a tree without its loops, and with the names that functions stand for.

use super::failed;
use crate::diagnostic::{Diagnostic, Findings};
use crate::evaluate::{Evaluator, World};
use crate::expression::Use;
use crate::functions::{Reader, Section};
use crate::located::{Composed, Located, Slicer};
use crate::node::{Entry, Kind, Name, Node};
use crate::{LocatedValue, Part, Span};

/// The most that loops may write, in bytes: AWS's limit of the processed template, and as much again for what a tree needs.
const MOST: usize = 2 * crate::node::MAX_BYTES;

/// The longest identifier that is looked for.
const LONGEST_NAME: usize = 255;

pub(super) struct Expander<'e, 'a> {
    world: &'e World<'a>,
    /// The inputs are those of a stack.
    given: bool,
    section: Section,
    /// The identifiers of the loops around, the innermost last, each with the item of its turn.
    pub bound: Vec<(String, Node)>,
    /// Something was left out because it depends on the inputs.
    pub pending: bool,
    left: usize,
    pub findings: &'e mut Findings,
}

/// Why a value cannot be told before there are resources.
pub(super) enum Stop {
    /// It depends on inputs that are not given.
    Pending,
    /// It depends on a resource, or on another stack.
    Later,
    Wrong(Vec<Diagnostic>),
}

impl<'e, 'a> Expander<'e, 'a> {
    pub(super) fn new(world: &'e World<'a>, given: bool, section: Section, findings: &'e mut Findings) -> Expander<'e, 'a> {
        Expander { world, given, section, bound: Vec::new(), pending: false, left: MOST, findings }
    }

    /// A section's members. Functions in their attributes `plain`, which are names elsewhere, are replaced by what they say.
    pub(super) fn members(&mut self, section: &Node, plain: &[&str]) -> Node {
        let Kind::Map(entries) = &section.kind else { return section.clone() };
        let mut entries = self.entries(entries, self.section == Section::Values);
        for entry in &mut entries {
            let Kind::Map(attributes) = &mut entry.value.kind else { continue };
            attributes.retain_mut(|attribute| {
                !plain.contains(&attribute.key.text.as_str()) || !has_function(&attribute.value) || self.settle(&mut attribute.value)
            });
        }
        Node { kind: Kind::Map(entries), span: section.span.clone() }
    }

    /// Replaces a function by its value; false when there is none.
    fn settle(&mut self, value: &mut Node) -> bool {
        match self.resolve(value.clone()) {
            Ok(Some(found)) => *value = node_of(found),
            Ok(None) => return false,
            Err(stop) => {
                self.stopped(stop, &value.span, "it must be known before any resource exists");
                return false;
            }
        }
        true
    }

    /// Notes why a value is not there.
    pub(super) fn stopped(&mut self, stop: Stop, span: &Span, why: &str) {
        match stop {
            Stop::Pending => self.pending = true,
            Stop::Later => self.findings.push(failed(span, "the value of an intrinsic function could not be resolved").help(why)),
            Stop::Wrong(list) => self.findings.extend(list),
        }
    }

    /// Pays for a value; false when the loops have written too much.
    pub(super) fn charge(&mut self, span: &Span, bytes: usize) -> bool {
        // Outside loops nothing is written that is not in the template.
        if self.bound.is_empty() {
            return true;
        }
        if self.left == 0 {
            return false;
        }
        self.left = self.left.saturating_sub(bytes + 16);
        if self.left == 0 {
            self.findings.push(failed(span, "Template may not exceed 1048576 bytes in size.").help("the loops write more than that"));
        }
        self.left > 0
    }

    pub(super) fn node(&mut self, node: &Node) -> Node {
        let kind = match &node.kind {
            Kind::String(text, parts) => return self.text(text, parts, &node.span),
            Kind::List(items) => {
                self.charge(&node.span, 0);
                Kind::List(items.iter().map(|item| self.node(item)).collect())
            }
            Kind::Map(entries) => return self.map(entries, &node.span),
            other => {
                self.charge(&node.span, 0);
                other.clone()
            }
        };
        Node { kind, span: node.span.clone() }
    }

    fn map(&mut self, entries: &[Entry], span: &Span) -> Node {
        self.charge(span, 0);
        let mut copied = match entries {
            [Entry { key, value }] if key.text == "Ref" => match self.turn(value, span) {
                Some(item) => return item,
                None => self.entries(entries, false),
            },
            _ => self.entries(entries, false),
        };
        if let [Entry { key, value }] = copied.as_mut_slice() {
            let conditions = self.section == Section::Conditions;
            match (key.text.as_str(), &mut value.kind) {
                ("Ref", Kind::Map(_)) => drop(self.settle(value)),
                ("Condition", Kind::Map(_)) if conditions => drop(self.settle(value)),
                ("Fn::GetAtt" | "Fn::If", Kind::List(items)) => {
                    if let Some(name) = items.first_mut().filter(|name| has_function(name)) {
                        self.settle(name);
                    }
                }
                _ => {}
            }
        }
        Node { kind: Kind::Map(copied), span: span.clone() }
    }

    /// What `Ref` of a loop's identifier gives: the item, at the place that asks for it, with the place it was written.
    fn turn(&mut self, name: &Node, span: &Span) -> Option<Node> {
        let name = name.scalar()?;
        let (_, item) = self.bound.iter().rev().find(|(known, _)| known == name)?;
        let located = item.literal();
        let text = item.scalar()?.to_owned();
        let parts = located.all_parts();
        Some(Node { kind: Kind::String(text, parts), span: span.clone() })
    }

    /// A text with the identifiers of loops in it replaced.
    fn text(&mut self, text: &str, parts: &[Part], span: &Span) -> Node {
        self.charge(span, text.len());
        if self.bound.is_empty() || !text.contains('{') {
            return Node { kind: Kind::String(text.to_owned(), parts.to_vec()), span: span.clone() };
        }
        let mut composed = Composed::default();
        let mut slicer = Slicer::new(text, parts, span);
        let (mut done, mut search) = (0, 0);
        while let Some(open) = text[search..].find('{').map(|at| at + search) {
            search = open + 1;
            let strip = text[..open].ends_with('&');
            if !strip && !text[..open].ends_with('$') {
                continue;
            }
            let near = text.as_bytes()[open..].iter().take(LONGEST_NAME + 2).position(|b| *b == b'}');
            let Some(close) = near.map(|at| at + open) else { continue };
            let name = &text[open + 1..close];
            let Some((_, item)) = self.bound.iter().rev().find(|(known, _)| known == name) else { continue };
            let Some(value) = item.scalar() else { continue };
            composed.push(&text[done..open - 1], &slicer.slice(done, open - 1));
            match strip {
                false => composed.push_value(value, &item.literal()),
                true => {
                    let kept: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
                    let part = Part { start: 0, end: kept.len(), span: item.span.clone() };
                    composed.push(&kept, &[part]);
                }
            }
            (done, search) = (close + 1, close + 1);
        }
        if done == 0 {
            return Node { kind: Kind::String(text.to_owned(), parts.to_vec()), span: span.clone() };
        }
        composed.push(&text[done..], &slicer.slice(done, text.len()));
        let spare = composed.text.len().saturating_sub(text.len());
        self.charge(span, spare);
        let (text, parts) = composed.into_parts();
        Node { kind: Kind::String(text, parts), span: span.clone() }
    }

    /// A key with the identifiers of loops in it replaced.
    pub(super) fn name(&mut self, name: &Name) -> Name {
        match self.text(&name.text, &[], &name.span).kind {
            Kind::String(text, _) => Name { text, span: name.span.clone() },
            _ => name.clone(),
        }
    }

    /// The value of an expression that stands on parameters, mappings and conditions alone.
    pub(super) fn resolve(&self, node: Node) -> Result<Option<Located>, Stop> {
        let mut wrong = Findings::default();
        let expr = Reader { section: Section::Values, extensions: true, findings: &mut wrong }.expr(node);
        wrong.finish(Some(())).map_err(Stop::Wrong)?;
        let (mut later, mut inputs) = (false, false);
        let known = |name: &str| self.world.parameters.contains_key(name) || crate::check::PSEUDO.contains(&name);
        let declared = |name: &str| self.world.template.parameters.iter().any(|parameter| parameter.name == name);
        expr.uses(&|name| self.world.conditions.get(name).copied(), false, &mut |used, _| match used {
            Use::Ref(name) => (later, inputs) = (later || !known(&name.text) && !declared(&name.text), true),
            Use::GetAtt(_) | Use::Import(_) => later = true,
            Use::Condition(_) => inputs = true,
            Use::Mapping(..) => {}
        });
        if later {
            return Err(Stop::Later);
        }
        if inputs && !self.given {
            return Err(Stop::Pending);
        }
        Evaluator::run(self.world, None, |evaluator| evaluator.value(&expr)).map_err(Stop::Wrong)
    }
}

fn has_function(node: &Node) -> bool {
    match &node.kind {
        Kind::Map(_) => true,
        Kind::List(items) => items.iter().any(has_function),
        _ => false,
    }
}

/// A value as if it had been written so.
pub(super) fn node_of(value: Located) -> Node {
    let kind = match value.value {
        LocatedValue::Null => Kind::Null,
        LocatedValue::Bool(value) => Kind::Bool(value),
        LocatedValue::Number(text) => Kind::Number(text),
        LocatedValue::String(text) => Kind::String(text, value.parts),
        LocatedValue::List(items) => Kind::List(items.into_iter().map(node_of).collect()),
        LocatedValue::Map(members) => {
            let entry = |(text, value): (String, Located)| {
                let value = node_of(value);
                Entry { key: Name { text, span: value.span.clone() }, value }
            };
            Kind::Map(members.into_iter().map(entry).collect())
        }
    };
    Node { kind, span: value.span }
}
