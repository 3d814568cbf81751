//! XML as AWS's protocols use it: a small strict reader and a writer.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use serde_json::{Map, Value};
use std::fmt;

/// Limits on a document from outside.
const MAX_DEPTH: usize = 32;
const MAX_ELEMENTS: usize = 100_000;

/// How a list is written: `member` is AWS's name of it.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// The member's name in inputs and outputs.
    pub member: &'static str,
    /// The element's name.
    pub element: &'static str,
    /// The name of each item inside it; none if the list is flattened, so that `element` itself repeats.
    pub item: Option<&'static str>,
}

/// Where a service's elements are not simply its members.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names {
    /// Its lists; one that is not named here is flattened under its own name.
    pub lists: &'static [List],
    /// Members whose element has another name, and that name.
    pub renamed: &'static [(&'static str, &'static str)],
}

/// Why a document was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct XmlError(pub String);

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The XML you provided was not well-formed or did not validate against our published schema: {}", self.0)
    }
}
impl std::error::Error for XmlError {}

fn refused<T>(why: impl Into<String>) -> Result<T, XmlError> {
    Err(XmlError(why.into()))
}

#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Map<String, Value>,
    items: Vec<Value>,
    list: Option<List>,
}

impl Element {
    fn open(start: &BytesStart<'_>, names: Names) -> Result<Self, XmlError> {
        let name = start.local_name().as_ref().to_owned();
        let list = names.lists.iter().find(|l| l.item.is_some() && l.element == name).copied();
        let mut element = Self { name, list, ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| XmlError(e.to_string()))?;
            // `xsi:type` is the one attribute that carries a member: the kind of a grantee.
            if attribute.key.local_name().as_ref() == "type" {
                let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|e| XmlError(e.to_string()))?;
                element.children.insert("Type".to_owned(), Value::from(value.into_owned()));
            }
        }
        Ok(element)
    }
    fn add(&mut self, child: Self, names: Names) -> Result<(), XmlError> {
        if let Some(list) = self.list {
            if list.item != Some(child.name.as_str()) {
                return refused(format!("<{}> does not belong into <{}>", child.name, self.name));
            }
            self.items.push(child.value());
            return Ok(());
        }
        let flat = names.lists.iter().find(|l| l.item.is_none() && l.element == child.name);
        if let Some(list) = flat {
            let items = self.children.entry(list.member).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(items) = items {
                items.push(child.value());
            }
            return Ok(());
        }
        let renamed = names.renamed.iter().find(|(_, element)| *element == child.name).map(|(member, _)| *member);
        let name = child.list.map(|l| l.member).or(renamed).unwrap_or(&child.name).to_owned();
        let value = child.value();
        match self.children.get_mut(&name) {
            None => {
                self.children.insert(name, value);
            }
            // An element that repeats is a list, whether it is known as one or not.
            Some(Value::Array(items)) => items.push(value),
            Some(before) => {
                let first = before.take();
                *before = Value::Array(vec![first, value]);
            }
        }
        Ok(())
    }
    fn value(self) -> Value {
        if self.list.is_some() {
            Value::Array(self.items)
        } else if self.children.is_empty() {
            Value::String(self.text)
        } else {
            Value::Object(self.children)
        }
    }
}

/// Reads a document with the root element `root` into a value: elements with children become objects, others text,
/// repeated and known lists arrays. Document types and entities beyond XML's five are refused.
pub fn read(text: &[u8], root: &str, names: Names) -> Result<Value, XmlError> {
    let text = std::str::from_utf8(text).map_err(|_| XmlError("it is not UTF-8".to_owned()))?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut done: Option<Element> = None;
    let mut count = 0;
    loop {
        match reader.read_event().map_err(|e| XmlError(e.to_string()))? {
            Event::Start(start) => {
                count += 1;
                if open.len() >= MAX_DEPTH || count > MAX_ELEMENTS {
                    return refused("it is too deep or has too many elements");
                }
                if done.is_some() {
                    return refused("it has more than one root element");
                }
                open.push(Element::open(&start, names)?);
            }
            Event::End(_) => {
                let Some(element) = open.pop() else { return refused("an element ends that never began") };
                match open.last_mut() {
                    Some(parent) => parent.add(element, names)?,
                    None => done = Some(element),
                }
            }
            Event::Text(text) => add_text(&mut open, &text.xml10_content())?,
            Event::CData(text) => add_text(&mut open, &text.xml10_content())?,
            Event::GeneralRef(entity) => {
                let letter = match entity.resolve_char_ref().map_err(|e| XmlError(e.to_string()))? {
                    Some(letter) => letter,
                    None => match &*entity.xml10_content() {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        other => return refused(format!("the entity '{other}' is not known")),
                    },
                };
                add_text(&mut open, letter.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return refused("a document type is not allowed"),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Empty(_) => {}
            Event::Eof => break,
        }
    }
    match done {
        Some(element) if open.is_empty() && element.name == root => Ok(element.value()),
        Some(element) if open.is_empty() => refused(format!("its root element is <{}>, not <{root}>", element.name)),
        _ => refused("it ends too early"),
    }
}

fn add_text(open: &mut [Element], text: &str) -> Result<(), XmlError> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return refused("there is text outside the root element"),
    }
    Ok(())
}

/// Adds text with XML's letters escaped. What XML 1.0 cannot hold becomes U+FFFD, since no reader would take it.
pub fn push_escaped(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A reader would turn a bare carriage return into a line feed.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(letter),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
    }
}

/// Adds `<name>text</name>`.
pub fn push_element(out: &mut String, name: &str, text: &str) {
    open(out, name);
    push_escaped(out, text);
    close(out, name);
}

/// Adds `<name>`.
pub fn open(out: &mut String, name: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
}

/// Adds `</name>`.
pub fn close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// The text of a scalar; none if it is null or no scalar.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NAMES: Names = Names {
        lists: &[List { member: "Parts", element: "Part", item: None }, List { member: "TagSet", element: "TagSet", item: Some("Tag") }],
        renamed: &[("MFADelete", "MfaDelete")],
    };

    #[test]
    fn values() {
        for (text, expected) in [
            ("<?xml version=\"1.0\"?>\n<R xmlns='x'> <Part><N>1</N></Part> </R>", json!({"Parts": [{"N": "1"}]})),
            ("<R><Part/><Part/></R>", json!({"Parts": ["", ""]})),
            ("<R><TagSet><Tag><Key>a&amp;&#x41;</Key></Tag></TagSet></R>", json!({"TagSet": [{"Key": "a&A"}]})),
            ("<R><TagSet/></R>", json!({"TagSet": []})),
            ("<s:R><A><![CDATA[<x>]]></A><!-- c --><A>2</A><A>3</A></s:R>", json!({"A": ["<x>", "2", "3"]})),
            ("<R><G xsi:type=\"Group\"><URI>u</URI></G></R>", json!({"G": {"Type": "Group", "URI": "u"}})),
            ("<R><MfaDelete>x</MfaDelete></R>", json!({"MFADelete": "x"})),
            ("<R/>", json!("")),
        ] {
            assert_eq!(read(text.as_bytes(), "R", NAMES), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refusals() {
        let deep = format!("{}{}", "<R>".repeat(40), "</R>".repeat(40));
        for text in [
            "",
            "x",
            "<R>",
            "<R></S>",
            "</R>",
            "<S/>",
            "<R/><R/>",
            "<R/>x",
            "<!DOCTYPE R [<!ENTITY a \"aaaa\">]><R>&a;</R>",
            "<R>&a;</R>",
            "<R>&#0;</R>",
            "<R>a & b</R>",
            "<R><TagSet><Other/></TagSet></R>",
            "<R a=1 a=1/>",
            &deep,
        ] {
            assert!(read(text.as_bytes(), "R", NAMES).is_err(), "{text}");
        }
        assert!(read(b"<R>\xff</R>", "R", NAMES).is_err());
    }

    #[test]
    fn escaping() {
        let mut out = String::new();
        push_element(&mut out, "K", "a<&>\"\r\n\t\u{1}ä");
        assert_eq!(out, "<K>a&lt;&amp;&gt;&quot;&#13;\n\t\u{fffd}ä</K>");
        assert_eq!(read(b"<K>a&lt;&amp;&gt;&quot;&#13;</K>", "K", NAMES), Ok(json!("a<&>\"\r")));
    }
}
