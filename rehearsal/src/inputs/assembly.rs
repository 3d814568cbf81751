//! A cloud assembly, as the AWS CDK makes it: <https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth>.

use super::{
    accounts::Book,
    bare::{Reading, extras},
    notes::Notes,
    options::{Options, Problem, Reader},
    sources::join,
    texts::{self, Bindings, Text},
};
use crate::{Estate, Files, Finding, Place, Stack, Value};
use base::Region;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The most assemblies within assemblies.
const MOST_DEEP: usize = 8;

/// A stack of the manifest.
struct Artifact {
    id: String,
    template: String,
    name: String,
    account: String,
    region: Option<Region>,
    parameters: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    dependencies: Vec<String>,
}

/// Reads an assembly's folder.
pub(super) fn read(folder: &str, options: &Options, reader: &dyn Reader) -> Result<(Estate, Vec<Finding>), Vec<Problem>> {
    let (mut files, mut notes) = (Files::default(), Notes::default());
    let mut book = Book::said(&options.accounts)?;
    let mut artifacts = Vec::new();
    manifest(folder, 0, reader, &mut files, &mut book, &mut notes, &mut artifacts).map_err(|problem| vec![problem])?;
    if artifacts.is_empty() {
        return Err(vec![Problem::whole(&join(folder, "manifest.json"), "the assembly has no stacks").help("run `cdk synth` first")]);
    }
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for artifact in &artifacts {
        match texts::read(&artifact.template, reader, &mut files) {
            Ok(text) => found.push(Text { file: artifact.template.clone(), text, fills_in: false }),
            Err(problem) => problems.push(problem),
        }
        book.place(&artifact.template, &artifact.account);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let reading = Reading::of(found);
    let mut estate = reading.estate(options, &mut book, Bindings::said(&options.bindings)?, files, &mut notes)?;
    finish(&mut estate, &artifacts);
    super::released::leave(&mut estate, &mut notes);
    extras(options, reader, &mut estate.given, &mut problems);
    if problems.is_empty() { Ok((estate, notes.0)) } else { Err(problems) }
}

fn texts_of(value: Option<&Json>) -> BTreeMap<String, String> {
    let members = value.and_then(Json::as_object).into_iter().flatten();
    members.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

fn manifest(
    folder: &str,
    depth: usize,
    reader: &dyn Reader,
    files: &mut Files,
    book: &mut Book,
    notes: &mut Notes,
    into: &mut Vec<Artifact>,
) -> Result<(), Problem> {
    let file = join(folder, "manifest.json");
    let text = texts::read(&file, reader, files)?;
    let read: Json = serde_json::from_str(&text).map_err(|error| {
        let at = |number: usize| u32::try_from(number).unwrap_or(1);
        Problem::at(&file, at(error.line()), at(error.column()), format!("expected the manifest of a cloud assembly: {error}"))
    })?;
    let none = Map::new();
    for (id, artifact) in read["artifacts"].as_object().unwrap_or(&none) {
        let properties = &artifact["properties"];
        let inside = |name: &Json| {
            let name = name.as_str().filter(|name| !name.starts_with('/') && !name.split('/').any(|part| part == ".."));
            name.map(|name| join(folder, name))
        };
        match artifact["type"].as_str().unwrap_or_default() {
            "cdk:cloud-assembly" if depth < MOST_DEEP => {
                if let Some(inner) = inside(&properties["directoryName"]) {
                    manifest(&inner, depth + 1, reader, files, book, notes, into)?;
                }
            }
            "aws:cloudformation:stack" => {
                let Some(template) = inside(&properties["templateFile"]) else {
                    return Err(Problem::whole(&file, format!("the stack {id} names no template within the assembly")));
                };
                let environment = artifact["environment"].as_str().unwrap_or_default().trim_start_matches("aws://");
                let (account, region) = environment.split_once('/').unwrap_or((environment, ""));
                let account = match book.named(account) {
                    Some(name) => name,
                    None => {
                        let title = format!("the environment of the stack {id} names no account: one stands for all such stacks");
                        let how = "`env: { account, region }` in the app says which one it is; so does `--account NAME=ID:TEMPLATE`.";
                        let place = Place { file: file.clone(), line: 1, column: 1, length: 0 };
                        notes.warning(&format!("environment/{file}"), title, Some(place), vec![how.into()]);
                        book.called("unknown-account").map(|(name, _)| name).unwrap_or_default()
                    }
                };
                into.push(Artifact {
                    id: id.clone(),
                    template,
                    name: properties["stackName"].as_str().unwrap_or(id).to_owned(),
                    account,
                    region: Region::exists(region).then(|| Region::new(region)),
                    parameters: texts_of(properties.get("parameters")),
                    tags: texts_of(properties.get("tags")),
                    dependencies: artifact["dependencies"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(Json::as_str)
                        .map(str::to_owned)
                        .collect(),
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// What the manifest says beside the templates, and its order.
fn finish(estate: &mut Estate, artifacts: &[Artifact]) {
    let mut order: Vec<&Artifact> = Vec::new();
    let mut left: Vec<&Artifact> = artifacts.iter().collect();
    while !left.is_empty() {
        let waits = |artifact: &&Artifact| {
            artifact.dependencies.iter().any(|needed| left.iter().any(|other| other.id == *needed && other.id != artifact.id))
        };
        let next = left.iter().position(|artifact| !waits(artifact)).unwrap_or_default();
        order.push(left.remove(next));
    }
    let place = |stack: &Stack| order.iter().position(|artifact| artifact.template == stack.template).unwrap_or(usize::MAX);
    estate.stacks.sort_by_key(place);
    let renamed: BTreeMap<String, String> = estate
        .stacks
        .iter()
        .filter_map(|stack| Some((stack.name.clone(), artifacts.iter().find(|artifact| artifact.template == stack.template)?.name.clone())))
        .collect();
    let most_common = artifacts.iter().find_map(|artifact| artifact.region.clone());
    if let Some(region) = most_common {
        estate.region = region;
    }
    for stack in &mut estate.stacks {
        for value in stack.parameters.values_mut() {
            if let Value::Output(_, name, _) | Value::Made(_, name, ..) = value
                && let Some(new) = renamed.get(name)
            {
                name.clone_from(new);
            }
        }
        let Some(artifact) = artifacts.iter().find(|artifact| artifact.template == stack.template) else { continue };
        stack.name.clone_from(&artifact.name);
        stack.region = artifact.region.clone().filter(|region| *region != estate.region);
        stack.tags.clone_from(&artifact.tags);
        stack.parameters.extend(artifact.parameters.iter().map(|(name, value)| (name.clone(), Value::Text(value.clone()))));
    }
}
