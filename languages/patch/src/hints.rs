//! How the values beside are written.

use crate::node::{Entry, Kind, Layout, Node, Quote};
use crate::text::{begins_line, column, indentation, same_line};
use crate::{Document, Syntax, scalar};

/// The keys of a policy and of its statements, in the order in which most people write them.
const ORDER: [&str; 12] = [
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// A value of the document.
struct Seen<'d> {
    node: &'d Node,
    /// The key that it stands under; an item has its list's.
    key: &'d str,
    /// The member that it is the value of.
    entry: Option<&'d Entry>,
    /// The function whose argument it is.
    function: Option<&'d str>,
    /// The list that it is an item of.
    list: Option<&'d Node>,
}

/// What a document's values look like, seen from a place.
pub(crate) struct Hints<'d> {
    pub text: &'d str,
    pub syntax: Syntax,
    at: usize,
    seen: Vec<Seen<'d>>,
}

impl<'d> Hints<'d> {
    pub(crate) fn new(document: &'d Document, at: usize) -> Self {
        let root = Seen { node: &document.tree.root, key: "", entry: None, function: None, list: None };
        let mut hints = Self { text: &document.text, syntax: document.syntax, at, seen: Vec::new() };
        hints.collect(root);
        hints
    }

    fn collect(&mut self, seen: Seen<'d>) {
        let (node, key) = (seen.node, seen.key);
        self.seen.push(seen);
        match &node.kind {
            Kind::List(_, items) => {
                for item in items {
                    self.collect(Seen { node: item, key, entry: None, function: None, list: Some(node) });
                }
            }
            Kind::Map(_, entries) => {
                for entry in entries {
                    self.collect(Seen { node: &entry.value, key: entry.name(), entry: Some(entry), function: None, list: None });
                }
            }
            Kind::Call(function, argument) => {
                self.collect(Seen { node: argument, key, entry: None, function: Some(function), list: None });
            }
            _ => {}
        }
    }

    /// What the nearest value says that says something; those under the same key before all others.
    fn nearest<T>(&self, key: &str, says: impl Fn(&Seen<'d>) -> Option<T>) -> Option<T> {
        let said = self.seen.iter().filter_map(|seen| says(seen).map(|said| (seen, said)));
        said.min_by_key(|(seen, _)| (seen.key != key, seen.node.outer.abs_diff(self.at))).map(|(_, said)| said)
    }

    /// As `nearest`, under the same key alone.
    fn under<T>(&self, key: &str, says: impl Fn(&Seen<'d>) -> Option<T>) -> Option<T> {
        self.nearest(key, |seen| if seen.key == key { says(seen) } else { None })
    }

    fn one_line(&self, node: &Node) -> bool {
        same_line(self.text, node.outer, node.end)
    }

    /// How a text under this key, or the argument of this function, is quoted.
    pub(crate) fn quote(&self, key: &str, function: Option<&str>, text: &str, in_brackets: bool) -> Quote {
        let written = |seen: &Seen<'d>| match &seen.node.kind {
            Kind::Text(text, quote @ (Quote::Plain | Quote::Single | Quote::Double)) => Some((text.as_str(), *quote)),
            _ => None,
        };
        // Quotes that were needed say nothing of those that are not.
        let free = |seen: &Seen<'d>| match written(seen)? {
            (text, quote) if quote == Quote::Plain || scalar::is_plain(text, false) => Some(quote),
            _ => None,
        };
        let same = |seen: &Seen<'d>| if seen.function == function { free(seen) } else { None };
        let any = |seen: &Seen<'d>| written(seen).map(|(_, quote)| quote).filter(|quote| *quote != Quote::Plain);
        let preferred = match function {
            Some(_) => self.nearest("", same).or_else(|| self.nearest("", |seen| if seen.function == function { any(seen) } else { None })),
            None => self.nearest(key, same),
        };
        match preferred.or_else(|| self.nearest(key, free)).unwrap_or(Quote::Plain) {
            Quote::Plain if scalar::is_plain(text, in_brackets) => Quote::Plain,
            Quote::Plain => self.nearest("", any).unwrap_or(Quote::Double),
            quote => quote,
        }
    }

    /// How the nearest keys are quoted.
    pub(crate) fn key_quote(&self) -> Quote {
        let quoted = self.nearest("", |seen| match &seen.entry?.key.kind {
            Kind::Text(text, quote) if *quote == Quote::Plain || scalar::is_plain(text, false) => Some(*quote),
            _ => None,
        });
        quoted.unwrap_or(if self.syntax == Syntax::Json { Quote::Double } else { Quote::Plain })
    }

    /// Functions are written `!Sub` and not `Fn::Sub`.
    pub(crate) fn short_forms(&self) -> bool {
        let says = |seen: &Seen<'d>| match &seen.node.kind {
            Kind::Call(..) => Some(true),
            Kind::Map(_, entries) if entries.len() == 1 && is_function(entries[0].name()) => Some(false),
            _ => None,
        };
        let short = self.seen.iter().filter(|seen| says(seen) == Some(true)).count();
        let long = self.seen.iter().filter(|seen| says(seen) == Some(false)).count();
        self.syntax == Syntax::Yaml && short >= long
    }

    /// Lists of plain values, or other lists, stand between brackets under this key.
    pub(crate) fn list_in_brackets(&self, key: &str, plain: bool) -> bool {
        let says = |seen: &Seen<'d>| match &seen.node.kind {
            Kind::List(layout @ (Layout::Block | Layout::Flow), items) if !items.is_empty() && seen.function.is_none() => {
                let fits = plain == items.iter().all(|item| item.children().is_empty() || matches!(item.kind, Kind::Call(..)));
                fits.then_some(*layout == Layout::Flow)
            }
            _ => None,
        };
        self.nearest(key, says).unwrap_or(false)
    }

    /// Mappings under this key stand between brackets.
    pub(crate) fn map_in_brackets(&self, key: &str, in_list: bool) -> bool {
        let says = |seen: &Seen<'d>| match &seen.node.kind {
            Kind::Map(layout @ (Layout::Block | Layout::Flow), entries) if !entries.is_empty() && seen.list.is_some() == in_list => {
                Some(*layout == Layout::Flow)
            }
            _ => None,
        };
        self.under(key, says).unwrap_or(false)
    }

    /// How far the dashes of a list stand to the right of its key.
    pub(crate) fn list_offset(&self) -> usize {
        let says = |seen: &Seen<'d>| self.offset(seen, |kind| matches!(kind, Kind::List(Layout::Block, _)));
        self.nearest("", says).unwrap_or(2)
    }

    /// How far the members of a mapping stand to the right of its key.
    pub(crate) fn map_offset(&self) -> usize {
        let says = |seen: &Seen<'d>| self.offset(seen, |kind| matches!(kind, Kind::Map(Layout::Block, _))).filter(|offset| *offset > 0);
        self.nearest("", says).unwrap_or(2)
    }

    fn offset(&self, seen: &Seen<'d>, fits: impl Fn(&Kind) -> bool) -> Option<usize> {
        let entry = seen.entry.filter(|_| fits(&seen.node.kind))?;
        column(self.text, seen.node.start).checked_sub(column(self.text, entry.key.outer))
    }

    /// What is between brackets under this key stands in one line.
    pub(crate) fn in_one_line(&self, key: &str, list: bool, plain: bool, in_list: bool) -> bool {
        if !self.text.contains('\n') {
            return true;
        }
        let fits = |seen: &Seen<'d>| {
            let kind_fits = match &seen.node.kind {
                Kind::List(Layout::Flow, items) => list && !items.is_empty(),
                Kind::Map(Layout::Flow, entries) => !list && !entries.is_empty() && seen.list.is_some() == in_list,
                _ => false,
            };
            let is_plain = seen.node.children().iter().all(|(_, child)| child.children().is_empty());
            kind_fits.then(|| (is_plain, self.one_line(seen.node)))
        };
        let alike = |seen: &Seen<'d>| fits(seen).filter(|(is_plain, _)| *is_plain == plain);
        let same_key = self.under(key, alike).or_else(|| self.under(key, fits));
        same_key.or_else(|| self.nearest(key, alike).filter(|_| plain)).is_some_and(|(_, one_line)| one_line)
    }

    /// A function elsewhere stands in one line, or there is none.
    pub(crate) fn function_in_one_line(&self, function: &str) -> bool {
        let says = |seen: &Seen<'d>| match &seen.node.kind {
            Kind::Map(_, entries) if entries.len() == 1 && is_function(entries[0].name()) => Some((seen.node, entries[0].name())),
            _ => None,
        };
        let same = self.nearest("", |seen| says(seen).filter(|(_, name)| *name == function));
        same.or_else(|| self.nearest("", says)).is_none_or(|(node, _)| self.one_line(node))
    }

    /// What lines between brackets are indented by.
    pub(crate) fn unit(&self) -> String {
        let says = |seen: &Seen<'d>| {
            let first = match &seen.node.kind {
                Kind::List(Layout::Flow, items) => items.first()?.outer,
                Kind::Map(Layout::Flow, entries) => entries.first()?.key.outer,
                _ => return None,
            };
            let inner = begins_line(self.text, first).then(|| indentation(self.text, first))?;
            inner.strip_prefix(indentation(self.text, seen.node.outer)).filter(|unit| !unit.is_empty()).map(str::to_owned)
        };
        self.nearest("", says).unwrap_or_else(|| "  ".into())
    }

    /// What stands between brackets and what is in them, in one line.
    pub(crate) fn padding(&self, list: bool) -> String {
        let says = |seen: &Seen<'d>| {
            let first = match &seen.node.kind {
                Kind::List(Layout::Flow, items) if list => items.first()?.outer,
                Kind::Map(Layout::Flow, entries) if !list => entries.first()?.key.outer,
                _ => return None,
            };
            self.blank(seen.node.start + 1, first)
        };
        let tight = list || self.syntax == Syntax::Json && !self.text.contains('\n');
        self.nearest("", says).unwrap_or_else(|| if tight { String::new() } else { " ".into() })
    }

    /// What follows a comma in one line.
    pub(crate) fn after_comma(&self) -> String {
        let says = |seen: &Seen<'d>| {
            let (end, next) = match &seen.node.kind {
                Kind::List(Layout::Flow, items) => (items.first()?.end, items.get(1)?.outer),
                Kind::Map(Layout::Flow, entries) => (entries.first()?.value.end, entries.get(1)?.key.outer),
                _ => return None,
            };
            let comma = self.text[end..next].find(',')?;
            self.blank(end + comma + 1, next)
        };
        let tight = self.syntax == Syntax::Json && self.colon() == ":";
        self.nearest("", says).unwrap_or_else(|| if tight { String::new() } else { " ".into() })
    }

    /// A colon in JSON, with the spaces around it.
    pub(crate) fn colon(&self) -> String {
        let says = |seen: &Seen<'d>| {
            let colon = &self.text[seen.entry?.key.end..seen.node.outer];
            colon.chars().all(|c| c == ' ' || c == ':').then(|| colon.to_owned())
        };
        self.nearest("", says).unwrap_or_else(|| ": ".into())
    }

    /// The white space of one line between two places, if there is nothing else.
    fn blank(&self, from: usize, to: usize) -> Option<String> {
        self.text.get(from..to).filter(|space| space.chars().all(|c| c == ' ')).map(str::to_owned)
    }

    /// The member that a new one is written behind; None: it is written before all others.
    pub(crate) fn behind(&self, entries: &[Entry], key: &str) -> Option<usize> {
        let shares = |others: &[Entry]| others.iter().any(|other| entries.iter().any(|entry| entry.name() == other.name()));
        let order = self.nearest("", |seen| match &seen.node.kind {
            Kind::Map(_, others) if others.iter().any(|other| other.name() == key) && shares(others) => {
                Some(others.iter().map(Entry::name).collect::<Vec<_>>())
            }
            _ => None,
        });
        let order = order.unwrap_or_else(|| if ORDER.contains(&key) { ORDER.to_vec() } else { Vec::new() });
        let last = entries.len().checked_sub(1);
        let Some(own) = order.iter().position(|name| *name == key) else { return last };
        let rank = |entry: &Entry| order.iter().position(|name| *name == entry.name());
        match entries.iter().rposition(|entry| rank(entry).is_some_and(|rank| rank < own)) {
            Some(before) => Some(before),
            None if entries.first().is_some_and(|entry| rank(entry).is_some()) => None,
            None => last,
        }
    }
}

/// The name of one of CloudFormation's functions.
pub(crate) fn is_function(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::")
}
