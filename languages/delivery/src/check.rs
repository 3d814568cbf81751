//! From the file's shape to a delivery whose references hold, or everything that is wrong with it.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_saphyr::{Location, Spanned};
use yaml::suggest;

use crate::read::{Pairs, RawDelivery, RawParameter, RawPipeline, RawSource, RawStack};
use crate::{Account, Capability, DEFAULT_REGION, Delivery, Diagnostic, Output, Parameter, Pipeline, Source, Stack, path};

pub(crate) fn check(raw: RawDelivery, text: &str, file: &str) -> Result<Delivery, Vec<Diagnostic>> {
    let mut checker = Checker { text, file, names: HashMap::new(), found: Vec::new() };
    let delivery = checker.delivery(raw);
    if checker.found.is_empty() {
        return Ok(delivery);
    }
    checker.found.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
    Err(checker.found)
}

struct Checker<'a> {
    text: &'a str,
    file: &'a str,
    /// The accounts' ids by name.
    names: HashMap<String, String>,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn report(&mut self, at: Location, message: String, help: impl Into<String>) {
        self.found.push(Diagnostic::new(&message, self.file, at.into(), Some(help.into())));
    }

    fn delivery(&mut self, raw: RawDelivery) -> Delivery {
        let accounts = self.accounts(raw.accounts);
        let region = match raw.region {
            Some(region) => self.region(region),
            None => DEFAULT_REGION.to_owned(),
        };
        Delivery {
            accounts,
            region,
            stacks: self.stacks(raw.stacks),
            pipelines: raw.pipelines.into_iter().map(|raw| self.pipeline(raw)).collect(),
            sources: self.sources(raw.sources),
        }
    }

    fn accounts(&mut self, raw: Spanned<Pairs<Spanned<String>>>) -> Vec<Account> {
        if raw.value.0.is_empty() {
            let help = "name at least one, as in `accounts: { dev: \"111111111111\" }`";
            self.report(raw.referenced, "there is no account".to_owned(), help);
        }
        let mut owners: HashMap<String, String> = HashMap::new();
        let mut accounts = Vec::new();
        for (name, id) in raw.value.0 {
            self.name(&name, "an account's name", 64, "-_");
            self.account_id(&id);
            if let Some(other) = owners.insert(id.value.clone(), name.value.clone()) {
                let message = format!("the accounts `{other}` and `{}` have the same id", name.value);
                self.report(id.referenced, message, "give each account an id of its own");
            }
            self.names.insert(name.value.clone(), id.value.clone());
            accounts.push(Account { name: name.value, id: id.value });
        }
        accounts
    }

    fn account_id(&mut self, id: &Spanned<String>) {
        let digits = !id.value.is_empty() && id.value.bytes().all(|byte| byte.is_ascii_digit());
        if digits && !self.is_quoted(id) {
            // Other readers of YAML take it for a number, and lose its zeros.
            let message = format!("the account id {} is written as a number", id.value);
            self.report(id.referenced, message, format!("quote it: \"{:0>12}\"", id.value));
        } else if !digits || id.value.len() != 12 {
            let message = format!("`{}` is not an account id", id.value);
            self.report(id.referenced, message, "an account id is twelve digits in quotes");
        }
    }

    fn region(&mut self, region: Spanned<String>) -> String {
        let mut parts = region.value.rsplit('-');
        let ends_in_digits = parts.next().is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        let words: Vec<&str> = parts.collect();
        let are_words = words.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()));
        if !ends_in_digits || words.len() < 2 || !are_words || region.value.len() > 32 {
            let message = format!("`{}` is not a region", region.value);
            self.report(region.referenced, message, "a region is one like us-east-1 or ap-northeast-1");
        }
        region.value
    }

    fn stacks(&mut self, raw: Vec<RawStack>) -> Vec<Stack> {
        let all: HashSet<(String, String)> = raw.iter().map(|raw| (raw.account.value.clone(), raw.name.value.clone())).collect();
        let mut deployed = HashSet::new();
        let mut stacks = Vec::new();
        for raw in raw {
            self.name(&raw.name, "a stack's name", 128, "-");
            let account = self.account(&raw.account);
            let mut parameters = BTreeMap::new();
            for (name, value) in raw.parameters.0 {
                let parameter = self.parameter(value, &deployed, &all);
                parameters.insert(name.value, parameter);
            }
            if !deployed.insert((account.clone(), raw.name.value.clone())) {
                let message = format!("the stack `{account}/{}` is there twice", raw.name.value);
                self.report(raw.name.referenced, message, "give one of them another name");
            }
            let mut capabilities: Vec<_> = raw.capabilities.iter().filter_map(|capability| self.capability(capability)).collect();
            capabilities.sort_unstable();
            capabilities.dedup();
            stacks.push(Stack {
                name: raw.name.value,
                account,
                position: raw.template.referenced.into(),
                template: self.file_path(&raw.template),
                parameters,
                capabilities,
                tags: raw.tags.0.into_iter().map(|(name, value)| (name.value, value.value)).collect(),
            });
        }
        stacks
    }

    fn parameter(
        &mut self,
        raw: Spanned<RawParameter>,
        deployed: &HashSet<(String, String)>,
        all: &HashSet<(String, String)>,
    ) -> Parameter {
        let reference = match raw.value {
            RawParameter::Text(text) => return Parameter::Text(text),
            RawParameter::AsWritten => {
                return Parameter::Text(self.written(raw.defined).to_owned());
            }
            RawParameter::Output(reference) => reference,
        };
        let at = reference.referenced;
        let Some((account, stack, key)) = split_output(&reference.value) else {
            let message = format!("`{}` does not name an output", reference.value);
            self.report(at, message, "write account/stack.Key, as in `staging/target.RoleArn`");
            return Parameter::Text(reference.value);
        };
        let id = (account.to_owned(), stack.to_owned());
        if !self.names.contains_key(account) {
            self.unknown_account(account, at);
        } else if !deployed.contains(&id) {
            if all.contains(&id) {
                let message = format!("the stack `{account}/{stack}` has no outputs yet, for it is not deployed before");
                self.report(at, message, "stacks are deployed in their order here: move it further up");
            } else {
                let names: Vec<String> = deployed.iter().map(|(account, stack)| format!("{account}/{stack}")).collect();
                let help = if names.is_empty() {
                    "add the stack above this one".to_owned()
                } else {
                    suggest(&format!("{account}/{stack}"), names.iter().map(String::as_str))
                };
                self.report(at, format!("there is no stack `{account}/{stack}`"), help);
            }
        }
        let key = key.to_owned();
        Parameter::Output(Output { account: id.0, stack: id.1, key, position: at.into() })
    }

    fn capability(&mut self, raw: &Spanned<String>) -> Option<Capability> {
        let found = Capability::ALL.into_iter().find(|capability| capability.as_str() == raw.value);
        if found.is_none() {
            let help = suggest(&raw.value, Capability::ALL.into_iter().map(Capability::as_str));
            self.report(raw.referenced, format!("`{}` is not a capability", raw.value), help);
        }
        found
    }

    fn pipeline(&mut self, raw: RawPipeline) -> Pipeline {
        Pipeline { account: self.account(&raw.account), position: raw.file.referenced.into(), file: self.file_path(&raw.file) }
    }

    fn sources(&mut self, raw: Vec<RawSource>) -> Vec<Source> {
        let mut seen = HashSet::new();
        let mut sources = Vec::new();
        for raw in raw {
            self.name(&raw.repository, "a repository's name", 100, "-_.");
            let account = self.account(&raw.account);
            let branch = match raw.branch {
                Some(branch) => self.branch(branch),
                None => "main".to_owned(),
            };
            if !seen.insert((account.clone(), raw.repository.value.clone(), branch.clone())) {
                let message = format!("`{account}/{}` has two sources for `{branch}`", raw.repository.value);
                self.report(raw.repository.referenced, message, "keep one of them");
            }
            sources.push(Source {
                account,
                repository: raw.repository.value,
                branch,
                position: raw.from.referenced.into(),
                from: self.path(&raw.from),
            });
        }
        sources
    }

    /// Git's rules for a branch's name, as far as they keep it from being taken for something else.
    fn branch(&mut self, branch: Spanned<String>) -> String {
        let name = branch.value.as_str();
        let bad_part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
        let bad = name.len() > 256
            || name.starts_with('-')
            || name.ends_with('.')
            || name.contains("..")
            || name.contains("@{")
            || name == "@"
            || name.chars().any(|c| c.is_control() || " ~^:?*[\\".contains(c))
            || name.split('/').any(bad_part);
        if bad {
            let message = format!("`{name}` is not a branch's name");
            self.report(branch.referenced, message, "write the name alone, as in `main` or `feature/one`");
        }
        branch.value
    }

    fn account(&mut self, raw: &Spanned<String>) -> String {
        if !self.names.contains_key(&raw.value) {
            self.unknown_account(&raw.value, raw.referenced);
        }
        raw.value.clone()
    }

    fn unknown_account(&mut self, name: &str, at: Location) {
        let by_id = self.names.iter().find(|(_, id)| *id == name).map(|(name, _)| name.clone());
        let help = match by_id {
            Some(own) => format!("accounts are named here: write `{own}`"),
            None => {
                let mut names: Vec<&str> = self.names.keys().map(String::as_str).collect();
                names.sort_unstable();
                suggest(name, names.into_iter())
            }
        };
        self.report(at, format!("the account `{name}` is not defined under `accounts`"), help);
    }

    /// A name of letters, digits and some others, that starts with a letter or a digit.
    fn name(&mut self, raw: &Spanned<String>, what: &str, longest: usize, others: &str) {
        let name = raw.value.as_str();
        let starts = name.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !starts || name.len() > longest || !name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c)) {
            let others: Vec<String> = others.chars().map(|c| format!("`{c}`")).collect();
            let help = format!("it has up to {longest} letters, digits and {}", others.join(", "));
            self.report(raw.referenced, format!("`{name}` cannot be {what}"), help);
        }
    }

    fn path(&mut self, raw: &Spanned<String>) -> String {
        match path::normalise(&raw.value) {
            Ok(path) => path,
            Err(reason) => {
                let help = "paths are relative to this file's folder and stay inside it";
                self.report(raw.referenced, format!("the path `{}` {reason}", raw.value), help);
                raw.value.clone()
            }
        }
    }

    fn file_path(&mut self, raw: &Spanned<String>) -> String {
        let path = self.path(raw);
        if path == "." || raw.value.ends_with('/') {
            self.report(raw.referenced, format!("the path `{}` names a folder", raw.value), "name a file");
        }
        path
    }

    fn is_quoted(&self, value: &Spanned<String>) -> bool {
        self.written(value.defined).starts_with(['"', '\''])
    }

    /// A value as it stands in the file.
    fn written(&self, at: Location) -> &str {
        let span = at.span();
        let range = span.byte_offset().zip(span.byte_len()).and_then(|(start, length)| {
            let start = usize::try_from(start).ok()?;
            Some(start..start.checked_add(usize::try_from(length).ok()?)?)
        });
        range.and_then(|range| self.text.get(range)).unwrap_or_default()
    }
}

/// `account/stack.Key`
fn split_output(reference: &str) -> Option<(&str, &str, &str)> {
    let (account, rest) = reference.split_once('/')?;
    let (stack, key) = rest.split_once('.')?;
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_key && !account.is_empty() && !stack.is_empty()).then_some((account, stack, key))
}
