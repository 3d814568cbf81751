//! `Fn::ForEach`: a fragment once for each item of a collection.
//!
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>

use std::collections::HashSet;

use super::expander::{Expander, Stop, node_of};
use super::{FOR_EACH, failed};
use crate::Span;
use crate::located::any_secret;
use crate::node::{Entry, Kind, Name, Node, shorten};

const LAYOUT: &str = "Fn::ForEach layout is incorrect";
const NO_COLLECTION: &str = "Could not find a collection or could not be resolved for Fn::ForEach";
const HOW: &str = "a loop is a list of an identifier, a collection, and an object whose keys contain ${Identifier}";

/// The entries of the object that a loop stands in.
struct Merged {
    entries: Vec<Entry>,
    seen: HashSet<String>,
    /// Its keys are logical ids.
    ids: bool,
}

impl Expander<'_, '_> {
    /// An object's entries, with those that its loops make where the loops stand.
    pub(super) fn entries(&mut self, entries: &[Entry], ids: bool) -> Vec<Entry> {
        if !entries.iter().any(|entry| entry.key.text.starts_with(FOR_EACH)) {
            return entries.iter().map(|Entry { key, value }| Entry { key: self.name(key), value: self.node(value) }).collect();
        }
        let mut merged = Merged { entries: Vec::new(), seen: HashSet::new(), ids };
        for Entry { key, value } in entries {
            match key.text.starts_with(FOR_EACH) {
                true => self.for_each(key, value, &mut merged),
                false => self.merge(key, value, false, &mut merged),
            }
        }
        merged.entries
    }

    fn merge(&mut self, key: &Name, value: &Node, looped: bool, merged: &mut Merged) {
        let key = self.name(key);
        if !merged.seen.insert(key.text.clone()) {
            let message = format!("Duplicate key '{}' when merging keys to parent object in Fn::ForEach", shorten(&key.text));
            let help = "every key that a loop makes contains ${Identifier} or &{Identifier}, and the items differ";
            return self.findings.push(failed(&key.span, &message).help(help));
        }
        if looped && merged.ids && !key.text.chars().all(|c| c.is_ascii_alphanumeric()) {
            let message = format!("LogicalId '{}' should be alphanumeric", shorten(&key.text));
            return self.findings.push(failed(&key.span, &message).help("&{Identifier} leaves out what is no letter and no digit"));
        }
        let value = self.node(value);
        merged.entries.push(Entry { key, value });
    }

    fn for_each(&mut self, key: &Name, spec: &Node, merged: &mut Merged) {
        let layout = |span: &Span| failed(span, LAYOUT).help(HOW);
        let Kind::List(parts) = &spec.kind else { return self.findings.push(layout(&key.span)) };
        let [identifier, collection, fragment] = parts.as_slice() else { return self.findings.push(layout(&spec.span)) };
        let Some(identifier) = identifier.scalar() else { return self.findings.push(layout(&identifier.span)) };
        let Kind::Map(fragment) = &fragment.kind else { return self.findings.push(layout(&fragment.span)) };
        let Some(items) = self.collection(collection) else { return };
        for item in items {
            if !self.charge(&key.span, 0) {
                return;
            }
            self.bound.push((identifier.to_owned(), item));
            for Entry { key, value } in fragment {
                match key.text.starts_with(FOR_EACH) {
                    true => self.for_each(key, value, merged),
                    false => self.merge(key, value, true, merged),
                }
            }
            self.bound.pop();
        }
    }

    fn collection(&mut self, node: &Node) -> Option<Vec<Node>> {
        if node.scalar().is_some() {
            self.findings.push(failed(&node.span, LAYOUT).help(HOW));
            return None;
        }
        let copied = self.node(node);
        let found = match self.resolve(copied) {
            Ok(Some(found)) => found,
            Err(Stop::Pending) => {
                self.pending = true;
                return None;
            }
            Err(Stop::Wrong(list)) => {
                self.findings.extend(list);
                return None;
            }
            Ok(None) | Err(Stop::Later) => {
                let help = "a collection stands on parameters, mappings and conditions: resources do not exist yet";
                self.findings.push(failed(&node.span, NO_COLLECTION).help(help));
                return None;
            }
        };
        if any_secret(&found) {
            let help = "the names that a loop makes are seen by everyone; use a parameter without NoEcho";
            self.findings.push(failed(&node.span, "the collection of Fn::ForEach holds a NoEcho parameter").help(help));
            return None;
        }
        let place = found.span.clone();
        let Kind::List(mut items) = node_of(found).kind else {
            self.findings.push(failed(&place, NO_COLLECTION).help("a collection is a list"));
            return None;
        };
        if let Some(odd) = items.iter().find(|item| item.scalar().is_none()) {
            self.findings.push(failed(&odd.span, LAYOUT).help("the items of a collection are strings"));
            return None;
        }
        if let [only] = items.as_slice()
            && only.scalar() == Some("")
        {
            // A list parameter that is left empty: there is nothing to make.
            items.clear();
        }
        Some(items)
    }
}
