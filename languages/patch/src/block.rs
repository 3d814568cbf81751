//! Changes of lists and mappings that stand by indentation.

use crate::Edit;
use crate::node::{Entry, Kind, Layout, Node, Quote};
use crate::remove::place_before;
use crate::text::{Comments, begins_line, column, line_end, line_start, next_line, same_line, skip_space};
use crate::write::{Spot, Writer};
use serde_json::Value;

/// Where the dashes of a list stand. None: not every item has one that is found.
pub(crate) fn dashes(text: &str, list: &Node, items: &[Node]) -> Option<Vec<usize>> {
    let indent = column(text, list.start);
    let mut found = vec![list.start];
    let mut at = next_line(text, list.start);
    // Lines within an item's texts are no dashes of this list.
    let mut within = items.iter();
    let mut item = within.next();
    while at < list.end {
        let line = &text[at..line_end(text, at)];
        let width = line.len() - line.trim_start_matches(' ').len();
        let dash = at + width;
        while item.is_some_and(|item| item.end <= dash) {
            item = within.next();
        }
        let rest = &line[width..];
        let is_dash = rest == "-" || rest.starts_with("- ") || rest.starts_with("-\t");
        if is_dash && width == indent && item.is_none_or(|item| item.outer > dash) {
            found.push(dash);
        }
        at = next_line(text, at);
    }
    let one_each = found.len() == items.len() && found.iter().zip(items).all(|(dash, item)| *dash < item.outer);
    (one_each && text[list.start..].starts_with('-')).then_some(found)
}

/// An item behind the last one.
pub(crate) fn append(writer: &Writer<'_>, list: &Node, items: &[Node], key: &str, value: &Value) -> Option<Vec<Edit>> {
    let text = writer.hints.text;
    let (dash, last) = (*dashes(text, list, items)?.last()?, items.last()?);
    let gap = match last.is_absent() || !same_line(text, dash, last.outer) {
        true => " ",
        false => &text[dash + 1..last.outer],
    };
    let indent = column(text, dash);
    let item = writer.item(value, key, indent + 1 + gap.len());
    let space = spacing(writer, items.len().checked_sub(2).map(|before| items[before].end), dash);
    Some(vec![Edit::insert(line_end(text, list.end), format!("{space}{}-{gap}{item}", writer.line(indent)))])
}

/// The blank line that comes before a new last part, where one stands before the last of now.
fn spacing(writer: &Writer<'_>, before: Option<usize>, last: usize) -> &'static str {
    let gap = before.map_or("", |before| &writer.hints.text[before..last]);
    let lines: Vec<&str> = gap.split('\n').collect();
    let inner = lines.get(1..lines.len() - 1).unwrap_or_default();
    if inner.iter().any(|line| line.trim().is_empty()) { writer.newline } else { "" }
}

/// A member where the members beside would have it.
pub(crate) fn insert(writer: &Writer<'_>, map: &Node, entries: &[Entry], key: &str, value: &Value) -> Option<Vec<Edit>> {
    let text = writer.hints.text;
    let indent = column(text, map.start);
    let member = format!("{}:{}", writer.key(key, false), writer.member(value, key, indent));
    Some(vec![match writer.hints.behind(entries, key) {
        Some(before) => {
            let earlier = before.checked_sub(1).filter(|_| before + 1 == entries.len()).map(|earlier| entries[earlier].value.end);
            let space = spacing(writer, earlier, entries[before].key.outer);
            Edit::insert(line_end(text, entries[before].value.end), format!("{space}{}{member}", writer.line(indent)))
        }
        None => Edit::insert(place_before(text, entries.first()?.key.outer, Comments::Hash), member + &writer.line(indent)),
    }])
}

/// Another value in the place of a member's.
pub(crate) fn put_member(writer: &Writer<'_>, entry: &Entry, value: &Value) -> Option<Vec<Edit>> {
    let member = match like(&entry.value).filter(|_| value.is_string()) {
        Some(like) => format!(" {}", writer.inline(value, entry.name(), Spot { like: Some(like), ..Spot::default() })),
        None => writer.member(value, entry.name(), column(writer.hints.text, entry.key.outer)),
    };
    put_text(writer.hints.text, entry, &member)
}

/// Puts what follows `key:`, in its line or in lines below, in the place of what follows now.
pub(crate) fn put_text(text: &str, entry: &Entry, member: &str) -> Option<Vec<Edit>> {
    let node = &entry.value;
    let colon = after_colon(text, &entry.key)?;
    let line = line_end(text, colon);
    let inline = member.starts_with(' ');
    Some(if !node.is_absent() && line < node.outer {
        // What stands behind the colon is a comment.
        match inline {
            true => vec![Edit::insert(colon, member), Edit::delete(line, node.end)],
            false => vec![Edit::new(line, node.end, member)],
        }
    } else if node.is_absent() {
        vec![Edit::insert(if inline { colon } else { line }, member)]
    } else if inline {
        vec![Edit::new(node.outer, node.end, member.trim_start())]
    } else {
        let line = line_end(text, node.end);
        let gap = if line > node.end { node.end } else { line };
        vec![Edit::delete(colon, gap), Edit::insert(line, member)]
    })
}

/// Another value in the place of an item.
pub(crate) fn put_item(writer: &Writer<'_>, node: &Node, key: &str, value: &Value) -> Vec<Edit> {
    let text = writer.hints.text;
    let space = if node.is_absent() { " " } else { "" };
    let item = match like(node).filter(|_| value.is_string()) {
        Some(like) => writer.inline(value, key, Spot { in_list: true, like: Some(like), ..Spot::default() }),
        None => writer.item(value, key, column(text, node.outer) + space.len()),
    };
    vec![Edit::new(node.outer, node.end, format!("{space}{item}"))]
}

/// How a text is quoted that another text replaces.
fn like(node: &Node) -> Option<Quote> {
    match node.kind {
        Kind::Text(_, quote @ (Quote::Single | Quote::Double)) => Some(quote),
        _ => None,
    }
}

/// A member's value and one more, as a list of lines.
pub(crate) fn to_list(writer: &Writer<'_>, entry: &Entry, value: &Value) -> Option<Vec<Edit>> {
    let text = writer.hints.text;
    let node = &entry.value;
    let mut dash = column(text, entry.key.outer) + writer.hints.list_offset();
    let item = |dash: usize| format!("{}- {}", writer.line(dash), writer.item(value, entry.name(), dash + 2));
    let colon = after_colon(text, &entry.key)?;
    if node.layout() != Some(Layout::Block) {
        if !same_line(text, colon, node.outer) {
            return None;
        }
        let first = Edit::new(colon, node.outer, format!("{}- ", writer.line(dash)));
        return Some(vec![first, Edit::insert(line_end(text, node.end), item(dash))]);
    }
    // A mapping: its lines move behind the dash.
    let indent = column(text, node.start);
    if node.outer != node.start || !begins_line(text, node.start) {
        return None;
    }
    if dash + 2 < indent {
        dash = indent - 2;
    }
    let mut edits = vec![Edit::new(line_start(text, node.start), node.start, format!("{}- ", " ".repeat(dash)))];
    edits.extend(shifted(text, node, &" ".repeat(dash + 2 - indent)));
    edits.push(Edit::insert(line_end(text, node.end), item(dash)));
    Some(edits)
}

/// Moves the lines of a value to the right, but for its first.
pub(crate) fn shifted(text: &str, node: &Node, by: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut at = next_line(text, node.start);
    while at < node.end {
        if line_end(text, at) > at && !by.is_empty() {
            edits.push(Edit::insert(at, by));
        }
        at = next_line(text, at);
    }
    edits
}

/// The byte behind a key's colon.
pub(crate) fn after_colon(text: &str, key: &Node) -> Option<usize> {
    let colon = skip_space(text, key.end, Comments::Hash);
    text[colon..].starts_with(':').then_some(colon + 1)
}
