//! What the languages written in YAML share: reading a text into its shape, and what is wrong with it, in words. Pure.
//!
//! Must not know any of the languages: what only one of them says comes with its call of [`read`].

mod explain;
mod lone_dash;
mod plain;
mod suggest;

use serde::de::DeserializeOwned;

pub use explain::{Said, at};
pub use lone_dash::LoneDash;
pub use plain::{Plain, plain};
pub use serde_path_to_error::Path;
pub use serde_saphyr::Error;
pub use suggest::suggest;

/// What is wrong with a text, and where. Lines and columns count from one, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl Fault {
    fn new(error: &Error, (message, help): Said) -> Self {
        let location = error.location();
        // Names from the file go to a terminal or a log.
        let shown = |text: String| text.replace(char::is_control, "\u{fffd}");
        Self {
            message: shown(message),
            help: help.map(shown),
            line: location.map_or(1, |location| location.line().max(1)),
            column: location.map_or(1, |location| location.column().max(1)),
        }
    }
}

/// Reads a text. `place` writes the path of keys to where it failed, and `own` says what the language says in its own
/// words, of an error at that place; the rest is said the same for all.
pub fn read<T: DeserializeOwned>(
    text: &str,
    place: impl Fn(&Path) -> String,
    own: impl Fn(&Error, &str) -> Option<Said>,
) -> Result<T, Fault> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 10_000 },
    };
    let mut failed_at = String::new();
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options, |yaml| {
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(yaml, &mut track);
        let read = T::deserialize(tracked);
        if read.is_err() {
            failed_at = place(&track.path());
        }
        read
    });
    read.map_err(|error| {
        let plain = error.without_snippet();
        Fault::new(&error, own(plain, &failed_at).unwrap_or_else(|| explain::explain(plain, &failed_at)))
    })
}
