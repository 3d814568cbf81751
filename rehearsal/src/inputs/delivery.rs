//! A delivery's folder.

use super::{
    bare::extras,
    notes::Notes,
    options::{Held, Options, Problem, Reader},
    sources::{self, join},
    texts::{self, Bindings, Text},
};
use crate::{Account, Estate, Files, Finding, Given, Origin, Pipeline, Source, Stack, Value};
use base::Region;
use delivery::{Delivery, Parameter, Position};
use std::collections::BTreeMap;

/// Reads a delivery: its folder, or its file.
pub(super) fn read(path: &str, options: &Options, reader: &dyn Reader) -> Result<(Estate, Vec<Finding>), Vec<Problem>> {
    let (folder, file) = match reader.held(path) {
        Held::Folder => (path.to_owned(), join(path, super::DELIVERY)),
        _ => (path.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned()), path.to_owned()),
    };
    if reader.held(&file) == Held::Nothing {
        let assembly = join(&folder, "manifest.json");
        if reader.held(&assembly) == Held::File {
            return super::assembly::read(&folder, options, reader);
        }
        let problem = Problem::whole(&file, "there is no such file").help("name a delivery's folder, templates, or pipelines as JSON");
        return Err(vec![problem]);
    }
    let mut files = Files::default();
    let text = texts::read(&file, reader, &mut files).map_err(|problem| vec![problem])?;
    let delivery = delivery::parse(&text, &file).map_err(|found| {
        let problem = |found: delivery::Diagnostic| Problem {
            file: found.file.clone(),
            line: u32::try_from(found.line).unwrap_or(1),
            column: u32::try_from(found.column).unwrap_or(1),
            message: found.message.clone(),
            help: found.help,
        };
        found.into_iter().map(problem).collect::<Vec<_>>()
    })?;
    Reading {
        folder,
        file,
        delivery,
        reader,
        files,
        bindings: Bindings::said(&options.bindings)?,
        notes: Notes::default(),
        problems: Vec::new(),
    }
    .estate(options)
}

struct Reading<'r> {
    folder: String,
    file: String,
    delivery: Delivery,
    reader: &'r dyn Reader,
    files: Files,
    bindings: Bindings,
    notes: Notes,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn estate(mut self, options: &Options) -> Result<(Estate, Vec<Finding>), Vec<Problem>> {
        let delivery = self.delivery.clone();
        let mut accounts = Vec::new();
        for account in &delivery.accounts {
            match account.id.parse() {
                Ok(id) => accounts.push(Account { name: account.name.clone(), id }),
                Err(error) => self.problems.push(Problem::whole(&self.file, error.to_string())),
            }
        }
        let mut given = Given::default();
        let mut stacks = Vec::new();
        for stack in &delivery.stacks {
            let template = join(&self.folder, &stack.template);
            if let Some(text) = self.text(&template, stack.position, false)
                && !self.bindings.0.is_empty()
            {
                given.texts.insert(template.clone(), text.filled_in(&self.bindings));
            }
            let value = |value: &Parameter| match value {
                Parameter::Text(text) => Value::Text(text.clone()),
                Parameter::Output(from) => Value::Output(from.account.clone(), from.stack.clone(), from.key.clone()),
            };
            stacks.push(Stack {
                account: stack.account.clone(),
                name: stack.name.clone(),
                region: None,
                template,
                parameters: stack.parameters.iter().map(|(key, v)| (key.clone(), value(v))).collect(),
                capabilities: stack.capabilities.iter().map(|capability| capability.as_str().to_owned()).collect(),
                tags: stack.tags.clone(),
            });
        }
        let mut pipelines = Vec::new();
        for pipeline in &delivery.pipelines {
            let file = join(&self.folder, &pipeline.file);
            let Some(text) = self.text(&file, pipeline.position, true) else { continue };
            text.learn(&mut self.bindings, &mut self.notes);
            match super::pipelines::read(&text, &self.bindings) {
                Ok(Some(read)) => {
                    pipelines.push(Pipeline { account: pipeline.account.clone(), file, input: read.input, outputs: Vec::new() });
                }
                Ok(None) => self.problems.push(Problem::at(&file, 1, 1, "expected the input of `aws codepipeline create-pipeline`")),
                Err(problem) => self.problems.push(problem),
            }
        }
        let mut found = Vec::new();
        for source in &delivery.sources {
            let folder = join(&self.folder, &source.from);
            match sources::read(&folder, self.reader, &mut self.files) {
                Ok(files) => found.push(Source {
                    account: source.account.clone(),
                    origin: Origin::CodeCommit { repository: source.repository.clone(), branch: source.branch.clone() },
                    files: Some(files),
                }),
                Err(problem) => self.problems.push(self.named_at(problem, source.position)),
            }
        }
        if let Err(problems) = parameters_said(options, &mut stacks) {
            self.problems.extend(problems);
        }
        extras(options, self.reader, &mut given, &mut self.problems);
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let region = Region::new(options.region.as_deref().unwrap_or(&delivery.region));
        Ok((Estate { region, accounts, stacks, pipelines, sources: found, files: self.files, given }, self.notes.0))
    }

    fn text(&mut self, file: &str, position: Position, fills_in: bool) -> Option<Text> {
        match texts::read(file, self.reader, &mut self.files) {
            Ok(text) => Some(Text { file: file.to_owned(), text, fills_in }),
            Err(problem) => {
                let problem = self.named_at(problem, position);
                self.problems.push(problem);
                None
            }
        }
    }

    /// A problem with a file that the delivery names: it points to where it does.
    fn named_at(&self, problem: Problem, position: Position) -> Problem {
        if problem.line > 0 {
            return problem;
        }
        let at = |number: u64| u32::try_from(number).unwrap_or(1);
        Problem::at(&self.file, at(position.line), at(position.column), format!("{}: {}", problem.file, problem.message))
    }
}

/// Sets parameters that the user gives beside the delivery.
pub(super) fn parameters_said(options: &Options, stacks: &mut [Stack]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for option in &options.parameters {
        let Some((name, value)) = option.split_once('=') else {
            problems.push(Problem::whole("--parameter", format!("'{option}' is not [TEMPLATE:]NAME=VALUE")));
            continue;
        };
        let (template, name) = name.rsplit_once(':').map_or((None, name), |(template, name)| (Some(template), name));
        let fits = |stack: &&mut Stack| {
            template.is_none_or(|template| {
                stack.template == template || stack.template.ends_with(&format!("/{template}")) || stack.name == template
            })
        };
        let mut used: BTreeMap<String, ()> = BTreeMap::new();
        for stack in stacks.iter_mut().filter(fits) {
            // Without a template's name, it is for those that have such a parameter.
            if template.is_some() || stack.parameters.contains_key(name) {
                stack.parameters.insert(name.to_owned(), Value::Text(value.to_owned()));
                used.insert(stack.name.clone(), ());
            }
        }
        if used.is_empty() {
            let message = format!("'{option}' is for a parameter that no template has");
            problems.push(Problem::whole("--parameter", message).help("write TEMPLATE:NAME=VALUE, with the template's path"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
