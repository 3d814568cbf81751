//! Templates, pipelines and articles that come without a delivery file.

use super::{
    accounts::Book,
    emit::emit,
    facts::Named,
    notes::Notes,
    options::{Held, Options, Problem, Reader},
    parameters::Guess,
    pipelines,
    placeholders::Meaning,
    resolve::{self, Live},
    texts::{self, Bindings, Text},
    units::Unit,
};
use crate::{Estate, Files, Finding, Given, MadeText, Pipeline, Place, Placeholder, Stack, Value};
use base::Region;
use std::collections::{BTreeMap, BTreeSet};

/// Reads templates and pipelines.
pub(super) fn read(paths: &[String], options: &Options, reader: &dyn Reader) -> Result<(Estate, Vec<Finding>), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut book = Book::said(&options.accounts)?;
    let bindings = Bindings::said(&options.bindings)?;
    let mut files = Files::default();
    let mut texts = Vec::new();
    let placed: Vec<String> = book.placed_files().map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    let known = |file: &str| paths.iter().any(|path| path == file || path.ends_with(&format!("/{file}")));
    for path in paths.iter().chain(placed.iter().filter(|file| !known(file))) {
        if !seen.insert(path.clone()) {
            continue;
        }
        match reader.held(path) {
            Held::Nothing => problems.push(Problem::whole(path, "there is no such file")),
            Held::Folder => {
                problems.push(Problem::whole(path, "this is a folder").help("a folder of a delivery or a cloud assembly is named alone"))
            }
            Held::File | Held::Other => match texts::read(path, reader, &mut files) {
                Ok(text) => texts.push(Text { file: path.clone(), text, fills_in: false }),
                Err(problem) => problems.push(problem),
            },
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut notes = Notes::default();
    let reading = Reading::of(texts);
    let mut estate = reading.estate(options, &mut book, bindings, files, &mut notes)?;
    super::released::leave(&mut estate, &mut notes);
    extras(options, reader, &mut estate.given, &mut problems);
    if problems.is_empty() { Ok((estate, notes.0)) } else { Err(problems) }
}

/// What was read, on its way into an estate.
#[derive(Default)]
pub(super) struct Reading {
    texts: Vec<Text>,
    articles: Vec<Text>,
    pipelines: Vec<Text>,
}

/// Templates and pipelines, with what is known of placeholders.
struct Read {
    units: Vec<Unit>,
    pipelines: Vec<pipelines::Given>,
}

impl Reading {
    pub(super) fn of(texts: Vec<Text>) -> Self {
        Self { texts, ..Self::default() }
    }

    /// Tells what each text is.
    fn sort(&mut self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for text in std::mem::take(&mut self.texts) {
            let name = text.file.to_lowercase();
            if name.ends_with(".md") || name.ends_with(".markdown") || name.ends_with(".mdx") {
                self.articles.push(text);
                continue;
            }
            // Placeholders may keep a text from being read: those of a pipeline are looked for first.
            let as_pipeline = Text { fills_in: true, ..text.clone() };
            let mut bindings = Bindings::default();
            as_pipeline.learn(&mut bindings, &mut Notes::default());
            match pipelines::read(&as_pipeline, &bindings) {
                Ok(Some(_)) => self.pipelines.push(as_pipeline),
                Ok(None) => self.texts.push(text),
                Err(problem) => problems.push(problem),
            }
        }
        problems
    }

    fn learn(&self, bindings: &mut Bindings, notes: &mut Notes) {
        for text in self.texts.iter().chain(&self.pipelines) {
            text.learn(bindings, notes);
        }
        for article in &self.articles {
            super::article::learn(article, bindings, notes);
        }
    }

    fn read(&self, bindings: &Bindings, notes: &mut Notes) -> Result<Read, Vec<Problem>> {
        let (mut read, mut problems) = (Read { units: Vec::new(), pipelines: Vec::new() }, Vec::new());
        for text in &self.texts {
            match Unit::of_file(text.clone(), bindings) {
                Ok(unit) => read.units.push(unit),
                Err(problem) => problems.push(problem),
            }
        }
        for text in &self.pipelines {
            match pipelines::read(text, bindings) {
                Ok(found) => read.pipelines.extend(found),
                Err(problem) => problems.push(problem),
            }
        }
        for article in &self.articles {
            match super::article::read(article, bindings, notes) {
                Ok((units, pipelines)) => {
                    read.units.extend(units);
                    read.pipelines.extend(pipelines);
                }
                Err(problem) => problems.push(problem),
            }
        }
        unique(&mut read.units);
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }

    /// Puts the estate together.
    pub(super) fn estate(
        mut self,
        options: &Options,
        book: &mut Book,
        mut bindings: Bindings,
        files: Files,
        notes: &mut Notes,
    ) -> Result<Estate, Vec<Problem>> {
        let problems = self.sort();
        if !problems.is_empty() {
            return Err(problems);
        }
        self.learn(&mut bindings, notes);
        // Accounts have their ids first: by them it is known what belongs where.
        for (text, binding) in bindings.0.iter_mut().filter(|(_, binding)| binding.meaning == Meaning::Account && !binding.said) {
            binding.value = book.called(text).map(|(_, id)| id.to_string());
        }
        let mut first = self.read(&bindings, &mut Notes::default())?;
        place_articles(&mut first, book);
        let named: Vec<Named> = first.pipelines.iter().flat_map(|pipeline| pipeline.named.clone()).collect();
        book.assign(&mut first.units, &named, &bindings, notes);
        let region = Region::new(&region(options, &first));
        let (live, roles) = resolve::resolve(&mut bindings, &first.units, book, &region, notes);
        let mut read = self.read(&bindings, notes)?;
        for (unit, placed) in read.units.iter_mut().zip(&first.units) {
            unit.accounts.clone_from(&placed.accounts);
        }
        place_articles(&mut read, book);
        let mut given = Given::default();
        given.state.roles = roles;
        given.placeholders = bindings
            .0
            .iter()
            .map(|(text, binding)| Placeholder {
                text: text.clone(),
                value: binding.value.clone().unwrap_or_default(),
                places: binding.places.clone(),
            })
            .collect();
        for article in &self.articles {
            given.blocks.extend(super::article::blocks(article));
        }
        let mut estate =
            Estate { region, accounts: Vec::new(), stacks: Vec::new(), pipelines: Vec::new(), sources: Vec::new(), files, given };
        self.stacks(options, read, &live, book, &bindings, &mut estate, notes)?;
        estate.accounts.clone_from(&book.accounts);
        Ok(estate)
    }

    #[allow(clippy::too_many_arguments, reason = "the last step of one long reading")]
    fn stacks(
        &self,
        options: &Options,
        mut read: Read,
        live: &BTreeMap<String, Live>,
        book: &mut Book,
        bindings: &Bindings,
        estate: &mut Estate,
        notes: &mut Notes,
    ) -> Result<(), Vec<Problem>> {
        for unit in read.units.iter_mut().filter(|unit| unit.partial) {
            let account = unit.accounts.first().and_then(|name| book.id(name));
            super::parts::complete(unit, account, &estate.region, notes);
        }
        let mut wanted: Vec<Vec<(String, Live)>> = Vec::new();
        for (at, unit) in read.units.iter_mut().enumerate() {
            wanted.push(resolve::put_in(at, unit, live));
        }
        let pipelines_want = read
            .pipelines
            .iter()
            .flat_map(|pipeline| live.iter().filter(|(token, _)| pipeline.input.to_string().contains(token.as_str())))
            .map(|(_, live)| live.clone());
        for live in wanted.iter().flatten().map(|(_, live)| live.clone()).chain(pipelines_want).collect::<Vec<_>>() {
            resolve::put_out(&mut read.units[live.unit], &live);
        }
        for unit in &mut read.units {
            unit.facts = super::facts::Facts::of(&unit.tree);
        }
        let output = |live: &Live| {
            let unit = &read.units[live.unit];
            unit.accounts.first().map(|account| Value::Output(account.clone(), unit.name.clone(), resolve::parameter(live)))
        };
        let guess = Guess { units: &read.units, book, region: &estate.region, said: &options.parameters };
        let mut stacks: Vec<(usize, Stack)> = Vec::new();
        for (at, unit) in read.units.iter().enumerate() {
            for account in &unit.accounts {
                let given: BTreeMap<String, Value> =
                    wanted[at].iter().filter_map(|(name, live)| output(live).map(|value| (name.clone(), value))).collect();
                let mut parameters = guess.values(at, account, given.keys(), notes, &mut estate.given.state.parameters);
                parameters.extend(given);
                stacks.push((
                    at,
                    Stack {
                        account: account.clone(),
                        name: unit.name.clone(),
                        region: None,
                        template: unit.key.clone(),
                        parameters,
                        capabilities: Vec::new(),
                        tags: BTreeMap::new(),
                    },
                ));
            }
        }
        said_for_nothing(options, &read.units)?;
        estate.stacks = super::order::sorted(stacks, &read.units, book);
        for pipeline in &read.pipelines {
            let account = self.account_of(pipeline, book, &read.units);
            let outputs = pipelines::outputs(&pipeline.input, &|token| live.get(token).and_then(&output));
            estate.pipelines.push(Pipeline { account, file: pipeline.file.clone(), input: pipeline.input.clone(), outputs });
        }
        for unit in &read.units {
            if let Some(made) = made(unit, &self.articles, bindings, &estate.files) {
                estate.given.texts.insert(unit.key.clone(), made);
            }
        }
        Ok(())
    }

    fn account_of(&self, pipeline: &pipelines::Given, book: &mut Book, units: &[Unit]) -> String {
        let role = pipeline.named.iter().find(|arn| arn.service == "codepipeline").map(|arn| arn.account.clone());
        let labelled = pipeline.label.as_ref().and_then(|label| book.called(label)).map(|(name, _)| name);
        role.and_then(|id| book.named(&id))
            .or(labelled)
            .or_else(|| units.iter().find_map(|unit| unit.accounts.first().cloned()))
            .or_else(|| book.named("111111111111"))
            .unwrap_or_default()
    }
}

/// The text that is deployed, if it is not the user's own.
fn made(unit: &Unit, articles: &[Text], bindings: &Bindings, files: &Files) -> Option<MadeText> {
    if !unit.made {
        let (_, made) = unit.text.as_ref()?;
        return (files.get(&unit.file).map(|file| &file.text) != Some(&made.text)).then(|| made.clone());
    }
    let maps: Vec<(String, MadeText)> = match &unit.text {
        Some((text, made)) => vec![(text.file.clone(), made.clone())],
        None => articles.iter().map(|article| (article.file.clone(), super::article::filled_in(article, bindings))).collect(),
    };
    let source = |place: Place| match maps.iter().find(|(file, _)| *file == place.file) {
        Some((_, made)) => made.map.to_source(&place),
        None => place,
    };
    Some(emit(&unit.tree, &source))
}

/// Templates of an article belong to the accounts that it tells of.
fn place_articles(read: &mut Read, book: &mut Book) {
    for unit in read.units.iter_mut().filter(|unit| unit.accounts.is_empty()) {
        unit.accounts.extend(unit.label.as_ref().and_then(|label| book.called(label)).map(|(name, _)| name));
    }
}

/// Two files of one name in different folders are two stacks.
fn unique(units: &mut [Unit]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for unit in units {
        let count = seen.entry(unit.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            unit.name = format!("{}-{count}", unit.name);
        }
    }
}

/// The region that is said, else the one that ARNs and actions name most.
fn region(options: &Options, read: &Read) -> String {
    if let Some(region) = &options.region {
        return region.clone();
    }
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    let named = read.units.iter().flat_map(|unit| &unit.facts.named).chain(read.pipelines.iter().flat_map(|pipeline| &pipeline.named));
    let of_actions = read.pipelines.iter().flat_map(|pipeline| {
        let stages = pipeline.input.pointer("/pipeline/stages").and_then(serde_json::Value::as_array).into_iter().flatten();
        stages.flat_map(|stage| stage["actions"].as_array().into_iter().flatten()).filter_map(|action| action["region"].as_str())
    });
    for region in named.map(|arn| arn.region.as_str()).chain(of_actions).filter(|region| Region::exists(region)) {
        *count.entry(region).or_default() += 1;
    }
    count.into_iter().max_by_key(|(_, count)| *count).map_or(delivery::DEFAULT_REGION, |(region, _)| region).to_owned()
}

/// A parameter that no template has is a mistake of the user's.
fn said_for_nothing(options: &Options, units: &[Unit]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for option in &options.parameters {
        let name = option.split_once('=').map(|(name, _)| name.rsplit_once(':').map_or(name, |(_, name)| name));
        if !name.is_some_and(|name| units.iter().any(|unit| unit.facts.parameters.contains_key(name))) {
            problems.push(
                Problem::whole("--parameter", format!("'{option}' is for a parameter that no template has"))
                    .help("write [TEMPLATE:]NAME=VALUE"),
            );
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// What comes beside the delivery itself.
pub(super) fn extras(options: &Options, reader: &dyn Reader, given: &mut Given, problems: &mut Vec<Problem>) {
    for file in &options.account_states {
        if let Err(problem) = super::state::read(file, reader, &mut given.state) {
            problems.push(problem);
        }
    }
    let mut known = super::trail::Known::default();
    for file in &options.trails {
        if let Err(problem) = super::trail::read(file, reader, &mut given.trail, &mut known) {
            problems.push(problem);
        }
    }
}
