use std::fmt;

/// A step from a value to one within it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A member of a mapping.
    Key(String),
    /// An item of a list, from 0. Where a single value stands for a list, 0 is that value.
    Index(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.into())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// The way from a document's root to a value.
///
/// A short form is a mapping of one member: `!Sub text` at `A` is at `A`, its text at `A/Fn::Sub`. A path may go on inside of
/// a text that is itself a document, such as a policy that is written as a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The root.
    pub fn root() -> Self {
        Self::default()
    }

    /// A JSON pointer: `/Resources/Key/Properties`. A step of digits alone is an index, as well as the key of that name.
    pub fn pointer(pointer: &str) -> Self {
        let step = |text: &str| match text.parse() {
            Ok(index) if !text.starts_with('+') => Step::Index(index),
            _ => Step::Key(text.replace("~1", "/").replace("~0", "~")),
        };
        Self(pointer.split('/').skip(1).map(step).collect())
    }

    /// The path of what is one step further.
    pub fn then(&self, step: impl Into<Step>) -> Self {
        Self(self.0.iter().cloned().chain([step.into()]).collect())
    }

    /// The path of what is around it, and the last step.
    pub fn split_last(&self) -> Option<(Self, &Step)> {
        self.0.split_last().map(|(last, rest)| (Self(rest.to_vec()), last))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the document");
        }
        for step in &self.0 {
            match step {
                Step::Key(key) => write!(f, "/{}", key.replace('~', "~0").replace('/', "~1"))?,
                Step::Index(index) => write!(f, "/{index}")?,
            }
        }
        Ok(())
    }
}
