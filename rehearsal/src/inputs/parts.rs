//! Parts of templates: what they refer to may be elsewhere.

use super::{
    notes::Notes,
    resolve::moved,
    units::{Unit, entry, member, object, string},
};
use crate::Place;
use base::{AccountId, Region};
use std::collections::{BTreeMap, BTreeSet};
use template::Span;
use template::document::{Entry, Kind, Node};

/// ARNs by what resources are mostly called: a word of the logical id, the service and what stands before the name.
const ARNS: [(&str, &str, &str); 14] = [
    ("secret", "secretsmanager", "secret:"),
    ("ecr", "ecr", "repository/"),
    ("repo", "codecommit", ""),
    ("project", "codebuild", "project/"),
    ("build", "codebuild", "project/"),
    ("topic", "sns", ""),
    ("queue", "sqs", ""),
    ("function", "lambda", "function:"),
    ("lambda", "lambda", "function:"),
    ("table", "dynamodb", "table/"),
    ("cluster", "ecs", "cluster/"),
    ("loggroup", "logs", "log-group:"),
    ("statemachine", "states", "stateMachine:"),
    ("pipeline", "codepipeline", ""),
];

struct Wanted {
    logical_id: String,
    attribute: Option<String>,
    span: Span,
}

/// Gives each name that leads nowhere a parameter with a stand-in.
pub(super) fn complete(unit: &mut Unit, account: Option<AccountId>, region: &Region, notes: &mut Notes) {
    let names = |section: &str| -> BTreeSet<String> {
        unit.tree.get(section).map(Node::entries).unwrap_or_default().iter().map(|entry| entry.key.text.clone()).collect()
    };
    let known: BTreeSet<String> = names("Resources").into_iter().chain(names("Parameters")).collect();
    let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
    let Some(resources) = member(&mut unit.tree, "Resources") else { return };
    walk(resources, &known, &mut wanted);
    if wanted.is_empty() {
        return;
    }
    unit.made = true;
    let span = unit.tree.span.clone();
    let Some(Kind::Map(parameters)) = member(&mut unit.tree, "Parameters").map(|node| &mut node.kind) else { return };
    let same = same_things(&wanted);
    for (name, wanted) in wanted {
        let wanted = Wanted { logical_id: same.get(&name).cloned().unwrap_or(wanted.logical_id), ..wanted };
        let value = value(&wanted, &account.map(|id| id.to_string()).unwrap_or_default(), region);
        let place = Place {
            file: wanted.span.file.to_string(),
            line: wanted.span.line,
            column: wanted.span.column,
            length: wanted.span.width().unwrap_or_default(),
        };
        let what =
            wanted.attribute.as_ref().map_or_else(|| wanted.logical_id.clone(), |attribute| format!("{}.{attribute}", wanted.logical_id));
        let title = format!("{what} is defined in none of the parts: `{value}` stands for it");
        notes.warning(&format!("part/{}/{name}", unit.key), title, Some(place), Vec::new());
        let members = vec![entry("Type", string("String", &span)), entry("Default", string(&value, &span))];
        parameters.push(entry(&name, object(members, &span)));
    }
}

/// Names of things that are referred to by another name elsewhere: `RepoName` and `Repo.Arn` are one repository's.
fn same_things(wanted: &BTreeMap<String, Wanted>) -> BTreeMap<String, String> {
    let service = |id: &str| ARNS.iter().find(|(word, ..)| id.to_lowercase().contains(word)).map(|(_, service, _)| *service);
    let is_name = |id: &str| id.len() > "Name".len() && id.ends_with("Name");
    let mut same = BTreeMap::new();
    for (key, one) in wanted.iter().filter(|(_, one)| one.attribute.is_none() && is_name(&one.logical_id)) {
        let of_it = |other: &&Wanted| {
            !is_name(&other.logical_id) && service(&other.logical_id).is_some_and(|kind| service(&one.logical_id) == Some(kind))
        };
        let others: BTreeSet<&str> = wanted.values().filter(of_it).map(|other| other.logical_id.as_str()).collect();
        if let (1, Some(only)) = (others.len(), others.first()) {
            same.insert(key.clone(), (*only).to_owned());
        }
    }
    same
}

fn value(wanted: &Wanted, account: &str, region: &Region) -> String {
    let lower = wanted.logical_id.to_lowercase();
    let kind = ARNS.iter().find(|(word, ..)| lower.contains(word));
    let is_arn = match &wanted.attribute {
        Some(attribute) => attribute.ends_with("Arn"),
        None => lower.contains("topic") || lower.contains("secret"),
    };
    match (is_arn, kind) {
        (true, Some((_, service, before))) => format!("arn:aws:{service}:{region}:{account}:{before}{}", wanted.logical_id),
        (true, None) if lower.contains("role") => format!("arn:aws:iam::{account}:role/{}", wanted.logical_id),
        (true, None) if lower.contains("bucket") => format!("arn:aws:s3:::{lower}"),
        (true, None) if lower.contains("key") => format!("arn:aws:kms:{region}:{account}:key/00000000-0000-0000-0000-000000000000"),
        (true, None) => format!("arn:aws:unknown:{region}:{account}:{}", wanted.logical_id),
        (false, _) if lower.contains("bucket") => lower,
        (false, _) => wanted.logical_id.clone(),
    }
}

fn walk(node: &mut Node, known: &BTreeSet<String>, wanted: &mut BTreeMap<String, Wanted>) {
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().for_each(|item| walk(item, known, wanted)),
        Kind::Map(entries) => {
            if let [only] = entries.as_mut_slice() {
                function(only, known, wanted);
            }
            entries.retain(|entry| entry.key.text != "DependsOn" || is_known(&entry.value, known));
            entries.iter_mut().for_each(|entry| walk(&mut entry.value, known, wanted));
        }
        _ => {}
    }
}

/// Whether all that is depended on is there.
fn is_known(node: &Node, known: &BTreeSet<String>) -> bool {
    let mut names = node.items().iter().chain(std::iter::once(node)).filter_map(Node::scalar);
    names.all(|name| known.contains(name))
}

fn function(only: &mut Entry, known: &BTreeSet<String>, wanted: &mut BTreeMap<String, Wanted>) {
    let span = only.value.span.clone();
    let mut want = |logical_id: &str, attribute: Option<&str>| {
        let foreign = !logical_id.is_empty() && logical_id.chars().all(|c| c.is_ascii_alphanumeric()) && !known.contains(logical_id);
        foreign.then(|| {
            let name = format!("{logical_id}{}", attribute.unwrap_or_default().replace(|c: char| !c.is_ascii_alphanumeric(), ""));
            let attribute = attribute.map(str::to_owned);
            wanted.entry(name.clone()).or_insert(Wanted { logical_id: logical_id.to_owned(), attribute, span: span.clone() });
            name
        })
    };
    match only.key.text.as_str() {
        "Ref" => {
            if let Some(name) = only.value.scalar().and_then(|id| want(id, None)) {
                only.value = string(&name, &span);
            }
        }
        "Fn::GetAtt" => {
            let parts = match only.value.items() {
                [id, attribute] => id.scalar().zip(attribute.scalar()),
                _ => only.value.scalar().and_then(|text| text.split_once('.')),
            };
            if let Some(name) = parts.and_then(|(id, attribute)| want(id, Some(attribute))) {
                only.key.text = "Ref".into();
                only.value = string(&name, &span);
            }
        }
        "Fn::Sub" => {
            if let Kind::String(text, parts) = &mut only.value.kind {
                let new = substituted(text, &mut want);
                *parts = moved(text, &new, parts);
                *text = new;
            }
        }
        _ => {}
    }
}

/// A text for `Fn::Sub` with the names of parameters in place of what leads nowhere. Of the same length where nothing changes.
fn substituted(text: &str, want: &mut dyn FnMut(&str, Option<&str>) -> Option<String>) -> String {
    let (mut made, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        made.push_str(before);
        made.push_str("${");
        let Some((inner, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        let (id, attribute) = inner.split_once('.').map_or((inner, None), |(id, attribute)| (id, Some(attribute)));
        made.push_str(want(id, attribute).as_deref().unwrap_or(inner));
        made.push('}');
        rest = after;
    }
    made.push_str(rest);
    made
}
