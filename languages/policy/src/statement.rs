//! A statement, compiled.

use crate::{
    condition::Condition,
    context::Context,
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
    pub fn covers_action(&self, service: &str, name: &str, none: &Context) -> bool {
        self.action.negated != self.action.list.iter().any(|action| action.matches(service, name, none))
    }

    pub fn covers_resource(&self, target: &Target<'_>, context: &Context, asks: &Asks<'_>) -> bool {
        let Some(resource) = &self.resource else { return true };
        let mut unresolved = false;
        for pattern in &resource.list {
            match pattern.matches(target, context, asks) {
                Some(true) => return !resource.negated,
                Some(false) => {}
                None => unresolved = true,
            }
        }
        if !resource.negated || !unresolved {
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
    parts: Option<(Box<str>, Pattern)>,
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
        Ok(Self { text: text.into(), parts: Some((service.into(), name)) })
    }

    fn matches(&self, service: &str, name: &str, none: &Context) -> bool {
        self.parts.as_ref().is_none_or(|(own, pattern)| own.eq_ignore_ascii_case(service) && pattern.matches_any_case(name, none))
    }

    /// The service; None for every action.
    pub fn service(&self) -> Option<&str> {
        self.parts.as_ref().map(|(service, _)| &**service)
    }
}
