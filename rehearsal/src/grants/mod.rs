//! What grants give besides what a delivery needs: analyses over policy documents and the calls that were decided. Pure.
//!
//! They look at documents alone and need no world: [`Documents`] has the policies and tells where each was written, [`Needed`]
//! is a call that the delivery makes.

mod dead;
mod deputy;
mod documents;
mod overlap;
#[cfg(test)]
mod tests;
mod unused;

pub use documents::{Document, Documents, Needed};

use crate::Finding;

/// All findings about the grants of these documents, in the documents' order.
pub fn findings(documents: &Documents<'_>, calls: &[Needed]) -> Vec<Finding> {
    let mut all = Vec::new();
    for index in 0..documents.list.len() {
        let Some(document) = documents.read(index) else { continue };
        all.extend(deputy::of(&document));
        all.extend(dead::of(&document, calls));
        all.extend(unused::of(&document, calls));
    }
    all
}
