//! From paths to places, and back.

use crate::node::{Kind, Node};
use crate::resolve::resolve;
use crate::text::column;
use crate::{Document, Error, Path, Step};

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last one.
    pub end: usize,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
}

impl Document {
    /// Where the value at a path stands, with its tag; behind an alias: where it is written.
    pub fn locate(&self, path: &Path) -> Result<Location, Error> {
        let (start, end) = self.range(path)?;
        let line = self.text[..start].matches('\n').count() + 1;
        Ok(Location { start, end, line, column: column(&self.text, start) + 1 })
    }

    fn range(&self, path: &Path) -> Result<(usize, usize), Error> {
        let found = resolve(&self.tree, path)?;
        if found.rest.is_empty() {
            return Ok((found.node().outer, found.node().end));
        }
        let inner = self.inner(&found).ok_or_else(|| Error::NotFound(path.clone()))?;
        let (start, end) = inner.document.range(&Path(found.rest.to_vec()))?;
        Ok((inner.outside(start), inner.outside(end)))
    }

    /// The path of the innermost value at a place; on a key, that of its value. Lines and columns count from 1, columns in
    /// characters.
    pub fn path_at(&self, line: usize, column: usize) -> Option<Path> {
        let before = line.checked_sub(1)?;
        let start = match before {
            0 => 0,
            _ => self.text.match_indices('\n').nth(before - 1)?.0 + 1,
        };
        let end = crate::text::line_end(&self.text, start);
        let (at, _) = self.text[start..end].char_indices().nth(column.checked_sub(1)?).unwrap_or((end - start, ' '));
        let mut path = Path::root();
        self.path_to(start + at, &mut path).then_some(path)
    }

    /// Whether the byte belongs to a value.
    fn path_to(&self, at: usize, path: &mut Path) -> bool {
        let mut node = &self.tree.root;
        if !within(node.outer, node.end, at) {
            return false;
        }
        let mut evaluated = false;
        loop {
            if let Kind::Text(..) = node.kind {
                let functions = if evaluated { crate::document::Functions::Variables } else { self.functions };
                if let Some(inner) = crate::inner::Inner::open(self, node, functions) {
                    inner.document.path_to(inner.inside(at), path);
                }
                return true;
            }
            match step(node, at) {
                Some((step, child)) => {
                    evaluated = step == Step::from("Fn::Sub");
                    path.0.push(step);
                    node = child;
                }
                None => return true,
            }
        }
    }
}

fn step(node: &Node, at: usize) -> Option<(Step, &Node)> {
    match &node.kind {
        Kind::Map(_, entries) => entries
            .iter()
            .find(|entry| within(entry.key.outer, entry.value.end.max(entry.key.end), at))
            .map(|entry| (Step::from(entry.name()), &entry.value)),
        // On the function's name, the call itself is meant.
        Kind::Call(..) => node.children().into_iter().find(|(_, argument)| within(argument.start, argument.end, at)),
        _ => node.children().into_iter().find(|(_, child)| within(child.outer, child.end, at)),
    }
}

fn within(start: usize, end: usize, at: usize) -> bool {
    start <= at && at < end.max(start + 1)
}
