//! Changes of lists and mappings that stand between brackets: YAML's flow style, and all of JSON.

use crate::block::shifted;
use crate::node::{Kind, Node, Quote};
use crate::remove::place_before;
use crate::text::{Comments, begins_line, indentation, line_end, same_line, skip_space};
use crate::write::{Spot, Writer};
use crate::{Edit, Syntax, scalar};
use serde_json::Value;

/// What is between a collection's brackets: the items, or the members from the key to the value.
pub(crate) fn parts(node: &Node) -> Vec<(usize, usize)> {
    match &node.kind {
        Kind::List(_, items) => items.iter().map(|item| (item.outer, item.end)).collect(),
        Kind::Map(_, entries) => entries.iter().map(|entry| (entry.key.outer, entry.value.end.max(entry.key.end))).collect(),
        _ => Vec::new(),
    }
}

/// How comments are written in a syntax.
pub(crate) fn comments(syntax: Syntax) -> Comments {
    match syntax {
        Syntax::Yaml => Comments::Hash,
        Syntax::Json => Comments::Slashes,
    }
}

/// The comma behind a part, if there is one.
pub(crate) fn comma(text: &str, end: usize, comments: Comments) -> Option<usize> {
    let at = skip_space(text, end, comments);
    text[at..].starts_with(',').then_some(at)
}

/// Nothing but white space and a comment follows in the line.
pub(crate) fn ends_line(text: &str, at: usize, comments: Comments) -> bool {
    let rest = text[at..line_end(text, at)].trim_start();
    match comments {
        Comments::Hash => rest.is_empty() || rest.starts_with('#'),
        Comments::Slashes => rest.is_empty() || rest.starts_with("//") || (rest.starts_with("/*") && rest.trim_end().ends_with("*/")),
    }
}

/// Writes a part, given the indentation of its line.
type Part<'p> = &'p dyn Fn(&str) -> String;

/// A part behind the one with a number; None: before all others.
pub(crate) fn insert(writer: &Writer<'_>, node: &Node, behind: Option<usize>, key: &str, part: Part<'_>) -> Vec<Edit> {
    let text = writer.hints.text;
    let marks = comments(writer.hints.syntax);
    let parts = parts(node);
    let Some(&(first, first_end)) = parts.first() else {
        return fill(writer, node, key, part);
    };
    let own_line = |start: usize| begins_line(text, start) && !same_line(text, node.start, start);
    let space = writer.hints.after_comma();
    let Some(number) = behind else {
        let indent = indentation(text, first);
        let alone = own_line(first) && (parts.len() == 1 || !same_line(text, first_end, parts[1].0));
        let gap = if alone { format!("{}{indent}", writer.newline) } else { space };
        let at = if alone { place_before(text, first, marks) } else { first };
        return vec![Edit::insert(at, format!("{},{gap}", part(indent)))];
    };
    let (start, end) = parts[number];
    let comma = comma(text, end, marks).filter(|comma| same_line(text, end, *comma));
    let indent = indentation(text, start);
    if !own_line(start) || !ends_line(text, comma.map_or(end, |comma| comma + 1), marks) {
        return vec![Edit::insert(end, format!(",{space}{}", part(indent)))];
    }
    let line = line_end(text, comma.unwrap_or(end));
    let new = format!("{}{indent}{}", writer.newline, part(indent));
    match comma {
        Some(_) => vec![Edit::insert(line, format!("{new},"))],
        None if line == end => vec![Edit::insert(end, format!(",{new}"))],
        None => vec![Edit::insert(end, ","), Edit::insert(line, new)],
    }
}

/// The first part between empty brackets.
fn fill(writer: &Writer<'_>, node: &Node, key: &str, part: Part<'_>) -> Vec<Edit> {
    let text = writer.hints.text;
    let (open, close) = (node.start + 1, node.end - 1);
    let list = matches!(node.kind, Kind::List(..));
    let indent = indentation(text, node.start);
    let flat = part(indent);
    let blank = text[open..close].trim().is_empty();
    let plain = !flat.starts_with(['{', '[']);
    let one_line = writer.hints.syntax == Syntax::Yaml || writer.hints.in_one_line(key, list, plain, false);
    if blank && one_line && !flat.contains('\n') {
        let padding = writer.hints.padding(list);
        return vec![Edit::new(open, close, format!("{padding}{flat}{padding}"))];
    }
    let deeper = format!("{indent}{}", writer.hints.unit());
    let new = format!("{}{deeper}{}", writer.newline, part(&deeper));
    match blank {
        true => vec![Edit::new(open, close, format!("{new}{}{indent}", writer.newline))],
        false => vec![Edit::insert(open, new)],
    }
}

/// Another value in the place of one between brackets.
pub(crate) fn put(writer: &Writer<'_>, node: &Node, key: &str, in_list: bool, value: &Value) -> Vec<Edit> {
    let like = match node.kind {
        Kind::Text(_, quote) => Some(quote),
        _ => None,
    };
    let spot = Spot { in_list, in_brackets: true, indent: indentation(writer.hints.text, node.outer), like };
    vec![Edit::new(node.outer, node.end, writer.inline(value, key, spot))]
}

/// A value and one more as a list between brackets.
pub(crate) fn to_list(writer: &Writer<'_>, node: &Node, key: &str, value: &Value) -> Vec<Edit> {
    let text = writer.hints.text;
    let indent = indentation(text, node.outer);
    if !same_line(text, node.outer, node.end) {
        let deeper = format!("{indent}{}", writer.hints.unit());
        let line = format!("{}{deeper}", writer.newline);
        let mut edits = vec![Edit::insert(node.outer, format!("[{line}"))];
        edits.extend(shifted(text, node, &writer.hints.unit()));
        let item = writer.inline(value, key, Spot::item(&deeper));
        edits.push(Edit::insert(node.end, format!(",{line}{item}{}{indent}]", writer.newline)));
        return edits;
    }
    let padding = writer.hints.padding(true);
    let (space, new) = (writer.hints.after_comma(), writer.inline(value, key, Spot::item(indent)));
    match bare(node) {
        // What needs no quotes by itself may need them between brackets.
        Some((at, text)) if !scalar::is_plain(text, true) => {
            let quote = writer.hints.quote(key, None, text, true);
            let quoted = scalar::write(text, if quote == Quote::Plain { Quote::Double } else { quote }, true);
            vec![Edit::insert(node.outer, format!("[{padding}")), Edit::new(at, node.end, format!("{quoted},{space}{new}{padding}]"))]
        }
        _ => vec![Edit::insert(node.outer, format!("[{padding}")), Edit::insert(node.end, format!(",{space}{new}{padding}]"))],
    }
}

/// A text without quotes, by itself or as a function's argument, and where it begins.
fn bare(node: &Node) -> Option<(usize, &str)> {
    match &node.kind {
        Kind::Text(text, Quote::Plain) => Some((node.start, text)),
        Kind::Call(_, argument) => bare(argument),
        _ => None,
    }
}
