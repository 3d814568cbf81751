//! The user's texts, made fit to be parsed: without what JSON does not know, and with values in place of placeholders.

use super::{
    lenient,
    notes::Notes,
    options::{Problem, Reader},
    placeholders::{self, Meaning},
};
use crate::{Files, MadeText, Map, Place};
use std::{collections::BTreeMap, fmt::Write};
use template::document::Node;

/// A text with its place in a file.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub file: String,
    /// The text; what stands before it in its file is empty lines.
    pub text: String,
    /// `${NAME}` is a placeholder in it, as it is no template.
    pub fills_in: bool,
}

/// What is in place of a placeholder.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub meaning: Meaning,
    /// What it is while nothing is known of it: a text that is found again in what was parsed.
    pub token: String,
    /// Its value, where it is known.
    pub value: Option<String>,
    /// The user said so.
    pub said: bool,
    pub places: Vec<Place>,
}

/// The placeholders by their texts.
#[derive(Debug, Default)]
pub(super) struct Bindings(pub BTreeMap<String, Binding>);

/// What tokens begin with.
pub(super) const TOKEN: &str = "sekishoholds";

impl Bindings {
    /// The values that the user gave.
    pub(super) fn said(options: &[String]) -> Result<Self, Vec<Problem>> {
        let (mut bindings, mut problems) = (Self::default(), Vec::new());
        for option in options {
            match option.rsplit_once('=').filter(|(text, _)| !text.is_empty()) {
                Some((text, value)) => {
                    let binding = bindings.of(text, Meaning::Other);
                    (binding.value, binding.said) = (Some(value.to_owned()), true);
                }
                None => problems.push(Problem::whole("--bind", format!("'{option}' is not TEXT=VALUE"))),
            }
        }
        if problems.is_empty() { Ok(bindings) } else { Err(problems) }
    }

    pub(super) fn of(&mut self, text: &str, meaning: Meaning) -> &mut Binding {
        let number = self.0.len();
        self.0.entry(text.to_owned()).or_insert_with(|| Binding {
            meaning,
            token: format!("{TOKEN}{number}z"),
            value: None,
            said: false,
            places: Vec::new(),
        })
    }

    fn replacement(&self, text: &str) -> Option<&str> {
        self.0.get(text).map(|binding| binding.value.as_deref().unwrap_or(&binding.token))
    }
}

impl Text {
    fn is_json(&self) -> bool {
        let text = self.text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
        text.starts_with(['{', '[']) || text.starts_with("//") || text.starts_with("/*")
    }

    fn strict(&self) -> (String, Vec<(lenient::Slip, u32, u32)>) {
        match self.is_json() {
            true => lenient::strict(&self.text),
            false => (self.text.clone(), Vec::new()),
        }
    }

    /// Takes note of what is to be filled in, and of what will be read past.
    pub(super) fn learn(&self, bindings: &mut Bindings, notes: &mut Notes) {
        let (text, slips) = self.strict();
        for (slip, line, column) in slips.into_iter().filter(|(slip, ..)| *slip != lenient::Slip::Mark).take(1) {
            let place = Place { file: self.file.clone(), line, column, length: 1 };
            let title = format!("JSON has no place for {}: AWS would refuse this file as it stands", slip.what());
            notes.warning(&format!("json/{}", self.file), title, Some(place), vec!["It was read past here.".into()]);
        }
        let mut ruler = Ruler::new(&text);
        for found in placeholders::find(&text, self.fills_in) {
            let (line, column) = ruler.at(found.bytes.start);
            let written = &text[found.bytes];
            let length = u32::try_from(written.chars().count()).unwrap_or_default();
            let binding = bindings.of(written, found.meaning);
            binding.meaning = binding.meaning.min(found.meaning);
            binding.places.push(Place { file: self.file.clone(), line, column, length });
        }
        for (written, binding) in bindings.0.iter_mut().filter(|(_, binding)| binding.said) {
            let mut ruler = Ruler::new(&text);
            for (start, _) in text.match_indices(written.as_str()) {
                let (line, column) = ruler.at(start);
                let length = u32::try_from(written.chars().count()).unwrap_or_default();
                let place = Place { file: self.file.clone(), line, column, length };
                if !binding.places.contains(&place) {
                    binding.places.push(place);
                }
            }
        }
    }

    /// The text with what is known in place of the placeholders.
    pub(super) fn filled_in(&self, bindings: &Bindings) -> MadeText {
        let (text, _) = self.strict();
        let mut spots: Vec<(std::ops::Range<usize>, &str)> = Vec::new();
        for (written, binding) in bindings.0.iter().filter(|(_, binding)| binding.said) {
            let value = binding.value.as_deref().unwrap_or_default();
            spots.extend(text.match_indices(written.as_str()).map(|(at, _)| (at..at + written.len(), value)));
        }
        for found in placeholders::find(&text, self.fills_in) {
            if let Some(value) = bindings.replacement(&text[found.bytes.clone()]) {
                spots.push((found.bytes, value));
            }
        }
        spots.sort_by_key(|(bytes, _)| bytes.start);
        let mut made = MadeText { text: String::with_capacity(text.len()), map: Map::of_same_lines() };
        let (mut ruler, mut to) = (Ruler::new(&text), 0);
        let (mut current, mut shift) = (0, 0_i64);
        for (bytes, value) in spots {
            if bytes.start < to {
                continue;
            }
            let (line, column) = ruler.at(bytes.start);
            if line != current {
                (current, shift) = (line, 0);
                made.map.add((line, 1), column - 1, Place { file: self.file.clone(), line, column: 1, length: 0 }, true);
            }
            let (old, new) = (text[bytes.clone()].chars().count(), value.chars().count());
            let (old, new) = (u32::try_from(old).unwrap_or_default(), u32::try_from(new).unwrap_or_default());
            let now = u32::try_from(i64::from(column) + shift).unwrap_or(1);
            made.map.add((line, now), new, Place { file: self.file.clone(), line, column, length: old }, false);
            let after = Place { file: self.file.clone(), line, column: column + old, length: 0 };
            made.map.add((line, now + new), u32::MAX / 2, after, true);
            shift += i64::from(new) - i64::from(old);
            made.text.push_str(&text[to..bytes.start]);
            made.text.push_str(value);
            to = bytes.end;
        }
        made.text.push_str(&text[to..]);
        made
    }

    /// The text's tree; nothing for an empty text.
    pub(super) fn tree(&self, made: &MadeText) -> Result<Option<Node>, Problem> {
        template::document::read(&made.text, &self.file).map_err(|found| {
            let place = Place { file: self.file.clone(), line: found.span.line, column: found.span.column, length: 0 };
            let place = made.map.to_source(&place);
            let message = found.message.trim_start_matches("Template format error: ").to_owned();
            let problem = Problem::at(&self.file, place.line, place.column, message);
            match found.help {
                Some(help) => problem.help(help),
                None => problem,
            }
        })
    }
}

/// Reads a file as a text, and keeps it.
pub(super) fn read(file: &str, reader: &dyn Reader, files: &mut Files) -> Result<String, Problem> {
    let bytes = reader.read(file, super::MOST_BYTES).map_err(|why| Problem::whole(file, why))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
        let (line, column) = Ruler::new(&before).at(before.len());
        Problem::at(file, line, column, "this is not a text in UTF-8").help("save it as UTF-8")
    })?;
    if files.iter().count() >= super::MOST_FILES {
        return Err(Problem::whole(file, format!("there are more than {} files", super::MOST_FILES)));
    }
    files.add(file, &text);
    Ok(text)
}

/// Tells lines and columns of a text, going forward.
pub(super) struct Ruler<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    column: u32,
}

impl<'t> Ruler<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1, column: 1 }
    }

    pub(super) fn at(&mut self, byte: usize) -> (u32, u32) {
        for c in self.text.get(self.at..byte).unwrap_or_default().chars() {
            match c {
                '\n' => (self.line, self.column) = (self.line + 1, 1),
                _ => self.column += 1,
            }
        }
        self.at = byte.max(self.at);
        (self.line, self.column)
    }
}

/// A list in words: the first few, and how many more there are.
pub(super) fn listed(items: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = items.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if items.len() > SHOWN {
        let _ = write!(text, " and {} more", items.len() - SHOWN);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_to_what_the_user_wrote() {
        let text = Text { file: "a.json".into(), text: "[\n\"arn:aws:iam::PROD_ACCOUNT:role/ä\", 1] // x\n".into(), fills_in: true };
        let (mut bindings, mut notes) = (Bindings::default(), Notes::default());
        text.learn(&mut bindings, &mut notes);
        assert_eq!(notes.0.len(), 1);
        bindings.of("PROD_ACCOUNT", Meaning::Account).value = Some("333333333333333".into());
        let made = text.filled_in(&bindings);
        assert_eq!(made.text.lines().nth(1), Some("\"arn:aws:iam::333333333333333:role/ä\", 1]     "));
        let back = |column| {
            let place = made.map.to_source(&Place { file: "a.json".into(), line: 2, column, length: 1 });
            (place.column, place.length)
        };
        assert_eq!(back(3), (3, 1));
        assert_eq!(back(20), (15, 12));
        assert_eq!(back(31), (28, 1));
    }
}
