//! The repairs of many findings, put together.

use crate::{Edit, Files, Finding, Judged, Kind, Layer, Patch, Repair};
use patch::{Document, Path, Syntax};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What `--fix` does to the user's files, and what it leaves alone.
#[derive(Debug, Clone, Default)]
pub struct Fixes<'a> {
    /// One patch for each file that changes, by path.
    pub patches: Vec<Patch>,
    /// The findings that they mend, with their repairs.
    pub mended: Vec<(&'a Finding, &'a Repair)>,
    /// The findings whose repairs a guardrail keeps back, and its name: nobody has named it.
    pub guarded: Vec<(&'a Finding, &'a str)>,
    /// The findings whose repairs change what another's changes: a rehearsal of the mended files tells how they are mended.
    pub later: Vec<&'a Finding>,
}

impl<'a> Fixes<'a> {
    /// The best repairs of the findings that nobody has accepted, as far as they change the files at hand and weaken no guardrail
    /// but those that the user allows by name.
    pub fn of(judged: &Judged<'a>, files: &Files, allowed: &[String]) -> Self {
        Self::chosen(judged, files, allowed, |finding| finding.layer != Layer::Grants)
    }

    /// What narrows grants to what is needed, of those that `wanted` says.
    pub fn narrowing(judged: &Judged<'a>, files: &Files, wanted: impl Fn(&Finding) -> bool) -> Self {
        let narrows = |finding: &Finding| matches!(finding.kind, Kind::Unused | Kind::Wide);
        Self::chosen(judged, files, &[], |finding| narrows(finding) && wanted(finding))
    }

    fn chosen(judged: &Judged<'a>, files: &Files, allowed: &[String], wanted: impl Fn(&Finding) -> bool) -> Self {
        let mut fixes = Self::default();
        let mut edits: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
        for finding in judged.open().filter(|finding| wanted(finding)) {
            let patched = |repair: &&Repair| !repair.patches.is_empty();
            let Some(best) = finding.repairs.iter().find(patched) else { continue };
            // A repair that weakens nothing is better than a guardrail that nobody has named.
            let kept_back = |repair: &Repair| repair.guardrail.as_ref().filter(|name| !allowed.contains(name)).is_some();
            let free = finding.repairs.iter().filter(patched).find(|repair| !kept_back(repair));
            match (free, best.guardrail.as_deref()) {
                (Some(repair), _) if fits(repair, files, &edits) => {
                    repair.patches.iter().for_each(|patch| add(edits.entry(&patch.file).or_default(), patch));
                    fixes.mended.push((finding, repair));
                }
                (None, Some(name)) => fixes.guarded.push((finding, name)),
                _ => fixes.later.push(finding),
            }
        }
        let patch = |(file, edits): (&str, Vec<&Edit>)| Patch { file: file.into(), edits: edits.into_iter().cloned().collect() };
        fixes.patches = edits.into_iter().map(patch).collect();
        fixes
    }
}

/// Whether a repair's patches are of the files at hand and touch nothing that others change.
fn fits(repair: &Repair, files: &Files, edits: &BTreeMap<&str, Vec<&Edit>>) -> bool {
    repair.patches.iter().all(|patch| {
        let others = edits.get(patch.file.as_str()).map(Vec::as_slice).unwrap_or_default();
        let apart = patch.edits.iter().all(|edit| others.iter().all(|other| *other == edit || are_apart(edit, other)));
        let Some(file) = files.get(&patch.file).filter(|_| apart) else { return false };
        let touches = patch.edits.iter().any(|edit| others.iter().any(|other| other.start == edit.start && *other != edit));
        patch.apply(&file.text).is_some() && (!touches || both_hold(&file.text, patch, others))
    })
}

/// Whether edits at the same places do together what each of them does alone: two items of a list come one after the other, two
/// members of a name cannot be.
fn both_hold(text: &str, patch: &Patch, others: &[&Edit]) -> bool {
    let value = |text: &str| Document::read(text, Syntax::of(text)).ok().and_then(|document| document.value(&Path::root()));
    // Of what is no document nothing is known.
    let Some(base @ Value::Object(_)) = value(text) else { return true };
    let with = |edits: Vec<&Edit>| {
        let edits = edits.into_iter().cloned().collect();
        Patch { file: patch.file.clone(), edits }.apply(text).and_then(|text| value(&text))
    };
    let mut all = others.to_vec();
    add(&mut all, patch);
    match (with(others.to_vec()), with(patch.edits.iter().collect()), with(all)) {
        (Some(before), Some(alone), Some(all)) => merged(&base, &before, &alone).as_ref() == Some(&all),
        _ => false,
    }
}

/// What two changes of a value are together. None: they contradict each other.
fn merged(base: &Value, one: &Value, other: &Value) -> Option<Value> {
    if one == base || one == other {
        return Some(other.clone());
    }
    if other == base {
        return Some(one.clone());
    }
    match (base, one, other) {
        (Value::Object(base), Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
            let mut all = Map::new();
            for key in keys {
                match (base.get(key), one.get(key), other.get(key)) {
                    (None, Some(value), None) | (None, None, Some(value)) => _ = all.insert(key.clone(), value.clone()),
                    (Some(base), Some(one), Some(other)) => _ = all.insert(key.clone(), merged(base, one, other)?),
                    _ => return None,
                }
            }
            Some(Value::Object(all))
        }
        (Value::Array(base), Value::Array(one), Value::Array(other)) if one.starts_with(base) && other.starts_with(base) => {
            Some(Value::Array([one.as_slice(), &other[base.len()..]].concat()))
        }
        (Value::Array(base), Value::Array(one), Value::Array(other)) if base.len() == one.len() && base.len() == other.len() => {
            base.iter().zip(one).zip(other).map(|((base, one), other)| merged(base, one, other)).collect::<Option<_>>().map(Value::Array)
        }
        _ => None,
    }
}

/// Two edits that can both be made, in either order.
fn are_apart(a: &Edit, b: &Edit) -> bool {
    // Two that insert at the same place come one after the other.
    a.end <= b.start || b.end <= a.start
}

/// Adds a patch's edits in the order of their places; what is there already is not done twice.
fn add<'a>(edits: &mut Vec<&'a Edit>, patch: &'a Patch) {
    for edit in &patch.edits {
        if !edits.contains(&edit) {
            let at = edits.partition_point(|other| (other.start, other.end) <= (edit.start, edit.end));
            edits.insert(at, edit);
        }
    }
}

impl Patch {
    /// The text with the edits made. None: they do not fit it.
    pub fn apply(&self, text: &str) -> Option<String> {
        let mut new = String::with_capacity(text.len());
        let mut done = 0;
        for edit in &self.edits {
            new.push_str(text.get(done..edit.start)?);
            text.get(edit.start..edit.end)?;
            new.push_str(&edit.text);
            done = edit.end;
        }
        new.push_str(text.get(done..)?);
        Some(new)
    }
}
