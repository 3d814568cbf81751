//! What is said of inputs that were guessed or read past.

use crate::{Cause, Certainty, Finding, Kind, Layer, Place, Severity};

/// The findings about the inputs.
#[derive(Debug, Default)]
pub(super) struct Notes(pub Vec<Finding>);

impl Notes {
    /// Something that was taken to be so.
    pub(super) fn assumed(&mut self, id: &str, title: String, place: Option<Place>, notes: Vec<String>) {
        self.add(Kind::Assumed, Severity::Note, id, title, place, notes);
    }
    /// Something that is to be put right before this is used in earnest.
    pub(super) fn warning(&mut self, id: &str, title: String, place: Option<Place>, notes: Vec<String>) {
        self.add(Kind::Assumed, Severity::Warning, id, title, place, notes);
    }
    /// Something that could not be made use of.
    pub(super) fn unknown(&mut self, id: &str, title: String, place: Option<Place>, notes: Vec<String>) {
        self.add(Kind::Unknown, Severity::Warning, id, title, place, notes);
    }

    fn add(&mut self, kind: Kind, severity: Severity, id: &str, title: String, place: Option<Place>, notes: Vec<String>) {
        let id = format!("{}/{id}", kind.name());
        if self.0.iter().any(|finding| finding.id == id) {
            return;
        }
        let causes = place.map(|place| Cause { text: "here".into(), place: Some(place) }).into_iter().collect();
        let (subject, certainty) = (Vec::new(), Certainty::Certain);
        let layer = Layer::Deployment;
        self.0.push(Finding { id, kind, severity, layer, subject, title, call: None, causes, notes, certainty, repairs: Vec::new() });
    }
}
