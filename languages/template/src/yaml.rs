//! YAML with places: the parser's events become our own tree, short forms become long ones.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Mark, Tag};

use crate::diagnostic::{Diagnostic, Findings};
use crate::expression::short_form;
use crate::node::{Entry, Kind, MAX_DEPTH, MAX_NODES, MapBuilder, Name, Node, plain};
use crate::{Part, Span};

/// Parses a YAML document. What can be reported and passed over goes to `findings`; bad syntax ends the parse.
pub(crate) fn parse(source: &str, file: &Arc<str>, findings: &mut Findings) -> Result<Option<Node>, Diagnostic> {
    let mut builder = Builder {
        file,
        lines: source.lines().collect(),
        stack: Vec::new(),
        root: None,
        anchors: HashMap::new(),
        nodes: 0,
        reached: (0, 0, 0),
        documents: 0,
        findings,
    };
    if let Some(at) = source.bytes().position(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7f) {
        let before = &source[..at];
        let column = before.chars().rev().take_while(|c| *c != '\n').count();
        return Err(builder.syntax(
            before.matches('\n').count() + 1,
            column,
            "a control character stands here; write it as an escape in double quotes",
        ));
    }
    let given = yaml::LoneDash::new(source);
    for event in Parser::new_from_str(&given.text) {
        match event {
            Ok((Event::Scalar(text, style, anchor, tag), mark)) => {
                builder.event(Event::Scalar(given.written(text), style, anchor, tag), mark)?
            }
            Ok((event, mark)) => builder.event(event, mark)?,
            Err(error) => {
                return Err(builder.syntax(error.marker().line(), error.marker().col(), error.info()));
            }
        }
    }
    Ok(builder.root)
}

/// This much text counts as a value more: aliases repeat it.
const TEXT: usize = 32;

struct Builder<'a, 's> {
    file: &'a Arc<str>,
    lines: Vec<&'s str>,
    stack: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    /// The last place on a line that was looked for: the line, the byte and the character.
    reached: (usize, usize, usize),
    documents: usize,
    findings: &'a mut Findings,
}

/// A collection that is not closed yet.
struct Open {
    start: Span,
    anchor: usize,
    tag: Option<Name>,
    height: usize,
    size: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map(MapBuilder, Option<Name>),
}

struct Anchored {
    node: Node,
    height: usize,
    size: usize,
}

impl Builder<'_, '_> {
    fn span(&self, mark: Mark) -> Span {
        Span {
            file: self.file.clone(),
            line: mark.start.line() as u32,
            column: mark.start.col() as u32 + 1,
            end_line: mark.end.line() as u32,
            end_column: mark.end.col() as u32 + 1,
        }
    }

    /// The place of a scalar without the tag and the anchor before it, so that a place inside its text can be told.
    fn argument(&mut self, span: &Span) -> Span {
        let start = (span.column as usize).saturating_sub(1);
        let number = (span.line as usize).saturating_sub(1);
        let line = self.lines.get(number).copied().unwrap_or_default();
        // Events come in order: on a long line the counting goes on from the last place.
        let (from, counted) = match self.reached {
            (known, from, counted) if known == number && counted <= start => (from, counted),
            _ => (0, 0),
        };
        let at = line[from..].char_indices().nth(start - counted).map_or(line.len(), |(at, _)| from + at);
        self.reached = if at < line.len() { (number, at, start) } else { (number, 0, 0) };
        let mut rest = &line[at..];
        while rest.starts_with(['!', '&']) {
            rest = rest[rest.find(' ').unwrap_or(rest.len())..].trim_start_matches(' ');
        }
        if rest.is_empty() || rest.starts_with(['|', '>', '#']) {
            return span.clone();
        }
        let skipped = line[at..line.len() - rest.len()].chars().count();
        Span { column: (start + skipped) as u32 + 1, ..span.clone() }
    }

    fn syntax(&self, line: usize, column: usize, info: &str) -> Diagnostic {
        let column = column + 1;
        let span = Span::on_line(self.file.clone(), line.max(1) as u32, column as u32, 1);
        if info.contains("recursion limit") {
            return too_deep(&span);
        }
        let text = self.lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let help = if text.trim_start_matches(' ').starts_with('\t') {
            "this line is indented with a tab; YAML wants spaces".to_owned()
        } else if two_short_forms(text) {
            "two short forms cannot follow each other; write the outer one in full, such as 'Fn::Base64: !Sub ...'".to_owned()
        } else {
            info.to_owned()
        };
        Diagnostic::error(&span, format!("Template format error: YAML not well-formed. (line {line}, column {column})")).help(help)
    }

    fn event(&mut self, event: Event<'_>, mark: Mark) -> Result<(), Diagnostic> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                match self.documents {
                    1 => Ok(()),
                    _ => Err(Diagnostic::error(&self.span(mark), "Template format error: a template is one YAML document")
                        .help("remove the '---' and what follows it")),
                }
            }
            Event::Alias(anchor) => self.alias(anchor, mark),
            Event::Scalar(text, style, anchor, tag) => {
                let span = self.span(mark);
                let size = 1 + text.len() / TEXT;
                self.nodes += size;
                let node = self.scalar(&text, style, tag.as_deref(), anchor != 0, span)?;
                self.close(node, 0, size, anchor)
            }
            Event::SequenceStart(anchor, tag) => self.open(Content::List(Vec::new()), anchor, tag.as_deref(), mark),
            Event::MappingStart(anchor, tag) => self.open(Content::Map(MapBuilder::default(), None), anchor, tag.as_deref(), mark),
            Event::SequenceEnd | Event::MappingEnd => self.end(mark),
        }
    }

    fn open(&mut self, content: Content, anchor: usize, tag: Option<&Tag>, mark: Mark) -> Result<(), Diagnostic> {
        let start = self.span(mark);
        if self.stack.len() >= MAX_DEPTH {
            return Err(too_deep(&start));
        }
        if let Some(Open { content: Content::Map(_, None), .. }) = self.stack.last() {
            return Err(
                Diagnostic::error(&start, "Template format error: a key must be a string").help("a list or an object cannot be a key")
            );
        }
        let tag = self.tag(tag, &start);
        self.nodes += 1;
        self.stack.push(Open { start, anchor, tag, height: 0, size: 1, content });
        Ok(())
    }

    fn end(&mut self, mark: Mark) -> Result<(), Diagnostic> {
        let Some(open) = self.stack.pop() else {
            return Ok(());
        };
        let kind = match open.content {
            Content::List(items) => Kind::List(items),
            Content::Map(map, _) => Kind::Map(map.entries),
        };
        let end = self.span(mark);
        let mut span = Span { end_line: end.end_line, end_column: end.end_column, ..open.start };
        // A block ends where the next thing begins; show it up to the end of its last value.
        if let Some(last) = last_span(&kind)
            && end.line == end.end_line
            && end.column == end.end_column
        {
            (span.end_line, span.end_column) = (last.end_line, last.end_column);
        }
        let node = tagged(Node { kind, span }, open.tag);
        self.close(node, open.height + 1, open.size, open.anchor)
    }

    fn alias(&mut self, anchor: usize, mark: Mark) -> Result<(), Diagnostic> {
        let span = self.span(mark);
        let Some(known) = self.anchors.get(&anchor) else {
            return Err(Diagnostic::error(&span, "Template format error: this alias refers to an anchor that is not complete")
                .help("an anchor cannot contain itself"));
        };
        let (height, size) = (known.height, known.size);
        if self.nodes + size > MAX_NODES {
            return Err(too_many(&span));
        }
        if self.stack.len() + height > MAX_DEPTH {
            return Err(too_deep(&span));
        }
        let node = known.node.clone();
        self.nodes += size;
        self.close(node, height, size, 0)
    }

    /// Hands a finished value to the collection around it.
    fn close(&mut self, node: Node, height: usize, size: usize, anchor: usize) -> Result<(), Diagnostic> {
        if anchor != 0 {
            self.nodes += size;
            self.anchors.insert(anchor, Anchored { node: node.clone(), height, size });
        }
        if self.nodes > MAX_NODES {
            return Err(too_many(&node.span));
        }
        let Some(parent) = self.stack.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        match &mut parent.content {
            Content::List(items) => items.push(node),
            Content::Map(map, key) => match key.take() {
                None => {
                    let name = node.name().unwrap_or(Name { text: String::new(), span: node.span.clone() });
                    if !matches!(node.kind, Kind::Bool(_) | Kind::Number(_) | Kind::String(..)) {
                        return Err(Diagnostic::error(&name.span, "Template format error: a key must be a string"));
                    }
                    if name.text == "<<" {
                        self.findings.push(
                            Diagnostic::error(&name.span, "Template format error: YAML hash merges (<<) are not supported")
                                .help("write the entries out, or use an alias for a whole value"),
                        );
                    }
                    *key = Some(name);
                    return Ok(());
                }
                Some(key) => {
                    if let Err(duplicate) = map.insert(key, node) {
                        self.findings.push(duplicate);
                    }
                }
            },
        }
        parent.height = parent.height.max(height);
        parent.size += size;
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, anchored: bool, whole: Span) -> Result<Node, Diagnostic> {
        let span = if tag.is_some() || anchored { self.argument(&whole) } else { whole.clone() };
        let kind = match tag {
            Some(tag) if tag.is_yaml_core_schema() || tag.handle == "!!" => match tag.suffix.as_str() {
                "str" => Kind::String(text.to_owned(), Vec::new()),
                "int" | "float" | "bool" | "null" => plain(text),
                other => {
                    return Err(Diagnostic::error(&whole, format!("Template format error: the YAML tag !!{other} is not supported")));
                }
            },
            _ => match (self.content(text, style, &span), self.stack.last()) {
                // A key and a short form's argument (`!Condition Yes`) are names: they stay as they are written.
                (Kind::Bool(_), Some(Open { content: Content::Map(_, None), .. })) => Kind::String(text.to_owned(), Vec::new()),
                (Kind::Bool(_), _) if tag.is_some() => Kind::String(text.to_owned(), Vec::new()),
                (kind, _) => kind,
            },
        };
        let function = self.tag(tag, &whole);
        Ok(tagged(Node { kind, span }, function))
    }

    fn content(&self, text: &str, style: ScalarStyle, span: &Span) -> Kind {
        match style {
            ScalarStyle::Plain => plain(text),
            ScalarStyle::Literal => Kind::String(text.to_owned(), self.block_lines(text, span)),
            _ => Kind::String(text.to_owned(), Vec::new()),
        }
    }

    /// Where each line of a literal block stands, so that a place inside a policy written as text can be told.
    fn block_lines(&self, text: &str, span: &Span) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut start = 0;
        // The span starts at the header ("|") or at the first line of the content; the text itself tells which.
        let first = text.split('\n').next().unwrap_or_default();
        let here = self.lines.get((span.line as usize).saturating_sub(1)).is_some_and(|line| line.ends_with(first) && !first.is_empty());
        let first = span.line as usize + usize::from(!here);
        for (number, line) in (first..).zip(text.split_inclusive('\n')) {
            let content = line.trim_end_matches('\n');
            let Some(before) = self
                .lines
                .get(number.saturating_sub(1))
                .and_then(|source| if content.is_empty() { Some("") } else { source.strip_suffix(content) })
            else {
                return Vec::new();
            };
            let column = before.chars().count() as u32 + 1;
            let width = content.chars().count() as u32;
            parts.push(Part { start, end: start + line.len(), span: Span::on_line(self.file.clone(), number as u32, column, width) });
            start += line.len();
        }
        parts
    }

    /// The function that a tag stands for; an unknown one is reported.
    fn tag(&mut self, tag: Option<&Tag>, span: &Span) -> Option<Name> {
        let tag = tag?;
        if tag.handle != "!" || tag.suffix.is_empty() {
            return None;
        }
        match short_form(&tag.suffix) {
            Ok(function) => Some(Name { text: function.to_owned(), span: span.clone() }),
            Err(help) => {
                let message = format!("Template format error: Encountered unsupported function: !{}", crate::node::shorten(&tag.suffix));
                self.findings.push(Diagnostic::error(span, message).maybe_help(help));
                None
            }
        }
    }
}

/// `!Sub text` is `Fn::Sub: text`.
fn tagged(node: Node, tag: Option<Name>) -> Node {
    match tag {
        None => node,
        Some(key) => {
            let span = Span { line: key.span.line, column: key.span.column, ..node.span.clone() };
            Node { kind: Kind::Map(vec![Entry { key, value: node }]), span }
        }
    }
}

fn last_span(kind: &Kind) -> Option<&Span> {
    match kind {
        Kind::List(items) => items.last().map(|item| &item.span),
        Kind::Map(entries) => entries.last().map(|entry| &entry.value.span),
        _ => None,
    }
}

fn two_short_forms(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| !word.starts_with('!'));
    words.next().is_some() && words.next().is_some_and(|word| word.starts_with('!'))
}

fn too_deep(span: &Span) -> Diagnostic {
    Diagnostic::error(span, format!("Template format error: values may be nested {MAX_DEPTH} deep at most"))
}

fn too_many(span: &Span) -> Diagnostic {
    Diagnostic::error(span, format!("Template format error: the template has more than {MAX_NODES} values once its aliases are expanded"))
        .help("an alias that refers to aliases multiplies; write fewer of them")
}
