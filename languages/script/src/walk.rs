//! Goes through a script as a shell would, and notes what is started.

use crate::model::{Invocation, Piece, Place, Reading, Source, Unread, Word};
use crate::parser::Parser;
use crate::syntax::{AndOr, Command, Kind, List, Part, Redirect};
use crate::truth::leaves;
use crate::{MAX_DEPTH, MAX_LENGTH, MAX_STEPS};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Follows the commands of a build.
pub fn read(source: &Source) -> Reading {
    let mut walk = Walk {
        source,
        reading: Reading::default(),
        variables: source.variables.clone(),
        functions: BTreeMap::new(),
        positional: vec![],
        credentials: BTreeMap::new(),
        file: None,
        certain: true,
        cut: false,
        directory: Some(String::new()),
        depth: 0,
        steps: 0,
        output: None,
        running: vec![],
    };
    for line in &source.lines {
        walk.text(&line.text, line.line);
    }
    walk.reading
}

pub(crate) struct Walk<'a> {
    pub source: &'a Source,
    pub reading: Reading,
    pub variables: BTreeMap<String, Word>,
    pub functions: BTreeMap<String, Rc<Command>>,
    pub positional: Vec<Word>,
    /// Files that hold credentials of a role.
    pub credentials: BTreeMap<String, Rc<Word>>,
    pub file: Option<String>,
    pub certain: bool,
    /// Whether the script may have ended before.
    pub cut: bool,
    pub directory: Option<String>,
    pub depth: usize,
    pub steps: usize,
    /// What the last command printed, where it is known.
    pub output: Option<Word>,
    /// The files and functions that are being followed.
    pub running: Vec<String>,
}

impl Walk<'_> {
    pub(crate) fn place(&self, at: (u32, u32)) -> Place {
        Place { file: self.file.clone(), line: at.0, column: at.1 }
    }
    pub(crate) fn unread(&mut self, at: (u32, u32), why: &str) {
        let unread = Unread { place: self.place(at), why: why.into() };
        if !self.reading.unread.contains(&unread) && self.reading.unread.len() < MAX_STEPS {
            self.reading.unread.push(unread);
        }
    }
    pub(crate) fn enter(&mut self) -> bool {
        let may = self.depth < MAX_DEPTH;
        self.depth += usize::from(may);
        may
    }
    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }
    /// Follows a text whose first line has this number.
    pub(crate) fn text(&mut self, text: &str, line: u32) {
        if text.len() > MAX_LENGTH {
            return self.unread((line, 1), "it is too long to be read");
        }
        let (list, stop) = Parser::new(text, (line, 1)).script();
        self.list(&list);
        if let Some(stop) = stop {
            self.unread(stop.at, &stop.why);
        }
    }
    pub(crate) fn list(&mut self, list: &List) {
        list.iter().for_each(|item| self.and_or(item));
    }
    fn and_or(&mut self, item: &AndOr) {
        let certain = self.certain;
        let mut answer = self.answer(&item.first);
        self.pipeline(&item.first);
        let mut doubted = answer.is_none() && asks(&item.first);
        for (or, pipeline) in &item.rest {
            if let Some(holds) = answer {
                if holds == *or {
                    continue;
                }
                answer = self.answer(pipeline);
                self.pipeline(pipeline);
                doubted = answer.is_none() && asks(pipeline);
                continue;
            }
            doubted |= *or;
            if doubted {
                self.maybe(|walk| walk.pipeline(pipeline));
            } else {
                self.pipeline(pipeline);
            }
            doubted |= asks(pipeline);
        }
        self.certain = certain;
    }
    pub(crate) fn pipeline(&mut self, pipeline: &[Command]) {
        match pipeline {
            [one] => self.command(one, None),
            many => {
                let before = self.reading.invocations.len();
                let mut fed: Option<Word> = None;
                for command in many {
                    let (variables, directory) = (self.variables.clone(), self.directory.clone());
                    self.output = None;
                    self.command(command, fed.as_ref());
                    (self.variables, self.directory) = (variables, directory);
                    let ran = self.reading.invocations.get(before..).unwrap_or_default();
                    let role = ran.iter().find_map(|invocation| self.role_of(invocation));
                    fed = self
                        .output
                        .take()
                        .or_else(|| role.map(|role| Word(vec![Piece::Unknown("a role's credentials".into(), Some(role))])));
                }
            }
        }
    }
    /// Follows what may not run: what it changes is not known afterwards.
    pub(crate) fn maybe(&mut self, follow: impl FnOnce(&mut Self)) {
        let (variables, directory, certain) = (self.variables.clone(), self.directory.clone(), self.certain);
        self.certain = false;
        follow(self);
        self.certain = certain;
        self.blur(variables, directory);
    }
    fn blur(&mut self, before: BTreeMap<String, Word>, directory: Option<String>) {
        for (name, value) in &mut self.variables {
            if before.get(name) != Some(value) {
                *value = Word(vec![Piece::Unknown(name.clone(), value.role().cloned())]);
            }
        }
        for name in before.into_keys() {
            self.variables.entry(name.clone()).or_insert_with(|| Word::unknown(&name));
        }
        if self.directory != directory {
            self.directory = None;
        }
    }
    /// Follows what may run many times: what it changes is not known while it runs either.
    fn again(&mut self, body: &List) {
        let (started, unread, produced) = (self.reading.invocations.len(), self.reading.unread.len(), self.reading.produced.clone());
        self.maybe(|walk| walk.list(body));
        self.reading.invocations.truncate(started);
        self.reading.unread.truncate(unread);
        self.reading.produced = produced;
        self.maybe(|walk| walk.list(body));
    }
    pub(crate) fn command(&mut self, command: &Command, fed: Option<&Word>) {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return self.unread(command.at, "there are too many commands");
        }
        if !self.enter() {
            return self.unread(command.at, "it is nested too deeply");
        }
        match &command.kind {
            Kind::Simple(assignments, words) => self.simple(command, assignments, words, fed),
            Kind::Group(list) => self.list(list),
            Kind::Subshell(list) => {
                let (variables, directory) = (self.variables.clone(), self.directory.clone());
                self.list(list);
                (self.variables, self.directory) = (variables, directory);
            }
            Kind::If(arms, otherwise) => self.choose(arms, otherwise.as_ref()),
            Kind::Not(pipeline) => self.pipeline(pipeline),
            Kind::Case(word, arms) => self.case(word, arms),
            Kind::Loop(each, bodies) => self.repeat(each.as_ref(), bodies),
            Kind::Function(name, body) => {
                self.functions.insert(name.clone(), Rc::new((**body).clone()));
            }
        }
        if !matches!(command.kind, Kind::Simple(..)) {
            self.output = None;
            for redirect in &command.redirects {
                if let Redirect::Out(path, _) = redirect {
                    let path = self.joined(path);
                    self.produce(&path, None, false);
                }
            }
        }
        self.leave();
    }
    fn repeat(&mut self, each: Option<&(String, Vec<crate::syntax::Written>)>, bodies: &[List]) {
        let Some((name, words)) = each else {
            return bodies.iter().for_each(|body| self.again(body));
        };
        let words: Vec<Word> = words.iter().flat_map(|word| self.expand(word)).collect();
        let globs = words.iter().any(|word| word.text().is_none_or(|text| text.contains(['*', '?', '[', '{'])));
        if globs || words.is_empty() || words.len() > 64 {
            self.variables.insert(name.clone(), Word::unknown(name));
            return bodies.iter().for_each(|body| self.again(body));
        }
        let leaves = bodies.iter().any(leaves);
        for word in words {
            self.variables.insert(name.clone(), word);
            for body in bodies {
                if leaves { self.maybe(|walk| walk.list(body)) } else { self.list(body) }
            }
        }
    }
    /// Notes that a program is started.
    pub(crate) fn start(&mut self, words: &[Word], at: (u32, u32)) {
        let environment =
            self.variables.iter().filter(|(name, _)| name.starts_with("AWS_")).map(|(name, value)| (name.clone(), value.clone())).collect();
        self.reading.invocations.push(Invocation {
            words: words.to_vec(),
            place: self.place(at),
            certain: self.certain && !self.cut,
            directory: self.directory.clone(),
            environment,
        });
    }
}

/// Whether a command is there for its answer, so that what follows by `&&` may as well not run.
fn asks(pipeline: &[Command]) -> bool {
    if matches!(pipeline, [Command { kind: Kind::Not(_), .. }]) {
        return true;
    }
    let Some(Kind::Simple(assignments, words)) = pipeline.last().map(|command| &command.kind) else { return true };
    let Some(first) = words.first() else { return assignments.is_empty() };
    match first.parts.as_slice() {
        [(Part::Text(name), _)] => {
            matches!(name.as_str(), "[" | "[[" | "test" | "grep" | "egrep" | "cmp" | "diff" | "which" | "command" | "type" | "false")
        }
        _ => true,
    }
}
