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
    fn sourced(&mut self, arguments: &[Word], at: (u32, u32)) {
        let Some(word) = arguments.first() else { return };
        let text = self.path(word).and_then(|path| Some((self.content(&path)?, path)));
        match text {
            Some((text, path)) => self.file(&path, &text, None, at),
            None => self.unread(at, &format!("the file {} is not at hand", word.shown())),
        }
    }
    fn shell(&mut self, arguments: &[Word], at: (u32, u32), stdin: Option<&Word>) {
        let mut rest = arguments;
        let mut command = false;
        while let Some((first, others)) = rest.split_first().filter(|(first, _)| first.beginning().starts_with('-')) {
            command |= !first.beginning().starts_with("--") && first.beginning().ends_with('c');
            rest = others;
        }
        let (variables, directory) = (self.variables.clone(), self.directory.clone());
        match rest.first() {
            Some(word) if command => match word.text() {
                Some(text) => self.text(&text, at.0),
                None => self.unread(at, "the command that a shell is given is not known"),
            },
            Some(word) => {
                if !self.path(word).is_some_and(|path| self.script(&path, rest, at)) {
                    self.unread(at, &format!("the script {} is not at hand", word.shown()));
                }
            }
            None => match stdin.and_then(Word::text) {
                Some(text) => self.text(&text, at.0),
                None => self.unread(at, "what a shell reads from its input is not known"),
            },
        }
        (self.variables, self.directory) = (variables, directory);
    }
    /// Runs a file of the source as a program, if it is there.
    fn script(&mut self, path: &str, words: &[Word], at: (u32, u32)) -> bool {
        let Some(text) = self.content(path) else { return false };
        let head = text.lines().next().unwrap_or_default();
        if head.starts_with("#!") && !head.contains("sh") {
            self.unread(at, &format!("{path} is not a shell script"));
            return true;
        }
        let (variables, directory) = (self.variables.clone(), self.directory.clone());
        self.file(path, &text, Some(words.get(1..).unwrap_or_default()), at);
        (self.variables, self.directory) = (variables, directory);
        true
    }
    fn file(&mut self, path: &str, text: &str, arguments: Option<&[Word]>, at: (u32, u32)) {
        if self.running.iter().any(|running| running == path) {
            return self.unread(at, &format!("{path} runs itself"));
        }
        self.running.push(path.into());
        let file = self.file.replace(path.into());
        let positional = arguments.map(|arguments| std::mem::replace(&mut self.positional, arguments.to_vec()));
        self.text(text, 1);
        self.file = file;
        if let Some(positional) = positional {
            self.positional = positional;
        }
        self.running.pop();
    }
    fn package(&mut self, arguments: &[Word], at: (u32, u32)) {
        let words: Vec<String> = arguments.iter().filter_map(Word::text).filter(|text| !text.starts_with('-')).collect();
        let name = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["run" | "run-script", name, ..] => (*name).to_owned(),
            ["test" | "start", ..] => words.first().cloned().unwrap_or_default(),
            _ => return,
        };
        let path = self.path(&Word::known("package.json"));
        let text = path.as_deref().and_then(|path| self.content(path));
        let Some((path, text)) = path.zip(text) else { return self.unread(at, "package.json is not at hand") };
        let script = serde_json::from_str::<serde_json::Value>(&text)
            .ok()
            .and_then(|json| Some(json.get("scripts")?.get(&name)?.as_str()?.to_owned()));
        match script {
            Some(script) => {
                let line = text.lines().position(|line| line.contains(&format!("\"{name}\""))).unwrap_or(0);
                let file = self.file.replace(path);
                let directory = self.directory.clone();
                self.text(&script, u32::try_from(line + 1).unwrap_or(1));
                (self.file, self.directory) = (file, directory);
            }
            None => self.unread(at, &format!("package.json has no script {name}")),
        }
    }
    fn make(&mut self, arguments: &[Word], at: (u32, u32)) {
        let Some((path, text)) = ["Makefile", "makefile", "GNUmakefile"].iter().find_map(|name| {
            let path = self.path(&Word::known(name))?;
            Some((path.clone(), self.content(&path)?))
        }) else {
            return self.unread(at, "the Makefile is not at hand");
        };
        let words: Vec<String> = arguments.iter().filter_map(Word::text).collect();
        let mut targets: Vec<String> = words.iter().filter(|word| !word.starts_with('-') && !word.contains('=')).cloned().collect();
        let rules = rules(&text);
        if targets.is_empty() {
            targets.extend(rules.iter().find(|(target, ..)| !target.starts_with('.')).map(|(target, ..)| target.clone()));
        }
        let mut done = vec![];
        while let Some(target) = targets.pop() {
            let Some((_, needs, recipe)) = rules.iter().find(|(name, ..)| *name == target) else { continue };
            let missing: Vec<String> = needs
                .iter()
                .filter(|need| !done.contains(*need) && **need != target && rules.iter().any(|(name, ..)| name == *need))
                .cloned()
                .collect();
            if !missing.is_empty() && !done.contains(&format!("{target}:")) {
                done.push(format!("{target}:"));
                targets.push(target);
                targets.extend(missing.into_iter().rev());
                continue;
            }
            done.push(target);
            let file = self.file.replace(path.clone());
            for (line, command) in recipe {
                let (variables, directory) = (self.variables.clone(), self.directory.clone());
                self.text(&recipe_text(command), *line);
                (self.variables, self.directory) = (variables, directory);
            }
            self.file = file;
        }
    }
    /// Programs that may call anything, in ways that are not read.
    fn interpreter(&mut self, program: &str, arguments: &[Word], at: (u32, u32)) {
        let name = program.rsplit('/').next().unwrap_or(program);
        let first = arguments.iter().filter_map(Word::text).find(|text| !text.starts_with('-')).unwrap_or_default();
        let language = name.starts_with("python") || ["node", "ruby", "perl", "php"].contains(&name);
        let option = arguments.first().is_some_and(|word| word.beginning().starts_with('-'));
        let runs = !option || ["-c", "-e", "-", "-m"].contains(&arguments.first().map_or("", Word::beginning));
        if language && runs && !arguments.is_empty() && first != "pip" && first != "venv" {
            self.unread(at, &format!("what {name} runs is not read"));
        }
        let deploys = matches!(
            (name, first.as_str()),
            ("cdk", "deploy" | "bootstrap" | "destroy")
                | ("sam", "deploy" | "package" | "sync" | "build")
                | ("terraform" | "tofu" | "terragrunt", "init" | "plan" | "apply" | "destroy")
                | ("serverless" | "sls", "deploy" | "remove")
                | ("pulumi", "up")
                | ("npx", "cdk" | "serverless" | "sls")
                | ("copilot" | "eb" | "amplify" | "chalice", _)
        );
        if deploys {
            self.unread(at, &format!("{name} {first} makes calls that are not read"));
        }
    }
    /// What a program prints, where it is known.
    fn printed(&self, program: &str, arguments: &[Word]) -> Option<Word> {
        let texts: Vec<String> = arguments.iter().map(Word::shown).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        match (program, texts.as_slice()) {
            ("echo", _) => {
                let mut whole = Word::default();
                for (index, word) in arguments.iter().skip_while(|word| ["-n", "-e"].contains(&word.beginning())).enumerate() {
                    if index > 0 {
                        whole.push(Piece::Known(" ".into()));
                    }
                    word.0.iter().for_each(|piece| whole.push(piece.clone()));
                }
                Some(whole)
            }
            ("printf", _) => printf(arguments),
            ("cat", [_]) => self.content(&self.path(arguments.first()?)?).map(|text| Word::known(text.trim_end_matches('\n'))),
            ("aws", ["sts", "get-caller-identity", rest @ ..]) if rest.contains(&"Account") && rest.contains(&"text") => {
                let own = !self.variables.contains_key("AWS_ACCESS_KEY_ID")
                    && !self.variables.contains_key("AWS_PROFILE")
                    && !rest.contains(&"--profile");
                self.source.account.as_deref().filter(|_| own).map(Word::known)
            }
            ("aws", ["configure", "get", "region"]) => self.source.region.as_deref().map(Word::known),
            _ => None,
        }
    }
    /// Files that programs write without a redirection.
    fn write_files(&mut self, program: &str, arguments: &[Word]) {
        let plain: Vec<Word> = arguments.iter().filter(|word| !word.beginning().starts_with('-')).cloned().collect();
        match (program, plain.as_slice()) {
            ("cp" | "mv", [from, to]) if self.copy_folder(from, to) => {}
            ("cp" | "mv", [from, to]) => {
                let content = self.path(from).and_then(|path| self.content(&path)).map(|text| Word::known(&text));
                let name = from.shown().rsplit('/').next().unwrap_or_default().to_owned();
                let folder = to.text().is_some_and(|text| text.ends_with('/') || text == ".");
                let to = if folder { Word::known(&format!("{}/{name}", to.shown().trim_end_matches('/'))) } else { to.clone() };
                if to.text() != Some(format!("./{name}")) || !folder || from.text() != Some(name) {
                    self.produce(&to, content, false);
                }
            }
            ("tee", files) => files.iter().for_each(|file| self.produce(file, None, false)),
            ("touch", files) => files.iter().for_each(|file| {
                if self.path(file).is_some_and(|path| self.content(&path).is_none()) {
                    self.produce(file, Some(Word::default()), false)
                }
            }),
            ("sed", files) if arguments.iter().any(|word| word.beginning().starts_with("-i")) => {
                files.iter().skip(1).for_each(|file| self.produce(file, None, false));
            }
            _ => {}
        }
    }
}

/// `printf` of texts: `%s` and the common escapes; None where there is more to it.
fn printf(arguments: &[Word]) -> Option<Word> {
    let (format, rest) = arguments.split_first()?;
    let mut rest = rest.iter();
    let mut whole = Word::default();
    for piece in &format.0 {
        let Piece::Known(text) = piece else {
            whole.push(piece.clone());
            continue;
        };
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '%' => match chars.next()? {
                    's' => rest.next()?.0.iter().for_each(|piece| whole.push(piece.clone())),
                    '%' => whole.push(Piece::Known("%".into())),
                    _ => return None,
                },
                '\\' => match chars.next()? {
                    'n' => whole.push(Piece::Known("\n".into())),
                    't' => whole.push(Piece::Known("\t".into())),
                    c @ ('\\' | '"' | '\'') => whole.push(Piece::Known(c.into())),
                    _ => return None,
                },
                c => whole.push(Piece::Known(c.into())),
            }
        }
    }
    rest.next().is_none().then_some(whole)
}

type Rule = (String, Vec<String>, Vec<(u32, String)>);

/// The rules of a Makefile: target, prerequisites, and recipe lines with their numbers.
fn rules(text: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = vec![];
    let mut open = 0;
    for (number, line) in (1_u32..).zip(text.lines()) {
        if let Some(recipe) = line.strip_prefix('\t') {
            let recipe = recipe.trim_start_matches(['@', '-', '+']);
            let from = rules.len().saturating_sub(open);
            for rule in rules.iter_mut().skip(from) {
                match rule.2.last_mut() {
                    Some((_, before)) if before.ends_with('\\') => {
                        before.push('\n');
                        before.push_str(recipe);
                    }
                    _ => rule.2.push((number, recipe.into())),
                }
            }
        } else if let Some((targets, needs)) =
            line.split_once(':').filter(|(targets, needs)| !needs.starts_with('=') && !targets.contains(['=', '#']))
        {
            let needs: Vec<String> = needs.split_whitespace().map(Into::into).collect();
            let before = rules.len();
            rules.extend(targets.split_whitespace().take(64).map(|target| (target.to_owned(), needs.clone(), vec![])));
            open = rules.len() - before;
        }
    }
    rules
}

/// A recipe's line as the shell gets it: make's own variables look like parameters.
fn recipe_text(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        text.push('$');
        rest = after.strip_prefix('$').unwrap_or(after);
        let make = after.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        if let Some((name, behind)) = make.filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')) {
            text.push_str(&format!("{{{name}}}"));
            rest = behind;
        }
    }
    text + rest
}
