//! A statement, compiled.

use crate::{
    condition::Condition,
    context::Context,
    index::{Asked, Beginning},
    options::{Asks, Point, UnresolvedNotResource},
    pattern::{Pattern, Syntax},
    principal::Principals,
    resource::{ResourcePattern, Target},
};
use serde::{Deserialize, Serialize};

/// What a statement does when it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Permits.
    Allow,
    /// Refuses, whatever else permits.
    Deny,
}

/// An element that has a negated form: `Action` or `NotAction`.
#[derive(Debug)]
pub(crate) struct OneOf<T> {
    pub negated: bool,
    pub list: T,
}

#[derive(Debug)]
pub(crate) struct Statement {
    pub sid: Option<Box<str>>,
    pub effect: Effect,
    pub principal: Option<OneOf<Principals>>,
    pub action: OneOf<Box<[ActionPattern]>>,
    /// None: the resource that the policy hangs on.
    pub resource: Option<OneOf<Box<[ResourcePattern]>>>,
    pub conditions: Box<[Condition]>,
    pub line: usize,
    pub column: usize,
}

impl Statement {
    pub fn covers_action(&self, asked: &Asked<'_>, none: &Context) -> bool {
        self.action.negated != self.action.list.iter().any(|action| action.matches(asked, none))
    }

    pub fn covers_resource(&self, target: &Target<'_>, context: &Context, asks: &Asks<'_>) -> bool {
        let Some(resource) = &self.resource else { return true };
        if resource.list.iter().any(|pattern| pattern.matches(target, context, asks)) {
            return !resource.negated;
        }
        if !resource.negated || resource.list.iter().all(|pattern| pattern.resolves(context)) {
            return resource.negated;
        }
        match asks.ask(Point::NotResourceWithUnresolvedVariable, |o| o.not_resource_with_unresolved_variable) {
            UnresolvedNotResource::FailSafe => self.effect == Effect::Deny,
            UnresolvedNotResource::EntryMatchesNothing => true,
            UnresolvedNotResource::StatementDoesNotApply => false,
        }
    }
}

/// `service:Name` with wildcards in the name.
#[derive(Debug)]
pub(crate) struct ActionPattern {
    pub text: Box<str>,
    /// None: every action.
    parts: Option<Parts>,
}

#[derive(Debug)]
struct Parts {
    service: Box<str>,
    name: Pattern,
    beginning: Beginning,
}

impl ActionPattern {
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "*" || text == "*:*" {
            return Ok(Self { text: text.into(), parts: None });
        }
        let Some((service, name)) = text.split_once(':') else {
            return Err(format!("'{text}' is no action: Actions/Conditions must be prefaced by a vendor, e.g., iam, s3, kms"));
        };
        if service.is_empty() || !service.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(format!("'{text}' is no action: the service must be written out, without wildcards"));
        }
        let name = Pattern::parse(name, Syntax { wildcards: true, variables: false })?;
        let beginning = Beginning::of(service, name.literal_start(), name.fixed().is_some());
        Ok(Self { text: text.into(), parts: Some(Parts { service: service.into(), name, beginning }) })
    }

    fn matches(&self, asked: &Asked<'_>, none: &Context) -> bool {
        let Some(Parts { service, name, beginning }) = &self.parts else { return true };
        beginning.may_cover(asked) && service.eq_ignore_ascii_case(asked.service) && name.matches_any_case(asked.name, none)
    }

    /// The service; None for every action.
    pub fn service(&self) -> Option<&str> {
        self.parts.as_ref().map(|parts| &*parts.service)
    }

    /// The literal with which the names of all actions begin that it covers.
    pub fn literal_start(&self) -> &str {
        self.parts.as_ref().map_or("", |parts| parts.name.literal_start())
    }

    /// One action, without wildcards.
    pub fn is_exact(&self) -> bool {
        self.parts.as_ref().is_some_and(|parts| parts.name.fixed().is_some())
    }
}
