//! Values that go, with the comments of their own.

use crate::flow::{comma, comments, ends_line, parts};
use crate::node::{Kind, Layout, Node};
use crate::text::{Comments, begins_line, column, indentation, line_end, line_start, next_line, same_line};
use crate::{Edit, Syntax, block};

/// The first line of a part, or of its own comments, which stand right above it and as far to the right. What a file begins
/// with is about the file.
pub(crate) fn own_lines(text: &str, start: usize, comments: Comments) -> usize {
    let indent = column(text, start);
    let mark = if comments == Comments::Hash { "#" } else { "//" };
    let mut first = line_start(text, start);
    while first > 0 {
        let above = line_start(text, first - 1);
        let line = &text[above..line_end(text, above)];
        let width = line.chars().take_while(|c| matches!(c, ' ' | '\t')).count();
        if width != indent || !line.trim_start().starts_with(mark) {
            break;
        }
        first = above;
    }
    if first == 0 { line_start(text, start) } else { first }
}

/// Where a part is written that comes before another one: above its comments, if it begins its line.
pub(crate) fn place_before(text: &str, start: usize, comments: Comments) -> usize {
    match begins_line(text, start) {
        true => own_lines(text, start, comments) + indentation(text, start).len(),
        false => start,
    }
}

/// The lines from a part's first to its last, with the line break of one end, and with the blank line above if it would
/// separate nothing any more.
fn whole_lines(text: &str, (start, end): (usize, usize), is_last: bool, comments: Comments) -> Edit {
    let mut first = own_lines(text, start, comments);
    let next = next_line(text, end);
    let blank = |at: usize| text[at..line_end(text, at)].trim().is_empty();
    if first > 0 && blank(line_start(text, first - 1)) && (is_last || blank(next)) {
        first = line_start(text, first - 1);
    }
    // The last line of a file may have no break: then the one before it goes.
    match text[..next].ends_with('\n') || first == 0 {
        true => Edit::delete(first, next),
        false => Edit::delete(line_end(text, first - 1), next),
    }
}

/// A part of a block goes; there are others.
pub(crate) fn from_block(text: &str, node: &Node, number: usize) -> Option<Vec<Edit>> {
    let starts = match &node.kind {
        Kind::List(_, items) => block::dashes(text, node, items)?,
        Kind::Map(_, entries) => entries.iter().map(|entry| entry.key.outer).collect(),
        _ => return None,
    };
    let (start, end) = (starts[number], parts(node)[number].1);
    if begins_line(text, start) {
        return Some(vec![whole_lines(text, (start, end), number + 1 == starts.len(), Comments::Hash)]);
    }
    // The first part stands behind a dash: what follows it moves there.
    let next = *starts.get(number + 1)?;
    let after = next_line(text, end);
    // Not where a lone carriage return breaks the line: places are told by line feeds.
    let between = text.get(after..next)?;
    let following = after + (between.len() - between.trim_start().len());
    Some(vec![Edit::delete(start, following)])
}

/// A part between brackets goes; there are others.
pub(crate) fn from_brackets(text: &str, syntax: Syntax, node: &Node, number: usize) -> Vec<Edit> {
    let marks = comments(syntax);
    let parts = parts(node);
    let (start, end) = parts[number];
    let own = comma(text, end, marks);
    let behind = own.map_or(end, |comma| comma + 1);
    let is_last = number + 1 == parts.len();
    let before = number.checked_sub(1).map(|before| parts[before].1);
    let lonely =
        begins_line(text, start) && !same_line(text, node.start, start) && same_line(text, end, behind) && ends_line(text, behind, marks);
    let mut edits = Vec::new();
    // Without a comma of its own, that of the part before goes.
    let dangling = before.filter(|_| is_last && own.is_none()).and_then(|before| comma(text, before, marks));
    if lonely {
        edits.extend(dangling.map(|comma| Edit::delete(comma, comma + 1)));
        edits.push(whole_lines(text, (start, behind), is_last, marks));
    } else if let Some(before) = before.filter(|before| text[*before..start].trim() == ",") {
        // The comma behind it, if there is one, becomes that of the part before.
        edits.push(Edit::delete(before, end));
    } else if !is_last {
        let next = parts[number + 1].0;
        let to = if text[behind..next].trim().is_empty() && same_line(text, behind, next) { next } else { behind };
        edits.push(Edit::delete(start, to));
    } else {
        edits.extend(dangling.map(|comma| Edit::delete(comma, comma + 1)));
        edits.push(Edit::delete(start, behind));
    }
    edits
}

/// The only part between brackets goes; comments stay.
pub(crate) fn only_from_brackets(text: &str, syntax: Syntax, node: &Node) -> Vec<Edit> {
    let marks = comments(syntax);
    let Some(&(start, end)) = parts(node).first() else { return Vec::new() };
    let behind = comma(text, end, marks).map_or(end, |comma| comma + 1);
    let (open, close) = (node.start + 1, node.end - 1);
    match text[open..start].trim().is_empty() && text[behind..close].trim().is_empty() {
        true => vec![Edit::delete(open, close)],
        false => vec![Edit::delete(start, behind)],
    }
}

/// It can be changed as what it is.
pub(crate) fn is_regular(node: &Node) -> bool {
    matches!(node.layout(), Some(Layout::Block | Layout::Flow))
}
