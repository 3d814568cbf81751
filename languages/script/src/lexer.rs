//! Characters with their places, and words.

use crate::parser::Parser;
use crate::syntax::{Alternative, Part, Written};

/// Why a script cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    pub why: String,
    pub at: (u32, u32),
}

impl Parser {
    pub(crate) fn peek(&self) -> Option<char> {
        self.chars.get(self.index).copied()
    }
    pub(crate) fn looks(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, c)| self.chars.get(self.index + index) == Some(&c))
    }
    pub(crate) fn eat(&mut self, text: &str) -> bool {
        let there = self.looks(text);
        if there {
            text.chars().for_each(|_| {
                self.next();
            });
        }
        there
    }
    pub(crate) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.index += 1;
        self.at = if c == '\n' { (self.at.0.saturating_add(1), 1) } else { (self.at.0, self.at.1 + 1) };
        Some(c)
    }
    pub(crate) fn stop<T>(&self, why: &str) -> Result<T, Stop> {
        Err(Stop { why: why.into(), at: self.at })
    }
    /// Passes over spaces, comments and continued lines; not over the end of a line.
    pub(crate) fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r') => {
                    self.next();
                }
                Some('\\') if self.looks("\\\n") => {
                    self.eat("\\\n");
                }
                Some('\\') if self.looks("\\\r\n") => {
                    self.eat("\\\r\n");
                }
                Some('#') => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.next();
                    }
                }
                _ => return,
            }
        }
    }
    /// A word, if one begins here.
    pub(crate) fn word(&mut self) -> Result<Option<Written>, Stop> {
        let mut word = Written { parts: vec![], at: self.at };
        let start = self.index;
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => break,
                '\\' => {
                    self.next();
                    match self.next() {
                        None | Some('\n') => {}
                        Some(c) => text(&mut word.parts, c, true),
                    }
                }
                '\'' => {
                    self.next();
                    self.single(&mut word.parts)?;
                }
                '"' => {
                    self.next();
                    self.double(&mut word.parts, '"')?;
                }
                '$' if self.looks("$'") => {
                    self.eat("$'");
                    self.single(&mut word.parts)?;
                }
                '$' => self.dollar(&mut word.parts, false)?,
                '`' => self.backquote(&mut word.parts, false)?,
                c => {
                    self.next();
                    text(&mut word.parts, c, false);
                }
            }
        }
        Ok((self.index > start).then_some(word))
    }
    fn single(&mut self, parts: &mut Vec<(Part, bool)>) -> Result<(), Stop> {
        parts.push((Part::Text(String::new()), true));
        loop {
            match self.next() {
                None => return self.stop("a quote is not closed"),
                Some('\'') => return Ok(()),
                Some(c) => text(parts, c, true),
            }
        }
    }
    /// What stands between double quotes, or in a here-document, which `end` = NUL means.
    pub(crate) fn double(&mut self, parts: &mut Vec<(Part, bool)>, end: char) -> Result<(), Stop> {
        parts.push((Part::Text(String::new()), true));
        loop {
            match self.peek() {
                None if end == '\0' => return Ok(()),
                None => return self.stop("a quote is not closed"),
                Some(c) if c == end => {
                    self.next();
                    return Ok(());
                }
                Some('\\') => {
                    self.next();
                    match self.next() {
                        Some('\n') | None => {}
                        Some(c @ ('$' | '`' | '"' | '\\')) => text(parts, c, true),
                        Some(c) => {
                            text(parts, '\\', true);
                            text(parts, c, true);
                        }
                    }
                }
                Some('$') => self.dollar(parts, true)?,
                Some('`') => self.backquote(parts, true)?,
                Some(c) => {
                    self.next();
                    text(parts, c, true);
                }
            }
        }
    }
    fn dollar(&mut self, parts: &mut Vec<(Part, bool)>, quoted: bool) -> Result<(), Stop> {
        self.deeper()?;
        self.next();
        if self.looks("((") {
            let start = self.index;
            self.balanced('(', ')')?;
            parts.push((Part::Opaque(self.between(start)), quoted));
        } else if self.eat("(") {
            let start = self.index;
            let list = self.list(&[")"])?;
            let raw = self.between(start);
            if !self.eat(")") {
                return self.stop("`$(` is not closed");
            }
            parts.push((Part::Substitution(list, raw), quoted));
        } else if self.looks("{") {
            parts.push((self.braces()?, quoted));
        } else if self.peek().is_some_and(|c| c.is_ascii_alphabetic() || c == '_') {
            parts.push((Part::Parameter(self.name(), None), quoted));
        } else if self.peek().is_some_and(|c| c.is_ascii_digit() || "@*#?$!-".contains(c)) {
            let name = self.next().map(String::from).unwrap_or_default();
            parts.push((Part::Parameter(name, None), quoted));
        } else {
            text(parts, '$', quoted);
        }
        self.depth -= 1;
        Ok(())
    }
    fn braces(&mut self) -> Result<Part, Stop> {
        let (start, begun) = (self.index, self.at);
        self.next();
        let mut name = self.name();
        if name.is_empty() && self.peek().is_some_and(|c| c.is_ascii_digit() || "@*".contains(c)) {
            name.extend(self.next());
        }
        if self.eat("}") && !name.is_empty() {
            return Ok(Part::Parameter(name, None));
        }
        let colon = self.eat(":");
        match self.peek() {
            Some(kind @ ('-' | '=' | '+' | '?')) if !name.is_empty() => {
                self.next();
                let mut word = vec![];
                self.double(&mut word, '}')?;
                // Quotes within the alternative only group.
                for (part, _) in &mut word {
                    if let Part::Text(text) = part {
                        text.retain(|c| c != '"');
                    }
                }
                let alternative = (kind != '?').then_some(Alternative { kind, colon, word });
                Ok(Part::Parameter(name, alternative))
            }
            _ => {
                (self.index, self.at) = (start, begun);
                self.balanced('{', '}')?;
                Ok(Part::Opaque(name))
            }
        }
    }
    fn backquote(&mut self, parts: &mut Vec<(Part, bool)>, quoted: bool) -> Result<(), Stop> {
        self.deeper()?;
        self.next();
        let at = self.at;
        let mut inner = String::new();
        loop {
            match self.next() {
                None => return self.stop("a backquote is not closed"),
                Some('`') => break,
                Some('\\') if self.peek().is_some_and(|c| "`$\\".contains(c)) => inner.extend(self.next()),
                Some(c) => inner.push(c),
            }
        }
        let mut parser = Parser::new(&inner, at);
        parser.depth = self.depth;
        parts.push((Part::Substitution(parser.list(&[])?, inner), quoted));
        self.depth -= 1;
        Ok(())
    }
    /// Passes over brackets and what is in them.
    pub(crate) fn balanced(&mut self, open: char, close: char) -> Result<(), Stop> {
        let mut depth = 0_usize;
        loop {
            match self.next() {
                None => return self.stop("a bracket is not closed"),
                Some(c) if c == open => depth += 1,
                Some(c) if c == close => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Ok(());
                    }
                }
                Some(_) => {}
            }
        }
    }
    fn between(&self, start: usize) -> String {
        self.chars.get(start..self.index).unwrap_or_default().iter().collect()
    }
    pub(crate) fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_ascii_alphanumeric() || *c == '_') {
            if name.is_empty() && c.is_ascii_digit() {
                break;
            }
            name.push(c);
            self.next();
        }
        name
    }
}

fn text(parts: &mut Vec<(Part, bool)>, c: char, quoted: bool) {
    match parts.last_mut() {
        Some((Part::Text(text), same)) if *same == quoted => text.push(c),
        _ => parts.push((Part::Text(c.into()), quoted)),
    }
}
