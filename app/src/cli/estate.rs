//! What `sekisho rehearse` is given, read.

use crate::failure::Failure;
use base::Region;
use delivery::{Delivery, Parameter};
use rehearsal::{Account, Estate, Files, Given, Origin, Pipeline, Source, SourceFile, Stack, Value};
use std::{fs, path::Path};

/// A delivery's estate.
pub(super) fn estate(folder: &Path, delivery: &Delivery) -> Result<Estate, Failure> {
    let mut files = Files::default();
    let mut read = |name: &str| -> Result<String, Failure> {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).map_err(|e| Failure::unusable(format!("{}: {e}", path.display())))?;
        files.add(&path.display().to_string(), &text);
        Ok(path.display().to_string())
    };
    let mut stacks = Vec::new();
    for stack in &delivery.stacks {
        let value = |value: &Parameter| match value {
            Parameter::Text(text) => Value::Text(text.clone()),
            Parameter::Output(from) => Value::Output(from.account.clone(), from.stack.clone(), from.key.clone()),
        };
        stacks.push(Stack {
            account: stack.account.clone(),
            name: stack.name.clone(),
            region: None,
            template: read(&stack.template)?,
            parameters: stack.parameters.iter().map(|(key, v)| (key.clone(), value(v))).collect(),
            capabilities: stack.capabilities.iter().map(|c| c.as_str().to_owned()).collect(),
            tags: stack.tags.clone(),
        });
    }
    let mut pipelines = Vec::new();
    for pipeline in &delivery.pipelines {
        let file = read(&pipeline.file)?;
        let text = fs::read_to_string(folder.join(&pipeline.file))?;
        let input = serde_json::from_str(&text).map_err(|e| Failure::unusable(format!("{file}:{}:{}: {e}", e.line(), e.column())))?;
        pipelines.push(Pipeline { account: pipeline.account.clone(), file, input, outputs: Vec::new() });
    }
    let mut sources = Vec::new();
    for source in &delivery.sources {
        let mut found = Vec::new();
        walk(&folder.join(&source.from), "", &mut found)?;
        sources.push(Source {
            account: source.account.clone(),
            origin: Origin::CodeCommit { repository: source.repository.clone(), branch: source.branch.clone() },
            files: Some(found),
        });
    }
    let accounts = delivery
        .accounts
        .iter()
        .map(|a| {
            Ok(Account { name: a.name.clone(), id: a.id.parse().map_err(|e: base::InvalidAccount| Failure::unusable(e.to_string()))? })
        })
        .collect::<Result<_, Failure>>()?;
    Ok(Estate { region: Region::new(&delivery.region), accounts, stacks, pipelines, sources, files, given: Given::default() })
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<SourceFile>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            if name != ".git" && name != ".sekisho" {
                walk(&entry.path(), &format!("{path}/"), found)?;
            }
        } else if entry.file_type()?.is_file() {
            found.push(SourceFile { path, content: fs::read(entry.path())?, known_as: None });
        }
    }
    Ok(())
}
