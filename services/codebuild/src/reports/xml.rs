//! A small reader of XML for report files.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 500_000;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    /// The text in it, without that of its children.
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

impl Node {
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }
    pub(super) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }
    pub(super) fn number(&self, name: &str) -> u64 {
        self.attribute(name).trim().parse().unwrap_or(0)
    }
    /// All elements of this name below this one, in order.
    pub(super) fn below<'n>(&'n self, name: &str, found: &mut Vec<&'n Node>) {
        for child in &self.children {
            if child.name == name {
                found.push(child);
            }
            child.below(name, found);
        }
    }

    fn open(start: &BytesStart<'_>) -> Result<Self, String> {
        let mut node = Self { name: start.local_name().as_ref().to_owned(), ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| e.to_string())?;
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|e| e.to_string())?;
            node.attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        }
        Ok(node)
    }
}

fn letter(entity: &quick_xml::events::BytesRef<'_>) -> Result<char, String> {
    if let Some(letter) = entity.resolve_char_ref().map_err(|e| e.to_string())? {
        return Ok(letter);
    }
    match &*entity.xml10_content() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        other => Err(format!("the entity '{}' is not known", other.escape_debug())),
    }
}

/// Reads a document. What its document type declares is passed over: tools write one, and nothing of it is needed.
pub(super) fn read(text: &str) -> Result<Node, String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().expand_empty_elements = true;
    let (mut open, mut done, mut count) = (Vec::<Node>::new(), None, 0);
    loop {
        match reader.read_event().map_err(|e| e.to_string())? {
            Event::Start(start) => {
                count += 1;
                if open.len() >= MAX_DEPTH || count > MAX_NODES {
                    return Err(format!("it is deeper than {MAX_DEPTH}, or has more than {MAX_NODES} elements"));
                }
                open.push(Node::open(&start)?);
            }
            Event::End(_) => {
                let node = open.pop().ok_or("an element ends that never began")?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(node),
                    None if done.is_none() => done = Some(node),
                    None => return Err("it has more than one root element".into()),
                }
            }
            Event::Text(text) => add(&mut open, &text.xml10_content()),
            Event::CData(text) => add(&mut open, &text.xml10_content()),
            Event::GeneralRef(entity) => add(&mut open, letter(&entity)?.encode_utf8(&mut [0; 4])),
            Event::DocType(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Empty(_) => {}
            Event::Eof => break,
        }
    }
    done.filter(|_| open.is_empty()).ok_or_else(|| "it is no whole XML document".into())
}

fn add(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(text);
    }
}
