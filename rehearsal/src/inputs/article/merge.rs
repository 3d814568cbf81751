//! Resources that several blocks tell of.

use crate::inputs::units::{entries_mut, member};
use template::document::Entry;

/// The resources by what the article calls their account.
#[derive(Default)]
pub(super) struct Resources(Vec<(Option<String>, Vec<Entry>)>);

impl Resources {
    /// Adds a resource; one that is there already gets what is new of it.
    pub(super) fn add(&mut self, label: Option<String>, resource: Entry) {
        let at = self.0.iter().position(|(other, _)| *other == label).unwrap_or_else(|| {
            self.0.push((label, Vec::new()));
            self.0.len() - 1
        });
        let resources = &mut self.0[at].1;
        match resources.iter_mut().find(|known| known.key.text == resource.key.text) {
            Some(known) => merge(known, resource),
            None => resources.push(resource),
        }
    }

    pub(super) fn by_label(self) -> Vec<(Option<String>, Vec<Entry>)> {
        self.0
    }
}

/// Attribute by attribute, properties one by one: what comes later counts.
fn merge(known: &mut Entry, new: Entry) {
    for attribute in new.value.entries() {
        if attribute.key.text == "Properties" {
            let Some(properties) = member(&mut known.value, "Properties").and_then(entries_mut) else { continue };
            for property in attribute.value.entries() {
                put(properties, property);
            }
        } else if let Some(attributes) = entries_mut(&mut known.value) {
            put(attributes, attribute);
        }
    }
}

fn put(entries: &mut Vec<Entry>, new: &Entry) {
    match entries.iter_mut().find(|entry| entry.key.text == new.key.text) {
        Some(known) => *known = new.clone(),
        None => entries.push(new.clone()),
    }
}
