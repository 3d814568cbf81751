use crate::edit::Edit;
use crate::inner::Inner;
use crate::node::{Kind, Node, Tree};
use crate::resolve::{Found, anchored, resolve};
use crate::text::{Comments, column};
use crate::{Change, Error, Path};
use serde_json::Value;

/// The largest text that is read: that of a template.
const MAX_BYTES: usize = 1024 * 1024;
/// The most values that aliases may expand to.
const MAX_VALUES: usize = 600_000;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// YAML 1.2, with the words of 1.1 that CloudFormation knows.
    Yaml,
    /// JSON; comments and trailing commas are let be.
    Json,
}

impl Syntax {
    /// What a text looks like: JSON begins with a bracket, behind its comments.
    pub fn of(text: &str) -> Self {
        let at = crate::text::skip_space(text, 0, Comments::Slashes);
        if text[at..].starts_with(['{', '[']) { Self::Json } else { Self::Yaml }
    }
}

/// A document that can be changed.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) text: String,
    pub(crate) syntax: Syntax,
    pub(crate) tree: Tree,
    pub(crate) functions: Functions,
    /// The places in the tree can be relied upon.
    pub(crate) sound: bool,
}

/// Whether functions of CloudFormation may stand in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Functions {
    /// As values.
    Values,
    /// As `${…}` in its text, which a `Fn::Sub` evaluates.
    Variables,
    /// Not at all: the text is taken as it stands.
    Nowhere,
}

impl Document {
    /// Reads a text.
    pub fn read(text: &str, syntax: Syntax) -> Result<Self, Error> {
        Self::read_within(text, syntax, Functions::Values)
    }

    pub(crate) fn read_within(text: &str, syntax: Syntax, functions: Functions) -> Result<Self, Error> {
        if text.len() > MAX_BYTES {
            return Err(Error::TooLarge { bytes: text.len(), most: MAX_BYTES });
        }
        let tree = match syntax {
            Syntax::Yaml => crate::yaml::parse(text),
            Syntax::Json => crate::json::parse(text),
        };
        let tree = tree.map_err(|(at, message)| {
            let line = text[..at].matches('\n').count() + 1;
            Error::Syntax { line, column: column(text, at) + 1, message }
        })?;
        let sound = tree.root.is_sound(text);
        Ok(Self { text: text.to_owned(), syntax, tree, functions, sound })
    }

    /// The text that was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value at a path, with aliases followed and short forms as objects. A number that JSON would write otherwise is a
    /// text. None: there is nothing, or its aliases make it too large.
    pub fn value(&self, path: &Path) -> Option<Value> {
        let found = resolve(&self.tree, path).ok()?;
        if !found.rest.is_empty() {
            let inner = self.inner(&found)?;
            return inner.document.value(&Path(found.rest.to_vec()));
        }
        let mut left = MAX_VALUES;
        self.plain_value(found.node(), &mut left, 0)
    }

    fn plain_value(&self, node: &Node, left: &mut usize, depth: usize) -> Option<Value> {
        *left = left.checked_sub(1)?;
        if depth > 2 * crate::node::MAX_DEPTH {
            return None;
        }
        let mut within = |node: &Node| self.plain_value(node, left, depth + 1);
        Some(match &node.kind {
            Kind::List(_, items) => Value::Array(items.iter().map(within).collect::<Option<_>>()?),
            Kind::Map(_, entries) => {
                let members = entries.iter().map(|entry| Some((entry.name().to_owned(), within(&entry.value)?)));
                Value::Object(members.collect::<Option<_>>()?)
            }
            Kind::Call(function, argument) => Value::Object([(function.clone(), within(argument)?)].into_iter().collect()),
            Kind::Alias(number) => within(anchored(&self.tree.root, *number)?)?,
            Kind::Number(text) => match node.value(&[]) {
                Value::Number(number) => Value::Number(number),
                _ => Value::String(text.clone()),
            },
            _ => node.value(&[]),
        })
    }

    /// The document in the text that was reached.
    pub(crate) fn inner(&self, found: &Found<'_>) -> Option<Inner> {
        let functions = match self.functions {
            Functions::Values if found.evaluated => Functions::Variables,
            Functions::Values => Functions::Nowhere,
            other => other,
        };
        Inner::open(self, found.node(), functions)
    }

    /// Adds a value at the end of a list; see [`Change::Append`].
    pub fn append(&self, path: &Path, value: &Value) -> Result<Vec<Edit>, Error> {
        self.change(&[Change::Append { path: path.clone(), value: value.clone() }])
    }

    /// Adds a member to a mapping; see [`Change::Insert`].
    pub fn insert(&self, path: &Path, key: &str, value: &Value) -> Result<Vec<Edit>, Error> {
        self.change(&[Change::Insert { path: path.clone(), key: key.to_owned(), value: value.clone() }])
    }

    /// Puts a value in the place of another; see [`Change::Replace`].
    pub fn replace(&self, path: &Path, value: &Value) -> Result<Vec<Edit>, Error> {
        self.change(&[Change::Replace { path: path.clone(), value: value.clone() }])
    }

    /// Takes a value away; see [`Change::Remove`].
    pub fn remove(&self, path: &Path) -> Result<Vec<Edit>, Error> {
        self.change(&[Change::Remove { path: path.clone() }])
    }
}
