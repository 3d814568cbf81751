//! Resource types of services that are not here: what they are called, and which rights it takes to make them.

mod kind;
mod row;
mod special;
mod states;
mod table;

use super::{
    call::{Call, Imagined},
    services::Imaginary,
    state::{Gap, note},
};
use gate::{Demands, Error, Registration, ResourceType, Scope, View};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};

/// A service's registration with all imagined resource types.
pub(super) fn with_types(registration: Registration) -> Registration {
    let registration = registration.operation::<NoteUnknown>().unknown_resource_types(unknown);
    let registration = table::TABLE.iter().fold(registration, |all, row| all.resource_type(kind::Tabled(row)));
    special::all().into_iter().fold(registration, Registration::resource_type)
}

/// More types than any delivery has; names beyond them are not taken.
const MOST_NAMES: usize = 1000;

/// Names of types live as long as the process, each once.
fn lasting(name: &str) -> Option<&'static str> {
    static NAMES: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.iter().find(|known| **known == name) {
        return Some(known);
    }
    (names.len() < MOST_NAMES).then(|| {
        let name: &'static str = String::from(name).leak();
        names.push(name);
        name
    })
}

/// A type that no service brings, if it could be one: `AWS::Service::Type`, another organization's, or a custom resource.
fn unknown(name: &str) -> Option<Arc<dyn ResourceType>> {
    let parts: Vec<&str> = name.split("::").collect();
    let word = |part: &&str| !part.is_empty() && part.len() <= 64 && part.chars().all(|c| c.is_ascii_alphanumeric() || "_@-".contains(c));
    let shaped = parts.iter().all(word) && (parts.len() >= 3 || (parts.len() == 2 && parts[0] == "Custom"));
    if !shaped {
        return None;
    }
    Some(Arc::new(kind::Unknown(lasting(name)?)))
}

/// What the AWS CDK tells AWS of its constructs: it makes nothing.
const CDK_METADATA: &str = "AWS::CDK::Metadata";

/// Notes that a resource type is not known. It needs no right: nothing is done.
pub(super) struct Noting;
pub(super) type NoteUnknown = Call<Noting>;

impl Imagined for Noting {
    type Service = Imaginary;
    const NAME: &'static str = "NoteUnknownType";
    const READ_ONLY: bool = false;

    fn demands(_input: &Value, _facts: &mut View<'_, Imaginary>) -> Result<Demands, Error> {
        Ok(Demands::default())
    }

    fn execute(call: &mut Scope<'_, Imaginary>, input: Value) -> Result<Value, Error> {
        let name = input.as_str().unwrap_or_default();
        if name != CDK_METADATA {
            note(call, Gap::Unknown, name, format!("{name} is not known: what it needs is not checked"))?;
        }
        Ok(json!({}))
    }
}
