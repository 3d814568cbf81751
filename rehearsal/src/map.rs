//! Where the parts of a made text come from.

use crate::Place;

/// A map from places in a made text to places in the user's.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map {
    /// The stretches of the made text, in order.
    stretches: Vec<Stretch>,
    /// Lines without a stretch are the same lines of the user's text.
    same_lines: bool,
}

/// A part of one line.
#[derive(Debug, Clone, PartialEq)]
struct Stretch {
    line: u32,
    column: u32,
    length: u32,
    to: Place,
    /// Character by character; else all of it comes from all of that.
    exact: bool,
}

impl Map {
    /// A map of a text whose lines are those of the user's text, but for the stretches that are added.
    pub(crate) fn of_same_lines() -> Self {
        Self { stretches: Vec::new(), same_lines: true }
    }

    /// Adds a stretch, further on than those that are there: `length` characters that come from `to`, character by character if
    /// `exact`.
    pub(crate) fn add(&mut self, (line, column): (u32, u32), length: u32, to: Place, exact: bool) {
        self.stretches.push(Stretch { line, column, length, to, exact });
    }

    /// Adds what comes further on.
    pub(crate) fn append(&mut self, mut further: Self) {
        self.stretches.append(&mut further.stretches);
    }

    /// The place in the user's text.
    pub fn to_source(&self, place: &Place) -> Place {
        let after = self.stretches.partition_point(|stretch| (stretch.line, stretch.column) <= (place.line, place.column));
        let before = self.stretches[..after].last().filter(|stretch| !self.same_lines || stretch.line == place.line);
        // What stands before all stretches of its line belongs to the first of them.
        let behind = self.stretches.get(after).filter(|stretch| !self.same_lines && stretch.line == place.line);
        let here = before.filter(|stretch| stretch.line == place.line);
        let Some(stretch) = here.or(behind).or(before).or_else(|| self.stretches.first().filter(|_| !self.same_lines)) else {
            return place.clone();
        };
        let into = place.column.saturating_sub(stretch.column);
        if stretch.line != place.line || !stretch.exact || into > stretch.length {
            return stretch.to.clone();
        }
        let left = stretch.to.length.saturating_sub(into);
        let length = if stretch.to.length == 0 { place.length } else { place.length.min(left) };
        Place { column: stretch.to.column + into, length, ..stretch.to.clone() }
    }
}
