//! The providers of actions, one a file: what an action of each kind needs, and the calls it makes as its role.

mod clone_ref;
mod cloudformation;
mod codebuild;
mod codecommit;
mod codedeploy;
mod codedeploy_ecs;
mod commands;
mod connection;
mod custom;
mod definitions;
mod deployment;
mod ecr;
mod ecs;
mod imagined;
mod lambda;
mod manual;
mod s3_deploy;
mod s3_source;
mod stack_parameters;
mod step_functions;

pub(crate) use connection::BRANCH_NAME;
pub use imagined::{Output, imagine, is_imagined};

use crate::{
    CodePipeline,
    declaration::{ActionDeclaration, ActionTypeId, ArtifactStore},
    error,
    state::{Approval, Artifact, ErrorDetails, External, Revision, SourceOverride},
    workflows::run::Run,
};
use base::Timestamp;
use gate::{Actor, Error, Scope};
use serde_json::Value;
use std::{collections::BTreeMap, io::Cursor, ops::RangeInclusive};

/// What a kind of action may hold.
pub(crate) struct Kind {
    pub(crate) categories: &'static [&'static str],
    pub(crate) provider: &'static str,
    pub(crate) inputs: RangeInclusive<usize>,
    pub(crate) outputs: RangeInclusive<usize>,
    /// The settings: name, and whether it is required.
    pub(crate) settings: &'static [(&'static str, bool)],
}

/// A provider of actions. Its state between looks is a memo; everything it does is a call as the action's role.
pub(crate) trait Provider: Sync {
    /// What an action of it may hold.
    fn kind(&self) -> &'static Kind;
    /// Checks an action when its pipeline is declared, beyond names and counts.
    fn check(&self, _action: &ActionDeclaration) -> Result<(), Error> {
        Ok(())
    }
    /// Whether it makes calls at all: waiting for a person needs no role.
    fn acts(&self) -> bool {
        true
    }
    /// Begins.
    fn start(&self, job: &mut Job<'_, '_>) -> Result<Progress, Stop>;
    /// Looks again, when the time came or something happened.
    fn look(&self, job: &mut Job<'_, '_>, memo: Value) -> Result<Progress, Stop>;
    /// What a source is told by, if the action polls for changes: a topic of the feed.
    fn source_topic(&self, _action: &ActionDeclaration, _region: &str, _account: &str) -> Option<String> {
        None
    }
}

/// An action at work.
pub(crate) struct Job<'j, 's> {
    pub(crate) scope: &'j mut Scope<'s, CodePipeline>,
    pub(crate) actor: &'j Actor,
    pub(crate) action: &'j ActionDeclaration,
    pub(crate) pipeline: &'j str,
    /// The action execution's id.
    pub(crate) id: &'j str,
    pub(crate) configuration: &'j BTreeMap<String, String>,
    pub(crate) store: &'j ArtifactStore,
    pub(crate) inputs: &'j [Artifact],
    pub(crate) outputs: &'j [Artifact],
    pub(crate) approval: Option<&'j Approval>,
    /// What the execution's sources were found at.
    pub(crate) revisions: &'j [Revision],
    /// The execution that it is part of.
    pub(crate) run: &'j Run,
    /// What the execution's starter asked the sources for.
    pub(crate) overrides: &'j [SourceOverride],
}

impl Job<'_, '_> {
    /// A setting, if it is given.
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        self.configuration.get(name).map(String::as_str)
    }
    /// A setting that the declaration was checked to have.
    pub(crate) fn required(&self, name: &str) -> Result<String, Stop> {
        self.setting(name)
            .filter(|text| !text.is_empty())
            .map(str::to_string)
            .ok_or_else(|| failed("ConfigurationError", format!("The setting {name} of the action {} has no value", self.action.name)))
    }
    /// The revision of this type that the starter asked this source for.
    pub(crate) fn asked_for(&self, revision_type: &str) -> Option<&str> {
        let mine = |o: &&SourceOverride| o.action_name == self.action.name && o.revision_type == revision_type;
        self.overrides.iter().find(mine).map(|o| o.revision_value.as_str())
    }
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.setting(name).is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }
    pub(crate) fn call(&mut self, operation: &str, input: Value) -> Result<Value, Error> {
        self.scope.invoke_named(self.actor, operation, input)
    }
    /// The input artifact of this name; without a name the only one.
    pub(crate) fn input(&self, name: Option<&str>) -> Result<Artifact, Stop> {
        let found = match name {
            Some(name) => self.inputs.iter().find(|a| a.name == name),
            None => self.inputs.first(),
        };
        found.cloned().ok_or_else(|| {
            failed("ConfigurationError", format!("The action {} has no input artifact {}", self.action.name, name.unwrap_or_default()))
        })
    }
    pub(crate) fn output(&self) -> Result<Artifact, Stop> {
        self.outputs
            .first()
            .cloned()
            .ok_or_else(|| failed("ConfigurationError", format!("The action {} has no output artifact", self.action.name)))
    }
}

/// How far an action is.
pub(crate) enum Progress {
    Waiting(Box<Waiting>),
    Done(Box<Done>),
}

impl Progress {
    pub(crate) fn done(done: Done) -> Result<Self, Stop> {
        Ok(Self::Done(Box::new(done)))
    }
}

/// An action that goes on elsewhere.
#[derive(Default)]
pub(crate) struct Waiting {
    pub(crate) memo: Value,
    pub(crate) next_look: Timestamp,
    /// What wakes it before.
    pub(crate) topic: Option<String>,
    pub(crate) external: External,
    pub(crate) token: Option<String>,
}

impl From<Waiting> for Result<Progress, Stop> {
    fn from(waiting: Waiting) -> Self {
        Ok(Progress::Waiting(Box::new(waiting)))
    }
}

/// An action that succeeded.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) revision: Option<Revision>,
    pub(crate) external: Option<External>,
    pub(crate) summary: Option<String>,
    pub(crate) updated_by: Option<String>,
}

/// Why an action does not go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It failed.
    Failed(Box<Failure>),
    /// The step could not be made; it is tried again.
    Later(Box<Error>),
}

/// A failed action.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) details: ErrorDetails,
    pub(crate) summary: Option<String>,
    pub(crate) updated_by: Option<String>,
    pub(crate) external: Option<External>,
}

/// A failure with AWS's code.
pub(crate) fn failed(code: &str, message: impl Into<String>) -> Stop {
    Failure { details: ErrorDetails { code: code.into(), message: message.into() }, summary: None, updated_by: None, external: None }.into()
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

impl From<Error> for Stop {
    fn from(e: Error) -> Self {
        match e.status {
            500 | 503 => Self::Later(Box::new(e)),
            _ if e.is_denied() => failed("PermissionError", e.message),
            _ => failed(&e.code.clone(), e.message),
        }
    }
}

static PROVIDERS: &[&dyn Provider] = &[
    &cloudformation::CloudFormation,
    &codebuild::CodeBuild,
    &codecommit::CodeCommit,
    &codedeploy::CodeDeploy,
    &codedeploy_ecs::CodeDeployToEcs,
    &commands::Commands,
    &connection::Connection,
    &ecr::Ecr,
    &ecs::Ecs,
    &lambda::Lambda,
    &manual::Manual,
    &s3_deploy::S3Deploy,
    &s3_source::S3Source,
    &step_functions::StepFunctions,
];

/// Providers of AWS's that are not here, as (category, provider).
const NOT_HERE: [(&str, &str); 18] = [
    ("Build", "ECRBuildAndPublish"),
    ("Test", "DeviceFarm"),
    ("Deploy", "AlexaSkillsKit"),
    ("Deploy", "AppConfig"),
    ("Deploy", "CloudFormationStackInstances"),
    ("Deploy", "CloudFormationStackSet"),
    ("Deploy", "EC2"),
    ("Deploy", "EKS"),
    ("Deploy", "ElasticBeanstalk"),
    ("Deploy", "Lambda"),
    ("Deploy", "OpsWorks"),
    ("Deploy", "ServiceCatalog"),
    ("Invoke", "CodePipeline"),
    ("Invoke", "InspectorScan"),
    ("Source", "GitHub"),
    ("Source", "Bitbucket"),
    ("Test", "GhostInspector"),
    ("Build", "Jenkins"),
];

/// What there is of AWS's own.
pub(crate) fn kinds() -> impl Iterator<Item = &'static Kind> {
    PROVIDERS.iter().map(|p| p.kind())
}

/// The provider of a type of action.
pub(crate) fn provider(kind: &ActionTypeId, action: &str) -> Result<&'static dyn Provider, Error> {
    let ActionTypeId { category, owner, provider, version } = kind;
    if owner == "Custom" {
        return Ok(&custom::Custom);
    }
    let ours = owner == "AWS" && version == "1";
    let found = PROVIDERS.iter().find(|p| ours && p.kind().provider == provider && p.kind().categories.contains(&category.as_str()));
    match found {
        Some(provider) => Ok(*provider),
        None if owner != "AWS" || NOT_HERE.contains(&(category, provider)) => {
            Err(Error::not_implemented(&format!("An action of type {category}/{owner}/{provider}/{version} (action '{action}')")))
        }
        None => Err(error::action(format!(
            "ActionType (Category: '{category}', Provider: '{provider}', Owner: '{owner}', Version: '{version}') in action '{action}' is not available in this region"
        ))),
    }
}

/// The provider that checks an action. In a rehearsal one that is not here is imagined.
pub(crate) fn provider_in(kind: &ActionTypeId, action: &str, rehearsed: bool) -> Result<&'static dyn Provider, Error> {
    if rehearsed && is_imagined(kind) && kind.owner != "Custom" {
        return Ok(&imagined::Imagined);
    }
    provider(kind, action)
}

/// The provider at whose place an action works.
pub(crate) fn provider_at_work(kind: &ActionTypeId, action: &str, rehearsed: bool) -> Result<&'static dyn Provider, Error> {
    if rehearsed && is_imagined(kind) { Ok(&imagined::Imagined) } else { provider(kind, action) }
}

/// A text at `pointer` of an answer.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// An archive with one JSON file.
pub(crate) fn packed(file: &str, content: &impl serde::Serialize) -> Result<Cursor<Vec<u8>>, Stop> {
    let text = serde_json::to_vec_pretty(content).map_err(|e| Stop::from(Error::internal(e)))?;
    let bad = |e: archive::ArchiveError| failed("ConfigurationError", format!("The output file {file} cannot be packed: {e}"));
    let mut archive = archive::Builder::new(Cursor::new(Vec::new()));
    archive.add_file(file, 0o644, &mut text.as_slice()).map_err(bad)?;
    let mut packed = archive.finish().map_err(bad)?;
    packed.set_position(0);
    Ok(packed)
}
