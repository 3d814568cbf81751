//! A template on its way into the estate.

use super::{
    facts::Facts,
    options::Problem,
    texts::{Bindings, Text},
};
use crate::MadeText;
use template::Span;
use template::document::{Entry, Kind, Name, Node};

/// A template, and what is known of where it goes.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// The stack's name.
    pub name: String,
    /// The name that the deployed text has.
    pub key: String,
    /// What an option may call it by: its file.
    pub file: String,
    /// Its text, if it is one file's.
    pub text: Option<(Text, MadeText)>,
    pub tree: Node,
    pub facts: Facts,
    /// The names of the accounts that it is deployed into.
    pub accounts: Vec<String>,
    /// What an article calls its account.
    pub label: Option<String>,
    /// The text is to be written anew: something was put together or filled in from a stack's outputs.
    pub made: bool,
    /// Names that lead nowhere are stand-ins: it is a part of something.
    pub partial: bool,
}

pub(super) fn key(text: &str, span: &Span) -> Name {
    Name { text: text.to_owned(), span: span.clone() }
}

pub(super) fn entry(name: &str, value: Node) -> Entry {
    Entry { key: key(name, &value.span), value }
}

pub(super) fn string(text: &str, span: &Span) -> Node {
    Node { kind: Kind::String(text.to_owned(), Vec::new()), span: span.clone() }
}

pub(super) fn object(entries: Vec<Entry>, span: &Span) -> Node {
    Node { kind: Kind::Map(entries), span: span.clone() }
}

/// The members of an object, to be changed.
pub(super) fn entries_mut(node: &mut Node) -> Option<&mut Vec<Entry>> {
    match &mut node.kind {
        Kind::Map(entries) => Some(entries),
        _ => None,
    }
}

/// The member of an object, made if it is not there.
pub(super) fn member<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    let span = node.span.clone();
    let entries = entries_mut(node)?;
    let at = match entries.iter().position(|entry| entry.key.text == name) {
        Some(at) => at,
        None => {
            entries.push(entry(name, object(Vec::new(), &span)));
            entries.len() - 1
        }
    };
    Some(&mut entries[at].value)
}

/// What a tree is, by its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Template,
    /// A map of logical ids to resources.
    Resources,
    /// The input of CreatePipeline, or the answer of GetPipeline.
    Pipeline,
    /// The same without the object around it.
    BarePipeline,
    /// A policy whose statements have a principal.
    Trust,
    Policy,
    Other,
}

pub(super) fn shape(node: &Node) -> Shape {
    let has = |name: &str| node.get(name).is_some();
    let is_pipeline = |node: &Node| node.get("stages").is_some() && node.get("name").is_some();
    let is_resource = |entry: &Entry| {
        let kind = entry.value.get("Type").and_then(Node::scalar).unwrap_or_default();
        kind.contains("::") && kind.starts_with(char::is_alphabetic)
    };
    if has("Resources") || has("AWSTemplateFormatVersion") {
        Shape::Template
    } else if node.get("pipeline").is_some_and(is_pipeline) {
        Shape::Pipeline
    } else if is_pipeline(node) {
        Shape::BarePipeline
    } else if has("Statement") {
        let statement = node.get("Statement");
        let first = statement.map(|statement| statement.items().first().unwrap_or(statement));
        match first.is_some_and(|first| first.get("Principal").is_some()) {
            true => Shape::Trust,
            false => Shape::Policy,
        }
    } else if !node.entries().is_empty() && node.entries().iter().all(is_resource) {
        Shape::Resources
    } else {
        Shape::Other
    }
}

impl Unit {
    /// A template, or a map of resources, in a file of its own.
    pub(super) fn of_file(text: Text, bindings: &Bindings) -> Result<Self, Problem> {
        let made_text = text.filled_in(bindings);
        let file = text.file.clone();
        let Some(tree) = text.tree(&made_text)? else {
            return Err(Problem::whole(&file, "the file is empty").help("a template has at least a Resources section"));
        };
        let (tree, made) = match shape(&tree) {
            Shape::Template => (tree, false),
            Shape::Resources => {
                let span = tree.span.clone();
                (object(vec![entry("Resources", tree)], &span), true)
            }
            _ => {
                let (line, column) = (tree.span.line, tree.span.column);
                let message = "this is no template, no map of resources and no pipeline";
                return Err(Problem::at(&file, line, column, message).help(
                    "expected a Resources section, or resources with Type and Properties by their logical ids, or a pipeline with stages",
                ));
            }
        };
        Ok(Self {
            name: stack_name(&file),
            key: file.clone(),
            file,
            facts: Facts::of(&tree),
            text: Some((text, made_text)),
            tree,
            accounts: Vec::new(),
            label: None,
            made,
            partial: made,
        })
    }
}

/// A stack's name after a file's.
pub(super) fn stack_name(file: &str) -> String {
    let base = file.rsplit('/').next().unwrap_or(file);
    let stem = base.split('.').find(|part| !part.is_empty()).unwrap_or("stack");
    let mut name: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(100).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert_str(0, "stack-");
    }
    name.trim_end_matches('-').to_owned()
}
