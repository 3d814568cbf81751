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

/// What narrows the statements of each document, by its place in the list and the statement's.
pub(crate) fn narrower(documents: &Documents<'_>, calls: &[Needed]) -> Vec<(usize, usize, Narrow)> {
    let mut all = Vec::new();
    for (index, document) in (0..documents.list.len()).filter_map(|index| Some((index, documents.read(index)?))) {
        let own: Vec<&Needed> = calls.iter().filter(|call| document.of.owners.contains(&call.principal)).collect();
        let narrowed = document.statements.iter().filter_map(|statement| Some((statement.index, narrow::of(&document, statement, &own)?)));
        all.extend(narrowed.map(|(statement, narrow)| (index, statement, narrow)));
    }
    all
}

/// All findings about the grants of these documents, in the documents' order.
pub(crate) fn findings(documents: &Documents<'_>, held: &Held, calls: &[Needed]) -> Vec<Finding> {
    let read: Vec<Read<'_>> = (0..documents.list.len()).filter_map(|index| documents.read(index)).collect();
    let mut all = Vec::new();
    for document in &read {
        let own: Vec<&Needed> = calls.iter().filter(|call| document.of.owners.contains(&call.principal)).collect();
        let beside = read.iter().filter(|other| {
            other.of.kind == PolicyKind::Identity && other.of.owners.iter().any(|owner| document.of.owners.contains(owner))
        });
        let others: Vec<&Statement> = beside.flat_map(|other| &other.statements).collect();
        all.extend(deputy::of(document));
        all.extend(around::of(document, &others, held, calls));
        all.extend(dead::of(document, &others, calls));
        all.extend(unused::of(document, &own));
        all.extend(unused::given(document, calls));
        all.extend(wide::of(document, &own));
    }
    all
}
