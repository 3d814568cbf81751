//! From programs that are started to calls of AWS.

mod aws;
mod code;
mod containers;
mod names;
mod repositories;
mod s3;
mod tokens;
mod values;

pub use code::of_code;

use crate::model::{Invocation, Place, Reading, Unread, Word};
use serde_json::{Map, Value};

/// Who makes a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Whoever runs the script.
    Own,
    /// A role that the script has assumed: its ARN, as far as it is known.
    Role(Word),
    /// A profile of the CLI's configuration.
    Profile(Word),
    /// Somebody whose keys the script sets.
    Unknown,
}

/// A call of AWS.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The service as actions name it: `codepipeline`.
    pub service: String,
    /// The operation; of git, `GitPull` and `GitPush`.
    pub operation: String,
    /// The input, as far as it is known.
    pub input: Value,
    /// The members that the call has but whose value is not known, as JSON pointers, each with how it is written.
    pub unknown: Vec<(String, Word)>,
    /// Who makes it.
    pub caller: Caller,
    /// The region, where the script says one.
    pub region: Option<Word>,
    /// The account, where the call names another than the caller's: the registry's.
    pub account: Option<Word>,
    /// Where it is written.
    pub place: Place,
    /// Whether every run makes it: see [`Invocation::certain`].
    pub certain: bool,
}

/// The calls of a script, and what may call anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calls {
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// The AWS calls that the programs make.
pub fn calls(reading: &Reading, files: &dyn Fn(&str) -> Option<String>) -> Calls {
    let mut to = Calls { calls: vec![], unread: reading.unread.clone() };
    for invocation in &reading.invocations {
        let Some(program) = invocation.words.first().and_then(Word::text) else { continue };
        let mut at = Maker { invocation, files, to: &mut to };
        match program.rsplit('/').next().unwrap_or_default() {
            "aws" => at.aws(),
            "docker" | "podman" | "buildah" | "nerdctl" | "finch" => at.docker(),
            "crane" => at.crane(),
            "skopeo" => at.skopeo(),
            "executor" | "kaniko" => at.kaniko(),
            "git" => at.git(),
            _ => {}
        }
    }
    for code in &reading.code {
        let found = of_code(code);
        to.calls.extend(found.calls);
        to.unread.extend(found.unread);
    }
    to
}

pub(crate) struct Maker<'a> {
    pub invocation: &'a Invocation,
    pub files: &'a dyn Fn(&str) -> Option<String>,
    pub to: &'a mut Calls,
}

impl Maker<'_> {
    pub(crate) fn unread(&mut self, why: String) {
        self.to.unread.push(Unread { place: self.invocation.place.clone(), why });
    }
    fn caller(&self, profile: Option<&Word>) -> Caller {
        let environment = &self.invocation.environment;
        if let Some(profile) = profile {
            return Caller::Profile(profile.clone());
        }
        // Keys that are set go before a profile that is.
        if let Some(key) = environment.get("AWS_ACCESS_KEY_ID").filter(|key| !key.is_empty()) {
            return key.role().map_or(Caller::Unknown, |role| Caller::Role((**role).clone()));
        }
        environment.get("AWS_PROFILE").map_or(Caller::Own, |profile| Caller::Profile(profile.clone()))
    }
    pub(crate) fn region(&self) -> Option<Word> {
        let environment = &self.invocation.environment;
        environment.get("AWS_REGION").or_else(|| environment.get("AWS_DEFAULT_REGION")).cloned()
    }
    /// Notes a call with members at the top of its input.
    pub(crate) fn call(&mut self, service: &str, operation: &str, members: &[(&str, Word)], options: &Options) {
        let mut input = Map::new();
        let mut unknown = vec![];
        for (name, word) in members {
            match word.text() {
                Some(text) => {
                    input.insert((*name).into(), Value::String(text));
                }
                None => unknown.push((format!("/{name}"), word.clone())),
            }
        }
        self.push(service, operation, Value::Object(input), unknown, options);
    }
    pub(crate) fn push(&mut self, service: &str, operation: &str, input: Value, unknown: Vec<(String, Word)>, options: &Options) {
        let call = Call {
            service: service.into(),
            operation: operation.into(),
            input,
            unknown,
            caller: self.caller(options.profile.as_ref()),
            region: options.region.clone().or_else(|| self.region()),
            account: options.account.clone(),
            place: self.invocation.place.clone(),
            certain: self.invocation.certain,
        };
        self.to.calls.push(call);
    }
}

/// What holds for all calls of a program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub profile: Option<Word>,
    pub region: Option<Word>,
    pub account: Option<Word>,
}
