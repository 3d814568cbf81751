//! Templates and pipelines that are refused as a whole.

use super::{
    Mended, Of, advice, cycles,
    failed::GONE,
    literal::Literal,
    pipelines::Declared,
    properties::{self, Fault},
    tree,
};
use crate::{Pipeline, Place, Stack, driver::Driver};
use gate::Error;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use template::document::{Kind, Node};

/// Faults of one pipeline that are mended.
const MOST_FAULTS: usize = 100;

/// A fault that CloudFormation names.
struct Diagnosed<'m> {
    line: u32,
    column: u32,
    message: &'m str,
    help: &'m str,
}

impl<'m> Diagnosed<'m> {
    /// All faults that a message tells of: `template:LINE:COLUMN: …`, each with a line of help or without.
    fn all(message: &'m str) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for line in message.lines() {
            if let (Some(help), Some(last)) = (line.strip_prefix("  help: "), all.last_mut()) {
                last.help = help;
                continue;
            }
            let mut parts = line.strip_prefix("template:").map(|rest| rest.splitn(3, ':')).into_iter().flatten();
            let (line, column, message) = (parts.next(), parts.next(), parts.next());
            if let (Some(Ok(line)), Some(Ok(column)), Some(message)) = (line.map(str::parse), column.map(str::parse), message) {
                all.push(Self { line, column, message: message.trim(), help: "" });
            }
        }
        all
    }

    /// `resource R of type` and `resource R with` and `Resource R:`.
    fn resource(&self) -> Option<&'m str> {
        let rest = self.message.split_once("for resource ").or_else(|| self.message.split_once("Resource "))?.1;
        rest.split([' ', ':']).next()
    }

    fn between(&self, before: &str, after: char) -> Option<&'m str> {
        self.message.split_once(before)?.1.split_once(after).map(|(name, _)| name)
    }

    /// The name that was meant, by the help.
    fn meant(&self) -> Option<String> {
        self.help.split_once("did you mean '")?.1.split_once('\'').map(|(name, _)| name.trim_start_matches('!').to_owned())
    }
}

fn mend(tree: &mut Node, of: &Of<'_>, fault: &Diagnosed<'_>, roles: &mut BTreeSet<String>) -> Vec<Mended> {
    let place = Place { file: of.stack.template.clone(), line: fault.line, column: fault.column, length: 0 };
    if fault.message.starts_with("Circular dependency between resources") {
        return cycles::mend(tree, of);
    }
    if let (Some(id), Some(property)) = (fault.resource(), fault.between("[The property {/", '}')) {
        let place = key(tree, &["Resources", id], of).unwrap_or(place);
        return properties::missing(tree, of, (id, property), place, roles).into_iter().collect();
    }
    if let (Some(id), Some((_, property))) = (fault.resource(), fault.message.split_once("Encountered unsupported property ")) {
        let place = key(tree, &["Resources", id, "Properties", property], of).unwrap_or(place);
        let why = Fault::Unknown { meant: fault.meant() };
        return properties::superfluous(tree, (id, property), why, place).into_iter().collect();
    }
    if let (Some(id), Some(property)) = (fault.resource(), fault.between("[#/", ':')) {
        let place = key(tree, &["Resources", id, "Properties", property], of).unwrap_or(place);
        let found = fault.message.split_once(": expected ").map(|(_, rest)| format!("expected {}", rest.trim_end_matches(']')));
        let why = Fault::Shape(found.unwrap_or_default());
        return properties::superfluous(tree, (id, property), why, place).into_iter().collect();
    }
    if let Some(names) = fault.between("Unresolved resource dependencies [", ']') {
        return names.split(", ").next().and_then(|name| unresolved(tree, name, fault, of)).into_iter().collect();
    }
    if let Some(names) = fault.between("Parameters: [", ']').filter(|_| fault.message.ends_with("must have values")) {
        return names.split(", ").filter_map(|name| valueless(tree, name, of)).collect();
    }
    Vec::new()
}

/// The place of a member's name.
fn key(tree: &Node, path: &[&str], of: &Of<'_>) -> Option<Place> {
    let (last, before) = path.split_last()?;
    let owner = tree::at(tree, &tree::keys(before))?;
    owner.entries().iter().find(|entry| entry.key.text == *last).map(|entry| of.place(&entry.key.span))
}

/// A reference that leads nowhere leads to what was meant, or to something that is made up.
fn unresolved(tree: &mut Node, name: &str, fault: &Diagnosed<'_>, of: &Of<'_>) -> Option<Mended> {
    let place = Place { file: of.stack.template.clone(), line: fault.line, column: fault.column, length: 0 };
    let mut mended =
        Mended::at(format!("unresolved/{name}"), &[], format!("{name} is neither a resource nor a parameter of the template"), place);
    match fault.meant() {
        Some(meant) => {
            renamed(tree, name, &meant);
            mended.repairs.push(advice(format!("Write {meant} instead of {name}")));
        }
        None => {
            let span = tree.span.clone();
            tree::put(tree, &["Resources", name], tree::made(&json!({"Type": "AWS::CloudFormation::WaitConditionHandle"}), &span));
            let literal = Literal::made_up("unknown", name);
            super::failed::cut(tree, name, &literal);
            mended.notes.push(format!("it goes on with {} for it, so what rests on that is not known", super::shown(literal.arn(), of)));
        }
    }
    Some(mended)
}

fn renamed(node: &mut Node, name: &str, meant: &str) {
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().for_each(|item| renamed(item, name, meant)),
        Kind::Map(entries) => {
            for entry in entries {
                let function = entry.key.text.clone();
                match (&mut entry.value.kind, function.as_str()) {
                    (Kind::String(text, _), "Ref") if text == name => *text = meant.to_owned(),
                    (Kind::String(text, _), "Fn::GetAtt") if text.split('.').next() == Some(name) => {
                        *text = text.replacen(name, meant, 1);
                    }
                    (Kind::String(text, parts), "Fn::Sub") => {
                        let new = text
                            .replace(&format!("${{{name}}}"), &format!("${{{meant}}}"))
                            .replace(&format!("${{{name}."), &format!("${{{meant}."));
                        if new != *text {
                            (*text, *parts) = (new, Vec::new());
                        }
                    }
                    (Kind::List(items), "Fn::GetAtt") if items.first().and_then(Node::scalar) == Some(name) => {
                        let span = items[0].span.clone();
                        items[0] = tree::made(&json!(meant), &span);
                    }
                    _ => renamed(&mut entry.value, name, meant),
                }
            }
        }
        _ => {}
    }
}

/// A parameter that has no value gets one.
fn valueless(tree: &mut Node, name: &str, of: &Of<'_>) -> Option<Mended> {
    let place = key(tree, &["Parameters", name], of)?;
    let span = tree.get("Parameters")?.get(name)?.span.clone();
    let value = crate::inputs::of_name(name, of.account, &of.estate.region).unwrap_or_else(|| name.to_lowercase());
    tree::put(tree, &["Parameters", name, "Default"], tree::made(&json!(value), &span));
    let title = format!("the parameter {name} has no value");
    let mut mended = Mended::at(format!("parameter/{name}"), &[], title, place);
    mended.notes.push(format!("it goes on with {value}, so what rests on it is not known"));
    Some(mended)
}

impl Driver<'_> {
    /// Mends what CloudFormation refuses of a template. False: it cannot be mended.
    pub(crate) fn mend_refused(&mut self, stack: &Stack, error: &Error) -> bool {
        if self.rename_parameters(stack, error) {
            return true;
        }
        let waiting = self.waits_for_nothing(stack);
        let mended = self.mend(stack, |tree, of, roles| {
            let faults = Diagnosed::all(&error.message);
            // A place is a place of the text as it was: one fault that moves others at a time is left for the end.
            faults.iter().flat_map(|fault| mend(tree, of, fault, roles)).collect()
        });
        if mended && waiting {
            // That the output is not there is told.
            let of_it = format!("undeployable/{}/{}/parameter/", stack.account, stack.name);
            self.mends.findings.retain(|finding| !finding.id.starts_with(&of_it));
        }
        mended
    }

    fn waits_for_nothing(&self, stack: &Stack) -> bool {
        stack.parameters.values().any(|value| value.awaits().is_some())
    }

    /// Mends a pipeline that CreatePipeline refuses. False: it cannot be mended.
    pub(crate) fn mend_refused_pipeline(&mut self, pipeline: &Pipeline, name: &str, error: Error) -> bool {
        let Some(account) = self.account(&pipeline.account) else { return false };
        let mut error = error;
        let mut input = pipeline.input.clone();
        let span = template::Span::on_line(pipeline.file.as_str().into(), 1, 1, 1);
        let mut found = Vec::new();
        let mut roles = BTreeSet::new();
        for _ in 0..MOST_FAULTS {
            let mut tree = tree::made(&input, &span);
            let mut declared = Declared::as_input(&mut tree, account);
            let Some(told) = declared.mend(&error.message) else { return false };
            roles.extend(declared.roles());
            input = tree.literal().to_json();
            let title = format!("CreatePipeline refuses the pipeline {name}: {}", error.message);
            let place = self.in_pipeline(pipeline, &told.part, &error.message);
            found.push(told.mended(&[], error.code.as_ref(), title, place));
            let tried = Pipeline { input: input.clone(), ..pipeline.clone() };
            match self.world.call(account, "codepipeline:CreatePipeline", self.filled_in(&tried)) {
                // The roles of what is imagined are there next time.
                Err(further) if further.message.contains(GONE) => break,
                Err(further) if further.message != error.message => error = further,
                Err(_) => return false,
                Ok(_) => break,
            }
        }
        if !self.mend_pipeline(pipeline, input) {
            return false;
        }
        self.mends.roles.extend(roles);
        let subject = [pipeline.account.clone(), name.to_owned()];
        for mended in found {
            self.tell(mended.finding(&subject));
        }
        true
    }

    /// Where an action, or what a message quotes of it, stands in the file of a pipeline.
    fn in_pipeline(&self, pipeline: &Pipeline, part: &[String], message: &str) -> Option<Place> {
        let file = self.estate.files.get(&pipeline.file)?;
        let begin = file.text.find("\"stages\"").unwrap_or_default();
        let mut at = begin;
        for name in part {
            at = after_name(&file.text, at, name)?;
        }
        // What the message is about stands behind the action's name.
        let words = message.split([' ', '\'']).filter(|word| word.len() > 3);
        let quoted = words.filter_map(|word| Some((file.text[at..].find(&format!("\"{word}\""))? + at, word.len() + 2))).min();
        let near = quoted.filter(|(found, _)| part.len() > 1 && file.text[at..*found].matches("\"actionTypeId\"").count() <= 1);
        let (start, length) = near.unwrap_or_else(|| {
            let name = part.last().map(String::len).unwrap_or_default();
            (at.saturating_sub(name + 2), name + 2)
        });
        let before = file.text.get(..start)?;
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        Some(Place {
            file: file.path.clone(),
            line: u32::try_from(line).ok()? + 1,
            column: u32::try_from(column).ok()? + 1,
            length: u32::try_from(length).ok()?,
        })
    }
}

/// The byte behind `"name": "NAME"`.
fn after_name(text: &str, from: usize, name: &str) -> Option<usize> {
    let quoted = Value::from(name).to_string();
    let mut at = from;
    while let Some(found) = text.get(at..)?.find("\"name\"") {
        let rest = &text[at + found + "\"name\"".len()..];
        let value = rest.trim_start().strip_prefix(':').map(str::trim_start)?;
        let start = text.len() - value.len();
        if value.starts_with(&quoted) {
            return Some(start + quoted.len());
        }
        at = start;
    }
    None
}
