//! The grammar, as far as it decides what runs.

use crate::MAX_DEPTH;
use crate::lexer::Stop;
use crate::syntax::{AndOr, Command, Kind, List, Part, Pipeline, Redirect, Written};

/// A reader of a script's text.
pub(crate) struct Parser {
    pub chars: Vec<char>,
    pub index: usize,
    pub at: (u32, u32),
    pub depth: usize,
}

impl Parser {
    pub(crate) fn new(text: &str, at: (u32, u32)) -> Self {
        Self { chars: text.chars().collect(), index: 0, at, depth: 0 }
    }
    pub(crate) fn deeper(&mut self) -> Result<(), Stop> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { self.stop("it is nested too deeply") } else { Ok(()) }
    }
    /// All of the text: what was read before the first thing that cannot be, and that.
    pub(crate) fn script(&mut self) -> (List, Option<Stop>) {
        let mut list = vec![];
        loop {
            self.separators();
            if self.peek().is_none() {
                return (list, None);
            }
            match self.and_or() {
                Ok(item) => list.push(item),
                Err(stop) => return (list, Some(stop)),
            }
            self.blanks();
            if self.peek().is_some_and(|c| !"\n;&".contains(c)) {
                return (list, self.stop::<()>("this is not understood").err());
            }
        }
    }
    fn separators(&mut self) {
        loop {
            self.blanks();
            match self.peek() {
                Some('\n' | ';') => {
                    self.next();
                }
                Some('&') if !self.looks("&&") => {
                    self.next();
                }
                _ => return,
            }
        }
    }
    /// A list up to one of the words, or the bracket, that ends it; that is left.
    pub(crate) fn list(&mut self, ends: &[&str]) -> Result<List, Stop> {
        self.deeper()?;
        let mut list = vec![];
        loop {
            // `;;` ends an arm of a case.
            self.blanks();
            if ends.contains(&";;") && self.looks(";;") {
                break;
            }
            if self.looks(";") || self.looks("\n") || (self.looks("&") && !self.looks("&&")) {
                self.next();
                continue;
            }
            if self.peek().is_none() || ends.iter().any(|end| self.keyword(end)) {
                break;
            }
            list.push(self.and_or()?);
            self.blanks();
            if self.peek().is_some_and(|c| !"\n;&)".contains(c)) {
                return self.stop("this is not understood");
            }
            if self.looks(")") && !ends.contains(&")") {
                return self.stop("a bracket is closed that was not opened");
            }
        }
        self.depth -= 1;
        Ok(list)
    }
    fn keyword(&self, word: &str) -> bool {
        if !self.looks(word) {
            return false;
        }
        let after = self.chars.get(self.index + word.chars().count());
        !word.chars().all(char::is_alphabetic) || after.is_none_or(|c| c.is_whitespace() || ";&|()<>".contains(*c))
    }
    fn expect(&mut self, word: &str) -> Result<(), Stop> {
        self.blanks();
        if self.keyword(word) && self.eat(word) { Ok(()) } else { self.stop(&format!("`{word}` is missing")) }
    }
    fn and_or(&mut self) -> Result<AndOr, Stop> {
        let first = self.pipeline()?;
        let mut rest = vec![];
        loop {
            self.blanks();
            let or = self.looks("||");
            if !or && !self.looks("&&") {
                return Ok(AndOr { first, rest });
            }
            self.next();
            self.next();
            self.newlines();
            rest.push((or, self.pipeline()?));
        }
    }
    fn newlines(&mut self) {
        self.blanks();
        while self.peek() == Some('\n') {
            self.next();
            self.blanks();
        }
    }
    fn pipeline(&mut self) -> Result<Pipeline, Stop> {
        self.blanks();
        let at = self.at;
        let not = self.looks("! ");
        if not {
            self.next();
        }
        let mut commands = vec![self.command()?];
        loop {
            self.blanks();
            if !self.looks("|") || self.looks("||") {
                return Ok(if not { vec![Command { kind: Kind::Not(commands), redirects: vec![], at }] } else { commands });
            }
            self.next();
            self.eat("&");
            self.newlines();
            commands.push(self.command()?);
        }
    }
    fn command(&mut self) -> Result<Command, Stop> {
        self.deeper()?;
        self.blanks();
        let at = self.at;
        let kind = if self.eat_keyword("if") {
            self.conditional()?
        } else if self.eat_keyword("for") {
            self.each()?
        } else if self.eat_keyword("while") || self.eat_keyword("until") {
            let condition = self.list(&["do"])?;
            Kind::Loop(None, vec![condition, self.body()?])
        } else if self.eat_keyword("case") {
            self.case()?
        } else if self.looks("((") {
            self.balanced('(', ')')?;
            Kind::Simple(vec![], vec![])
        } else if self.eat("(") {
            let list = self.list(&[")"])?;
            self.expect(")")?;
            Kind::Subshell(list)
        } else if self.looks("{ ") || self.looks("{\n") {
            self.next();
            let list = self.list(&["}"])?;
            self.expect("}")?;
            Kind::Group(list)
        } else if self.looks("[[ ") {
            Kind::Simple(vec![], self.test()?)
        } else {
            let command = self.simple(at)?;
            self.depth -= 1;
            return Ok(command);
        };
        let mut redirects = vec![];
        self.blanks();
        while let Some(redirect) = self.redirect()? {
            redirects.push(redirect);
            self.blanks();
        }
        self.depth -= 1;
        Ok(Command { kind, redirects, at })
    }
    fn eat_keyword(&mut self, word: &str) -> bool {
        self.keyword(word) && self.eat(word)
    }
    fn body(&mut self) -> Result<List, Stop> {
        self.separators();
        self.expect("do")?;
        let list = self.list(&["done"])?;
        self.expect("done")?;
        Ok(list)
    }
    fn conditional(&mut self) -> Result<Kind, Stop> {
        let mut arms = vec![];
        loop {
            let condition = self.list(&["then"])?;
            self.expect("then")?;
            arms.push((condition, self.list(&["elif", "else", "fi"])?));
            if self.eat_keyword("elif") {
                continue;
            }
            let otherwise = if self.eat_keyword("else") { Some(self.list(&["fi"])?) } else { None };
            self.expect("fi")?;
            return Ok(Kind::If(arms, otherwise));
        }
    }
    /// The words of `[[ … ]]`; none where there is more to it than one test.
    fn test(&mut self) -> Result<Vec<Written>, Stop> {
        let (start, begun) = (self.index, self.at);
        let mut words = vec![];
        loop {
            self.blanks();
            match self.word()? {
                Some(word) => words.push(word),
                None => break,
            }
            if self.chars.get(self.index.saturating_sub(2)..self.index) == Some(&[']', ']']) {
                return Ok(words);
            }
        }
        (self.index, self.at) = (start, begun);
        while self.peek().is_some() && !self.looks(" ]]") {
            self.next();
        }
        self.eat(" ]]");
        Ok(vec![])
    }
    fn each(&mut self) -> Result<Kind, Stop> {
        self.blanks();
        if self.looks("((") {
            self.balanced('(', ')')?;
            return Ok(Kind::Loop(None, vec![self.body()?]));
        }
        let name = self.name();
        self.newlines();
        let mut words = vec![];
        if self.eat_keyword("in") {
            loop {
                self.blanks();
                match self.word()? {
                    Some(word) => words.push(word),
                    None => break,
                }
            }
        }
        Ok(Kind::Loop(Some((name, words)), vec![self.body()?]))
    }
    fn case(&mut self) -> Result<Kind, Stop> {
        self.blanks();
        let Some(word) = self.word()? else { return self.stop("`case` has no word") };
        self.newlines();
        self.expect("in")?;
        let mut arms = vec![];
        loop {
            self.separators();
            if self.eat_keyword("esac") {
                return Ok(Kind::Case(word, arms));
            }
            self.eat("(");
            let mut patterns = vec![];
            while !self.looks(")") {
                self.blanks();
                match self.word()? {
                    Some(pattern) => patterns.push(pattern),
                    None if self.eat("|") || self.looks(")") => {}
                    None => return self.stop("a pattern of `case` is not closed"),
                }
            }
            self.next();
            arms.push((patterns, self.list(&[";;", "esac"])?));
            self.eat(";;");
        }
    }
    fn simple(&mut self, at: (u32, u32)) -> Result<Command, Stop> {
        let (mut assignments, mut words, mut redirects): (Vec<_>, Vec<Written>, Vec<_>) = (vec![], vec![], vec![]);
        self.eat_keyword("function");
        loop {
            self.blanks();
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
                continue;
            }
            if self.looks("(")
                && let [name] = words.as_slice()
                && let [(Part::Text(name), false)] = name.parts.as_slice()
            {
                let name = name.clone();
                self.next();
                self.expect(")")?;
                self.newlines();
                return Ok(Command { kind: Kind::Function(name, Box::new(self.command()?)), redirects, at });
            }
            let Some(word) = self.word()? else { break };
            match assignment(&word).filter(|_| words.is_empty()) {
                Some((name, value)) => {
                    if value.parts.is_empty() && self.looks("(") {
                        self.balanced('(', ')')?;
                        let part = Part::Opaque(name.clone());
                        assignments.push((name, Written { parts: vec![(part, true)], at: value.at }));
                        continue;
                    }
                    assignments.push((name, value));
                }
                None => words.push(word),
            }
        }
        if assignments.is_empty() && words.is_empty() && redirects.is_empty() {
            return self.stop("a command is expected here");
        }
        Ok(Command { kind: Kind::Simple(assignments, words), redirects, at })
    }
    fn redirect(&mut self) -> Result<Option<Redirect>, Stop> {
        let digits = self.chars.iter().skip(self.index).take_while(|c| c.is_ascii_digit()).count();
        if digits > 2 || !matches!(self.chars.get(self.index + digits), Some('<' | '>')) {
            if self.looks("&>") {
                self.eat("&>");
                self.eat(">");
                self.blanks();
                self.word()?;
                return Ok(Some(Redirect::Other));
            }
            return Ok(None);
        }
        let standard = digits == 0 || (digits == 1 && self.looks("1"));
        (0..digits).for_each(|_| {
            self.next();
        });
        if self.eat("<<<") {
            self.blanks();
            return Ok(Some(self.word()?.map_or(Redirect::Other, Redirect::Text)));
        }
        if self.eat("<<") {
            return self.here().map(Some);
        }
        let add = self.eat(">>");
        let out = add || self.eat(">|") || self.eat(">");
        if !out {
            self.next();
        }
        if self.eat("(") {
            return self.stop("process substitution is not followed");
        }
        self.eat("&");
        self.blanks();
        Ok(Some(match self.word()? {
            Some(word) if out && standard => Redirect::Out(word, add),
            _ => Redirect::Other,
        }))
    }
    /// A here-document; its text is taken out, so that the line goes on behind the word.
    fn here(&mut self) -> Result<Redirect, Stop> {
        let strip = self.eat("-");
        self.blanks();
        let at = self.at;
        let Some(word) = self.word()? else { return self.stop("a here-document has no end") };
        let quoted = word.parts.iter().any(|(_, quoted)| *quoted);
        let end: String =
            word.parts.iter().filter_map(|(part, _)| if let Part::Text(text) = part { Some(text.as_str()) } else { None }).collect();
        let Some(line) = self.chars.iter().skip(self.index).position(|c| *c == '\n') else {
            return self.stop("a here-document has no text");
        };
        let start = self.index + line + 1;
        let mut body = String::new();
        let mut cursor = start;
        loop {
            let rest = self.chars.get(cursor..).unwrap_or_default();
            if rest.is_empty() {
                return self.stop("a here-document does not end");
            }
            let length = rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
            let text: String = rest.iter().take(length).collect();
            let text = if strip { text.trim_start_matches('\t') } else { &text };
            cursor = (cursor + length + 1).min(self.chars.len());
            if text == end {
                break;
            }
            body.push_str(text);
            body.push('\n');
        }
        // Its lines stay as empty ones behind a continued line, so that places stay right.
        let gone: Vec<char> = self.chars.drain(start..cursor).collect();
        let lines = gone.iter().filter(|c| **c == '\n').count();
        self.chars.splice(start..start, std::iter::repeat_n('\n', lines));
        let mut inner = Self::new(&body, (at.0.saturating_add(1), 1));
        inner.depth = self.depth;
        let mut parts = vec![];
        if quoted {
            parts.push((Part::Text(body), true))
        } else {
            inner.double(&mut parts, '\0')?
        }
        Ok(Redirect::Text(Written { parts, at }))
    }
}

/// A word that is an assignment: its name and value.
pub(crate) fn assignment(word: &Written) -> Option<(String, Written)> {
    let (Part::Text(text), false) = word.parts.first()? else { return None };
    let (name, value) = text.split_once('=')?;
    let first = name.chars().next()?;
    if first.is_ascii_digit() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let mut parts = word.parts.clone();
    if value.is_empty() {
        parts.remove(0);
    } else if let Some(first) = parts.first_mut() {
        first.0 = Part::Text(value.into());
    }
    Some((name.into(), Written { parts, at: word.at }))
}
