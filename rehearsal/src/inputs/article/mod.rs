//! Articles: the YAML and JSON of a Markdown file, put together.

mod blocks;
mod labels;
mod merge;
mod roles;

use super::{
    facts::Facts,
    notes::Notes,
    options::Problem,
    pipelines,
    texts::{Bindings, Text},
    units::{Shape, Unit, entry, object, shape, stack_name},
};
use crate::{Block, MadeText, Map, Place};
use blocks::Fence;
use labels::Domains;
use merge::Resources;
use template::Span;
use template::document::Entry;

/// The blocks of an article that are YAML or JSON.
pub(super) fn blocks(article: &Text) -> Vec<Block> {
    let place = |fence: Fence| Block {
        file: article.file.clone(),
        start: fence.start,
        end: fence.end,
        first_line: fence.first_line,
        lines: fence.lines,
    };
    blocks::fences(&article.text).into_iter().map(place).collect()
}

/// A block's text, in its place in the file.
fn text_of(article: &Text, fence: &Fence) -> Text {
    let above = "\n".repeat(usize::try_from(fence.first_line).unwrap_or(1).saturating_sub(1));
    let text = format!("{above}{}", article.text.get(fence.start..fence.end).unwrap_or_default());
    Text { file: article.file.clone(), text, fills_in: fence.is_json() }
}

/// The whole article's map, as its blocks were filled in.
pub(super) fn filled_in(article: &Text, bindings: &Bindings) -> MadeText {
    let mut map = Map::of_same_lines();
    for fence in blocks::fences(&article.text) {
        map.append(text_of(article, &fence).filled_in(bindings).map);
    }
    MadeText { text: String::new(), map }
}

/// Takes note of placeholders.
pub(super) fn learn(article: &Text, bindings: &mut Bindings, notes: &mut Notes) {
    for fence in blocks::fences(&article.text) {
        text_of(article, &fence).learn(bindings, notes);
    }
}

/// Puts an article's parts together: a template for each account that it tells of, and its pipelines.
pub(super) fn read(article: &Text, bindings: &Bindings, notes: &mut Notes) -> Result<(Vec<Unit>, Vec<pipelines::Given>), Problem> {
    let domains = Domains::of(&article.text, bindings);
    let mut resources = Resources::default();
    let mut roles = roles::Roles::default();
    let (mut units, mut found) = (Vec::new(), Vec::new());
    let fences = blocks::fences(&article.text);
    for fence in &fences {
        let text = text_of(article, fence);
        let place = Place { file: article.file.clone(), line: fence.first_line, column: 1, length: 0 };
        let id = format!("block/{}/{}", article.file, fence.first_line);
        let tree = match text.tree(&text.filled_in(bindings)) {
            Ok(Some(tree)) => tree,
            Ok(None) => continue,
            Err(problem) => {
                let place = Place { line: problem.line, column: problem.column, ..place };
                notes.unknown(&id, format!("this block cannot be read: {}", problem.message), Some(place), Vec::new());
                continue;
            }
        };
        match shape(&tree) {
            Shape::Template => {
                let label = domains.of_fence(fence).into_iter().next();
                let name = format!("{}-{}", stack_name(&article.file), fence.first_line);
                let key = format!("{}#{}", article.file, fence.first_line);
                units.push(unit(article, name, key, tree, label));
            }
            Shape::Resources => {
                for resource in tree.entries() {
                    for label in domains.of_resource(fence, resource.key.span.line) {
                        resources.add(label, resource.clone());
                    }
                }
            }
            Shape::Pipeline | Shape::BarePipeline => {
                if let Some(mut given) = pipelines::read(&text, bindings)? {
                    given.label = domains.of_fence(fence).into_iter().next();
                    found.push(given);
                }
            }
            Shape::Policy | Shape::Trust => roles.add(fence, tree, &place, notes),
            Shape::Other => notes.assumed(
                &id,
                "this block is no template, resource, policy or pipeline: it is left out".into(),
                Some(place),
                Vec::new(),
            ),
        }
    }
    for (label, role) in roles.made(&domains, notes) {
        resources.add(label, role);
    }
    for (label, entries) in resources.by_label() {
        let Some(Entry { key, .. }) = entries.first() else { continue };
        let span: Span = key.span.clone();
        let tree = object(vec![entry("Resources", object(entries, &span))], &span);
        let suffix = label.as_deref().unwrap_or("home");
        units.push(unit(article, format!("{}-{suffix}", stack_name(&article.file)), format!("{}#{suffix}", article.file), tree, label));
    }
    if units.is_empty() && found.is_empty() {
        let problem = Problem::whole(&article.file, "no block of this article is a template, a resource or a pipeline");
        return Err(problem.help("fence them with ```yaml or ```json"));
    }
    for unit in &units {
        let whose = unit.label.as_ref().map_or_else(|| "the account of the pipelines".to_owned(), |label| format!("the account {label}"));
        let ids: Vec<String> = unit.facts.things.iter().map(|thing| thing.logical_id.clone()).collect();
        let title = format!("{} of {} are taken to be one template in {whose}", super::texts::listed(&ids), article.file);
        notes.assumed(
            &format!("article/{}", unit.key),
            title,
            None,
            vec!["What the article says around its blocks was taken as a hint.".into()],
        );
    }
    Ok((units, found))
}

fn unit(article: &Text, name: String, key: String, tree: template::document::Node, label: Option<String>) -> Unit {
    let facts = Facts::of(&tree);
    Unit { name, key, file: article.file.clone(), text: None, tree, facts, accounts: Vec::new(), label, made: true, partial: true }
}
