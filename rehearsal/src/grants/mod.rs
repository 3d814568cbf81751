//! What grants give besides what a delivery needs: analyses over policy documents and the calls that were decided. Pure.
//!
//! They look at documents alone and need no world: [`Documents`] has the policies and tells where each was written.

mod around;
mod dead;
mod deputy;
mod documents;
mod narrow;
mod overlap;
#[cfg(test)]
mod tests;
mod unused;
mod wide;

pub(crate) use around::Held;
pub(crate) use documents::{Document, Documents};
pub(crate) use narrow::{Item, Narrow};
pub(crate) use overlap::meets_form;

use crate::{Finding, repairs::calls::Needed};
use documents::{Read, Statement};
use policy::PolicyKind;
use std::collections::{BTreeSet, HashMap};

/// The calls, by who makes them.
struct ByPrincipal<'c>(HashMap<&'c str, Vec<&'c Needed>>);

impl<'c> ByPrincipal<'c> {
    fn new(calls: &'c [Needed]) -> Self {
        let mut by: HashMap<&str, Vec<&Needed>> = HashMap::new();
        calls.iter().for_each(|call| by.entry(&call.principal).or_default().push(call));
        Self(by)
    }

    fn of(&self, owners: &[String]) -> Vec<&'c Needed> {
        owners.iter().filter_map(|owner| self.0.get(owner.as_str())).flatten().copied().collect()
    }
}

/// The calls, by the name of the bucket or the ARN of anything else that they are about.
struct ByThing<'c>(HashMap<&'c str, Vec<&'c Needed>>);

impl<'c> ByThing<'c> {
    fn new(calls: &'c [Needed]) -> Self {
        let mut by: HashMap<&str, Vec<&Needed>> = HashMap::new();
        for call in calls {
            let bucket = call.resource.strip_prefix("arn:aws:s3:::").and_then(|rest| rest.split('/').next());
            by.entry(bucket.unwrap_or(&call.resource)).or_default().push(call);
        }
        Self(by)
    }

    fn of(&self, owners: &[String]) -> Vec<&'c Needed> {
        owners.iter().filter_map(|owner| self.0.get(owner.as_str())).flatten().copied().collect()
    }
}

/// What narrows the statements of each document, by its place in the list and the statement's.
pub(crate) fn narrower(documents: &Documents<'_>, calls: &[Needed]) -> Vec<(usize, usize, Narrow)> {
    let mut all = Vec::new();
    let calls_by = ByPrincipal::new(calls);
    for (index, document) in (0..documents.list.len()).filter_map(|index| Some((index, documents.read(index)?))) {
        let own = calls_by.of(&document.of.owners);
        let narrowed = document.statements.iter().filter_map(|statement| Some((statement.index, narrow::of(&document, statement, &own)?)));
        all.extend(narrowed.map(|(statement, narrow)| (index, statement, narrow)));
    }
    all
}

/// All findings about the grants of these documents, in the documents' order.
pub(crate) fn findings(documents: &Documents<'_>, held: &Held, calls: &[Needed]) -> Vec<Finding> {
    let read: Vec<Read<'_>> = (0..documents.list.len()).filter_map(|index| documents.read(index)).collect();
    let mut all = Vec::new();
    let calls_by = ByPrincipal::new(calls);
    let calls_on = ByThing::new(calls);
    let met = dead::Met::new(calls);
    let mut policies: HashMap<&str, BTreeSet<usize>> = HashMap::new();
    for (at, document) in read.iter().enumerate().filter(|(_, document)| document.of.kind == PolicyKind::Identity) {
        for owner in &document.of.owners {
            policies.entry(owner).or_default().insert(at);
        }
    }
    for document in &read {
        let own = calls_by.of(&document.of.owners);
        let beside: BTreeSet<usize> =
            document.of.owners.iter().filter_map(|owner| policies.get(owner.as_str())).flatten().copied().collect();
        let others: Vec<&Statement> = beside.iter().filter_map(|at| read.get(*at)).flat_map(|other| &other.statements).collect();
        all.extend(deputy::of(document));
        all.extend(around::of(document, &others, held, &own));
        all.extend(dead::of(document, &others, &met));
        all.extend(unused::of(document, &own));
        all.extend(unused::given(document, &calls_on.of(&document.of.owners)));
        all.extend(wide::of(document, &own));
    }
    all
}
