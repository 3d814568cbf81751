//! Who can do something to something, and by which way: asked of the world that a rehearsal has made.

mod ask;
mod named;
mod ways;

pub use named::Unanswerable;

use crate::{Cause, Estate, Setup, names::lasting, tries};
use ask::Asking;
use gate::Error;
use serde::Serialize;
use std::collections::BTreeMap;
use ways::Ways;

/// A question.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Only this principal: its ARN, its name or what a template calls it.
    pub who: Option<String>,
    /// The action, `service:Name`.
    pub can: String,
    /// The resource: its ARN, its name or what a template calls it.
    pub on: String,
}

/// Who can.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// The action, as AWS writes it.
    pub action: String,
    /// The resource's ARN; `*` where the action has none.
    pub resource: String,
    /// What people call the resource.
    pub resource_name: String,
    /// Those who can: directly, by becoming another, by giving it to themselves.
    pub can: Vec<Way>,
    /// Those who cannot.
    pub cannot: Vec<Barred>,
}

/// How somebody comes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum How {
    /// By his own policies, or the resource's.
    Directly,
    /// By becoming somebody who can, or by having a service act as him.
    ByBecoming,
    /// By changing policies, or by becoming somebody who may.
    ByGranting,
}

/// Somebody who can.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Way {
    /// The ARN of the role or user.
    pub principal: String,
    /// What people call it.
    pub name: String,
    /// How.
    pub how: How,
    /// What he does, the last being the action itself.
    pub steps: Vec<Step>,
}

/// One of the calls by which somebody comes to what he wants.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// In words.
    pub text: String,
    /// The statements that let him.
    pub statements: Vec<Cause>,
    /// What has to hold besides: condition keys and values.
    pub conditions: Vec<(String, String)>,
}

/// Somebody who cannot.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Barred {
    /// The ARN of the role or user.
    pub principal: String,
    /// What people call it.
    pub name: String,
    /// What denies it, or does not allow it.
    pub reasons: Vec<Cause>,
}

/// Answers a question about an estate: it is rehearsed first. The inner error: the question has none.
///
/// # Errors
/// The world itself failed: nothing of what the user gave is at fault.
pub fn access(estate: &Estate, setup: &Setup, question: &Question) -> Result<Result<Access, Unanswerable>, Error> {
    let mut answer = None;
    tries::to_the_end(estate, setup, |driver| {
        answer = Some(Asking::new(driver)?.answer(question)?);
        Ok(())
    })?;
    answer.ok_or_else(|| Error::internal("the rehearsal did not come to its end"))
}

impl Asking<'_, '_> {
    fn answer(&mut self, question: &Question) -> Result<Result<Access, Unanswerable>, Error> {
        let (action, resource) = match self.wanted(&question.can, &question.on) {
            Ok(wanted) => wanted,
            Err(unanswerable) => return Ok(Err(unanswerable)),
        };
        let only = match question.who.as_deref().map(|who| self.principal(who)).transpose() {
            Ok(only) => only,
            Err(unanswerable) => return Ok(Err(unanswerable)),
        };
        let mut can: BTreeMap<usize, Way> = BTreeMap::new();
        let mut barred = BTreeMap::new();
        for at in 0..self.principals.len() {
            let asked = self.ask(at, &action, &resource);
            if asked.allowed {
                let step = self.step(format!("may {action} on {}", self.called(&resource)), at, &resource, &asked);
                can.insert(at, self.way(at, How::Directly, vec![step]));
            } else {
                barred.insert(at, asked);
            }
        }
        let ways = Ways::new(self);
        ways.become_them(self, &mut can, How::ByBecoming);
        for at in 0..self.principals.len() {
            if can.contains_key(&at) {
                continue;
            }
            if let Some(step) = self.granting(at, &resource) {
                can.insert(at, self.way(at, How::ByGranting, vec![step]));
            }
        }
        ways.become_them(self, &mut can, How::ByGranting);
        let wanted = |at: &usize| only.is_none_or(|only| only == *at);
        let cannot =
            barred.iter().filter(|(at, _)| wanted(at) && !can.contains_key(at)).map(|(at, asked)| self.barred(*at, asked, &resource));
        let cannot = cannot.collect();
        let mut can: Vec<Way> = can.into_iter().filter(|(at, _)| wanted(at)).map(|(_, way)| way).collect();
        can.sort_by(|a, b| (a.how, a.steps.len(), &a.name).cmp(&(b.how, b.steps.len(), &b.name)));
        let resource_name = self.called(&resource);
        Ok(Ok(Access { action, resource: lasting(&resource), resource_name, can, cannot }))
    }

    fn way(&self, at: usize, how: How, steps: Vec<Step>) -> Way {
        let principal = self.principals.get(at).map(|one| one.arn.clone()).unwrap_or_default();
        Way { name: self.called(&principal), principal, how, steps }
    }
}
