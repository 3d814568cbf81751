//! What placeholders stand for, once it is known which template belongs to which account.

use super::{
    accounts::Book,
    facts::Facts,
    notes::Notes,
    pipelines::tokens,
    placeholders::{Meaning, slug},
    texts::{Binding, Bindings},
    units::{Unit, entry, member, object, string},
};
use crate::{StateIdentity, StateRole};
use base::Region;
use serde_json::json;
use std::collections::BTreeMap;
use template::Part;
use template::document::{Entry, Kind, Node};

/// Something that only a deployed stack knows: the template, the resource, and the attribute; none: what a reference gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Live {
    pub unit: usize,
    pub logical_id: String,
    pub attribute: Option<&'static str>,
}

/// Gives each placeholder its value, or the resource that will have it, by its token.
pub(super) fn resolve(
    bindings: &mut Bindings,
    units: &[Unit],
    book: &mut Book,
    region: &Region,
    notes: &mut Notes,
) -> (BTreeMap<String, Live>, Vec<StateRole>) {
    let (mut live, mut roles) = (BTreeMap::new(), Vec::new());
    let home = units.iter().find(|unit| unit.facts.has_pipeline()).or(units.first()).and_then(|unit| unit.accounts.first().cloned());
    let home = home.and_then(|name| book.id(&name));
    for (text, binding) in &mut bindings.0 {
        let id = format!("placeholder/{text}");
        let place = binding.places.first().cloned();
        let how = format!("`--bind '{text}=VALUE'` says what it is.");
        if binding.said {
            continue;
        }
        let title = match find(text, binding, units, book, region) {
            Some(Resolved::Value(value, what)) => {
                binding.value = Some(value);
                format!("{text} is to be filled in: it is taken to be {what}")
            }
            Some(Resolved::Live(found, what)) => {
                live.insert(binding.token.clone(), found);
                format!("{text} is to be filled in: it is taken to be {what}")
            }
            None => {
                let plain =
                    Some(slug(text)).filter(|slug| slug.len() > 2).unwrap_or_else(|| format!("placeholder-{}", binding.token.len()));
                let lower = text.to_lowercase();
                let is_role = lower.contains("role") || lower.contains("ロール");
                let value = match (lower.contains("arn"), home) {
                    (true, Some(home)) if is_role || lower.contains("user") => {
                        roles.push(stand_in(home, &plain, text));
                        format!("arn:aws:iam::{home}:role/{plain}")
                    }
                    (true, Some(home)) => format!("arn:aws:unknown:{region}:{home}:{plain}"),
                    _ => plain,
                };
                binding.value = Some(value.clone());
                format!("{text} is to be filled in: nothing in the inputs fits, {value} stands for it")
            }
        };
        notes.warning(&id, title, place, vec![how]);
    }
    (live, roles)
}

fn stand_in(account: base::AccountId, name: &str, text: &str) -> StateRole {
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}, "Action": "sts:AssumeRole"}]});
    StateRole {
        identity: StateIdentity {
            account,
            name: name.to_owned(),
            path: "/".into(),
            inline: Vec::new(),
            attached: Vec::new(),
            boundary: None,
            groups: Vec::new(),
            tags: Vec::new(),
            file: text.to_owned(),
        },
        trust,
    }
}

enum Resolved {
    Value(String, String),
    Live(Live, String),
}

/// The resource types that words tell of.
const KINDS: [(&str, &[&str]); 6] = [
    ("AWS::IAM::Role", &["role", "ロール"]),
    ("AWS::KMS::Key", &["kms", "key", "キー", "鍵"]),
    ("AWS::S3::Bucket", &["bucket", "s3", "バケット"]),
    ("AWS::CodeBuild::Project", &["codebuild", "build project"]),
    ("AWS::CodeCommit::Repository", &["repository", "リポジトリ"]),
    ("AWS::SNS::Topic", &["topic", "トピック"]),
];

fn find(text: &str, binding: &Binding, units: &[Unit], book: &mut Book, region: &Region) -> Option<Resolved> {
    match binding.meaning {
        Meaning::Account => {
            let (name, id) = book.called(text)?;
            return Some(Resolved::Value(id.to_string(), format!("an account of its own, {name}, with the id {id} for now")));
        }
        Meaning::Region => return Some(Resolved::Value(region.to_string(), format!("the region {region}"))),
        Meaning::KeyId | Meaning::Other => {}
    }
    let lower = text.to_lowercase();
    let kind = match binding.meaning {
        Meaning::KeyId => "AWS::KMS::Key",
        _ => KINDS.iter().find(|(_, words)| words.iter().any(|word| lower.contains(word)))?.0,
    };
    let all: Vec<(usize, &Facts, &super::facts::Thing)> =
        units.iter().enumerate().flat_map(|(at, unit)| unit.facts.of_kind(kind).map(move |thing| (at, &unit.facts, thing))).collect();
    // Roles are told apart by what else the placeholder says; of other things there may be just one.
    let words: Vec<String> = slug(text)
        .split('-')
        .filter(|word| word.len() > 2)
        .map(|word| word.trim_end_matches("rolearn").trim_end_matches("arn").to_owned())
        .collect();
    let fits = |thing: &super::facts::Thing| {
        let own = format!("{}{}", thing.logical_id, thing.name.as_deref().unwrap_or_default()).to_lowercase().replace(['-', '_'], "");
        words.iter().any(|word| word.len() > 3 && !["role", "kms"].contains(&word.as_str()) && own.contains(word.as_str()))
    };
    let mut fitting: Vec<_> = all.iter().filter(|(.., thing)| fits(thing)).collect();
    if fitting.is_empty() && all.len() == 1 && (kind != "AWS::IAM::Role" || words.iter().all(|word| word.len() < 4 || word == "role")) {
        fitting = all.iter().collect();
    }
    let [(at, _, thing)] = fitting.as_slice() else { return None };
    let unit = &units[*at];
    let id = book.id(unit.accounts.first()?)?;
    let wants_arn = lower.contains("arn");
    let static_name = thing.name.as_ref().filter(|name| !name.contains('*'));
    let what = format!("{} of {}", thing.logical_id, unit.file);
    match (kind, static_name) {
        ("AWS::IAM::Role", Some(name)) if wants_arn => Some(Resolved::Value(format!("arn:aws:iam::{id}:role/{name}"), what)),
        ("AWS::S3::Bucket", Some(name)) if wants_arn => Some(Resolved::Value(format!("arn:aws:s3:::{name}"), what)),
        ("AWS::CodeCommit::Repository", Some(name)) if wants_arn => {
            Some(Resolved::Value(format!("arn:aws:codecommit:{region}:{id}:{name}"), what))
        }
        (_, Some(name)) if !wants_arn => Some(Resolved::Value(name.clone(), what)),
        _ => {
            let attribute = (wants_arn && kind != "AWS::SNS::Topic").then_some("Arn");
            Some(Resolved::Live(Live { unit: *at, logical_id: thing.logical_id.clone(), attribute }, what))
        }
    }
}

/// Puts what only stacks know into a template: by a reference within the template, else by a parameter. Gives the parameters:
/// name and where its value comes from.
pub(super) fn put_in(at: usize, unit: &mut Unit, live: &BTreeMap<String, Live>) -> Vec<(String, Live)> {
    let mut wanted = BTreeMap::new();
    let mut reference = |token: &str| {
        let found = live.get(token)?;
        if found.unit == at {
            let attribute = found.attribute.map(|attribute| format!(".{attribute}")).unwrap_or_default();
            return Some(format!("{}{attribute}", found.logical_id));
        }
        let name = parameter(found);
        wanted.insert(name.clone(), found.clone());
        Some(name)
    };
    if !fill(&mut unit.tree, false, &mut reference) {
        return Vec::new();
    }
    unit.made = true;
    let span = unit.tree.span.clone();
    if let (false, Some(Kind::Map(entries))) = (wanted.is_empty(), member(&mut unit.tree, "Parameters").map(|node| &mut node.kind)) {
        for name in wanted.keys() {
            entries.push(entry(name, object(vec![entry("Type", string("String", &span))], &span)));
        }
    }
    wanted.into_iter().collect()
}

/// The name of the parameter and of the output by which a value goes from stack to stack.
pub(super) fn parameter(live: &Live) -> String {
    format!("Given{}{}", live.logical_id, live.attribute.unwrap_or("Ref"))
}

/// Has a template put out what others need of it.
pub(super) fn put_out(unit: &mut Unit, live: &Live) {
    let span = unit.tree.span.clone();
    let name = parameter(live);
    let value = match live.attribute {
        Some(attribute) => ("Fn::GetAtt", format!("{}.{attribute}", live.logical_id)),
        None => ("Ref", live.logical_id.clone()),
    };
    let value = object(vec![entry(value.0, string(&value.1, &span))], &span);
    if let Some(Kind::Map(entries)) = member(&mut unit.tree, "Outputs").map(|node| &mut node.kind)
        && !entries.iter().any(|known| known.key.text == name)
    {
        entries.push(entry(&name, object(vec![entry("Value", value)], &span)));
        unit.made = true;
    }
}

/// Replaces tokens by references; texts that are in no `Fn::Sub` become one. True: there were some.
fn fill(node: &mut Node, in_sub: bool, reference: &mut dyn FnMut(&str) -> Option<String>) -> bool {
    match &mut node.kind {
        Kind::List(items) => {
            let mut any = false;
            for (index, item) in items.iter_mut().enumerate() {
                any |= fill(item, in_sub && index == 0, reference);
            }
            any
        }
        Kind::Map(entries) => {
            let mut any = false;
            for Entry { key, value } in entries {
                any |= fill(value, key.text == "Fn::Sub", reference);
            }
            any
        }
        Kind::String(text, parts) => {
            let mut new = if in_sub { text.clone() } else { text.replace("${", "${!") };
            let mut any = false;
            for token in tokens(text) {
                if let Some(name) = reference(token) {
                    new = new.replace(token, &format!("${{{name}}}"));
                    any = true;
                }
            }
            if any {
                let (parts, span) = (moved(text, &new, parts), node.span.clone());
                let filled = Node { kind: Kind::String(new, parts), span: span.clone() };
                *node = if in_sub { filled } else { object(vec![entry("Fn::Sub", filled)], &span) };
            }
            any
        }
        _ => false,
    }
}

/// The places of lines of a text that has changed within its lines.
pub(super) fn moved(old: &str, new: &str, parts: &[Part]) -> Vec<Part> {
    let (mut from, mut to) = (0, 0);
    let mut moved = Vec::new();
    for (before, after) in old.split_inclusive('\n').zip(new.split_inclusive('\n')) {
        if let Some(part) = parts.iter().find(|part| part.start == from) {
            moved.push(Part { start: to, end: to + after.len(), span: part.span.clone() });
        }
        (from, to) = (from + before.len(), to + after.len());
    }
    moved
}
