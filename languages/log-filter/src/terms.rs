use crate::{Cursor, InvalidPattern, invalid, operand::regex};
use regex_lite::Regex;

/// Words and phrases: all that are required, none that is excluded; where there are neither, one of the optional ones.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    required: Vec<Term>,
    optional: Vec<Term>,
    excluded: Vec<Term>,
}

#[derive(Debug)]
enum Term {
    Text(String),
    Regex(Regex),
}

impl Term {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        match cursor.peek() {
            Some('"') => cursor.between('"', true).map(Self::Text),
            Some('%') => regex(&cursor.between('%', false)?).map(Self::Regex),
            _ => {
                let word = cursor.take_while(|c| !c.is_whitespace());
                if word.is_empty() || !word.chars().all(|c| c.is_alphanumeric() || c == '_') {
                    return invalid(format!("Invalid character(s) in term '{word}'"));
                }
                Ok(Self::Text(word.to_owned()))
            }
        }
    }
    fn is_in(&self, message: &str) -> bool {
        match self {
            Self::Text(text) => message.contains(text.as_str()),
            Self::Regex(regex) => regex.is_match(message),
        }
    }
}

impl Terms {
    pub(crate) fn parse(mut cursor: Cursor<'_>) -> Result<Self, InvalidPattern> {
        let mut terms = Self::default();
        loop {
            cursor.skip_space();
            if cursor.is_done() {
                return Ok(terms);
            }
            let list = if cursor.eat("?") {
                &mut terms.optional
            } else if cursor.eat("-") {
                &mut terms.excluded
            } else {
                &mut terms.required
            };
            list.push(Term::parse(&mut cursor)?);
            if cursor.peek().is_some_and(|c| !c.is_whitespace()) {
                return invalid(format!("Invalid filter pattern: terms are not separated{}", cursor.here()));
            }
        }
    }

    pub(crate) fn match_text(&self, message: &str) -> bool {
        let all = self.required.iter().all(|term| term.is_in(message)) && !self.excluded.iter().any(|term| term.is_in(message));
        // As on AWS, a question mark counts for nothing beside other terms.
        let alone = self.required.is_empty() && self.excluded.is_empty();
        all && (!alone || self.optional.iter().any(|term| term.is_in(message)))
    }
}
