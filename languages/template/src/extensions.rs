//! `AWS::LanguageExtensions`: what is rewritten before a template is read, from the parameters, the mappings and the conditions.
//!
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-languageextensions.html>

mod expander;
mod for_each;
mod processed;

use std::collections::{HashMap, HashSet};

use crate::Span;
use crate::diagnostic::{Diagnostic, Findings};
use crate::evaluate::{Evaluator, World};
use crate::functions::{Reader, Section};
use crate::graph::condition_graph;
use crate::inputs::Inputs;
use crate::node::{Entry, Kind, Name, Node, shorten};
use crate::template::Template;
use expander::Expander;
pub(crate) use processed::processed;

/// The transform's name.
pub(crate) const NAME: &str = "AWS::LanguageExtensions";
/// What to do where the transform is missing.
pub(crate) const DECLARE: &str = "add 'Transform: AWS::LanguageExtensions' at the top of the template";
/// How the key of a loop begins; the loop's name follows.
pub(crate) const FOR_EACH: &str = "Fn::ForEach::";

/// A finding in the transform's words.
fn failed(span: &Span, message: &str) -> Diagnostic {
    Diagnostic::error(span, format!("Transform {NAME} failed with: {message}"))
}

/// A template's sections without loops.
pub(crate) struct Expanded {
    pub entries: Vec<Entry>,
    /// Some of it waits for the inputs of a stack, and is left out.
    pub pending: bool,
}

/// Rewrites the sections. Without inputs, what depends on them is left out.
pub(crate) fn expand(entries: Vec<Entry>, span: &Span, inputs: Option<&Inputs<'_>>, findings: &mut Findings) -> Expanded {
    unique_loops(&entries, findings);
    let mut pending = false;
    let mut expanded = entries;
    with_ground(&mut expanded, span, inputs, findings, |expander, entries| {
        for Entry { key, value } in entries.iter_mut() {
            match key.text.as_str() {
                "Resources" => *value = expander.members(value, &["Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"]),
                "Outputs" => *value = expander.members(value, &["Condition"]),
                _ => {}
            }
        }
        pending = expander.pending;
    });
    Expanded { entries: expanded, pending }
}

/// Reads what everything else is resolved from, and lets `work` resolve. The loops of the conditions are gone by then.
fn with_ground(
    entries: &mut [Entry],
    span: &Span,
    inputs: Option<&Inputs<'_>>,
    findings: &mut Findings,
    work: impl FnOnce(&mut Expander<'_, '_>, &mut [Entry]),
) {
    let none = Inputs::new("us-east-1", "000000000000", "", "");
    // What is wrong in these sections is found again, and reported, when the template is read.
    let mut unsaid = Findings::default();
    let mut template = Template::blank(span.clone());
    for Entry { key, value } in entries.iter() {
        let Kind::Map(members) = &value.kind else { continue };
        match key.text.as_str() {
            "Parameters" => template.parameters = crate::parameters::declared(members.clone(), &mut unsaid),
            "Mappings" => template.mappings = crate::sections::mappings(members.clone(), &mut unsaid),
            _ => {}
        }
    }
    let reported = if inputs.is_some() { &mut *findings } else { &mut unsaid };
    let parameters = crate::parameters::resolve(&template, inputs.unwrap_or(&none), reported).located;
    if inputs.is_some() && findings.has_errors() {
        return;
    }
    let mut world = World { template: &template, inputs: inputs.unwrap_or(&none), parameters, conditions: HashMap::new() };
    let mut waited = false;
    let mut conditions = Vec::new();
    for Entry { value, .. } in entries.iter_mut().filter(|entry| entry.key.text == "Conditions") {
        let mut expander = Expander::new(&world, inputs.is_some(), Section::Conditions, findings);
        *value = expander.members(value, &[]);
        waited |= expander.pending;
        if let Kind::Map(members) = &value.kind {
            conditions.extend(members.iter().cloned());
        }
    }
    let parameters = std::mem::take(&mut world.parameters);
    let mut reader = Reader { section: Section::Conditions, extensions: true, findings: &mut Findings::default() };
    let read: Vec<_> = conditions.into_iter().map(|Entry { key, value }| (key, reader.expr(value))).collect();
    template.conditions = read;
    let mut world = World { template: &template, inputs: inputs.unwrap_or(&none), parameters, conditions: HashMap::new() };
    for at in condition_graph(&template).order().unwrap_or_default() {
        let (name, expr) = &template.conditions[at];
        if let (true, Ok(holds)) = (inputs.is_some(), Evaluator::run(&world, None, |evaluator| evaluator.condition(expr))) {
            world.conditions.insert(&name.text, holds);
        }
    }
    let mut expander = Expander::new(&world, inputs.is_some(), Section::Values, findings);
    expander.pending = waited;
    work(&mut expander, entries);
}

/// Loops stand in three sections.
fn elsewhere(node: &Node, section: &str, findings: &mut Findings) {
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| elsewhere(item, section, findings)),
        Kind::Map(entries) => {
            for Entry { key, value } in entries {
                if key.text.starts_with(FOR_EACH) {
                    let message = format!("Fn::ForEach is not supported in {}", shorten(section));
                    findings.push(failed(&key.span, &message).help("loops stand in Conditions, Resources and Outputs"));
                }
                elsewhere(value, section, findings);
            }
        }
        _ => {}
    }
}

/// A loop's name is like a logical id: there is one of it.
fn unique_loops(entries: &[Entry], findings: &mut Findings) {
    fn walk<'n>(node: &'n Node, seen: &mut HashSet<&'n str>, findings: &mut Findings) {
        match &node.kind {
            Kind::List(items) => items.iter().for_each(|item| walk(item, seen, findings)),
            Kind::Map(entries) => {
                for Entry { key, value } in entries {
                    if let Some(name) = key.text.strip_prefix(FOR_EACH) {
                        check(key, name, seen, findings);
                    }
                    walk(value, seen, findings);
                }
            }
            _ => {}
        }
    }
    fn check<'n>(key: &'n Name, name: &'n str, seen: &mut HashSet<&'n str>, findings: &mut Findings) {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            findings.push(
                failed(&key.span, "Fn::ForEach layout is incorrect").help("a loop is named Fn::ForEach::NAME, in letters and digits"),
            );
        } else if !seen.insert(name) {
            let message = format!("the loop name {} is not unique in the template", shorten(name));
            findings.push(failed(&key.span, &message).help("loops and resources each have a name of their own; rename one"));
        }
    }
    let mut seen = HashSet::new();
    for entry in entries {
        if let ("Resources", Kind::Map(members)) = (entry.key.text.as_str(), &entry.value.kind) {
            seen.extend(members.iter().map(|member| member.key.text.as_str()));
        }
    }
    for Entry { key, value } in entries {
        match key.text.as_str() {
            "Conditions" | "Resources" | "Outputs" => walk(value, &mut seen, findings),
            section => elsewhere(value, section, findings),
        }
    }
}
