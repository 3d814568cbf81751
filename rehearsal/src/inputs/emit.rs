//! Writes a tree as the text of a template, each value with the place that it comes from.

use crate::{MadeText, Place};
use template::document::{Entry, Kind, Node};
use template::{Part, Span};

/// The text of a tree. `source` leads from places in the texts that were parsed to the user's own.
pub(crate) fn emit(node: &Node, source: &dyn Fn(Place) -> Place) -> MadeText {
    let mut writer = Writer { made: MadeText::default(), line: 1, column: 1, source };
    writer.map(node.entries(), 0);
    writer.made
}

struct Writer<'s> {
    made: MadeText,
    line: u32,
    column: u32,
    source: &'s dyn Fn(Place) -> Place,
}

fn place(span: &Span) -> Place {
    Place { file: span.file.to_string(), line: span.line, column: span.column, length: span.width().unwrap_or_default() }
}

fn width(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.made.text.push_str(text);
        self.column += width(text);
    }

    fn end(&mut self) {
        self.made.text.push('\n');
        (self.line, self.column) = (self.line + 1, 1);
    }

    fn indent(&mut self, depth: usize) {
        self.put(&"  ".repeat(depth));
    }

    /// A text that stands at a span: character by character, if its width is the text's.
    fn spot(&mut self, text: &str, span: &Span) {
        let mut to = place(span);
        let written = to.length;
        let exact = written == width(text) || written == width(text) + 2;
        if written == width(text) + 2 {
            (to.column, to.length) = (to.column + 1, to.length - 2);
        }
        let to = (self.source)(to);
        self.made.map.add((self.line, self.column), width(text), to, exact);
    }

    fn quoted(&mut self, text: &str, span: &Span) {
        let json = serde_json::Value::from(text).to_string();
        self.made.map.add((self.line, self.column), 1, (self.source)(place(span)), false);
        self.put("\"");
        self.spot(text, span);
        self.put(&json[1..]);
    }

    fn map(&mut self, entries: &[Entry], depth: usize) {
        for Entry { key, value } in entries {
            self.indent(depth);
            self.quoted(&key.text, &key.span);
            self.put(":");
            self.value(value, depth);
        }
    }

    /// What follows a key or a dash.
    fn value(&mut self, node: &Node, depth: usize) {
        match &node.kind {
            Kind::Map(entries) if !entries.is_empty() => {
                self.end();
                self.map(entries, depth + 1);
            }
            Kind::List(items) if !items.is_empty() => {
                self.end();
                for item in items {
                    self.indent(depth + 1);
                    self.put("-");
                    self.value(item, depth + 1);
                }
            }
            Kind::String(text, parts) if text.contains('\n') && block(text) => self.block(text, parts, &node.span, depth),
            kind => {
                self.put(" ");
                match kind {
                    Kind::String(text, _) => self.quoted(text, &node.span),
                    other => {
                        let text = match other {
                            Kind::Map(_) => "{}",
                            Kind::List(_) => "[]",
                            Kind::Null => "null",
                            _ => node.scalar().unwrap_or_default(),
                        };
                        self.spot(text, &node.span);
                        self.put(text);
                    }
                }
                self.end();
            }
        }
    }

    fn block(&mut self, text: &str, parts: &[Part], span: &Span, depth: usize) {
        // The indentation is said, since the first line may be indented itself.
        self.put(if text.ends_with('\n') { " |2" } else { " |2-" });
        self.end();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let content = line.trim_end_matches('\n');
            if !content.is_empty() {
                self.indent(depth + 1);
                let part = parts.iter().find(|part| part.start == start);
                match part {
                    Some(part) => self.spot(content, &part.span),
                    None => self.made.map.add((self.line, self.column), width(content), (self.source)(place(span)), false),
                }
                self.put(content);
            }
            self.end();
            start += line.len();
        }
    }
}

/// Whether a text can stand as a block of lines.
fn block(text: &str) -> bool {
    let ends_once = !text.ends_with("\n\n");
    ends_once && !text.starts_with('\n') && !text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{feff}') && !text.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      A: !Sub |\n        {\n          \"a\": 1\n        }\n      B: ['x\"', \"\", 012, true]\n      C: {}\n      D: 'a\\'\n";

    #[test]
    fn the_text_means_the_same_and_leads_back() {
        let tree = template::document::read(SOURCE, "a.yaml").unwrap().unwrap();
        let made = emit(&tree, &|place| place);
        let again = template::document::read(&made.text, "made").unwrap().unwrap();
        assert_eq!(again.literal().to_json(), tree.literal().to_json(), "{}", made.text);
        let line = made.text.lines().position(|line| line.contains("\"a\": 1")).unwrap();
        let column = made.text.lines().nth(line).unwrap().find("\"a\"").unwrap();
        let at = Place { file: "made".into(), line: line as u32 + 1, column: column as u32 + 1, length: 3 };
        let back = made.map.to_source(&at);
        assert_eq!((back.file.as_str(), back.line, back.column), ("a.yaml", 7, 11));
        let kind = made.text.lines().position(|line| line.contains("AWS::KMS")).unwrap();
        let at = Place { file: "made".into(), line: kind as u32 + 1, column: 1, length: 0 };
        assert_eq!(made.map.to_source(&at).line, 3);
    }
}
