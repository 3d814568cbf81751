use crate::{InvalidPattern, invalid};

/// What is left of a pattern's text.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(rest: &'a str) -> Self {
        Self { rest }
    }
    pub(crate) fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }
    pub(crate) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }
    pub(crate) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }
    /// Takes `text`, if it comes next.
    pub(crate) fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
    /// Takes a word in letters of any case, if it comes next as a whole.
    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        let Some((head, tail)) = self.rest.split_at_checked(word.len()) else { return false };
        let whole = head.eq_ignore_ascii_case(word) && !tail.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if whole {
            self.rest = tail;
        }
        whole
    }
    pub(crate) fn expect(&mut self, text: &str) -> Result<(), InvalidPattern> {
        self.skip_space();
        if self.eat(text) { Ok(()) } else { invalid(format!("Invalid filter pattern: expected '{text}'{}", self.here())) }
    }
    /// The characters as long as they fit.
    pub(crate) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c: char| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }
    /// What stands between two marks; a backslash spares what follows it, and stays unless it spares a mark or a backslash
    /// and `unescape` is set.
    pub(crate) fn between(&mut self, mark: char, unescape: bool) -> Result<String, InvalidPattern> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        chars.next();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => {
                    let Some((_, next)) = chars.next() else { break };
                    if !(unescape && (next == mark || next == '\\')) {
                        text.push('\\');
                    }
                    text.push(next);
                }
                c if c == mark => {
                    self.rest = &self.rest[at + c.len_utf8()..];
                    return Ok(text);
                }
                c => text.push(c),
            }
        }
        invalid(format!("Invalid filter pattern: a {mark} is not closed"))
    }
    /// Where the cursor stands, for messages.
    pub(crate) fn here(&self) -> String {
        if self.is_done() { " at the end".into() } else { format!(" before '{}'", self.rest.chars().take(20).collect::<String>()) }
    }
}
