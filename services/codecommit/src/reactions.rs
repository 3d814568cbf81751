//! The reactions that a comment can get.
//! Source: <https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-commit-comment.html>

use gate::Error;
use serde::Serialize;

/// One of them, in its three forms.
/// Source: <https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ReactionValueFormats.html>
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    emoji: &'static str,
    pub(crate) short_code: &'static str,
    unicode: &'static str,
}

const KNOWN: [Reaction; 8] = [
    Reaction { emoji: "\u{1F44D}", short_code: ":thumbsup:", unicode: "U+1F44D" },
    Reaction { emoji: "\u{1F44E}", short_code: ":thumbsdown:", unicode: "U+1F44E" },
    Reaction { emoji: "\u{1F604}", short_code: ":smile:", unicode: "U+1F604" },
    Reaction { emoji: "\u{2764}", short_code: ":heart:", unicode: "U+2764" },
    Reaction { emoji: "\u{1F620}", short_code: ":angry:", unicode: "U+1F620" },
    Reaction { emoji: "\u{1F615}", short_code: ":confused:", unicode: "U+1F615" },
    Reaction { emoji: "\u{1F631}", short_code: ":scream:", unicode: "U+1F631" },
    Reaction { emoji: "\u{1F62D}", short_code: ":sob:", unicode: "U+1F62D" },
];

/// The reaction that a short code stands for.
pub(crate) fn of(short_code: &str) -> Option<Reaction> {
    KNOWN.into_iter().find(|r| r.short_code == short_code)
}

/// The reaction that a request names, in any form. None: the caller's goes.
pub(crate) fn read(value: &str) -> Result<Option<Reaction>, Error> {
    let value = value.trim();
    if value.is_empty() || value.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let plain = value.trim_matches(':').trim_end_matches('\u{FE0F}');
    let same = |r: &Reaction| {
        r.short_code.trim_matches(':') == plain || r.emoji == plain || r.unicode.eq_ignore_ascii_case(plain) || r.unicode[2..] == *plain
    };
    KNOWN.into_iter().find(same).map(Some).ok_or_else(|| {
        let known: Vec<&str> = KNOWN.iter().map(|r| r.short_code).collect();
        Error::new("InvalidReactionValueException", format!("The value of the reaction is not valid: expected one of {}", known.join(", ")))
    })
}
