//! Documents inside of documents: a policy that is written as a text. Each byte of the text knows the byte of the file that it
//! comes from, through indentation, folds and escapes.

use crate::document::Functions;
use crate::node::{Kind, Node, Quote};
use crate::scalar;
use crate::text::{column, indentation, line_break, line_end, next_line};
use crate::{Document, Edit, Syntax};

/// A text looks like a document: JSON in brackets, or a block of YAML.
pub(crate) fn is_document(text: &str, quote: Quote) -> bool {
    let bracket = text.trim_start().starts_with(['{', '[']);
    bracket || quote == Quote::Literal && text.contains(':')
}

/// A document in a text of another one.
pub(crate) struct Inner {
    pub document: Document,
    /// The byte of the file for each byte of the text, and for its end.
    places: Vec<usize>,
    quote: Quote,
    /// What begins the text's further lines in the file, and what ends them.
    indent: String,
    newline: &'static str,
    /// Line breaks are written as such, and not as escapes.
    lines: bool,
}

impl Inner {
    /// Reads a text as a document, if it is one.
    pub(crate) fn open(outer: &Document, node: &Node, functions: Functions) -> Option<Self> {
        let Kind::Text(text, quote) = &node.kind else { return None };
        if !outer.sound || !is_document(text, *quote) {
            return None;
        }
        let syntax = Syntax::of(text);
        let document = Document::read_within(text, syntax, functions).ok()?;
        if document.tree.root.layout().is_none() || (syntax == Syntax::Yaml && *quote != Quote::Literal) {
            return None;
        }
        let source = &outer.text[..node.end];
        let places = places(source, node.start, text, *quote, outer.syntax)?;
        let lines = !source[node.start..].contains("\\n");
        let block = matches!(quote, Quote::Literal | Quote::Folded);
        let second = next_line(source, node.start);
        let indent = match block {
            true => " ".repeat(column(&outer.text, places.first().copied()?)),
            false if second < source.len() => indentation(source, second).to_owned(),
            false => " ".repeat(column(&outer.text, node.start)),
        };
        let newline = line_break(&outer.text);
        Some(Self { document, places, quote: *quote, indent, newline, lines: lines && outer.syntax == Syntax::Yaml })
    }

    /// The byte of the file for a byte of the text.
    pub(crate) fn outside(&self, at: usize) -> usize {
        self.places[at.min(self.places.len() - 1)]
    }

    /// The byte of the text for a byte of the file.
    pub(crate) fn inside(&self, at: usize) -> usize {
        self.places.partition_point(|place| *place <= at).saturating_sub(1)
    }

    /// Edits of the text as edits of the file.
    pub(crate) fn edits(&self, edits: Vec<Edit>) -> Vec<Edit> {
        let outside = |edit: Edit| Edit::new(self.outside(edit.start), self.outside(edit.end), self.written(&edit.text));
        edits.into_iter().map(|edit| outside(self.at_line_ends(edit))).collect()
    }

    /// The same edit from line end to line end, and not from line start to line start: empty lines have no indentation, so
    /// their starts are not where those of others are.
    fn at_line_ends(&self, edit: Edit) -> Edit {
        let text = &self.document.text;
        let ends = |text: &str| text.is_empty() || text.ends_with('\n');
        if !text[..edit.start].ends_with('\n') || !ends(&text[edit.start..edit.end]) || !ends(&edit.text) {
            return edit;
        }
        let new = edit.text.strip_suffix('\n').map_or(String::new(), |lines| format!("\n{lines}"));
        Edit::new(edit.start - 1, edit.end - 1, new)
    }

    /// A text as it is written where this one stands.
    fn written(&self, text: &str) -> String {
        let escaped = match self.quote {
            Quote::Single => text.replace('\'', "''"),
            Quote::Double => text.split('\n').map(scalar::escape).collect::<Vec<_>>().join(if self.lines { "\n" } else { "\\n" }),
            _ => text.to_owned(),
        };
        let mut lines = escaped.split('\n');
        let mut out = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            out.push_str(self.newline);
            out.push_str(&self.indent);
            out.push_str(line);
        }
        out
    }
}

/// The byte of the source for each byte of a text that begins at `start`, and for its end.
fn places(source: &str, start: usize, text: &str, quote: Quote, syntax: Syntax) -> Option<Vec<usize>> {
    let mut reader = Reader { source, at: start + 1, text, read: 0, places: Vec::with_capacity(text.len() + 1) };
    match (quote, syntax) {
        (Quote::Literal | Quote::Folded, _) => reader.block(start, quote == Quote::Folded)?,
        (Quote::Double, _) => reader.quoted(true)?,
        (Quote::Single, _) => reader.quoted(false)?,
        (Quote::Plain, _) => return None,
    }
    reader.places.push(reader.at);
    Some(reader.places)
}

/// Reads the source and the text that it means side by side.
struct Reader<'a> {
    source: &'a str,
    at: usize,
    text: &'a str,
    /// The bytes of the text that are accounted for.
    read: usize,
    places: Vec<usize>,
}

impl Reader<'_> {
    fn expected(&self) -> Option<char> {
        self.text[self.read..].chars().next()
    }

    /// The next character of the text stands in the next `width` bytes of the source.
    fn take(&mut self, width: usize) -> Option<()> {
        let c = self.expected()?;
        self.places.extend(std::iter::repeat_n(self.at, c.len_utf8()));
        self.read += c.len_utf8();
        self.at += width;
        Some(())
    }

    /// A break of lines in the source, of `width` bytes, which the text has as a space, as fewer line breaks, or not at all.
    fn fold(&mut self, width: usize, breaks: usize) -> Option<()> {
        let rest = &self.text[self.read..];
        let meant = match rest.len() - rest.trim_start_matches('\n').len() {
            0 if breaks == 1 && rest.starts_with(' ') => 1,
            newlines => newlines.min(breaks),
        };
        for _ in 0..meant {
            self.take(0)?;
        }
        self.at += width;
        Some(())
    }

    fn quoted(&mut self, escapes: bool) -> Option<()> {
        while self.read < self.text.len() {
            let rest = self.source.get(self.at..)?;
            let space = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            let breaks = rest[..space].matches('\n').count();
            let c = rest.chars().next()?;
            if breaks > 0 {
                self.fold(space, breaks)?;
            } else if escapes && c == '\\' {
                match rest.as_bytes().get(1)? {
                    b'\n' | b'\r' => self.at += 1 + (rest[1..].len() - rest[1..].trim_start().len()),
                    b'u' if self.expected()?.len_utf16() == 2 => self.take(12)?,
                    b'x' => self.take(4)?,
                    b'u' => self.take(6)?,
                    b'U' => self.take(10)?,
                    _ => self.take(2)?,
                }
            } else if !escapes && rest.starts_with("''") {
                self.take(2)?;
            } else if Some(c) == self.expected() {
                self.take(c.len_utf8())?;
            } else {
                return None;
            }
        }
        Some(())
    }

    fn block(&mut self, header: usize, folded: bool) -> Option<()> {
        let mut line = next_line(self.source, header);
        let mut indent = None;
        while self.read < self.text.len() {
            if line >= self.source.len() {
                // The last line break, which the node leaves out.
                self.at = self.source.len();
                while self.read < self.text.len() {
                    if self.expected()? != '\n' {
                        return None;
                    }
                    self.take(0)?;
                }
                return Some(());
            }
            let end = line_end(self.source, line);
            let content = &self.source[line..end];
            let width = content.len() - content.trim_start_matches(' ').len();
            if indent.is_none() && width < content.len() {
                let own = self.text.trim_start_matches('\n');
                indent = Some(width.checked_sub(own.len() - own.trim_start_matches(' ').len())?);
            }
            self.at = line + indent.unwrap_or(0).min(width);
            for c in self.source[self.at..end].chars() {
                if Some(c) != self.expected() {
                    return None;
                }
                self.take(c.len_utf8())?;
            }
            line = next_line(self.source, end);
            if line >= self.source.len() {
                continue;
            }
            let mut breaks = 1;
            while folded && line < self.source.len() && self.source[line..line_end(self.source, line)].trim().is_empty() {
                breaks += 1;
                line = next_line(self.source, line);
            }
            match folded {
                true => self.fold(0, breaks)?,
                false if self.expected() == Some('\n') => self.take(0)?,
                false => return (self.read == self.text.len()).then_some(()),
            }
        }
        Some(())
    }
}
