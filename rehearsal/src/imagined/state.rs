//! What imagined services keep: things by their ARNs, and what is not known.

use super::services::{Imaginary, Sns, Sqs};
use base::{AccountId, Arn};
use gate::{Error, Gate, Scope, Service, StepContext, Table, View};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A thing of an imagined service.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Thing {
    /// What it was made with.
    pub properties: Value,
    /// Its resource policy.
    #[serde(default)]
    pub policy: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<(String, String)>,
}

/// The things of a service, by ARN.
pub(super) const fn things<S: Service>() -> Table<S, Thing> {
    Table::new("imagined-things")
}

pub(super) fn found<S: Service>(view: &mut View<'_, S>, arn: &str) -> Result<Option<Thing>, Error> {
    view.get(&things::<S>(), arn)
}

pub(super) fn keep<S: Service>(scope: &mut Scope<'_, S>, arn: &str, thing: &Thing) -> Result<(), Error> {
    scope.put(&things::<S>(), arn, thing)
}

/// What kind of gap a note tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Gap {
    /// It is in nothing that was given, and is taken to exist.
    Assumed,
    /// It cannot be known, so what depends on it was not rehearsed.
    Unknown,
}

/// What is not known, of one thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    /// What kind of gap.
    pub gap: Gap,
    /// Of what: an ARN, or a resource type's name.
    pub about: String,
    /// In a sentence.
    pub text: String,
}

static NOTES: Table<Imaginary, Note> = Table::new("notes");
static CONTAINERS: Table<Imaginary, ()> = Table::new("containers");

/// Notes a gap, once for each thing.
pub(super) fn note<S: Service>(scope: &mut Scope<'_, S>, gap: Gap, about: &str, text: impl Into<String>) -> Result<(), Error> {
    let note = Note { gap, about: about.into(), text: text.into() };
    scope.beside(&Imaginary).put(&NOTES, &[about, note.text.as_str()], &note)
}

/// The containers that image definitions speak of: what task definitions that are not known are taken to have.
pub(super) fn containers<S: Service>(scope: &mut Scope<'_, S>) -> Result<Vec<String>, Error> {
    let rows = scope.beside(&Imaginary).scan::<[&str; 0], ()>(&CONTAINERS, &[])?;
    Ok(rows.into_iter().filter_map(|(key, ())| key.into_iter().next()).collect())
}

fn step<T>(gate: &Gate, work: impl FnMut(&mut Scope<'_, Imaginary>) -> Result<T, Error>) -> Result<T, Error> {
    let account: AccountId = gate.management_account();
    gate.step(&Imaginary, &StepContext { account, region: gate.region().clone() }, work)
}

/// A topic or a queue that is there already, with its policy.
///
/// # Errors
/// The store failed.
pub fn hold(gate: &Gate, arn: &Arn, policy: Option<String>) -> Result<(), Error> {
    let thing = Thing { policy, ..Thing::default() };
    step(gate, |scope| match arn.service() {
        "sqs" => keep(&mut scope.beside(&Sqs), arn.as_str(), &thing),
        _ => keep(&mut scope.beside(&Sns), arn.as_str(), &thing),
    })
}

/// All gaps that were met in a world, each once.
///
/// # Errors
/// The store failed.
pub fn notes(gate: &Gate) -> Result<Vec<Note>, Error> {
    step(gate, |scope| Ok(scope.scan::<[&str; 0], Note>(&NOTES, &[])?.into_iter().map(|(_, note)| note).collect()))
}

/// Learns from a file that a build or a source brings: the containers that image definitions name are taken to be those of
/// task definitions that are in nothing that was given.
///
/// # Errors
/// The store failed.
pub fn learn(gate: &Gate, content: &[u8]) -> Result<(), Error> {
    let Ok(Value::Array(images)) = serde_json::from_slice(content) else { return Ok(()) };
    let names: Vec<&str> = images.iter().filter(|image| image["imageUri"].is_string()).filter_map(|image| image["name"].as_str()).collect();
    if names.is_empty() {
        return Ok(());
    }
    step(gate, |scope| names.iter().try_for_each(|name| scope.put(&CONTAINERS, &[*name], &())))
}
