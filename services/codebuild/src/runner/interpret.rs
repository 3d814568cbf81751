//! Reads what a sandbox writes: lines for the log, and the driver's marked words, which move the phases.

use super::{
    book::Book,
    driver::{MARK, phases},
    log::Log,
};
use crate::{
    model::PhaseContext,
    state::{FAILED, SUCCEEDED},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use buildspec::{Buildspec, OnFailure};

/// A line without an end is logged in pieces of this.
const MAX_PARTIAL: usize = 128 * 1024;
const MAX_EXPORTED: usize = 64 * 1024;
const MAX_TEXT: usize = 4096;
/// What a command wrote last, for the expressions that its error's message has to match.
const TAIL: usize = 16 * 1024;

/// What the driver told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// A phase failed.
    pub(super) failed: bool,
    /// The driver came to its end; true: all phases ran, none that ends the build failed.
    pub(super) ended: Option<bool>,
    /// Exported variables.
    pub(super) exported: Vec<(String, String)>,
    /// Texts that the shell completed, by number.
    pub(super) texts: Vec<(usize, String)>,
    /// The keys of the cache are all told: the driver waits for it.
    pub(super) keys: bool,
    /// A phase failed that asks for another try: how often at most.
    pub(super) retry: Option<u64>,
}

pub(super) struct Interpreter<'a> {
    book: &'a Book<'a>,
    log: &'a Log,
    commands: &'a [String],
    /// `MARK` and the build's own word.
    mark: String,
    partial: Vec<u8>,
    failure: Option<PhaseContext>,
    /// What the phases that want another try have a message match.
    retries: Vec<(&'static str, u64, Option<regex_lite::Regex>)>,
    tail: Vec<u8>,
    pub(super) told: Told,
}

/// The phases of a buildspec that want another try when they fail.
fn retries(spec: &Buildspec) -> Vec<(&'static str, u64, Option<regex_lite::Regex>)> {
    let one = |(name, phase): (buildspec::PhaseName, buildspec::Phase)| match phase.on_failure {
        // What is no expression was refused when the buildspec was read.
        Some(OnFailure::Retry { count, pattern }) => {
            Some((name.as_str(), u64::from(count), pattern.and_then(|pattern| regex_lite::Regex::new(&pattern).ok())))
        }
        _ => None,
    };
    phases(spec).into_iter().filter_map(one).collect()
}

impl<'a> Interpreter<'a> {
    pub(super) fn new(book: &'a Book<'a>, log: &'a Log, commands: &'a [String], spec: Option<&Buildspec>, nonce: &str) -> Self {
        Self {
            book,
            log,
            commands,
            mark: format!("{MARK}{nonce} "),
            partial: Vec::new(),
            failure: None,
            retries: spec.map(retries).unwrap_or_default(),
            tail: Vec::new(),
            told: Told::default(),
        }
    }

    /// Logs what a program wrote; its end is kept, where somebody asks for it.
    fn output(&mut self, line: &[u8]) -> bool {
        if !self.retries.is_empty() {
            self.tail.extend_from_slice(line);
            self.tail.push(b'\n');
            let over = self.tail.len().saturating_sub(TAIL);
            self.tail.drain(..over);
        }
        self.log.line(line)
    }

    /// Takes what was read. True: the log has enough for a batch.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> bool {
        let mut full = false;
        self.partial.extend_from_slice(bytes);
        while let Some(end) = self.partial.iter().position(|b| *b == b'\n') {
            let rest = self.partial.split_off(end + 1);
            let line = std::mem::replace(&mut self.partial, rest);
            full |= self.line(&line[..end]);
        }
        if self.partial.len() > MAX_PARTIAL {
            let line = std::mem::take(&mut self.partial);
            full |= self.output(&line);
        }
        full
    }

    /// The output has ended.
    pub(super) fn close(&mut self) {
        let line = std::mem::take(&mut self.partial);
        if !line.is_empty() {
            self.line(&line);
        }
    }

    fn line(&mut self, line: &[u8]) -> bool {
        let mark = self.mark.as_bytes();
        let Some(at) = line.windows(mark.len()).position(|w| w == mark) else { return self.output(line) };
        let word = String::from_utf8_lossy(&line[at + mark.len()..]).trim_end_matches(MARK).to_string();
        let full = at > 0 && self.output(&line[..at]);
        self.word(&word);
        full
    }

    fn word(&mut self, word: &str) {
        let words: Vec<&str> = word.split(' ').collect();
        match words.as_slice() {
            ["phase", name] => self.enter(name),
            ["run", number] => {
                self.tail.clear();
                if let Some(text) = self.text(number) {
                    self.log.say(&format!("Running command {text}"));
                }
            }
            ["ran", number, status] => {
                self.ran(number, status);
            }
            ["done", name, status] => self.leave(name, *status == "0"),
            ["export", name, value] => {
                self.export(name, value);
            }
            ["text", number, value] => {
                if let (Ok(number), Ok(bytes)) = (number.parse(), STANDARD.decode(value))
                    && bytes.len() <= MAX_TEXT
                {
                    self.told.texts.push((number, String::from_utf8_lossy(&bytes).trim().to_owned()));
                }
            }
            ["keys"] => {
                self.told.keys = true;
            }
            ["end", how] => {
                self.told.ended = Some(*how == "whole");
            }
            // Something that only looks like one of ours.
            _ => {}
        }
    }

    fn text(&self, number: &str) -> Option<&'a String> {
        self.commands.get(number.parse::<usize>().ok()?)
    }

    fn enter(&mut self, name: &str) {
        if !["INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD"].contains(&name) {
            return;
        }
        self.failure = None;
        self.log.say(&format!("Entering phase {name}"));
        let name = name.to_owned();
        self.book.note(move |row, now| row.enter(&name, now));
    }

    fn ran(&mut self, number: &str, status: &str) {
        if status == "0" {
            return;
        }
        let Some(text) = self.text(number) else { return };
        self.log.say(&format!("Command did not exit successfully {text} exit status {status}"));
        let message = format!("Error while executing command: {}. Reason: exit status {status}", self.log.masked(text.as_str()));
        self.failure.get_or_insert(PhaseContext::new("COMMAND_EXECUTION_ERROR", message));
    }

    fn leave(&mut self, name: &str, succeeded: bool) {
        self.told.failed |= !succeeded;
        if !succeeded {
            self.want_retry(name);
        }
        let contexts: Vec<PhaseContext> = self.failure.take().filter(|_| !succeeded).into_iter().collect();
        let status = if succeeded { SUCCEEDED } else { FAILED };
        phase_complete(self.log, name, status, contexts.first());
        self.book.note(move |row, now| row.leave(status, contexts.clone(), now));
    }

    /// Whether the failure is one that the phase wants another try for: its message, or the end of what the command wrote,
    /// matches.
    fn want_retry(&mut self, name: &str) {
        let message = self.failure.as_ref().map_or("", |failure| failure.message.as_str());
        let tail = String::from_utf8_lossy(&self.tail);
        let matches = |pattern: &Option<regex_lite::Regex>| pattern.as_ref().is_none_or(|p| p.is_match(message) || p.is_match(&tail));
        let wanted = self.retries.iter().find(|(phase, _, pattern)| *phase == name && matches(pattern)).map(|(_, count, _)| *count);
        self.told.retry = self.told.retry.or(wanted);
    }

    fn export(&mut self, name: &str, value: &str) {
        let bytes = STANDARD.decode(value).unwrap_or_default();
        if bytes.len() > MAX_EXPORTED {
            self.log.say(&format!("The exported variable {name} is longer than {} KiB and is not handed on", MAX_EXPORTED >> 10));
            return;
        }
        let text = String::from_utf8_lossy(&bytes);
        if name.starts_with("AWS_") || self.log.is_masked(&text) {
            self.log.say(&format!("The variable {name} is not handed on: it holds a secret, or begins with AWS_"));
            return;
        }
        self.told.exported.retain(|(n, _)| n != name);
        self.told.exported.push((name.into(), String::from_utf8_lossy(&bytes).into_owned()));
    }
}

/// The two lines with which AWS ends each phase in the log.
pub(super) fn phase_complete(log: &Log, name: &str, status: &str, context: Option<&PhaseContext>) {
    log.say(&format!("Phase complete: {name} State: {status}"));
    let (code, message) = context.map_or(("", ""), |c| (c.status_code.as_str(), c.message.as_str()));
    log.say(&format!("Phase context status code: {code} Message: {message}"));
}
