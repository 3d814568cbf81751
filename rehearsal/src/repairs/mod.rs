//! What mends a denial, as changes of the user's own files: the exact action on the exact resource under the tightest condition, in
//! the right document, by the smallest change.
//!
//! What nearly allows the call is changed where nobody gets more by it; else a statement is added. What forbids is a guardrail's.

mod add;
mod ask;
pub(crate) mod calls;
mod choose;
mod guard;
mod keyless;
mod narrowed;
mod sites;
mod words;

pub(crate) use keyless::managed_key;

use crate::{Cause, Edit, Patch, Place, Repair, Stack, driver::Driver, refusals::Refusal};
use cloudformation::MadeResource;
use patch::{Change, Document, Syntax};
use serde_json::Value as Json;
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// More ways to mend one thing are of no use.
const MOST_REPAIRS: usize = 3;

/// What is needed to mend what was refused.
pub(crate) struct Mending<'d> {
    driver: &'d Driver<'d>,
    refusals: &'d [Refusal],
    resources: Vec<MadeResource>,
    calls: calls::Calls,
    /// The templates, by their paths. None: it cannot be changed.
    documents: RefCell<BTreeMap<String, Option<Rc<Document>>>>,
}

/// A change that mends.
struct Choice {
    title: String,
    statement: Json,
    /// Of files, by their paths.
    changes: Vec<(String, Change)>,
    /// What else is to be told.
    causes: Vec<Cause>,
    guardrail: Option<String>,
}

/// What mends a refusal, and what was seen on the way.
pub(crate) struct Mended {
    /// The best first.
    pub(crate) repairs: Vec<Repair>,
    pub(crate) causes: Vec<Cause>,
}

impl<'d> Mending<'d> {
    /// `resources`: all that stacks have made.
    pub(crate) fn new(driver: &'d Driver<'d>, refusals: &'d [Refusal], resources: Vec<MadeResource>) -> Self {
        let calls = calls::Calls::new(|look| {
            if !refusals.is_empty() {
                driver.world.each_decided(look);
            }
        });
        Self { driver, refusals, resources, calls, documents: RefCell::default() }
    }

    /// What mends a refusal.
    pub(crate) fn of(&self, refusal: &Refusal) -> Mended {
        if let Some(mended) = self.keyless(refusal) {
            return mended;
        }
        let denies = refusal.reasons.iter().filter(|reason| reason["role"] == "decided" && reason["effect"] == "Deny");
        let mut needed: Vec<Choice> = denies.map(|reason| self.spared(refusal, reason)).collect();
        let mut others = Vec::new();
        let kinds = ask::lacking(refusal);
        for kind in &kinds {
            let guarded = if *kind == "trust" { self.trusted(refusal) } else { None };
            let mut choices = guarded.map_or_else(|| self.choices(kind, refusal), |choice| vec![choice]).into_iter();
            let condition = guard::of_trust(refusal).filter(|_| *kind == "trust");
            needed.extend(choices.next().map(|choice| match condition {
                // What lets the caller in beside the condition weakens it as well.
                Some(key) if choice.guardrail.is_none() => {
                    let name = self.owner(kind, refusal).map_or_else(|| refusal.resource.clone(), |made| made.logical_id.clone());
                    Choice { guardrail: Some(format!("the condition {key} of the trust in {name}")), ..choice }
                }
                _ => choice,
            }));
            // Where more than one has to change, the others are too many to tell.
            if kinds.len() == 1 && needed.len() == 1 {
                others.extend(choices);
            }
        }
        let mut causes = Vec::new();
        let mut repairs = Vec::new();
        for group in std::iter::once(needed).chain(others.into_iter().map(|one| vec![one])).filter(|group| !group.is_empty()) {
            if repairs.is_empty() {
                causes = group.iter().flat_map(|choice| choice.causes.clone()).collect();
            }
            repairs.push(self.repair(group));
        }
        repairs.dedup_by(|a, b| a.patches == b.patches && a.title == b.title);
        repairs.truncate(MOST_REPAIRS);
        Mended { repairs, causes }
    }

    /// Where a policy of a kind that allows nothing would be: the name of the resource that has it.
    pub(crate) fn place(&self, kind: &str, refusal: &Refusal) -> Option<Place> {
        let made = self.sites(kind, refusal).into_iter().next().map(|site| site.made).or_else(|| self.owner(kind, refusal))?;
        self.driver.named_itself(self.stack(made)?, &made.logical_id)
    }

    /// The user's own template of a stack. None: there is none, or it was made fit before it was used.
    fn document(&self, stack: &Stack) -> Option<Rc<Document>> {
        let mut known = self.documents.borrow_mut();
        let read = || {
            let estate = self.driver.estate;
            let own = !estate.given.texts.contains_key(&stack.template);
            let file = estate.files.get(&stack.template).filter(|_| own)?;
            Document::read(&file.text, Syntax::of(&file.text)).ok().map(Rc::new)
        };
        known.entry(stack.template.clone()).or_insert_with(read).clone()
    }

    /// Several changes that are needed all, as one repair; one of a guardrail makes it a guardrail's.
    fn repair(&self, choices: Vec<Choice>) -> Repair {
        let title = choices.iter().map(|choice| choice.title.as_str()).collect::<Vec<_>>().join(", and ");
        let guardrail = choices.iter().find_map(|choice| choice.guardrail.clone());
        let statement = match &choices[..] {
            [one] => one.statement.clone(),
            many => many.iter().map(|choice| choice.statement.clone()).filter(|one| !one.is_null()).collect(),
        };
        let mut by_file: BTreeMap<&str, Vec<Change>> = BTreeMap::new();
        for (file, change) in choices.iter().flat_map(|choice| &choice.changes) {
            by_file.entry(file).or_default().push(change.clone());
        }
        let known = self.documents.borrow();
        let patch = |(file, changes): (&str, Vec<Change>)| {
            let edits = known.get(file)?.as_ref()?.change(&changes).ok()?;
            let edits = edits.into_iter().map(|edit| Edit { start: edit.start, end: edit.end, text: edit.text }).collect();
            Some(Patch { file: file.to_owned(), edits })
        };
        // Half of a repair mends nothing.
        let all = choices.iter().all(|choice| !choice.changes.is_empty());
        let patches: Option<Vec<Patch>> = if all { by_file.into_iter().map(patch).collect() } else { None };
        Repair { title, statement, patches: patches.unwrap_or_default(), guardrail }
    }
}
