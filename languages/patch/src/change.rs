use crate::edit::{Edit, apply, compose, tidy};
use crate::expect::{Action, at, expected};
use crate::hints::is_function;
use crate::node::{Kind, Layout, Node, normal};
use crate::remove::is_regular;
use crate::resolve::{Found, resolve};
use crate::write::{Manner, Spot, Writer, fitted};
use crate::{Document, Error, Path, Step, Syntax, block, dissolve, flow, inner, remove};
use serde_json::{Value, json};

/// A change of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Adds a value at the end of a list. A single value that stands for a list becomes one; a key that is not there is
    /// inserted with a list of the value.
    Append {
        /// The list.
        path: Path,
        /// What is added. Functions are written in full: `{"Fn::Sub": "…"}`.
        value: Value,
    },
    /// Adds a member to a mapping, where the mappings beside have it.
    Insert {
        /// The mapping.
        path: Path,
        /// The member's key, which is not there.
        key: String,
        /// Its value.
        value: Value,
    },
    /// Puts a value in the place of another. Of lists and mappings, only what differs is changed.
    Replace {
        /// The value that goes.
        path: Path,
        /// The value that comes.
        value: Value,
    },
    /// Takes an item or a member away, with the comment lines right above it. The last item leaves an empty list.
    Remove {
        /// What goes.
        path: Path,
    },
}

impl Change {
    fn path(&self) -> &Path {
        match self {
            Self::Append { path, .. } | Self::Insert { path, .. } | Self::Replace { path, .. } | Self::Remove { path } => path,
        }
    }

    /// The same, with a path from elsewhere.
    fn along(&self, steps: &[Step]) -> Self {
        let mut change = self.clone();
        match &mut change {
            Self::Append { path, .. } | Self::Insert { path, .. } | Self::Replace { path, .. } | Self::Remove { path } => {
                *path = Path(steps.to_vec());
            }
        }
        change
    }
}

impl Document {
    /// The edits that make the changes, one after the other: each path is of the document as the changes before have left it.
    /// If one of them cannot be made, none is.
    pub fn change(&self, changes: &[Change]) -> Result<Vec<Edit>, Error> {
        Ok(self.changed(changes)?.0)
    }

    /// The edits, and the document with them.
    pub(crate) fn changed(&self, changes: &[Change]) -> Result<(Vec<Edit>, Document), Error> {
        let mut edits = Vec::new();
        let mut now = self.clone();
        for change in changes {
            let (more, next) = now.one(change)?;
            edits = compose(&self.text, &edits, &more);
            now = next;
        }
        Ok((edits, now))
    }

    fn one(&self, change: &Change) -> Result<(Vec<Edit>, Document), Error> {
        if let Change::Append { path, value } = change
            && let Err(Error::NotFound(missing)) = resolve(&self.tree, path)
            && missing == *path
            && let Some((parent, Step::Key(key))) = path.split_last()
        {
            return self.one(&Change::Insert { path: parent, key: key.clone(), value: json!([value]) });
        }
        let path = change.path();
        let found = resolve(&self.tree, path)?;
        if !self.sound {
            return Err(Error::Unwritable(path.clone()));
        }
        if found.merged {
            return Err(Error::Merged(path.clone()));
        }
        if !found.rest.is_empty() || self.goes_inside(&found, change) {
            return self.one_inside(&found, change);
        }
        self.guard(&found, change)?;
        if let Change::Replace { path, value } = change
            && let Some(steps) = dissolve::dissolve(found.node(), path, value, &self.tree.anchors)
            && let Ok(done) = self.changed(&steps)
        {
            return Ok(done);
        }
        let action = self.action(&found, change)?;
        let old = self.tree.root.value(&self.tree.anchors);
        let wanted = expected(old, &found.steps, &normalized(&action));
        for manner in [Manner::Alike, Manner::Safe] {
            let Some(edits) = self.draft(&found, &action, manner) else { continue };
            let edits = tidy(&self.text, edits);
            let Ok(text) = apply(&self.text, &edits) else { continue };
            let Ok(next) = Self::read_within(&text, self.syntax, self.functions) else { continue };
            if wanted.as_ref() == Some(&next.tree.root.value(&next.tree.anchors)) {
                return Ok((edits, next));
            }
        }
        Err(Error::Unwritable(path.clone()))
    }

    /// An append or insert that names the text itself means the document in it.
    fn goes_inside(&self, found: &Found<'_>, change: &Change) -> bool {
        let text = match &found.node().kind {
            Kind::Text(text, quote) => inner::is_document(text, *quote),
            _ => false,
        };
        text && match change {
            Change::Insert { .. } => true,
            Change::Append { .. } => self.inner(found).is_some_and(|inner| matches!(inner.document.tree.root.kind, Kind::List(..))),
            _ => false,
        }
    }

    /// A change of the document in a text.
    fn one_inside(&self, found: &Found<'_>, change: &Change) -> Result<(Vec<Edit>, Document), Error> {
        let path = change.path();
        self.guard(found, change)?;
        let inner = self.inner(found).ok_or_else(|| Error::NotFound(path.clone()))?;
        let (edits, wanted) = inner.document.changed(&[change.along(found.rest)])?;
        let edits = tidy(&self.text, inner.edits(edits));
        let unwritable = || Error::Unwritable(path.clone());
        let next = Self::read_within(&apply(&self.text, &edits)?, self.syntax, self.functions).map_err(|_| unwritable())?;
        // Beside the text nothing has changed, and the text is what the document in it was to become.
        let mut old = self.tree.root.value(&self.tree.anchors);
        let mut new = next.tree.root.value(&next.tree.anchors);
        let text = at(&mut new, &found.steps).map(Value::take).ok_or_else(unwritable)?;
        at(&mut old, &found.steps).map(Value::take).ok_or_else(unwritable)?;
        let read = Self::read_within(text.as_str().unwrap_or_default(), wanted.syntax, wanted.functions).map_err(|_| unwritable())?;
        let same = read.tree.root.value(&read.tree.anchors) == wanted.tree.root.value(&wanted.tree.anchors);
        if old == new && same { Ok((edits, next)) } else { Err(unwritable()) }
    }

    /// Refuses to change what is shared.
    fn guard(&self, found: &Found<'_>, change: &Change) -> Result<(), Error> {
        let shared = |anchor: usize| {
            let anchor = self.tree.anchors.get(anchor).map(|anchor| anchor.name.clone()).unwrap_or_default();
            Err(Error::Shared { path: change.path().clone(), anchor })
        };
        if let Some(alias) = found.alias {
            return shared(alias);
        }
        let used = |number: usize| self.tree.anchors.get(number).is_some_and(|anchor| !anchor.aliases.is_empty());
        if let Some(number) = found.trail.iter().find_map(|node| node.anchor.filter(|number| used(*number))) {
            return shared(number);
        }
        let node = found.node();
        match (&node.kind, change) {
            (Kind::Alias(number), Change::Append { .. } | Change::Insert { .. }) => return shared(*number),
            (Kind::Map(_, entries), Change::Insert { .. }) if entries.iter().any(|entry| entry.name() == "<<") => {
                return Err(Error::Merged(change.path().clone()));
            }
            _ => {}
        }
        // What goes may define an anchor for what stays.
        let goes = matches!(change, Change::Remove { .. } | Change::Replace { .. });
        match goes.then(|| self.needed_elsewhere(node, node.outer..node.end)).flatten() {
            Some(number) => shared(number),
            None => Ok(()),
        }
    }

    fn needed_elsewhere(&self, node: &Node, range: std::ops::Range<usize>) -> Option<usize> {
        let outside = |number: &usize| self.tree.anchors[*number].aliases.iter().any(|at| !range.contains(at));
        let own = node.anchor.filter(outside);
        own.or_else(|| node.children().into_iter().find_map(|(_, child)| self.needed_elsewhere(child, range.clone())))
    }

    /// The change with its value as this document can take it.
    fn action(&self, found: &Found<'_>, change: &Change) -> Result<Action, Error> {
        let node = found.node();
        let unfit = |wanted| Err(Error::Unfit { path: change.path().clone(), found: node.describe(), wanted });
        let fit = |value: &Value| fitted(value, self, change.path());
        Ok(match change {
            Change::Append { value, .. } => Action::Append(fit(value)?),
            Change::Insert { key, value, .. } => match &node.kind {
                Kind::Map(_, entries) if entries.iter().any(|entry| entry.name() == key) => {
                    return Err(Error::Exists(change.path().then(key.as_str())));
                }
                Kind::Map(..) | Kind::Null => Action::Insert(key.clone(), fit(value)?),
                _ => return unfit("a mapping"),
            },
            Change::Replace { value, .. } => Action::Replace(fit(value)?),
            Change::Remove { .. } if found.single => Action::Clear,
            Change::Remove { .. } if found.parent().is_none() => return unfit("a part of the document"),
            Change::Remove { .. } => Action::Remove,
        })
    }

    /// The edits of a change, to be proven.
    fn draft(&self, found: &Found<'_>, action: &Action, manner: Manner) -> Option<Vec<Edit>> {
        let node = found.node();
        let writer = Writer::new(self, node.end, manner);
        match action {
            Action::Append(value) => match &node.kind {
                Kind::List(Layout::Block, items) => block::append(&writer, node, items, key(found), value),
                Kind::List(Layout::Flow, items) if !items.is_empty() || !self.opens_block(found, value) => {
                    let number = items.len().checked_sub(1);
                    let part = |indent: &str| writer.inline(value, key(found), Spot::item(indent));
                    Some(flow::insert(&writer, node, number, key(found), &part))
                }
                Kind::List(Layout::Odd, _) => None,
                Kind::List(..) | Kind::Null => self.put(&writer, found, &json!([value])),
                _ => self.to_list(&writer, found, value),
            },
            Action::Insert(name, value) => match &node.kind {
                Kind::Map(Layout::Block, entries) => block::insert(&writer, node, entries, name, value),
                Kind::Map(Layout::Flow, entries) if !entries.is_empty() || !self.opens_block(found, value) => {
                    let part = |indent: &str| writer.pair(name, value, indent);
                    Some(flow::insert(&writer, node, writer.hints.behind(entries, name), key(found), &part))
                }
                Kind::Map(Layout::Odd, _) => None,
                _ => self.put(&writer, found, &json!({ name.as_str(): value })),
            },
            Action::Replace(value) => self.put(&writer, found, value),
            Action::Clear => self.put(&writer, found, &json!([])),
            Action::Remove => self.without(&writer, found),
        }
    }

    /// An empty collection in a block that gets more than a plain value is written as a block.
    fn opens_block(&self, found: &Found<'_>, value: &Value) -> bool {
        let within = found.parent().is_none_or(|parent| parent.layout() == Some(Layout::Block));
        let plain = match value {
            Value::Array(_) => false,
            Value::Object(map) => map.keys().all(|key| is_function(key)),
            _ => true,
        };
        within && self.syntax == Syntax::Yaml && !plain
    }

    /// Another value in the place of the one that was found.
    fn put(&self, writer: &Writer<'_>, found: &Found<'_>, value: &Value) -> Option<Vec<Edit>> {
        let node = found.node();
        let Some(parent) = found.parent() else {
            return Some(match (self.syntax, node.layout()) {
                (Syntax::Yaml, Some(Layout::Block) | None) => {
                    let lines = writer.lines(value, "", 0).join(&writer.line(0));
                    vec![Edit::new(node.outer, node.end, lines)]
                }
                _ => flow::put(writer, node, "", false, value),
            });
        };
        match &parent.kind {
            Kind::Map(Layout::Block, entries) => {
                block::put_member(writer, entries.iter().find(|entry| std::ptr::eq(&entry.value, node))?, value)
            }
            Kind::List(Layout::Block, _) => Some(block::put_item(writer, node, key(found), value)),
            Kind::Call(..) if node.layout() == Some(Layout::Block) => None,
            Kind::Call(function, _) => {
                let in_brackets =
                    found.trail.iter().any(|node| matches!(node.kind, Kind::List(Layout::Flow, _) | Kind::Map(Layout::Flow, _)));
                let text = writer.argument(value, function, node, in_brackets)?;
                Some(vec![Edit::new(node.outer, node.end, text)])
            }
            Kind::List(Layout::Odd, _) | Kind::Map(Layout::Odd, _) => None,
            // `key` alone between brackets has no colon yet.
            Kind::Map(..) if node.is_absent() => {
                let colon = if self.text[..node.outer].ends_with(':') { "" } else { ":" };
                Some(vec![Edit::insert(node.outer, format!("{colon} {}", writer.inline(value, key(found), Spot::member(""))))])
            }
            _ => Some(flow::put(writer, node, key(found), matches!(parent.kind, Kind::List(..)), value)),
        }
    }

    /// A single value and one more.
    fn to_list(&self, writer: &Writer<'_>, found: &Found<'_>, value: &Value) -> Option<Vec<Edit>> {
        let (node, name) = (found.node(), key(found));
        let plain = |node: &Node| !matches!(node.kind, Kind::Map(..));
        if let Some(Kind::Map(Layout::Block, entries)) = found.parent().map(|parent| &parent.kind)
            && writer.manner == Manner::Alike
            && !(plain(node) && writer.hints.list_in_brackets(name, true))
        {
            return block::to_list(writer, entries.iter().find(|entry| std::ptr::eq(&entry.value, node))?, value);
        }
        match node.layout() {
            Some(Layout::Block | Layout::Odd) => None,
            _ => Some(flow::to_list(writer, node, name, value)),
        }
    }

    /// A part goes from what is around it.
    fn without(&self, writer: &Writer<'_>, found: &Found<'_>) -> Option<Vec<Edit>> {
        let parent = found.parent().filter(|parent| is_regular(parent))?;
        let number = parent.children().iter().position(|(_, child)| std::ptr::eq(*child, found.node()))?;
        let block = parent.layout() == Some(Layout::Block);
        match (flow::parts(parent).len(), block) {
            (0, _) => None,
            (1, true) => {
                let empty = if matches!(parent.kind, Kind::List(..)) { json!([]) } else { json!({}) };
                let trail = found.trail[..found.trail.len() - 1].to_vec();
                let steps = found.steps[..found.steps.len() - 1].to_vec();
                self.put(writer, &Found { trail, steps, ..*found }, &empty)
            }
            (1, false) => Some(remove::only_from_brackets(&self.text, self.syntax, parent)),
            (_, true) => remove::from_block(&self.text, parent, number),
            (_, false) => Some(remove::from_brackets(&self.text, self.syntax, parent, number)),
        }
    }
}

/// The key that a value stands under; an item has its list's.
fn key<'f>(found: &'f Found<'_>) -> &'f str {
    let keys = found.steps.iter().rev().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    keys.into_iter().next().unwrap_or_default()
}

/// The action on values as they are compared.
fn normalized(action: &Action) -> Action {
    match action {
        Action::Append(value) => Action::Append(normal(value)),
        Action::Insert(key, value) => Action::Insert(key.clone(), normal(value)),
        Action::Replace(value) => Action::Replace(normal(value)),
        other => other.clone(),
    }
}
