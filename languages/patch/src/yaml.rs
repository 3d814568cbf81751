//! YAML with places: the parser's events become our tree.

use crate::json::Fault;
use crate::node::{Anchor, Entry, Kind, Layout, MAX_DEPTH, Node, Quote, Tree};
use crate::text::{Comments, line_end, next_line, skip_space};
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use std::collections::HashMap;

pub(crate) fn parse(source: &str) -> Result<Tree, Fault> {
    if let Some(at) = source.bytes().position(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f) {
        return Err((at, "a control character stands here; write it as an escape in double quotes".into()));
    }
    let given = yaml::LoneDash::new(source);
    let bytes = source.char_indices().map(|(at, _)| at).chain([source.len()]).collect();
    let mut builder =
        Builder { source, bytes, stack: Vec::new(), root: None, anchors: Vec::new(), numbers: HashMap::new(), last: 0, documents: 0 };
    for event in Parser::new_from_str(&given.text) {
        let (event, mark) = event.map_err(|error| (builder.byte(error.marker().index()), error.info().to_owned()))?;
        let (from, to) = (builder.byte(mark.start.index()), builder.byte(mark.end.index()));
        builder.event(event, from, to, &given)?;
    }
    let nothing = Node { outer: source.len(), start: source.len(), end: source.len(), kind: Kind::Null, anchor: None };
    Ok(Tree { root: builder.root.unwrap_or(nothing), anchors: builder.anchors })
}

struct Builder<'a> {
    source: &'a str,
    /// The byte of each character: the parser counts characters.
    bytes: Vec<usize>,
    stack: Vec<Open>,
    root: Option<Node>,
    anchors: Vec<Anchor>,
    /// The parser's numbers of the anchors.
    numbers: HashMap<usize, usize>,
    /// Where what was read last ends.
    last: usize,
    documents: usize,
}

/// A collection that is not closed yet.
struct Open {
    outer: usize,
    start: usize,
    anchor: Option<usize>,
    function: Option<String>,
    layout: Layout,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map(Vec<Entry>, Option<Node>),
}

impl Builder<'_> {
    fn byte(&self, character: usize) -> usize {
        self.bytes.get(character).copied().unwrap_or(self.source.len())
    }

    fn event(&mut self, event: Event<'_>, from: usize, to: usize, given: &yaml::LoneDash<'_>) -> Result<(), Fault> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                self.last = to;
                if self.documents > 1 { Err((from, "a second document begins here".into())) } else { Ok(()) }
            }
            Event::Alias(id) => {
                let Some(&number) = self.numbers.get(&id) else { return Err((from, "this alias has no anchor".into())) };
                self.anchors[number].aliases.push(from);
                let rest = &self.source[from..to];
                let to = from + rest.find(|c: char| c.is_whitespace() || ",[]{}".contains(c)).unwrap_or(rest.len());
                self.close(Node { outer: from, start: from, end: to, kind: Kind::Alias(number), anchor: None })
            }
            Event::Scalar(text, style, id, tag) => {
                let text = given.written(text);
                let node = self.scalar(&text, style, (id, tag.as_deref()), from, to);
                self.close(node)
            }
            Event::SequenceStart(id, tag) => self.open(Content::List(Vec::new()), (id, tag.as_deref()), from, to),
            Event::MappingStart(id, tag) => self.open(Content::Map(Vec::new(), None), (id, tag.as_deref()), from, to),
            // The parser's end takes in what follows in the line.
            Event::SequenceEnd | Event::MappingEnd => self.end(to.min(from + 1)),
        }
    }

    /// The anchor that the properties at `outer` define.
    fn anchor(&mut self, id: usize, outer: usize, start: usize) -> Option<usize> {
        if id == 0 {
            return None;
        }
        let properties = self.source[outer..start].split_whitespace();
        let name = properties.rev().find_map(|word| word.strip_prefix('&')).unwrap_or("?").to_owned();
        self.anchors.push(Anchor { name, aliases: Vec::new() });
        self.numbers.insert(id, self.anchors.len() - 1);
        Some(self.anchors.len() - 1)
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, (id, tag): (usize, Option<&Tag>), from: usize, to: usize) -> Node {
        let marked = id != 0 || tag.is_some();
        let (outer, start, end) = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // Without a tag, the parser's place is that of the content.
                let begin = if marked { from } else { self.last };
                let header = skip_to_value(self.source, begin, !marked);
                (if marked { from } else { header }, header, block_end(self.source, header, text))
            }
            ScalarStyle::Plain if text.is_empty() && !marked => (from, from, from),
            _ if marked => (from, skip_to_value(self.source, from, false).min(to), to),
            _ => (from, from, to),
        };
        // The parser's end of a quoted text takes in what follows in its line.
        let end = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => closing(self.source, start).unwrap_or(end),
            _ => end,
        };
        let anchor = self.anchor(id, outer, start);
        let quote = match style {
            ScalarStyle::Plain => Quote::Plain,
            ScalarStyle::SingleQuoted => Quote::Single,
            ScalarStyle::DoubleQuoted => Quote::Double,
            ScalarStyle::Literal => Quote::Literal,
            ScalarStyle::Folded => Quote::Folded,
        };
        let function = tag.and_then(function);
        let as_text = Kind::Text(text.to_owned(), quote);
        let typed = match yaml::plain(text) {
            _ if quote != Quote::Plain || tag.is_some_and(|tag| tag.suffix == "str") => as_text,
            yaml::Plain::Null => Kind::Null,
            // A short form's argument (`!Condition Yes`) is a name.
            yaml::Plain::Bool(_) if function.is_some() => as_text,
            yaml::Plain::Bool(value) => Kind::Bool(value),
            yaml::Plain::Number => Kind::Number(text.to_owned()),
            yaml::Plain::Text => as_text,
        };
        called(Node { outer, start, end, kind: typed, anchor }, function)
    }

    fn open(&mut self, content: Content, (id, tag): (usize, Option<&Tag>), from: usize, to: usize) -> Result<(), Fault> {
        if self.stack.len() >= MAX_DEPTH {
            return Err((from, format!("values may be nested {MAX_DEPTH} deep at most")));
        }
        if let Some(Open { content: Content::Map(_, None), .. }) = self.stack.last() {
            return Err((from, "a list or a mapping cannot be a key".into()));
        }
        let marked = id != 0 || tag.is_some();
        let start = if marked { skip_to_value(self.source, from, false) } else { from };
        // A block's first item may be one between brackets: only a bracket of its own has a width.
        let bracket =
            (marked || to > from) && self.source[start..].starts_with(if matches!(content, Content::List(_)) { '[' } else { '{' });
        let within = self.stack.last().map(|open| open.layout);
        let layout = match within {
            _ if bracket => Layout::Flow,
            Some(Layout::Flow | Layout::Odd) => Layout::Odd,
            _ => Layout::Block,
        };
        let outer = if marked { from } else { start };
        let anchor = self.anchor(id, outer, start);
        self.last = if bracket { start + 1 } else { start };
        self.stack.push(Open { outer, start, anchor, function: tag.and_then(function), layout, content });
        Ok(())
    }

    fn end(&mut self, to: usize) -> Result<(), Fault> {
        let Some(mut open) = self.stack.pop() else { return Ok(()) };
        // The parser's place of a list that is not indented is behind its first dash.
        if let (Content::List(items), Layout::Block) = (&open.content, open.layout)
            && let Some(first) = items.first().filter(|first| first.outer <= open.start)
        {
            let before = self.source[..first.outer].trim_end_matches([' ', '\t']);
            let dash = if before.ends_with('-') { before.len() - 1 } else { open.start };
            open.outer = if open.outer == open.start { dash } else { open.outer };
            open.start = dash;
        }
        let (last, kind) = match open.content {
            Content::List(items) => (items.last().map(|item| item.end), Kind::List(open.layout, items)),
            Content::Map(entries, _) => (entries.last().map(|entry| entry.value.end), Kind::Map(open.layout, entries)),
        };
        let end = if open.layout == Layout::Flow { to } else { last.unwrap_or(open.start) };
        let node = Node { outer: open.outer, start: open.start, end, kind, anchor: open.anchor };
        self.close(called(node, open.function))
    }

    /// Hands a finished value to the collection around it.
    fn close(&mut self, mut node: Node) -> Result<(), Fault> {
        self.last = node.end;
        let source = self.source;
        let Some(parent) = self.stack.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        match &mut parent.content {
            Content::List(items) => items.push(node),
            Content::Map(entries, pending) => match pending.take() {
                None => {
                    if let Kind::Call(_, argument) = node.kind {
                        node = *argument;
                    }
                    let text = match node.kind {
                        Kind::Text(text, quote) => (text, quote),
                        Kind::Bool(_) | Kind::Number(_) | Kind::Null => (source[node.start..node.end].to_owned(), Quote::Plain),
                        _ => return Err((node.start, "a key must be a text".into())),
                    };
                    // Keys that are marked or announced are read, and never moved.
                    let announced = source[..node.outer].trim_end_matches([' ', '\t']).ends_with('?');
                    if node.outer != node.start || announced || text.0.contains('\n') {
                        parent.layout = Layout::Odd;
                    }
                    node.kind = Kind::Text(text.0, text.1);
                    *pending = Some(node);
                }
                Some(key) => {
                    if node.is_absent() {
                        let colon = skip_space(source, key.end, Comments::Hash);
                        let at = if source[colon..].starts_with(':') { colon + 1 } else { key.end };
                        (node.outer, node.start, node.end) = (at, at, at);
                        self.last = at;
                    }
                    entries.push(Entry { key, value: node });
                }
            },
        }
        Ok(())
    }
}

/// The function that a tag stands for, by its long name.
fn function(tag: &Tag) -> Option<String> {
    match (tag.handle.as_str(), tag.suffix.as_str()) {
        ("tag:yaml.org,2002:" | "!!", _) | (_, "") => None,
        ("!", name @ ("Ref" | "Condition")) => Some(name.to_owned()),
        ("!", name) => Some(format!("Fn::{name}")),
        (handle, name) => Some(format!("{handle}{name}")),
    }
}

/// `!Sub text` is a call with the text as its argument.
fn called(node: Node, function: Option<String>) -> Node {
    let Some(function) = function else { return node };
    let (outer, start, end, anchor) = (node.outer, node.start, node.end, node.anchor);
    let argument = Node { outer: start, anchor: None, ..node };
    Node { outer, start, end, kind: Kind::Call(function, Box::new(argument)), anchor }
}

/// Steps over white space, comments, tags and anchors, and the marks before a value if told so.
fn skip_to_value(source: &str, mut at: usize, marks: bool) -> usize {
    loop {
        at = skip_space(source, at, Comments::Hash);
        let rest = &source[at..];
        let word = rest.find([' ', '\t', '\r', '\n']).unwrap_or(rest.len());
        if rest.starts_with(['!', '&']) {
            at += word;
        } else if marks && word == 1 && rest.starts_with([':', '-', '?']) {
            at += 1;
        } else {
            return at;
        }
    }
}

/// The byte behind the quote that closes the one at `start`.
fn closing(source: &str, start: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    let quote = *bytes.get(start)?;
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote == b'"' => at += 2,
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Where a block scalar's content ends; `header` is its `|` or `>`.
fn block_end(source: &str, header: usize, text: &str) -> usize {
    let mut end = line_end(source, header);
    if text.trim_matches(['\n', ' ']).is_empty() {
        return end;
    }
    let keep = source[header..end].split(' ').next().is_some_and(|indicators| indicators.contains('+'));
    let mut at = next_line(source, header);
    let mut indent = None;
    while at < source.len() {
        let line = &source[at..line_end(source, at)];
        let blank = line.trim_matches([' ', '\t']).is_empty();
        let width = line.len() - line.trim_start_matches(' ').len();
        if !blank {
            let known = *indent.get_or_insert_with(|| width - leading(text, width));
            if width < known {
                break;
            }
        }
        if !blank || keep {
            end = at + line.len();
        }
        at = next_line(source, at);
    }
    end
}

/// The white space that begins a block's first line and belongs to its text.
fn leading(text: &str, most: usize) -> usize {
    let line = text.split('\n').find(|line| !line.trim().is_empty()).unwrap_or_default();
    (line.len() - line.trim_start_matches(' ').len()).min(most)
}
