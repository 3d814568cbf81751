use base::{AccountId, Arn};
use policy::ContextValue;
use std::borrow::Cow;

/// What a demand is to its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The call is refused without it.
    Required,
    /// A decision that the operation reads: `ListBucket` for 403 or 404.
    Probe(&'static str),
    /// One item of a batch: the operation goes on without those that are denied.
    Item(usize),
}

/// One (action, resource, context) that AWS authorizes for a call.
#[derive(Debug, Clone)]
pub struct Demand {
    pub(crate) action: Cow<'static, str>,
    pub(crate) resource: Option<Arn>,
    pub(crate) owner: Option<AccountId>,
    pub(crate) context: Vec<(Cow<'static, str>, ContextValue)>,
    pub(crate) part: Part,
    pub(crate) grants: Option<Vec<policy::Grant>>,
}

impl Demand {
    /// The right to `action` on `resource`.
    pub fn new(action: impl Into<Cow<'static, str>>, resource: Arn) -> Self {
        Self { action: action.into(), resource: Some(resource), owner: None, context: Vec::new(), part: Part::Required, grants: None }
    }
    /// The right to an action that has no resource level: `*`.
    pub fn any(action: impl Into<Cow<'static, str>>) -> Self {
        Self { action: action.into(), resource: None, owner: None, context: Vec::new(), part: Part::Required, grants: None }
    }
    /// With a condition key.
    pub fn with(mut self, key: impl Into<Cow<'static, str>>, value: impl Into<ContextValue>) -> Self {
        self.context.push((key.into(), value.into()));
        self
    }
    /// With a condition key, if there is a value.
    pub fn with_some(self, key: impl Into<Cow<'static, str>>, value: Option<impl Into<ContextValue>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }
    /// With `aws:RequestTag/…` and `aws:TagKeys` for the tags of the request.
    pub fn with_tags<'t>(mut self, tags: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let mut keys = Vec::new();
        for (key, value) in tags {
            self = self.with(format!("aws:RequestTag/{key}"), value);
            keys.push(key.to_string());
        }
        if keys.is_empty() { self } else { self.with("aws:TagKeys", keys) }
    }
    /// With the grants that count for it, where not all of the key's do: who passes a grant on, or retires one, may do so by
    /// the right grant alone.
    pub fn by_grants(mut self, grants: Vec<policy::Grant>) -> Self {
        self.grants = Some(grants);
        self
    }
    /// A decision that the operation reads by `name` (see `Authorized::probe`) instead of being refused by it.
    pub fn probe(mut self, name: &'static str) -> Self {
        self.part = Part::Probe(name);
        self
    }
    /// The decision on the item `index` of a batch (see `Authorized::item`).
    pub fn item(mut self, index: usize) -> Self {
        self.part = Part::Item(index);
        self
    }
}

/// All that a call needs to be allowed.
#[derive(Debug, Clone, Default)]
pub struct Demands(pub(crate) Vec<Demand>);

impl Demands {
    /// Several demands; each required one must be allowed.
    pub fn all(demands: impl IntoIterator<Item = Demand>) -> Self {
        Self(demands.into_iter().collect())
    }
    /// And one more.
    pub fn and(mut self, demand: Demand) -> Self {
        self.0.push(demand);
        self
    }
    /// And these.
    pub fn and_all(mut self, more: Demands) -> Self {
        self.0.extend(more.0);
        self
    }
}
impl From<Demand> for Demands {
    fn from(demand: Demand) -> Self {
        Self(vec![demand])
    }
}
