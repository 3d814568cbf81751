//! The forms of a report, by name.

use super::{Judged, Style};

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For code scanning.
    Sarif,
    /// For a pull request.
    Markdown,
    /// For build servers.
    Junit,
}

impl Form {
    /// All forms, with what `--output` calls them.
    pub const ALL: [(Self, &'static str); 5] =
        [(Self::Text, "text"), (Self::Json, "json"), (Self::Sarif, "sarif"), (Self::Markdown, "markdown"), (Self::Junit, "junit")];
}

impl Judged<'_> {
    /// The report in a form, its last line ended; the style is the text's alone.
    pub fn write(&self, form: Form, style: &Style) -> String {
        match form {
            Form::Text => self.text(style),
            Form::Json => format!("{:#}\n", self.json()),
            Form::Sarif => format!("{:#}\n", self.sarif()),
            Form::Markdown => self.markdown(),
            Form::Junit => self.junit(),
        }
    }
}
