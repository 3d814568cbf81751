//! Programs in Python and JavaScript that call AWS by its SDKs, as far as their calls are spelled out.

use super::names::Model;
use super::tokens::{Kind, Token, tokens};
use super::{Call, Caller, Calls};
use crate::MAX_LENGTH;
use crate::model::{Code, Language, Place, Unread, Word};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Calls that are read of one program, at most.
const MAX_CALLS: usize = 500;
/// What SDKs have beside operations, and the operations that they call: service, method, operations.
const HELPERS: [(&str, &str, &[&str]); 8] = [
    ("s3", "copy", &["HeadObject", "CopyObject"]),
    ("s3", "download_file", &["HeadObject", "GetObject"]),
    ("s3", "download_fileobj", &["HeadObject", "GetObject"]),
    ("s3", "getSignedUrl", &[]),
    ("s3", "generate_presigned_url", &[]),
    ("s3", "upload", &["PutObject"]),
    ("s3", "upload_file", &["PutObject"]),
    ("s3", "upload_fileobj", &["PutObject"]),
];

/// The AWS calls of a program. None of them is certain: which way a program goes is not followed.
pub fn of_code(code: &Code) -> Calls {
    let mut to = Calls::default();
    let place = |line: u32| Place { file: code.file.clone(), line, column: 1 };
    if code.text.len() > MAX_LENGTH {
        to.unread.push(Unread { place: place(code.line), why: "it is too long to be read".into() });
        return to;
    }
    let mut reader = Reader {
        tokens: tokens(&code.text, code.language, code.line),
        code,
        clients: BTreeMap::new(),
        constants: BTreeMap::new(),
        imported: vec![],
        keys: false,
        to,
    };
    reader.look();
    reader.to
}

struct Client {
    model: Model,
    region: Option<Word>,
}

struct Reader<'a> {
    tokens: Vec<Token>,
    code: &'a Code,
    clients: BTreeMap<String, Client>,
    /// Names that are given a text, once.
    constants: BTreeMap<String, Option<Word>>,
    /// The services whose clients a program in JavaScript imports.
    imported: Vec<Model>,
    /// Whether clients are given keys of somebody.
    keys: bool,
    to: Calls,
}

impl Reader<'_> {
    fn at(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index)
    }
    fn name(&self, index: usize) -> Option<&str> {
        self.at(index)?.name()
    }
    fn is(&self, index: usize, sign: char) -> bool {
        self.at(index).is_some_and(|token| token.is(sign))
    }
    fn unread(&mut self, line: u32, why: String) {
        let place = Place { file: self.code.file.clone(), line, column: 1 };
        let unread = Unread { place, why };
        if self.to.unread.len() < MAX_CALLS && !self.to.unread.contains(&unread) {
            self.to.unread.push(unread);
        }
    }

    fn look(&mut self) {
        self.constants();
        for index in 0..self.tokens.len() {
            match self.code.language {
                Language::Python => self.python_client(index),
                Language::JavaScript => self.script_client(index),
            }
        }
        for index in 0..self.tokens.len() {
            if self.to.calls.len() >= MAX_CALLS {
                return;
            }
            self.method(index);
            if self.code.language == Language::JavaScript {
                self.command(index);
            }
        }
    }

    /// `NAME = "text"`, and environment variables that have a name here.
    fn constants(&mut self) {
        for index in 0..self.tokens.len() {
            let Some(name) = self.name(index).map(str::to_owned) else { continue };
            let assigned =
                self.is(index + 1, '=') && !self.is(index + 2, '=') && !index.checked_sub(1).is_some_and(|before| self.is(before, '.'));
            // A keyword of a call is no name of its own.
            let keyword = index.checked_sub(1).is_some_and(|before| self.is(before, '(') || self.is(before, ','));
            if !assigned || keyword {
                continue;
            }
            let value = self.value(index + 2).map(|(word, _)| word).filter(|word| word.text().is_some());
            // A name that is given two texts has neither.
            let value = if self.constants.contains_key(&name) { None } else { value };
            self.constants.insert(name, value);
        }
    }

    /// A value that is spelled out, and the index behind it.
    fn value(&self, index: usize) -> Option<(Word, usize)> {
        let ends = |index: usize| {
            let next = self.at(index);
            // What follows on another line, or ends an argument, is no part of it.
            next.is_none_or(|next| {
                [',', ')', '}', ';', ']'].iter().any(|sign| next.is(*sign)) || next.line > self.at(index - 1).map_or(0, |token| token.line)
            })
        };
        match &self.at(index)?.kind {
            Kind::Text(text) if ends(index + 1) => Some((Word::known(text), index + 1)),
            Kind::Name(name) if name == "os" || name == "process" => {
                let (variable, end) = self.environment(index)?;
                ends(end).then(|| (self.code.environment.get(&variable).cloned().unwrap_or_else(|| Word::unknown(&variable)), end))
            }
            Kind::Name(name) if ends(index + 1) => Some((self.constants.get(name).cloned().flatten()?, index + 1)),
            _ => None,
        }
    }
    /// `os.environ["X"]`, `os.environ.get("X")`, `os.getenv("X")`, `process.env.X`: the variable, and the index behind it.
    fn environment(&self, index: usize) -> Option<(String, usize)> {
        let named = |at: usize| Some((self.at(at)?.text()?.to_owned(), at + 2));
        match (self.name(index)?, self.name(index + 2)?) {
            ("os", "environ") if self.is(index + 3, '[') => named(index + 4),
            ("os", "environ") if self.name(index + 4) == Some("get") && self.is(index + 7, ')') => named(index + 6),
            ("os", "getenv") if self.is(index + 5, ')') => named(index + 4),
            ("process", "env") if self.is(index + 3, '.') => Some((self.name(index + 4)?.to_owned(), index + 5)),
            ("process", "env") if self.is(index + 3, '[') => named(index + 4),
            _ => None,
        }
    }

    /// `name = boto3.client("service", …)`
    fn python_client(&mut self, index: usize) {
        let called = self.is(index, '.') && matches!(self.name(index + 1), Some("client" | "resource")) && self.is(index + 2, '(');
        let (Some(service), true) = (self.at(index + 3).and_then(Token::text).map(str::to_owned), called) else { return };
        let line = self.at(index).map_or(1, |token| token.line);
        if self.name(index + 1) == Some("resource") {
            return self.unread(line, format!("what the resources of {service} call is not read"));
        }
        let Some(model) = Model::of_client(&service) else {
            return self.unread(line, format!("what the client of {service} calls is not read"));
        };
        let (arguments, end) = self.arguments(index + 2);
        self.keys |= arguments.iter().any(|(name, _)| name == "aws_access_key_id");
        let region = arguments.into_iter().find(|(name, _)| name == "region_name").map(|(_, word)| word);
        let client = Client { model, region };
        let name = index.checked_sub(3).filter(|before| self.is(before + 1, '=')).and_then(|before| self.name(before)).map(str::to_owned);
        match name {
            Some(name) => drop(self.clients.insert(name, client)),
            None if self.is(end, '.') => drop(self.clients.insert(format!("#{end}"), client)),
            None => self.unread(line, format!("what the client of {service} calls is not read")),
        }
    }

    /// `from "@aws-sdk/client-service"`, `name = new AWS.Service(…)`, `name = new Service(…)`
    fn script_client(&mut self, index: usize) {
        if let Some(service) =
            self.at(index).and_then(Token::text).and_then(|text| text.strip_prefix("@aws-sdk/client-")).map(str::to_owned)
        {
            let line = self.at(index).map_or(1, |token| token.line);
            match Model::of_client(&service) {
                Some(model) => self.imported.push(model),
                None => self.unread(line, format!("what the client of {service} calls is not read")),
            }
        }
        if self.name(index) != Some("new") {
            return;
        }
        let of_all = self.name(index + 1) == Some("AWS") && self.is(index + 2, '.');
        let at = if of_all { index + 3 } else { index + 1 };
        let Some(class) = self.name(at).filter(|_| self.is(at + 1, '(')).map(str::to_owned) else { return };
        let Some(model) = Model::of_client(class.strip_suffix("Client").unwrap_or(&class)) else { return };
        let known = of_all || self.imported.iter().any(|one| one.prefix == model.prefix);
        let Some(name) = index.checked_sub(2).filter(|_| known && self.is(index - 1, '=')).and_then(|before| self.name(before)) else {
            return;
        };
        self.clients.insert(name.to_owned(), Client { model, region: None });
    }

    /// `client.operation(…)`
    fn method(&mut self, index: usize) {
        if !self.is(index, '.') || !self.is(index + 2, '(') {
            return;
        }
        let Some(method) = self.name(index + 1).map(str::to_owned) else { return };
        let before = index.checked_sub(1).and_then(|before| self.name(before)).map(str::to_owned);
        let Some(client) = before.and_then(|name| self.clients.get(&name)).or_else(|| self.clients.get(&format!("#{index}"))) else {
            return;
        };
        let (model, region) = (client.model.clone(), client.region.clone());
        let (mut arguments, _) = self.arguments(index + 2);
        let line = self.at(index + 1).map_or(1, |token| token.line);
        if let Some((.., operations)) = HELPERS.iter().find(|(service, name, _)| *service == model.prefix && *name == method) {
            // Files come first where keys do not.
            let plain = |at: usize| arguments.iter().find(|(name, _)| *name == at.to_string()).map(|(_, word)| word.clone());
            let places = if method.starts_with("upload") && self.code.language == Language::Python { (1, 2) } else { (0, 1) };
            let named = |name: &str| arguments.iter().find(|(one, _)| one == name).map(|(_, word)| word.clone());
            let missing = |name: &str| Word::unknown(name);
            let bucket = named("Bucket").or_else(|| plain(places.0)).unwrap_or_else(|| missing("Bucket"));
            let key = named("Key").or_else(|| plain(places.1)).unwrap_or_else(|| missing("Key"));
            for operation in *operations {
                self.push(&model, operation, vec![("Bucket".into(), bucket.clone()), ("Key".into(), key.clone())], region.clone(), line);
            }
            return;
        }
        let asked = matches!(method.as_str(), "get_paginator").then(|| self.at(index + 3).and_then(Token::text)).flatten();
        let pages = asked.is_some();
        let Some(operation) = model.operation(asked.unwrap_or(&method)) else { return };
        if pages {
            arguments = vec![(String::new(), Word::unknown("its pages"))];
        }
        self.push(&model, &operation.name, arguments, region, line);
    }

    /// `new OperationCommand({…})`
    fn command(&mut self, index: usize) {
        if self.name(index) != Some("new") || !self.is(index + 2, '(') {
            return;
        }
        let Some(operation) = self.name(index + 1).and_then(|name| name.strip_suffix("Command")) else { return };
        let found = self.imported.iter().find_map(|model| Some((model.clone(), model.operation(operation)?)));
        let Some((model, operation)) = found else { return };
        let (arguments, _) = self.arguments(index + 2);
        let line = self.at(index).map_or(1, |token| token.line);
        self.push(&model, &operation.name, arguments, None, line);
    }

    /// The arguments behind a bracket: by name, or by number; and the index behind the bracket that closes it. What is spread
    /// or given as a whole has no name.
    fn arguments(&self, open: usize) -> (Vec<(String, Word)>, usize) {
        let object = self.is(open + 1, '{');
        let mut index = if object { open + 2 } else { open + 1 };
        let mut all = vec![];
        let mut depth = 0_usize;
        let mut begins = true;
        let mut number = 0;
        while let Some(token) = self.at(index) {
            let opens = ['(', '[', '{'].iter().any(|sign| token.is(*sign));
            let closes = [')', ']', '}'].iter().any(|sign| token.is(*sign));
            if closes && depth == 0 {
                break;
            }
            if begins && !token.is(',') {
                begins = false;
                let between = if object { ':' } else { '=' };
                let named =
                    token.name().or(token.text().filter(|_| object)).filter(|_| self.is(index + 1, between) && !self.is(index + 2, '='));
                let short = token.name().filter(|_| object && (self.is(index + 1, ',') || self.is(index + 1, '}')));
                let spread = token.is('*') || token.is('.');
                let (name, from) = match (named, short) {
                    (Some(name), _) => (name.to_owned(), index + 2),
                    (None, Some(name)) => (name.to_owned(), index),
                    _ if spread || object => (String::new(), index),
                    _ => (number.to_string(), index),
                };
                number += 1;
                let word =
                    self.value(from).map_or_else(|| Word::unknown(if name.is_empty() { "its input" } else { &name }), |(word, _)| word);
                all.push((name, word));
            }
            begins |= token.is(',') && depth == 0;
            depth = if opens { depth + 1 } else { depth - usize::from(closes) };
            index += 1;
        }
        (all, index + if object { 2 } else { 1 })
    }

    fn push(&mut self, model: &Model, operation: &str, arguments: Vec<(String, Word)>, region: Option<Word>, line: u32) {
        let mut input = Map::new();
        let mut unknown = vec![];
        for (name, word) in arguments {
            // In JavaScript the whole input may be given by a name; what is behind it is for the SDK.
            let whole = name.is_empty() || name.chars().all(|c| c.is_ascii_digit());
            match word.text() {
                _ if whole => unknown.push((String::new(), word)),
                Some(text) => drop(input.insert(name, Value::String(text))),
                None => unknown.push((format!("/{name}"), word)),
            }
        }
        self.to.calls.push(Call {
            service: model.prefix.clone(),
            operation: operation.into(),
            input: Value::Object(input),
            unknown,
            caller: if self.keys { Caller::Unknown } else { Caller::Own },
            region,
            account: None,
            place: Place { file: self.code.file.clone(), line, column: 1 },
            certain: false,
        });
    }
}
