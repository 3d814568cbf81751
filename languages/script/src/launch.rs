//! A simple command: what of the shell's own it is, what it wraps, what it starts.

use crate::model::{Piece, Word};
use crate::syntax::{Command, Redirect, Written};
use crate::walk::Walk;
use std::rc::Rc;

/// Programs that run what follows them, and their options that take a value.
const WRAPPERS: [(&str, &[&str]); 11] = [
    ("sudo", &["-u", "-g"]),
    ("env", &["-u"]),
    ("timeout", &["-s", "-k"]),
    ("time", &[]),
    ("nohup", &[]),
    ("nice", &["-n"]),
    ("exec", &[]),
    ("command", &[]),
    ("builtin", &[]),
    ("xargs", &["-n", "-P", "-I", "-L", "-d"]),
    ("stdbuf", &[]),
];

impl Walk<'_> {
    pub(crate) fn simple(&mut self, command: &Command, assignments: &[(String, Written)], words: &[Written], fed: Option<&Word>) {
        let values: Vec<(String, Word)> = assignments.iter().map(|(name, word)| (name.clone(), self.joined(word))).collect();
        if words.is_empty() {
            self.variables.extend(values);
            return;
        }
        let words: Vec<Word> = words.iter().flat_map(|word| self.expand(word)).collect();
        let mut stdin = fed.cloned();
        for redirect in &command.redirects {
            if let Redirect::Text(word) = redirect {
                stdin = Some(self.joined(word));
            }
        }
        // What stands before a command holds for it alone.
        let kept: Vec<(String, Option<Word>)> = values.iter().map(|(name, _)| (name.clone(), self.variables.get(name).cloned())).collect();
        self.variables.extend(values);
        self.output = None;
        let before = self.reading.invocations.len();
        self.run(&words, command.at, stdin.as_ref());
        for (name, value) in kept {
            match value {
                Some(value) => {
                    self.variables.insert(name, value);
                }
                None => {
                    self.variables.remove(&name);
                }
            }
        }
        for redirect in &command.redirects {
            if let Redirect::Out(path, add) = redirect {
                let path = self.joined(path);
                let ran = self.reading.invocations.get(before..).unwrap_or_default();
                let role = ran.iter().find_map(|invocation| self.role_of(invocation));
                let ends = self.reading.invocations.last().is_some_and(|last| last.words.first() == Some(&Word::known("echo")));
                let mut content = self.output.take();
                if let (Some(word), true) = (content.as_mut(), ends) {
                    word.push(Piece::Known("\n".into()));
                }
                let content = content.or_else(|| role.map(|role| Word(vec![Piece::Unknown("credentials".into(), Some(role))])));
                self.produce(&path, content, *add);
            }
        }
    }
    /// Runs words as a command.
    pub(crate) fn run(&mut self, words: &[Word], at: (u32, u32), stdin: Option<&Word>) {
        let Some(first) = words.first() else { return };
        if !self.enter() {
            return self.unread(at, "it is nested too deeply");
        }
        match first.text() {
            None => match first.role() {
                _ if self.path(first).is_some_and(|path| self.script(&path, words, at)) => {}
                _ => self.unread(at, &format!("the program is not known: {}", first.shown())),
            },
            Some(program) => self.program(&program, words, at, stdin),
        }
        self.leave();
    }
    fn program(&mut self, program: &str, words: &[Word], at: (u32, u32), stdin: Option<&Word>) {
        let arguments = words.get(1..).unwrap_or_default();
        if let Some(body) = self.functions.get(program).cloned() {
            return self.function(program, &body, arguments, at);
        }
        if let Some((_, valued)) = WRAPPERS.iter().find(|(name, _)| *name == program) {
            return self.wrapped(program, valued, arguments, at);
        }
        match program {
            "export" | "declare" | "local" | "readonly" | "typeset" => return self.assign(arguments),
            "unset" => {
                for name in arguments.iter().filter_map(Word::text) {
                    self.variables.remove(&name);
                }
                return;
            }
            "read" | "mapfile" => {
                for name in arguments.iter().filter_map(Word::text).filter(|name| !name.starts_with('-')) {
                    let role = stdin.and_then(Word::role).cloned();
                    self.variables.insert(name.clone(), Word(vec![Piece::Unknown(name, role)]));
                }
                return;
            }
            "cd" | "pushd" => {
                self.directory = match arguments.first() {
                    Some(word) if word.text().is_none_or(|text| text != "-") => self.path(word),
                    _ => None,
                };
                return;
            }
            "popd" => return self.directory = None,
            "exit" | "return" => {
                let fails = arguments.first().is_some_and(|word| word.text().is_some_and(|text| text != "0"));
                return self.cut |= !fails;
            }
            "eval" => {
                if let Some(role) = arguments.iter().find_map(Word::role).cloned() {
                    self.take_credentials(&role);
                }
                return self.unread(at, "`eval` is not followed");
            }
            "source" | "." => return self.sourced(arguments, at),
            "bash" | "sh" | "/bin/bash" | "/bin/sh" | "zsh" => return self.shell(arguments, at, stdin),
            "make" => self.make(arguments, at),
            "npm" | "yarn" | "pnpm" => self.package(arguments, at),
            _ if program.contains('/') && self.path(&Word::known(program)).is_some_and(|path| self.script(&path, words, at)) => return,
            _ => {}
        }
        self.start(words, at);
        self.interpreter(program, arguments, at);
        self.output = self.printed(program, arguments);
        self.write_files(program, arguments);
    }
    fn function(&mut self, name: &str, body: &Rc<Command>, arguments: &[Word], at: (u32, u32)) {
        let name = format!("{name}()");
        if self.running.contains(&name) {
            return self.unread(at, "a function calls itself");
        }
        self.running.push(name);
        let positional = std::mem::replace(&mut self.positional, arguments.to_vec());
        self.command(body, None);
        self.positional = positional;
        self.running.pop();
    }
    fn wrapped(&mut self, program: &str, valued: &[&str], arguments: &[Word], at: (u32, u32)) {
        let mut index = 0;
        let variables = self.variables.clone();
        while let Some(word) = arguments.get(index) {
            let text = word.beginning();
            if text.starts_with('-') {
                index += 1 + usize::from(valued.contains(&text));
            } else if (program == "env" || program == "sudo") && text.contains('=') {
                self.assign(std::slice::from_ref(word));
                index += 1;
            } else {
                break;
            }
        }
        index += usize::from(program == "timeout");
        let mut rest = arguments.get(index..).unwrap_or_default().to_vec();
        if program == "xargs" {
            rest.push(Word::unknown("xargs"));
            self.maybe(|walk| walk.run(&rest, at, None));
        } else {
            self.run(&rest, at, None);
        }
        self.variables = variables;
    }
    fn assign(&mut self, arguments: &[Word]) {
        for word in arguments {
            match word.split('=', 2).as_slice() {
                [name, value] if name.text().is_some() => {
                    self.variables.insert(name.text().unwrap_or_default(), value.clone());
                }
                _ => {
                    if let Some(role) = word.role().cloned() {
                        self.take_credentials(&role);
                    }
                }
            }
        }
    }
    fn take_credentials(&mut self, role: &Rc<Word>) {
        let name = "AWS_ACCESS_KEY_ID";
        self.variables.insert(name.into(), Word(vec![Piece::Unknown(name.into(), Some(Rc::clone(role)))]));
    }
}
